package main

import (
	"context"
	"fmt"
	"strings"

	"coopverse/directory"
)

// mirroredCoop names an entry of a copy.
type mirroredCoop struct {
	Host   string `arg:"" help:"The directory's host, as mirror list shows it."`
	Handle string `arg:"" help:"The co-op's handle there."`
}

// edit changes what is said here of the entry.
func (c mirroredCoop) edit(ctx context.Context, p *program, change func(*directory.Overlay)) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	return directory.New(db).EditOverlay(ctx, operator, c.Host, c.Handle, change)
}

func (c mirroredCoop) String() string {
	return fmt.Sprintf("@%s of %s", strings.TrimPrefix(c.Handle, "@"), c.Host)
}

type mirrorHideCommand struct{ mirroredCoop }

// Help shows an example.
func (mirrorHideCommand) Help() string {
	return "It stays hidden when its home changes it, lists it anew, or is mirrored anew.\n\nExample:\n\n  coopverse mirror hide coops.example agaric --data ./data"
}

// Run hides one entry from readers.
func (cmd *mirrorHideCommand) Run(ctx context.Context, p *program, std streams) error {
	if err := cmd.edit(ctx, p, func(o *directory.Overlay) { o.Hidden = true }); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is hidden here.\n", cmd)
	return nil
}

type mirrorShowCommand struct{ mirroredCoop }

// Help shows an example.
func (mirrorShowCommand) Help() string {
	return "Example:\n\n  coopverse mirror show coops.example agaric --data ./data"
}

// Run shows one entry that was hidden.
func (cmd *mirrorShowCommand) Run(ctx context.Context, p *program, std streams) error {
	if err := cmd.edit(ctx, p, func(o *directory.Overlay) { o.Hidden = false }); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s is shown here.\n", cmd)
	return nil
}

type mirrorTagCommand struct {
	mirroredCoop
	Tags []string `arg:"" optional:"" name:"tag" help:"Words of yours to find it by, at most 10 of 40 characters; none takes the tags away."`
}

// Help shows an example.
func (mirrorTagCommand) Help() string {
	return "The tags stand in place of those that it had. They are shown and found in this directory only.\n\nExample:\n\n  coopverse mirror tag coops.example agaric member \"met in Lille\" --data ./data"
}

// Run tags one entry.
func (cmd *mirrorTagCommand) Run(ctx context.Context, p *program, std streams) error {
	if err := cmd.edit(ctx, p, func(o *directory.Overlay) { o.Tags = cmd.Tags }); err != nil {
		return err
	}
	if len(cmd.Tags) == 0 {
		fmt.Fprintf(std.out, "%s has no tags here.\n", cmd)
		return nil
	}
	fmt.Fprintf(std.out, "%s is tagged here: %s.\n", cmd, strings.Join(cmd.Tags, ", "))
	return nil
}

type mirrorAnnotateCommand struct {
	mirroredCoop
	Text string `arg:"" optional:"" help:"What you say of it, at most 500 characters; none takes the note away."`
}

// Help shows an example.
func (mirrorAnnotateCommand) Help() string {
	return "The note stands in place of the one that it had. It is shown and found in this directory only.\n\nExample:\n\n  coopverse mirror annotate coops.example agaric \"They helped us with our bylaws.\" --data ./data"
}

// Run annotates one entry.
func (cmd *mirrorAnnotateCommand) Run(ctx context.Context, p *program, std streams) error {
	if err := cmd.edit(ctx, p, func(o *directory.Overlay) { o.Note = cmd.Text }); err != nil {
		return err
	}
	if cmd.Text == "" {
		fmt.Fprintf(std.out, "%s has no note here.\n", cmd)
		return nil
	}
	fmt.Fprintf(std.out, "%s is annotated here.\n", cmd)
	return nil
}
