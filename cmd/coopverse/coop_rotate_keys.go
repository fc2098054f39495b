package main

import (
	"context"
	"fmt"
	"strings"

	"coopverse/directory"
)

type coopRotateKeysCommand struct {
	Handle string `arg:"" help:"The co-op's handle, directory or instance."`

	outgoing `embed:""`
}

// Help shows an example.
func (coopRotateKeysCommand) Help() string {
	return "Whoever follows is told of the new keys with the old ones.\n\nExample:\n\n  coopverse coop rotate-keys igalia --data ./data"
}

// Run gives an actor new keys.
func (cmd *coopRotateKeysCommand) Run(ctx context.Context, p *program, std streams) error {
	cmd.Handle = strings.ToLower(cmd.Handle) // as in its address
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	f, site, err := cmd.speaker(ctx, directory.New(db))
	if err != nil {
		return err
	}
	if err := f.RotateKeys(ctx, cmd.Handle, fromCommandLine); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s has new keys.\n", site.Actor(cmd.Handle))
	return nil
}
