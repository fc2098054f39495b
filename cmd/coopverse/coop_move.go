package main

import (
	"context"
	"fmt"
	"strings"

	"coopverse/directory"
)

type coopMoveCommand struct {
	Handle string `arg:"" help:"The co-op's handle."`
	To     string `arg:"" optional:"" help:"The co-op's account on its own server: @name@host, or the actor's address."`
	Back   bool   `help:"Take a move back: the co-op speaks from here again." env:"-"`

	outgoing `embed:""`
}

// Help shows an example.
func (coopMoveCommand) Help() string {
	return "The co-op's own account must name this one as another account of its own (alsoKnownAs) first. The entry stays listed and points to it, and the followers are told.\n\nExample:\n\n  coopverse coop move igalia @igalia@floss.social --data ./data\n  coopverse coop move igalia --back --data ./data"
}

// Run hands a co-op's followers over to its own server.
func (cmd *coopMoveCommand) Run(ctx context.Context, p *program, std streams) error {
	cmd.Handle = strings.ToLower(cmd.Handle) // as in its address
	if (cmd.To == "") != cmd.Back {
		return refuse("say where to, such as @%s@floss.social, or --back", cmd.Handle)
	}
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	f, site, err := cmd.speaker(ctx, directory.New(db))
	if err != nil {
		return err
	}
	to, err := f.MoveCoop(ctx, cmd.Handle, cmd.To, fromCommandLine)
	if err != nil {
		return err
	}
	if cmd.Back {
		fmt.Fprintf(std.out, "%s speaks from here again.\n", site.Actor(cmd.Handle))
		return nil
	}
	fmt.Fprintf(std.out, "%s has moved to %s.\n", site.Actor(cmd.Handle), to)
	return nil
}
