package main

import (
	"context"
	"fmt"

	"coopverse/directory"
)

type peerCommands struct {
	List     peersListCommand     `cmd:"" help:"List the servers we have to do with, and the domains that are blocked or allowed."`
	Show     peersShowCommand     `cmd:"" help:"Say what waits for a server, and what it refused."`
	Try      peersTryCommand      `cmd:"" help:"Send what waits for a server at once."`
	LetGo    peersLetGoCommand    `cmd:"" help:"Never send what waits for a server."`
	Block    peersBlockCommand    `cmd:"" help:"Have nothing to do with a domain and all below it."`
	Unblock  peersUnblockCommand  `cmd:"" help:"End the block of a domain."`
	Allow    peersAllowCommand    `cmd:"" help:"Put a domain on the list of those that are spoken with when only some are."`
	Disallow peersDisallowCommand `cmd:"" help:"Take a domain off that list."`
	Admit    peersAdmitCommand    `cmd:"" help:"Let an actor in who has come back with another key."`
	Import   peersImportCommand   `cmd:"" help:"Block or allow the domains of a list that Mastodon has exported."`
	Export   peersExportCommand   `cmd:"" help:"Write the blocked or the allowed domains as a list that Mastodon imports."`
}

type peersBlockCommand struct {
	Domain string `arg:"" help:"The domain, such as social.example."`
	Reason string `help:"Why, for everybody: it stands on the page about the directory." env:"-"`
	Note   string `help:"What only operators can read." env:"-"`

	Obfuscate bool `help:"Show the domain to everybody with stars in its middle." env:"-"`
}

// Help shows an example.
func (peersBlockCommand) Help() string {
	return "It holds at once in every process. Nobody there is heard or told of anything; followings from there end for good, replies are shown again when the block ends.\n\nExample:\n\n  coopverse peers block social.example --reason 'Spam' --data ./data"
}

// Run blocks one domain, or gives it another reason.
func (cmd *peersBlockCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	b := directory.BlockedDomain{Domain: cmd.Domain, Reason: cmd.Reason, Note: cmd.Note, Obfuscated: cmd.Obfuscate}
	if err := d.BlockDomains(ctx, operator, b); err != nil {
		return err
	}
	domain, err := d.DomainToBlock(ctx, cmd.Domain)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is blocked, with all below it.\n", domain)
	return nil
}

type peersUnblockCommand struct {
	Domain string `arg:"" help:"The domain, as peers list shows it."`
}

// Help shows an example.
func (peersUnblockCommand) Help() string {
	return "Replies from there are shown again. Who followed has to do so anew.\n\nExample:\n\n  coopverse peers unblock social.example --data ./data"
}

// Run ends one block.
func (cmd *peersUnblockCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := directory.New(db).UnblockDomain(ctx, operator, cmd.Domain); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is not blocked any more.\n", cmd.Domain)
	return nil
}
