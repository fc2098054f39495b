package main

import (
	"context"
	"fmt"
	"time"

	"coopverse/directory"
)

type reportCommands struct {
	List    reportsListCommand    `cmd:"" help:"List what other servers have reported to the operators."`
	Show    reportsShowCommand    `cmd:"" help:"Show one report in full."`
	Resolve reportsResolveCommand `cmd:"" help:"Close a report with a word on what was done."`
}

type reportsListCommand struct {
	All  bool `help:"Also those that are closed." env:"-"`
	JSON bool `name:"json" help:"Print JSON." env:"-"`
}

// Help shows an example.
func (reportsListCommand) Help() string {
	return "Example:\n\n  coopverse reports list --data ./data"
}

// Run lists reports, newest first.
func (cmd *reportsListCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	reports, err := directory.New(db).Reports(ctx, cmd.All, 0, 100)
	return printEach(std, cmd.JSON, reports, err, func(r directory.Report) string {
		return fmt.Sprintf("%d\t%s\t%s\tabout %s%s", r.ID, r.At.Format(time.DateTime), r.PeerID, r.About(), closed(r))
	})
}

func closed(r directory.Report) string {
	if r.ResolvedAt == nil {
		return ""
	}
	return "  closed: " + r.Resolution
}

type reportsShowCommand struct {
	ID   int64 `arg:"" help:"The report's number."`
	JSON bool  `name:"json" help:"Print JSON." env:"-"`
}

// Help shows an example.
func (reportsShowCommand) Help() string {
	return "Example:\n\n  coopverse reports show 3 --data ./data"
}

// Run prints one report.
func (cmd *reportsShowCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	r, err := directory.New(db).Report(ctx, cmd.ID)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return printJSON(std, r)
	}
	fmt.Fprintf(std.out, "Report %d of %s, by %s%s\n", r.ID, r.At.Format(time.DateTime), r.PeerID, closed(r))
	for _, o := range r.Objects {
		fmt.Fprintf(std.out, "    %s\n", o.Object)
	}
	if r.Content != "" {
		fmt.Fprintf(std.out, "\n%s\n", r.Content)
	}
	return nil
}

type reportsResolveCommand struct {
	ID   int64  `arg:"" help:"The report's number."`
	Note string `help:"What was done about it." placeholder:"TEXT" required:"" env:"-"`
}

// Help shows an example.
func (reportsResolveCommand) Help() string {
	return "Example:\n\n  coopverse reports resolve 3 --note \"The post was deleted.\" --data ./data"
}

// Run closes a report.
func (cmd *reportsResolveCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := directory.New(db).ResolveReport(ctx, operator, cmd.ID, cmd.Note); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "Report %d is closed.\n", cmd.ID)
	return nil
}
