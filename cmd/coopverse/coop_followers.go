package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"coopverse/directory"
)

type coopFollowersCommand struct {
	Handle string `arg:"" help:"The co-op's handle, or directory."`
	JSON   bool   `name:"json" help:"Print JSON." env:"-"`
}

// Help shows an example.
func (coopFollowersCommand) Help() string {
	return "Example:\n\n  coopverse coop followers igalia --data ./data"
}

// Run lists who follows, since when, and whether their server has the Accept.
func (cmd *coopFollowersCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	if err := mustExist(ctx, d, cmd.Handle); err != nil {
		return err
	}
	followers, err := d.Followers(ctx, cmd.Handle)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return printFollowersJSON(std, followers)
	}
	w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	for _, f := range followers {
		accepted := "accepted"
		if f.AcceptedAt == nil {
			accepted = "the Accept is owed"
		}
		if f.Mirrors {
			accepted += fmt.Sprintf(", mirrors the log and was told of %d records", f.Rung)
		}
		fmt.Fprintf(w, "%s\tsince %s\t%s\n", f.PeerID, f.FollowedAt.Format(time.DateTime), accepted)
	}
	fmt.Fprintf(w, "%d followers\n", len(followers))
	return w.Flush()
}

func printFollowersJSON(std streams, followers []directory.Follower) error {
	type row struct {
		Actor    string     `json:"actor"`
		Followed time.Time  `json:"followed"`
		Accepted *time.Time `json:"accepted"` // null while the Accept is owed
		Mirrors  bool       `json:"mirrors"`  // the public log
		Records  int64      `json:"records"`  // of the log that a mirror was told of
	}
	rows := make([]row, len(followers))
	for i, f := range followers {
		rows[i] = row{f.PeerID, f.FollowedAt, f.AcceptedAt, f.Mirrors, f.Rung}
	}
	return printJSON(std, rows)
}

// mustExist refuses a handle that no actor has. A removed co-op still has
// followers to be told.
func mustExist(ctx context.Context, d *directory.Directory, handle string) error {
	err := d.Exists(ctx, handle)
	var gone *directory.GoneError
	if errors.As(err, &gone) {
		return nil
	}
	return err
}
