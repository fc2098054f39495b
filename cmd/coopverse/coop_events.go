package main

import (
	"context"
	"fmt"
	"time"

	"coopverse/directory"
)

type coopEventsCommand struct {
	Handle string `arg:"" help:"The co-op's handle, or directory."`
	JSON   bool   `name:"json" help:"Print JSON." env:"-"`
	Limit  int    `help:"How many, newest first." default:"50" env:"-"`
}

// Help shows an example.
func (coopEventsCommand) Help() string {
	return "What other servers said to a co-op is listed for 90 days.\n\nExample:\n\n  coopverse coop events igalia --data ./data\n  coopverse coop events igalia --json --data ./data"
}

// Run lists what was heard, from whom, about what, and what came of it.
func (cmd *coopEventsCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	events, err := directory.New(db).Events(ctx, cmd.Handle, cmd.Limit)
	return printEach(std, cmd.JSON, events, err, func(e directory.Event) string {
		return fmt.Sprintf("%s\t%s\t%s\t%s\t%s", e.At.Format(time.DateTime), e.Type, e.PeerID, e.Object, e.Effect)
	})
}
