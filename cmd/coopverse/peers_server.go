package main

import (
	"context"
	"fmt"
	"strings"

	"coopverse/directory"
)

// What is shown of one server.
const (
	shownInboxes = 50
	shownRefused = 50
)

type peersShowCommand struct {
	Host string `arg:"" help:"The server, as peers list shows it."`
	JSON bool   `name:"json" help:"Print JSON." env:"-"`
}

// Help shows an example.
func (peersShowCommand) Help() string {
	return "What waits for a server, since when and until when, and what it refused for good.\n\nExample:\n\n  coopverse peers show social.example --data ./data"
}

// shownServer is a server with what waits for it and what it refused.
type shownServer struct {
	directory.Server
	Inboxes []directory.WaitingInbox  `json:"inboxes"`
	Parked  []directory.RefusedChange `json:"parked"`
}

// Run shows one server.
func (cmd *peersShowCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	var s shownServer
	if s.Server, err = d.Server(ctx, cmd.Host); err != nil {
		return err
	}
	if s.Inboxes, err = d.WaitingAt(ctx, s.Server, shownInboxes); err != nil {
		return err
	}
	if s.Parked, err = d.RefusedAt(ctx, s.Host, 0, shownRefused); err != nil {
		return err
	}
	if cmd.JSON {
		return printJSON(std, s)
	}
	fmt.Fprintf(std.out, "%s  %s\nheard %s, told %s\n", s.Host, numbered(s.Followers, "follower", "followers"), moment(s.Heard), moment(s.Told))
	for _, inbox := range s.Inboxes {
		fmt.Fprintf(std.out, "waits: %s  next try %s, %s%s\n", inbox.URL, moment(&inbox.NextTry), numbered(inbox.Failures, "failure", "failures"), since(inbox))
		for _, c := range inbox.Changes {
			fmt.Fprintln(std.out, strings.TrimRight(fmt.Sprintf("    %d  %s  %s %s", c.Number, c.Handle, c.Kind, c.Field), " "))
		}
		if inbox.More {
			fmt.Fprintln(std.out, "    and more")
		}
		if inbox.Answers > 0 {
			fmt.Fprintf(std.out, "    %s to it alone\n", numbered(inbox.Answers, "answer", "answers"))
		}
	}
	for _, r := range s.Parked {
		fmt.Fprintf(std.out, "%s: %d  %s  %s %s  %s  (%s)\n", r.Outcome, r.Number, r.Handle, r.Kind, r.Field, moment(&r.Ended), r.Why)
	}
	return nil
}

// since says since when an inbox fails, and why.
func since(inbox directory.WaitingInbox) string {
	if inbox.FailingSince == nil {
		return ""
	}
	return fmt.Sprintf(" since %s: %s", moment(inbox.FailingSince), inbox.LastError)
}

type peersTryCommand struct {
	Host    string `arg:"" help:"The server, as peers list --behind shows it."`
	Refused bool   `env:"-" help:"Send again what it refused for good, as peers show lists it."`
	Change  int64  `env:"-" help:"With --refused: only the change with this number."`
}

// Help shows an example.
func (peersTryCommand) Help() string {
	return "What waits for the server is sent now by whoever serves the directory; with --refused also what it did not take, the oldest first.\n\nExamples:\n\n  coopverse peers try social.example --data ./data\n  coopverse peers try social.example --refused --change 4711 --data ./data"
}

// Run has a server tried at once.
func (cmd *peersTryCommand) Run(ctx context.Context, p *program, std streams) error {
	switch {
	case cmd.Change < 0:
		return refuse("no change has the number %d; peers show %s lists them", cmd.Change, cmd.Host)
	case cmd.Change > 0 && !cmd.Refused:
		return refuse("--change chooses among what was refused: give --refused, too")
	}
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	if cmd.Refused {
		changes, err := d.SendAgain(ctx, operator, cmd.Host, cmd.Change)
		if err != nil {
			return err
		}
		fmt.Fprintf(std.out, "%s that %s refused: sent again.\n", numbered(changes, "change", "changes"), cmd.Host)
		return nil
	}
	if err := d.TryServer(ctx, operator, cmd.Host); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is tried at once.\n", cmd.Host)
	return nil
}

type peersLetGoCommand struct {
	Host string `arg:"" help:"The server, as peers list --behind shows it."`
}

// Help shows an example.
func (peersLetGoCommand) Help() string {
	return "What waits for the server is never sent. Its followers stay, and are told of what changes next.\n\nExample:\n\n  coopverse peers let-go social.example --data ./data"
}

// Run writes off what waits for a server.
func (cmd *peersLetGoCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := directory.New(db).GiveUpServer(ctx, operator, cmd.Host); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "What waited for %s is not sent any more.\n", cmd.Host)
	return nil
}
