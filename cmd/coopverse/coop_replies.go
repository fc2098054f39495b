package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"coopverse/directory"

	"github.com/microcosm-cc/bluemonday"
)

type coopRepliesCommand struct {
	Handle string `arg:"" help:"The co-op's handle, or directory."`
	Hide   string `help:"Take the reply with this id off our pages and collections." placeholder:"ID" xor:"which" env:"-"`
	Show   string `help:"Show the reply with this id again." placeholder:"ID" xor:"which" env:"-"`
	JSON   bool   `name:"json" help:"Print JSON." env:"-"`
	Limit  int    `help:"How many, newest first." default:"50" env:"-"`
}

// Help shows an example.
func (coopRepliesCommand) Help() string {
	return "Example:\n\n  coopverse coop replies igalia --data ./data\n  coopverse coop replies igalia --hide https://social.example/users/ann/statuses/1 --data ./data"
}

// Run lists the replies to a co-op's posts, or hides or shows one.
func (cmd *coopRepliesCommand) Run(ctx context.Context, p *program, std streams) error {
	db, err := p.openExisting(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	d := directory.New(db)
	if id := cmd.Hide + cmd.Show; id != "" {
		if err := d.HideReply(ctx, operator, cmd.Handle, id, cmd.Hide != ""); err != nil {
			return err
		}
		done := "shown"
		if cmd.Hide != "" {
			done = "hidden"
		}
		fmt.Fprintf(std.out, "%s is %s.\n", id, done)
		return nil
	}
	replies, err := d.AllReplies(ctx, cmd.Handle, cmd.Limit)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return printRepliesJSON(std, replies)
	}
	return printEach(std, false, replies, nil, func(r directory.Reply) string {
		hidden := ""
		if r.HiddenAt != nil {
			hidden = " (hidden)"
		}
		return fmt.Sprintf("%s%s\n    %s, %s, in answer to %s\n    %s", r.ID, hidden, r.PublishedAt.Format(time.DateTime), r.PeerID, r.InReplyTo, oneLine(r.Content))
	})
}

// oneLine is HTML without its markup.
func oneLine(html string) string {
	return strings.Join(strings.Fields(bluemonday.StrictPolicy().AddSpaceWhenStrippingTag(true).Sanitize(html)), " ")
}

func printRepliesJSON(std streams, replies []directory.Reply) error {
	type row struct {
		ID        string     `json:"id"`
		Author    string     `json:"author"`
		InReplyTo string     `json:"inReplyTo"`
		Post      int64      `json:"post"` // number of ours; 0: the introduction
		Warning   string     `json:"warning,omitempty"`
		Content   string     `json:"content"`
		Language  string     `json:"language,omitempty"`
		Published time.Time  `json:"published"`
		Updated   time.Time  `json:"updated"`
		Hidden    *time.Time `json:"hidden"` // null while it is shown
	}
	rows := make([]row, len(replies))
	for i, r := range replies {
		rows[i] = row{r.ID, r.PeerID, r.InReplyTo, r.PostID, r.Warning, r.Content, r.Language, r.PublishedAt, r.UpdatedAt, r.HiddenAt}
	}
	return printJSON(std, rows)
}
