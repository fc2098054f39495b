package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"coopverse/directory"
)

type coopEventsCommand struct {
	Handle string `arg:"" help:"The co-op's handle, or directory."`
	JSON   bool   `name:"json" help:"Print JSON."`
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
	if err != nil {
		return err
	}
	if cmd.JSON {
		return printJSON(std, events)
	}
	w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	for _, e := range events {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", e.At.Format(time.DateTime), e.Type, e.PeerID, e.Object, e.Effect)
	}
	return w.Flush()
}
