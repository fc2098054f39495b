package main

import (
	"context"
	"fmt"
	"time"

	"coopverse/directory"
)

type coopBlockCommand struct {
	Handle string `arg:"" help:"The co-op's handle, or directory."`
	Actor  string `arg:"" help:"Whom it does not want to hear: name@host, or the actor's address."`
}

// Help shows an example.
func (coopBlockCommand) Help() string {
	return "Whom a co-op blocks follows it no more and is told so; its replies vanish, and what it says has no effect, also after it has moved.\n\nExample:\n\n  coopverse coop block igalia mallory@social.example --data ./data"
}

// Run blocks somebody of whom the directory has heard.
func (cmd *coopBlockCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	peer, err := d.PeerNamed(ctx, cmd.Actor)
	if err != nil {
		return err
	}
	if err := d.BlockSender(ctx, operator, cmd.Handle, peer.ID); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is blocked by %s.\n", peer.ID, cmd.Handle)
	return nil
}

type coopUnblockCommand struct {
	Handle string `arg:"" help:"The co-op's handle, or directory."`
	Actor  string `arg:"" help:"Whom it wants to hear again, as coop blocks shows it."`
}

// Help shows an example.
func (coopUnblockCommand) Help() string {
	return "The replies are shown again. Who followed has to do so anew.\n\nExample:\n\n  coopverse coop unblock igalia mallory@social.example --data ./data"
}

// Run ends a block.
func (cmd *coopUnblockCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	blocks, err := d.Blocks(ctx, cmd.Handle)
	if err != nil {
		return err
	}
	peer := cmd.Actor
	for _, b := range blocks {
		if b.Account == cmd.Actor {
			peer = b.PeerID
		}
	}
	if err := d.UnblockSender(ctx, operator, cmd.Handle, peer); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is not blocked by %s any more.\n", peer, cmd.Handle)
	return nil
}

type coopBlocksCommand struct {
	Handle string `arg:"" help:"The co-op's handle, or directory."`
	JSON   bool   `name:"json" help:"Print JSON." env:"-"`
}

// Help shows an example.
func (coopBlocksCommand) Help() string {
	return "Example:\n\n  coopverse coop blocks igalia --data ./data"
}

// Run lists whom a co-op has blocked, newest first.
func (cmd *coopBlocksCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	blocks, err := directory.New(db).Blocks(ctx, cmd.Handle)
	shown := make([]shownBlock, len(blocks))
	for i, b := range blocks {
		shown[i] = shownBlock{b.PeerID, b.Account, b.MadeAt}
	}
	return printEach(std, cmd.JSON, shown, err, func(b shownBlock) string {
		return fmt.Sprintf("%s\t%s\tsince %s", b.Account, b.Actor, b.Blocked.Format(time.DateOnly))
	})
}

type shownBlock struct {
	Actor   string    `json:"actor"`
	Account string    `json:"account"`
	Blocked time.Time `json:"blocked"`
}
