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

// letterFor writes the activity for a change, and says which actor of ours
// speaks it; without a body if the inbox knows already what it would say. Ten
// edits of a profile are one Update with the last state. Posts are told one by
// one, except that what was deleted before it was ever sent is not sent.
//
// An activity's id says which state it carries. What we sent may have been
// taken without our knowing, if one of the two was cut off before the answer.
// If that is sent again after another edit it must have another id, since many
// servers pass over an id that they have seen.
func (f *Federation) letterFor(ctx context.Context, v *visit, c directory.Change) (speaker string, l letter, err error) {
	if c.ID <= v.Inbox.Taken { // it was refused, and operators have it sent again
		if since, err := f.directory.ToldSince(ctx, v.Inbox, c); err != nil || since {
			return c.Handle, letter{}, err
		}
	}
	if id, ok := c.PostID(); ok {
		return f.letterForPost(ctx, v, c, id)
	}
	switch c.Kind {
	case directory.KindMoved:
		l, err = f.letters.of(ctx, v.Head, c, false, c.Handle, func() (letter, error) { return f.move(ctx, c) })
	case directory.KindRekeyed, directory.KindCollected:
		l, err = f.updateState(ctx, v, c)
	default:
		l, err = f.updateProfile(ctx, v, c)
	}
	return c.Handle, l, err
}

func (f *Federation) move(ctx context.Context, c directory.Change) (letter, error) {
	coop, err := f.directory.Coop(ctx, c.Handle)
	var gone *directory.GoneError
	switch {
	case errors.As(err, &gone), err == nil && coop.MovedTo != c.After:
		return letter{}, errWithdrawn // the removal, or where it speaks now, follows
	case err != nil:
		return letter{}, err
	}
	return written(f.site.Move(c.Handle, c.After, c.ID, c.At))
}

// updateState tells of what the change log has no version for: new keys and
// other collections. The number of the last change is read before the actor,
// so that what is sent holds every change up to it.
func (f *Federation) updateState(ctx context.Context, v *visit, c directory.Change) (letter, error) {
	if c.ID <= v.sent.state[c.Handle] {
		return letter{}, nil
	}
	l, err := f.letters.of(ctx, v.Head, c, false, c.Handle, func() (letter, error) {
		head, err := f.directory.LastChange(ctx)
		if err != nil {
			return letter{}, err
		}
		actor, err := f.actorOf(ctx, c.Handle)
		var gone *directory.GoneError
		if errors.As(err, &gone) {
			return letter{}, errWithdrawn // the removal follows
		}
		if err != nil {
			return letter{}, err
		}
		l, err := written(f.site.UpdateActor(c.Handle, actor, f.site.Activity(c.Handle, head, "state"), c.At))
		l.holds = head
		return l, err
	})
	if err == nil {
		v.sent.state[c.Handle] = l.holds
	}
	return l, err
}

func (f *Federation) updateProfile(ctx context.Context, v *visit, c directory.Change) (letter, error) {
	if c.Version <= v.sent.version[c.Handle] {
		return letter{}, nil
	}
	l, err := f.letters.of(ctx, v.Head, c, false, c.Handle, func() (letter, error) {
		coop, err := f.directory.Coop(ctx, c.Handle)
		var gone *directory.GoneError
		switch {
		case errors.As(err, &gone) && c.Kind != directory.KindRemoved && c.Kind != directory.KindMerged:
			return letter{}, errWithdrawn // the removal follows
		case errors.As(err, &gone):
			return written(f.site.DeleteActor(c.Handle, c.ID, c.At))
		case err != nil:
			return letter{}, err
		}
		actor, err := f.coopActor(ctx, coop)
		if err != nil {
			return letter{}, err
		}
		l, err := written(f.site.UpdateActor(c.Handle, actor, f.site.Activity(c.Handle, coop.Version, "profile"), c.At))
		l.holds = coop.Version
		return l, err
	})
	if err == nil && l.holds > 0 {
		v.sent.version[c.Handle] = l.holds
	}
	return l, err
}

// letterForPost tells of a post. A boost is said by who boosts; an edit and a
// deletion only by the author, also to those who know the post from a boost.
func (f *Federation) letterForPost(ctx context.Context, v *visit, c directory.Change, id int64) (speaker string, l letter, err error) {
	post, err := f.letters.post(ctx, v.Head, id)
	if err != nil {
		return "", letter{}, err
	}
	unknown, err := f.unknown(ctx, v, c, post)
	if err != nil {
		return "", letter{}, err
	}
	boosted := c.Handle != post.Handle
	switch {
	case post.DeletedAt != nil && (unknown || c.Kind != directory.KindPostDeleted):
		return "", letter{}, errWithdrawn
	case c.Kind == directory.KindBoosted:
		l, err = f.letters.of(ctx, v.Head, c, false, c.Handle, func() (letter, error) { return written(f.site.Announce(c.Handle, post, c.At)) })
		return c.Handle, l, err
	case boosted && unknown:
		return "", letter{}, errWithdrawn // the boost was refused there
	}
	if boosted || post.DeletedAt != nil {
		before, err := f.directory.ToldBefore(ctx, v.Inbox, c)
		if err != nil || before {
			return "", letter{}, err
		}
	}
	l, err = f.noteActivity(ctx, v, c, post, unknown)
	return post.Handle, l, err
}

// unknown says whether an inbox that is to hear of a post cannot know it yet. Who
// has answered or liked a post has fetched it, and is told of its edits and of
// its deletion without ever having been sent it.
func (f *Federation) unknown(ctx context.Context, v *visit, c directory.Change, post directory.Post) (never bool, err error) {
	if told, known := v.Told[post.ID]; known {
		never = !told
	} else if never, err = f.directory.NeverTold(ctx, v.Inbox, post); err != nil {
		return false, err
	}
	if !never || c.Kind != directory.KindPostEdited && c.Kind != directory.KindPostDeleted {
		return never, nil
	}
	fetched, err := f.directory.FetchedBy(ctx, v.Inbox, post)
	return !fetched, err
}

func (f *Federation) noteActivity(ctx context.Context, v *visit, c directory.Change, post directory.Post, unknown bool) (letter, error) {
	if at, ok := v.sent.post[post.ID]; ok && post.DeletedAt == nil && !at.Before(post.UpdatedAt) {
		return letter{}, nil
	}
	l, err := f.letters.of(ctx, v.Head, c, unknown, post.Handle, func() (letter, error) {
		if post.DeletedAt != nil {
			return written(f.site.DeleteNote(post, c.ID, c.At))
		}
		quotable, err := f.quotable(ctx, post.Handle)
		if err != nil {
			return letter{}, err
		}
		if unknown {
			return written(f.site.CreateNote(post, quotable))
		}
		return written(f.site.UpdateNote(post, quotable))
	})
	// Nobody takes the same note's Create twice, so an edit is told besides.
	if err == nil && post.DeletedAt == nil && !(unknown && post.Changed()) {
		v.sent.post[post.ID] = post.UpdatedAt
	}
	return l, err
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
