package federation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"coopverse/directory"
)

// told remembers within one visit to an inbox what it has been sent already.
type told struct {
	version map[string]int64    // of each co-op's profile
	state   map[string]int64    // of each other actor: the last change that what was sent holds
	post    map[int64]time.Time // when the text that was sent was written
}

func newTold() *told {
	return &told{make(map[string]int64), make(map[string]int64), make(map[int64]time.Time)}
}

// errWithdrawn means that a post was deleted before it was sent.
var errWithdrawn = errors.New("withdrawn before it was told")

// activityFor writes the activity for a change, and says which actor of ours
// speaks it; nil if the inbox knows already what it would say. Ten edits of a
// profile are one Update with the last state. Posts are told one by one, except
// that what was deleted before it was ever sent is not sent.
//
// An activity's id says which state it carries. What we sent may have been
// taken without our knowing, if one of the two was cut off before the answer.
// If that is sent again after another edit it must have another id, since many
// servers pass over an id that they have seen.
func (f *Federation) activityFor(ctx context.Context, inbox directory.Inbox, c directory.Change, sent *told) (speaker string, body []byte, err error) {
	if id, ok := c.PostID(); ok {
		return f.activityForPost(ctx, inbox, c, id, sent)
	}
	switch c.Kind {
	case directory.KindMoved:
		body, err = f.move(ctx, c)
	case directory.KindRekeyed, directory.KindCollected:
		body, err = f.updateState(ctx, c, sent)
	default:
		body, err = f.updateProfile(ctx, c, sent)
	}
	return c.Handle, body, err
}

func (f *Federation) move(ctx context.Context, c directory.Change) ([]byte, error) {
	coop, err := f.directory.Coop(ctx, c.Handle)
	var gone *directory.GoneError
	switch {
	case errors.As(err, &gone), err == nil && coop.MovedTo != c.After:
		return nil, errWithdrawn // the removal, or where it speaks now, follows
	case err != nil:
		return nil, err
	}
	return f.site.Move(c.Handle, c.After, c.ID, c.At)
}

// updateState tells of what the change log has no version for: new keys and
// other collections. The number of the last change is read before the actor,
// so that what is sent holds every change up to it.
func (f *Federation) updateState(ctx context.Context, c directory.Change, sent *told) ([]byte, error) {
	if c.ID <= sent.state[c.Handle] {
		return nil, nil
	}
	head, err := f.directory.LastChange(ctx)
	if err != nil {
		return nil, err
	}
	actor, err := f.actorOf(ctx, c.Handle)
	var gone *directory.GoneError
	if errors.As(err, &gone) {
		return nil, errWithdrawn // the removal follows
	}
	if err != nil {
		return nil, err
	}
	sent.state[c.Handle] = head
	return f.site.UpdateActor(c.Handle, actor, f.site.Activity(c.Handle, head, "state"), c.At)
}

func (f *Federation) updateProfile(ctx context.Context, c directory.Change, sent *told) ([]byte, error) {
	if c.Version <= sent.version[c.Handle] {
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
	sent.version[c.Handle] = coop.Version
	return f.site.UpdateActor(c.Handle, actor, f.site.Activity(c.Handle, coop.Version, "profile"), c.At)
}

// activityForPost tells of a post. A boost is said by who boosts; an edit and a
// deletion only by the author, also to those who know the post from a boost.
func (f *Federation) activityForPost(ctx context.Context, inbox directory.Inbox, c directory.Change, id int64, sent *told) (speaker string, body []byte, err error) {
	post, err := f.directory.PostByID(ctx, id)
	if err != nil {
		return "", nil, err
	}
	unknown, err := f.unknown(ctx, inbox, c, post)
	if err != nil {
		return "", nil, err
	}
	boosted := c.Handle != post.Handle
	switch {
	case post.DeletedAt != nil && (unknown || c.Kind != directory.KindPostDeleted):
		return "", nil, errWithdrawn
	case c.Kind == directory.KindBoosted:
		body, err = f.site.Announce(c.Handle, post, c.At)
		return c.Handle, body, err
	case boosted && unknown:
		return "", nil, errWithdrawn // the boost was refused there
	}
	if boosted || post.DeletedAt != nil {
		before, err := f.directory.ToldBefore(ctx, inbox, c)
		if err != nil || before {
			return "", nil, err
		}
	}
	body, err = f.noteActivity(ctx, c, post, unknown, sent)
	return post.Handle, body, err
}

// unknown says whether an inbox that is to hear of a post cannot know it yet. Who
// has answered or liked a post has fetched it, and is told of its edits and of
// its deletion without ever having been sent it.
func (f *Federation) unknown(ctx context.Context, inbox directory.Inbox, c directory.Change, post directory.Post) (bool, error) {
	never, err := f.directory.NeverTold(ctx, inbox, post)
	if err != nil || !never || c.Kind != directory.KindPostEdited && c.Kind != directory.KindPostDeleted {
		return never, err
	}
	fetched, err := f.directory.FetchedBy(ctx, inbox, post)
	return !fetched, err
}

func (f *Federation) noteActivity(ctx context.Context, c directory.Change, post directory.Post, unknown bool, sent *told) ([]byte, error) {
	if post.DeletedAt != nil {
		return f.site.DeleteNote(post, c.ID, c.At)
	}
	if at, ok := sent.post[post.ID]; ok && !at.Before(post.UpdatedAt) {
		return nil, nil
	}
	quotable, err := f.quotable(ctx, post.Handle)
	if err != nil {
		return nil, err
	}
	if unknown && post.Changed() {
		// Nobody takes the same note's Create twice, so the edit is told besides.
		return f.site.CreateNote(post, quotable)
	}
	sent.post[post.ID] = post.UpdatedAt
	if unknown {
		return f.site.CreateNote(post, quotable)
	}
	return f.site.UpdateNote(post, quotable)
}

// quotable says whether others may quote what the actor posts.
func (f *Federation) quotable(ctx context.Context, handle string) (bool, error) {
	if !directory.IsCoop(handle) {
		return true, nil
	}
	c, err := f.directory.Coop(ctx, handle)
	return c.MayBeQuoted(), err
}

// answer writes what one inbox alone is owed.
func (f *Federation) answer(ctx context.Context, a directory.Answer) ([]byte, error) {
	if a.Type == "Delete" {
		leave, err := f.directory.AuthorizationByID(ctx, a.AuthorizationID)
		if err != nil {
			return nil, err
		}
		return f.site.DeleteAuthorization(leave, a.MadeAt)
	}
	if m, ok := a.Message(); ok {
		return f.site.Message(m, a.ID, a.MadeAt)
	}
	if report, ok := a.LogReport(); ok {
		return f.site.ReportLog(report)
	}
	if follow, ok := a.LogFollow(); ok {
		if a.Type == "Undo" {
			return f.site.UnfollowLog(follow)
		}
		return f.site.FollowLog(follow)
	}
	if a.BlockID != 0 {
		b, err := f.directory.BlockByID(ctx, a.BlockID)
		switch {
		case err != nil:
			return nil, err
		case a.Type == "Undo":
			return f.site.Unblock(b)
		}
		return f.site.Block(b)
	}
	n := fmt.Sprint(a.ID)
	if a.Type == "Reject" {
		return f.site.Reject(a.Handle, []byte(a.Request), n)
	}
	return f.site.Accept(a.Handle, []byte(a.Request), n, f.site.AuthorizationAddress(a.Handle, fmt.Sprint(a.AuthorizationID)))
}
