package main

import (
	"context"
	"fmt"

	"coopverse/directory"
)

type coopEraseCommand struct {
	Handle string `arg:"" help:"The co-op's handle."`
}

// Help shows an example.
func (coopEraseCommand) Help() string {
	return "The entry stays as it is. The texts in its history and its earlier records in the public log are gone for good, at mirrors as well. A contact that is replaced is taken back without this.\n\nExample:\n\n  coopverse coop erase acme --data ./data"
}

// Run erases what the entry said before.
func (cmd *coopEraseCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := directory.New(db).EraseHistory(ctx, operator, cmd.Handle, fromCommandLine); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "What %s said before is erased.\n", cmd.Handle)
	return nil
}
