package main

import (
	"context"

	"coopverse/directory"
)

type coopReceiptsCommand struct {
	Handle string `arg:"" help:"The co-op's handle, or directory."`
	JSON   bool   `name:"json" help:"Print JSON." env:"-"`
	Limit  int    `help:"How many changes, newest first." default:"50" env:"-"`
}

// Help shows an example.
func (coopReceiptsCommand) Help() string {
	return "Example:\n\n  coopverse coop receipts igalia --data ./data\n  coopverse coop receipts igalia --json --data ./data"
}

// Run prints for every change who was told, who is awaited and who refused.
func (cmd *coopReceiptsCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	if err := mustExist(ctx, d, cmd.Handle); err != nil {
		return err
	}
	told, err := d.Receipts(ctx, cmd.Handle, cmd.Limit)
	return printEach(std, cmd.JSON, told, err, directory.ToldChange.Line)
}
