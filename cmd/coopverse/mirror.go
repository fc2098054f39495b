package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"coopverse/directory"
)

type mirrorCommands struct {
	Add    mirrorAddCommand    `cmd:"" help:"Copy another directory, and keep the copy up to date."`
	List   mirrorListCommand   `cmd:"" help:"List the directories that are mirrored here."`
	Status mirrorStatusCommand `cmd:"" help:"Show how a copy stands."`
	Audit  mirrorAuditCommand  `cmd:"" help:"Go through a copy from its first record on."`
	Remove mirrorRemoveCommand `cmd:"" help:"Forget a copy."`

	Hide     mirrorHideCommand     `cmd:"" help:"Hide one entry of a copy from readers."`
	Show     mirrorShowCommand     `cmd:"" help:"Show an entry that was hidden."`
	Tag      mirrorTagCommand      `cmd:"" help:"Tag an entry of a copy, for this directory only."`
	Annotate mirrorAnnotateCommand `cmd:"" help:"Say something of an entry of a copy, for this directory only."`
}

type mirrorAddCommand struct {
	Address string `arg:"" help:"The directory, such as https://coops.example, or another mirror's copy of it, such as https://other.example/mirrors/coops.example."`
	Key     string `help:"The key with which the directory signs, as mirror status shows it; needed when the directory itself does not answer." placeholder:"KEY" env:"-"`

	outgoing `embed:""`
}

// Help shows an example.
func (mirrorAddCommand) Help() string {
	return "Everything that is copied is checked against the directory's signature; nothing else is shown. The server keeps the copy up to date.\n\nExample:\n\n  coopverse mirror add https://coops.example --data ./data"
}

// Run makes the first copy.
func (cmd *mirrorAddCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	f, _, err := cmd.speaker(ctx, d)
	if err != nil {
		return err
	}
	began := time.Now()
	m, err := f.MirrorAt(ctx, directory.Actor{Name: fromCommandLine}, cmd.Address, cmd.Key)
	if err != nil {
		return err
	}
	bar := progress(std.err, "records")
	pulled := f.PullMirror(ctx, m, func(records, of int64) {
		if bar != nil {
			bar(int(records), int(of))
		}
	})
	if m, err = d.Mirror(ctx, m.Host); err != nil {
		return err
	}
	if pulled != nil {
		return fmt.Errorf("the copy of %s is not whole yet: %w; the server goes on with it", m.Origin, pulled)
	}
	n, err := d.MirroredCount(ctx, m)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s (%s): %d co-ops from %d records, verified, %d bytes in %s.\n", m.Name, m.Origin, n, m.Applied, m.Received, time.Since(began).Round(time.Millisecond))
	return nil
}

type mirrorListCommand struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Help shows an example.
func (mirrorListCommand) Help() string { return "Example:\n\n  coopverse mirror list --data ./data" }

// Run lists the copies.
func (cmd *mirrorListCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	all, err := directory.New(db).Mirrors(ctx)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return printJSON(std, all)
	}
	for _, m := range all {
		fmt.Fprintf(std.out, "%s  %s  %s\n", m.Host, m.State, m.Name)
	}
	return nil
}

type mirrorStatusCommand struct {
	Host string `arg:"" help:"The directory's host, as mirror list shows it."`
	JSON bool   `name:"json" help:"Print JSON."`

	outgoing `embed:""`
}

// Help shows an example.
func (mirrorStatusCommand) Help() string {
	return "It asks the directory how many records it has by now.\n\nExample:\n\n  coopverse mirror status coops.example --data ./data"
}

// mirrorStatus is how a copy stands.
type mirrorStatus struct {
	directory.Mirror
	Records int64  // in the copy
	Entries int    // co-ops that are shown
	Behind  *int64 // records that the directory has more; nil: it does not answer
}

// Run shows how one copy stands.
func (cmd *mirrorStatusCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	m, err := d.Mirror(ctx, cmd.Host)
	if err != nil {
		return err
	}
	status := mirrorStatus{Mirror: m}
	if status.Records, err = d.MirrorLog(m).Size(ctx); err != nil {
		return err
	}
	if status.Entries, err = d.MirroredCount(ctx, m); err != nil {
		return err
	}
	f, _, err := cmd.speaker(ctx, d)
	if err != nil {
		return err
	}
	if head, err := f.MirrorHead(ctx, m); err == nil {
		behind := head.N - status.Records
		status.Behind = &behind
	}
	if cmd.JSON {
		return printJSON(std, status)
	}
	status.print(std.out)
	return nil
}

func (s mirrorStatus) print(w io.Writer) {
	fmt.Fprintf(w, "%s (%s), %s\n", s.Name, s.Origin, s.State)
	if s.Why != "" {
		fmt.Fprintf(w, "  %s\n", s.Why)
	}
	verified := "never"
	if s.VerifiedAt != nil {
		verified = s.VerifiedAt.Format(time.RFC3339)
	}
	behind := "it does not answer"
	if s.Behind != nil {
		behind = fmt.Sprintf("%d records behind", *s.Behind)
	}
	fmt.Fprintf(w, "  %d co-ops from %d records, %s\n  last verified %s, %d bytes\n  read at %s, signed with %s\n", s.Entries, s.Records, behind, verified, s.Received, s.Source, s.Key)
}

type mirrorAuditCommand struct {
	Host string `arg:"" help:"The directory's host, as mirror list shows it."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help shows an example.
func (mirrorAuditCommand) Help() string {
	return "Each record is held against its commitment, all of them against the signed head, and the entries against what the records say.\n\nExample:\n\n  coopverse mirror audit coops.example --data ./data"
}

// Run audits one copy; it fails when something is wrong.
func (cmd *mirrorAuditCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	m, err := d.Mirror(ctx, cmd.Host)
	if err != nil {
		return err
	}
	audit, err := d.AuditMirror(ctx, m)
	if err != nil {
		return err
	}
	if cmd.JSON {
		err = printJSON(std, audit)
	} else {
		fmt.Fprintf(std.out, "%d records, of which %d were withdrawn; %d co-ops; hash %s\n", audit.Records, audit.Withdrawn, audit.Entries, audit.Hash)
		for _, wrong := range audit.Wrong {
			fmt.Fprintln(std.out, "Wrong:", wrong)
		}
	}
	if err == nil && len(audit.Wrong) > 0 {
		err = fmt.Errorf("the copy of %s is not what its home published: mirror remove it and add it anew", m.Origin)
	}
	return err
}

type mirrorRemoveCommand struct {
	Host string `arg:"" help:"The directory's host, as mirror list shows it."`
}

// Help shows an example.
func (mirrorRemoveCommand) Help() string {
	return "Example:\n\n  coopverse mirror remove coops.example --data ./data"
}

// Run forgets one copy.
func (cmd *mirrorRemoveCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := directory.New(db).RemoveMirror(ctx, directory.Actor{Name: fromCommandLine}, cmd.Host); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is not mirrored any more.\n", cmd.Host)
	return nil
}
