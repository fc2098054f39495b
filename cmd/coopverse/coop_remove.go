package main

import (
	"context"
	"fmt"

	"coopverse/directory"
)

type coopRemoveCommand struct {
	Handle string `arg:"" help:"The co-op's handle."`
	Reason string `required:"" help:"Why, in words that its page will show." env:"-"`
}

// Help shows an example.
func (coopRemoveCommand) Help() string {
	return "The handle stays taken, the address answers \"gone\" with the reason, and no import brings the entry back.\n\nExample:\n\n  coopverse coop remove acme --reason \"The co-op asked for it.\" --data ./data"
}

// Run removes the entry.
func (cmd *coopRemoveCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := directory.New(db).RemoveCoop(ctx, cmd.Handle, cmd.Reason, fromCommandLine); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is removed.\n", cmd.Handle)
	return nil
}
