package federation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"coopverse/directory"
)

// told remembers within one visit to an inbox what it has been sent already:
// for a handle the version of the profile, and for a post when the text that
// was sent was written.
type told map[string]any

func (t told) profile(handle string) int64 { n, _ := t["@"+handle].(int64); return n }

func (t told) post(p directory.Post) bool {
	at, ok := t[fmt.Sprint(p.ID)].(time.Time)
	return ok && !at.Before(p.UpdatedAt)
}

// errWithdrawn means that a post was deleted before it was sent.
var errWithdrawn = errors.New("withdrawn before it was told")

// activityFor writes the activity for a change, or nil if the inbox knows
// already what it would say. Ten edits of a profile are one Update with the
// last state. Posts are told one by one, except that what was deleted before
// it was ever sent is not sent.
//
// An activity's id says which state it carries. What we sent may have been
// taken without our knowing, if one of the two was cut off before the answer.
// If that is sent again after another edit it must have another id, since many
// servers pass over an id that they have seen.
func (f *Federation) activityFor(ctx context.Context, inbox directory.Inbox, c directory.Change, sent told) ([]byte, error) {
	if id, ok := c.PostID(); ok {
		return f.activityForPost(ctx, inbox, c, id, sent)
	}
	if c.Version <= sent.profile(c.Handle) {
		return nil, nil
	}
	coop, err := f.directory.Coop(ctx, c.Handle)
	var gone *directory.GoneError
	switch {
	case errors.As(err, &gone) && c.Kind != directory.KindRemoved && c.Kind != directory.KindMerged:
		return nil, errWithdrawn // the removal follows
	case errors.As(err, &gone):
		return f.site.DeleteActor(c.Handle, c.ID, c.At)
	case err != nil:
		return nil, err
	}
	actor, err := f.coopActor(ctx, coop)
	if err != nil {
		return nil, err
	}
	sent["@"+c.Handle] = coop.Version
	return f.site.UpdateActor(c.Handle, actor, coop.Version, c.At)
}

func (f *Federation) activityForPost(ctx context.Context, inbox directory.Inbox, c directory.Change, id int64, sent told) ([]byte, error) {
	post, err := f.directory.Post(ctx, c.Handle, id)
	if err != nil {
		return nil, err
	}
	unknown, err := f.directory.NeverTold(ctx, inbox, post)
	if err != nil {
		return nil, err
	}
	switch {
	case post.DeletedAt != nil && (unknown || c.Kind != directory.KindPostDeleted):
		return nil, errWithdrawn
	case post.DeletedAt != nil:
		return f.site.DeleteNote(post, c.ID, c.At)
	case sent.post(post):
		return nil, nil
	}
	if unknown && post.UpdatedAt.After(post.PublishedAt) {
		// Nobody takes the same note's Create twice, so the edit is told besides.
		return f.site.CreateNote(post)
	}
	sent[fmt.Sprint(post.ID)] = post.UpdatedAt
	if unknown {
		return f.site.CreateNote(post)
	}
	return f.site.UpdateNote(post)
}
