package main

import (
	"context"
	"fmt"

	"coopverse/directory"
)

type peersAllowCommand struct {
	Domain string `arg:"" help:"The domain, such as social.example."`
	Note   string `help:"What only operators can read." env:"-"`
}

// Help shows an example.
func (peersAllowCommand) Help() string {
	return "The list counts while the directory speaks only with allowed domains: see /operators/allowed and serve --only-allowed. It holds at once in every process. A block comes before it.\n\nExample:\n\n  coopverse peers allow social.example --data ./data"
}

// Run allows one domain, or gives it another note.
func (cmd *peersAllowCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	if err := d.AllowDomains(ctx, operator, directory.AllowedDomain{Domain: cmd.Domain, Note: cmd.Note}); err != nil {
		return err
	}
	only, err := d.SpeaksOnlyWithAllowed(ctx)
	if err != nil {
		return err
	}
	domain, err := d.DomainToBlock(ctx, cmd.Domain)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is allowed, with all below it.\n", domain)
	if !only {
		fmt.Fprintln(std.out, "The directory speaks with everybody at the moment: see /operators/allowed and serve --only-allowed.")
	}
	return nil
}

type peersDisallowCommand struct {
	Domain string `arg:"" help:"The domain, as peers list --allowed shows it."`
}

// Help shows an example.
func (peersDisallowCommand) Help() string {
	return "Who follows from there stays a follower, and is told nothing while the directory speaks only with allowed domains.\n\nExample:\n\n  coopverse peers disallow social.example --data ./data"
}

// Run takes one domain off the list.
func (cmd *peersDisallowCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := directory.New(db).DisallowDomain(ctx, operator, cmd.Domain); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is not allowed any more.\n", cmd.Domain)
	return nil
}

type peersAdmitCommand struct {
	Actor string `arg:"" help:"The actor's id, as peers list --waiting shows it."`
}

// Help shows an example.
func (peersAdmitCommand) Help() string {
	return "An actor that was deleted and comes back with another key may be somebody else: ask its server first.\n\nExample:\n\n  coopverse peers admit https://social.example/users/ann --data ./data"
}

// Run lets one actor in.
func (cmd *peersAdmitCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := directory.New(db).AdmitPeer(ctx, operator, cmd.Actor, ""); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is admitted with the key with which it came last.\n", cmd.Actor)
	return nil
}
