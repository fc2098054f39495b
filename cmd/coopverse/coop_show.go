package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"coopverse/directory"
)

type coopShowCommand struct {
	Handle string `arg:"" help:"The co-op's handle."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Help shows an example.
func (coopShowCommand) Help() string {
	return "Example:\n\n  coopverse coop show igalia --data ./data\n  coopverse coop show igalia --json --data ./data"
}

// Run prints the entry, the facts with their sources, and the history.
func (cmd *coopShowCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	c, err := d.Coop(ctx, cmd.Handle)
	if err != nil {
		return err
	}
	entry, err := d.Entry(ctx, c)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return printJSON(std, entry)
	}
	printEntry(std, entry)
	return nil
}

func printEntry(std streams, e directory.Entry) {
	w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\t@%s\tversion %d\n\n", e.Name, e.Handle, e.Version)
	for _, f := range e.Facts {
		mark := ""
		if !f.Stands {
			mark = "(beneath)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", f.Field, strings.ReplaceAll(f.Value, "\n", "; "), f.Source, f.StatedAt.Format(time.DateOnly), mark)
	}
	fmt.Fprintf(w, "\nHistory\n")
	for _, c := range e.History {
		fmt.Fprintf(w, "%s\t%s\t%s\t%q → %q\t%s, %s\n", c.At.Format(time.DateTime), c.Kind, c.Field, c.Before, c.After, c.Source, c.Origin)
	}
	_ = w.Flush() // writes to standard output, where nothing can be done about a failure
}
