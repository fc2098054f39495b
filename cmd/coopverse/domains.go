package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"coopverse/directory"
)

type domainCommands struct {
	Block   domainsBlockCommand   `cmd:"" help:"Have nothing to do with a domain and all below it."`
	Unblock domainsUnblockCommand `cmd:"" help:"End the block of a domain."`
	List    domainsListCommand    `cmd:"" help:"List the blocked domains."`
	Import  domainsImportCommand  `cmd:"" help:"Block the domains of a list that Mastodon has exported."`
}

type domainsBlockCommand struct {
	Domain string `arg:"" help:"The domain, such as social.example."`
	Reason string `help:"Why, for everybody: it stands on the page about the directory." env:"-"`
	Note   string `help:"What only operators can read." env:"-"`
}

// Help shows an example.
func (domainsBlockCommand) Help() string {
	return "It holds at once in every process. Nobody there is heard or told of anything; followings from there end for good, replies are shown again when the block ends.\n\nExample:\n\n  coopverse domains block social.example --reason 'Spam' --data ./data"
}

// Run blocks one domain, or gives it another reason.
func (cmd *domainsBlockCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	b := directory.BlockedDomain{Domain: cmd.Domain, Reason: cmd.Reason, Note: cmd.Note}
	if err := d.BlockDomains(ctx, directory.Actor{Name: fromCommandLine}, b); err != nil {
		return err
	}
	domain, err := d.DomainToBlock(ctx, cmd.Domain)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is blocked, with all below it.\n", domain)
	return nil
}

type domainsUnblockCommand struct {
	Domain string `arg:"" help:"The domain, as domains list shows it."`
}

// Help shows an example.
func (domainsUnblockCommand) Help() string {
	return "Replies from there are shown again. Who followed has to do so anew.\n\nExample:\n\n  coopverse domains unblock social.example --data ./data"
}

// Run ends one block.
func (cmd *domainsUnblockCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := directory.New(db).UnblockDomain(ctx, directory.Actor{Name: fromCommandLine}, cmd.Domain); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is not blocked any more.\n", cmd.Domain)
	return nil
}

type domainsListCommand struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Help shows an example.
func (domainsListCommand) Help() string {
	return "Example:\n\n  coopverse domains list --data ./data"
}

// Run lists the blocked domains by name.
func (cmd *domainsListCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	domains, err := directory.New(db).BlockedDomains(ctx)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return printJSON(std, domains)
	}
	w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	for _, b := range domains {
		fmt.Fprintf(w, "%s\tsince %s\t%s\n", b.Domain, b.BlockedAt.Format(time.DateOnly), strings.TrimSpace(b.Reason+"  "+b.Note))
	}
	return w.Flush()
}

type domainsImportCommand struct {
	File string `arg:"" help:"The list, as Mastodon exports it: CSV with the columns #domain and #severity."`
}

// Help shows an example.
func (domainsImportCommand) Help() string {
	return "Only what is suspended there is blocked here; other severities have no counterpart. Public comments become reasons. All are blocked, or none.\n\nExample:\n\n  coopverse domains import domain_blocks.csv --data ./data"
}

// Run blocks what a list suspends, and says what it passes over.
func (cmd *domainsImportCommand) Run(ctx context.Context, p *program, std streams) error {
	file, err := os.Open(cmd.File)
	if err != nil {
		return refuse("the list cannot be read: %v", err)
	}
	defer file.Close()
	listed, err := readDomainList(file)
	if err != nil {
		return refuse("%s: %v", cmd.File, err)
	}
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	var blocked []directory.BlockedDomain
	for _, b := range listed.suspended {
		if _, err := d.DomainToBlock(ctx, b.Domain); err != nil {
			fmt.Fprintf(std.err, "not blocked: %v\n", err)
			continue
		}
		blocked = append(blocked, b)
	}
	if err := d.BlockDomains(ctx, directory.Actor{Name: fromCommandLine}, blocked...); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%d domains are blocked; %d cannot be; %d have another severity than suspend.\n",
		len(blocked), len(listed.suspended)-len(blocked), listed.milder)
	return nil
}
