package main

import (
	"context"
	"fmt"
	"strings"

	"coopverse/directory"
)

type coopInviteCommand struct {
	Handle string `arg:"" help:"The co-op's handle."`
	Role   string `help:"What they become: an owner can also invite others and remove them." enum:"owner,editor" default:"owner" env:"-"`
}

// Help shows an example.
func (coopInviteCommand) Help() string {
	return "It is for people whom you know, when the co-op's website cannot prove who they are. Send the link to nobody else: whoever opens it first has it.\n\nExample:\n\n  coopverse coop invite igalia --data ./data\n  coopverse coop invite igalia --role editor --data ./data"
}

// Run prints the link.
func (cmd *coopInviteCommand) Run(ctx context.Context, p *program, std streams) error {
	handle := strings.ToLower(cmd.Handle)
	if !directory.IsCoop(handle) {
		return refuse("@%s is no co-op; coopverse operators add invites somebody to run the directory", handle)
	}
	becomes := map[string]string{"owner": "an owner", "editor": "an editor"}[cmd.Role] + " of " + handle
	return printInvitation(ctx, p, std, handle, directory.Role(cmd.Role), becomes)
}

// printInvitation makes an invitation and prints its link, of which nothing is
// kept by which it could be printed again.
func printInvitation(ctx context.Context, p *program, std streams, handle string, role directory.Role, becomes string) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	origin, err := d.Origin(ctx)
	if err != nil {
		return err
	}
	if origin == "" {
		return refuse("the directory has no address yet, with which the link begins: start coopverse serve, or coopverse try --data DIR, first")
	}
	token, err := d.Invite(ctx, operator, handle, role)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s/invitations/%s\nWhoever opens it becomes %s. It works once, within seven days.\n", origin, token, becomes)
	return nil
}
