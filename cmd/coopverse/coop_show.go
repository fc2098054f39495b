package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"coopverse/directory"
)

type coopShowCommand struct {
	Handle string `arg:"" help:"The co-op's handle."`
	JSON   bool   `name:"json" help:"Print JSON." env:"-"`
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
	printStanding(w, e)
	fmt.Fprintf(w, "\nHistory\n")
	for _, c := range e.History {
		fmt.Fprintf(w, "%s\t%s\t%s\t%q → %q\t%s, %s\n", c.At.Format(time.DateTime), c.Kind, c.Field, c.Before, c.After, c.Source, c.Origin)
	}
	_ = w.Flush() // writes to standard output, where nothing can be done about a failure
}

// printStanding keeps apart who speaks for the entry and whether that is a co-op.
func printStanding(w io.Writer, e directory.Entry) {
	fmt.Fprintf(w, "\nControl of the website\n")
	if c := e.Control; c != nil {
		fmt.Fprintf(w, "%s\t%s\tproved %s\t%s%s%s\n", c.Website, c.Method, c.ProvedAt.Format(time.DateOnly),
			day("last seen ", c.SeenAt), day(", lapsed ", c.LapsedAt), strings.TrimSuffix(", not proved for "+c.Unproved, ", not proved for "))
	} else {
		fmt.Fprintf(w, "not proved\n")
	}
	fmt.Fprintf(w, "\nEvidence of being a co-op\n")
	for _, p := range e.Evidence {
		by := "said by the co-op"
		switch p.Kind {
		case directory.ByDomain:
			by = "names under .coop are given to co-ops only"
		case directory.ByVouching:
			by = "said by @" + p.Voucher
		}
		fmt.Fprintf(w, "%s\t%s %s\t%s\t%s%s\n", p.Kind, p.What, p.Link, p.StatedAt.Format(time.DateOnly), by, day(", seen by an operator ", p.JudgedAt))
	}
	if len(e.Evidence) == 0 {
		fmt.Fprintf(w, "none\n")
	}
}

func day(before string, at *time.Time) string {
	if at == nil {
		return ""
	}
	return before + at.Format(time.DateOnly)
}
