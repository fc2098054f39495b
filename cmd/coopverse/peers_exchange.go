package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"coopverse/directory"
)

type peersImportCommand struct {
	File     string `arg:"" help:"The list, as Mastodon exports it: CSV with the column #domain, and #severity for blocks; - reads what is piped in."`
	Allowed  bool   `help:"Allow the domains of the list instead of blocking them." env:"-"`
	DryRun   bool   `help:"Say what would change, and change nothing." env:"-"`
	PassOver bool   `help:"Take the rest when some lines cannot be taken." env:"-"`
}

// Help shows an example.
func (peersImportCommand) Help() string {
	return "Of blocks only what is suspended there is blocked here; other severities have no counterpart. Public comments become reasons. What is listed here already stays. When a line cannot be taken it is named, and nothing is imported.\n\nExample:\n\n  coopverse peers import domain_blocks.csv --dry-run --data ./data\n  coopverse peers import domain_allows.csv --allowed --data ./data"
}

// Run takes a list in, or says what it would change.
func (cmd *peersImportCommand) Run(ctx context.Context, p *program, std streams) error {
	listed, err := cmd.read(std.in)
	if err != nil {
		return err
	}
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	plan, err := d.PlanDomains(ctx, listed, cmd.Allowed)
	switch {
	case err != nil && cmd.Allowed:
		return refuse("%s: %v; give it without --allowed", cmd.File, err)
	case err != nil && listed.Bare:
		return refuse("%s: %v; give --allowed, or add the column #severity if they are to be blocked", cmd.File, err)
	case err != nil:
		return err
	}
	for _, w := range plan.Wrong {
		fmt.Fprintf(std.err, "line %d: %v\n", w.Line, w.Why)
	}
	if cmd.DryRun {
		cmd.sayPlan(std, plan)
		return nil
	}
	if n := len(plan.Wrong); n > 0 && !cmd.PassOver {
		return refuse("nothing is imported: %s cannot be taken; mend the list, or give --pass-over", numbered(n, "line", "lines"))
	}
	if err := d.CarryOut(ctx, operator, plan, cmd.PassOver); err != nil {
		return err
	}
	done := "blocked"
	if cmd.Allowed {
		done = "allowed"
	}
	fmt.Fprintf(std.out, "%s newly %s%s.\n", numbered(len(plan.New), "domain is", "domains are"), done, rest(plan))
	return nil
}

func (cmd *peersImportCommand) read(from io.Reader) (directory.DomainList, error) {
	if cmd.File != "-" {
		file, err := os.Open(cmd.File)
		if err != nil {
			return directory.DomainList{}, refuse("the list cannot be read: %v", err)
		}
		defer file.Close()
		from = file
	}
	listed, err := directory.ReadDomainList(from)
	if err != nil {
		return directory.DomainList{}, refuse("%s: %v", cmd.File, err)
	}
	return listed, nil
}

// sayPlan prints what a list would change.
func (cmd *peersImportCommand) sayPlan(std streams, plan directory.DomainPlan) {
	for _, one := range plan.New {
		fmt.Fprintln(std.out, strings.TrimSpace("+ "+one.Domain+"  "+one.Reason))
	}
	for _, one := range plan.Changed {
		fmt.Fprintf(std.out, "~ %s  %s  (before: %s)\n", one.Domain, one.Reason, one.Before)
	}
	fmt.Fprintf(std.out, "Nothing is changed yet: %s new%s.\n", numbered(len(plan.New), "domain is", "domains are"), rest(plan))
	if plan.Followers > 0 {
		fmt.Fprintf(std.out, "%s on %s would follow no more.\n", numbered(plan.Followers, "follower", "followers"), numbered(plan.Servers, "server", "servers"))
	}
}

// rest is what else a plan says of a list, as the end of a sentence.
func rest(plan directory.DomainPlan) string {
	said := ""
	for _, part := range []struct {
		n         int
		one, many string
	}{
		{len(plan.Changed), "is changed", "are changed"},
		{plan.Same, "was listed already", "were listed already"},
		{plan.Milder, "has another severity than suspend", "have another severity than suspend"},
		{len(plan.Wrong), "cannot be taken", "cannot be taken"},
	} {
		if part.n > 0 {
			said += "; " + numbered(part.n, part.one, part.many)
		}
	}
	return said
}

// numbered is a number with the word for one or for several.
func numbered(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

type peersExportCommand struct {
	Allowed bool `help:"The allowed domains instead of the blocked ones." env:"-"`
}

// Help shows an example.
func (peersExportCommand) Help() string {
	return "Example:\n\n  coopverse peers export --data ./data > domain_blocks.csv\n  coopverse peers export --allowed --data ./data > domain_allows.csv"
}

// Run writes a list as Mastodon does.
func (cmd *peersExportCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	if cmd.Allowed {
		domains, err := d.AllowedDomains(ctx)
		if err != nil {
			return err
		}
		return directory.WriteAllowedDomains(std.out, domains)
	}
	domains, err := d.BlockedDomains(ctx)
	if err != nil {
		return err
	}
	return directory.WriteBlockedDomains(std.out, domains)
}
