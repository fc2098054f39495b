package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"

	"coopverse/directory"
)

type peersImportCommand struct {
	File    string `arg:"" help:"The list, as Mastodon exports it: CSV with the column #domain, and #severity for blocks."`
	Allowed bool   `help:"Allow the domains of the list instead of blocking them."`
}

// Help shows an example.
func (peersImportCommand) Help() string {
	return "Of blocks only what is suspended there is blocked here; other severities have no counterpart. Public comments become reasons. What is no domain is named and passed over.\n\nExample:\n\n  coopverse peers import domain_blocks.csv --data ./data\n  coopverse peers import domain_allows.csv --allowed --data ./data"
}

// Run takes a list in, and says what it passes over.
func (cmd *peersImportCommand) Run(ctx context.Context, p *program, std streams) error {
	file, err := os.Open(cmd.File)
	if err != nil {
		return refuse("the list cannot be read: %v", err)
	}
	defer file.Close()
	listed, err := readDomainList(file)
	if err != nil {
		return refuse("%s: %v", cmd.File, err)
	}
	switch {
	case cmd.Allowed && listed.blocks:
		return refuse("%s is a list of blocks: it has a column #severity; give it without --allowed", cmd.File)
	case !cmd.Allowed && listed.bare:
		return refuse("%s has no column but #domain, as a list of allowed domains: give --allowed", cmd.File)
	}
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	var good []directory.BlockedDomain
	for _, b := range listed.suspended {
		if _, err := d.DomainToBlock(ctx, b.Domain); err != nil {
			fmt.Fprintf(std.err, "passed over: %v\n", err)
			continue
		}
		good = append(good, b)
	}
	by, over := directory.Actor{Name: fromCommandLine}, len(listed.suspended)-len(good)
	if cmd.Allowed {
		var allowed []directory.AllowedDomain
		for _, b := range good {
			allowed = append(allowed, directory.AllowedDomain{Domain: b.Domain})
		}
		if err := d.AllowDomains(ctx, by, allowed...); err != nil {
			return err
		}
		fmt.Fprintf(std.out, "%d domains are allowed; %d cannot be.\n", len(allowed), over)
		return nil
	}
	if err := d.BlockDomains(ctx, by, good...); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%d domains are blocked; %d cannot be; %d have another severity than suspend.\n", len(good), over, listed.milder)
	return nil
}

type peersExportCommand struct {
	Allowed bool `help:"The allowed domains instead of the blocked ones."`
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
	var rows [][]string
	if cmd.Allowed {
		domains, err := d.AllowedDomains(ctx)
		if err != nil {
			return err
		}
		rows = append(rows, []string{"#domain"})
		for _, a := range domains {
			rows = append(rows, []string{a.Domain})
		}
	} else {
		domains, err := d.BlockedDomains(ctx)
		if err != nil {
			return err
		}
		rows = append(rows, []string{"#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"})
		for _, b := range domains {
			rows = append(rows, []string{b.Domain, "suspend", "true", "true", b.Reason, "false"})
		}
	}
	return csv.NewWriter(std.out).WriteAll(rows)
}
