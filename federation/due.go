package federation

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"coopverse/directory"
)

const (
	// dueEvery is how often it is looked whether a scheduled post is due.
	dueEvery = time.Second
	// dueLookUps is how long looking up whom one post names may take.
	dueLookUps = 30 * time.Second
)

// fromSchedule is the origin of what waited for its time, for the history.
const fromSchedule = "schedule"

// PublishDue publishes scheduled posts until ctx ends, when they are due or, if
// nobody was there then, as soon as somebody is. Processes that share a database
// may all do so: each post is published once.
func (f *Federation) PublishDue(ctx context.Context) {
	ticker := time.NewTicker(dueEvery)
	defer ticker.Stop()
	out := underWay{posts: make(map[int64]string)}
	var group sync.WaitGroup
	defer group.Wait()
	for {
		due, err := f.directory.DuePosts(ctx, out.busy()...)
		if err != nil && ctx.Err() == nil {
			f.complain("looking for scheduled posts", err)
		}
		for _, s := range due {
			if !out.add(s) {
				continue
			}
			group.Go(func() {
				defer out.end(s)
				if err := f.publishDue(ctx, s); err != nil && ctx.Err() == nil {
					f.complain("publishing a scheduled post", err, "coop", s.Handle, "scheduled", s.ID)
				}
			})
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// dueOfOne is how many posts of one co-op are published at a time. Looking up
// whom they name may take long, and holds up nobody else.
const dueOfOne = 4

// underWay are the posts that are being published, with whose they are.
type underWay struct {
	mu    sync.Mutex
	posts map[int64]string
}

// add says whether a post is to be published now, and is not already.
func (u *underWay) add(s directory.ScheduledPost) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, is := u.posts[s.ID]; is || u.of(s.Handle) >= dueOfOne {
		return false
	}
	u.posts[s.ID] = s.Handle
	return true
}

func (u *underWay) end(s directory.ScheduledPost) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.posts, s.ID)
}

// busy lists the co-ops of which no more posts are published now.
func (u *underWay) busy() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	var handles []string
	for _, handle := range u.posts {
		if u.of(handle) >= dueOfOne && !slices.Contains(handles, handle) {
			handles = append(handles, handle)
		}
	}
	return handles
}

func (u *underWay) of(handle string) (n int) {
	for _, whose := range u.posts {
		if whose == handle {
			n++
		}
	}
	return n
}

// publishDue publishes one post, or notes why that could not be.
func (f *Federation) publishDue(ctx context.Context, s directory.ScheduledPost) error {
	draft, err := f.directory.ScheduledDraft(ctx, s)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, dueLookUps)
	defer cancel()
	_, err = f.Publish(limited, s.By(), s.Handle, draft, fromSchedule)
	var moved *directory.MovedError
	var gone *directory.GoneError
	switch {
	case err == nil, errors.Is(err, directory.ErrConflict), errors.As(err, &gone), ctx.Err() != nil:
		return ctx.Err() // it is out, or is to say something else now
	case errors.Is(err, directory.ErrNotMember):
		return f.directory.NotPublished(ctx, s, directory.ErrNotMember.Error(), true)
	case errors.As(err, &moved):
		return f.directory.NotPublished(ctx, s, moved.Error(), true)
	}
	f.logger.Warn("a scheduled post was not published", "coop", s.Handle, "scheduled", s.ID, "tries", s.Tries+1, "error", err)
	return f.directory.NotPublished(ctx, s, whyNot(err), false)
}

// whyNot is an error as the co-op reads it.
func whyNot(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "looking up whom it names took too long"
	}
	if _, why, found := strings.Cut(err.Error(), directory.ErrInvalid.Error()+": "); found {
		return why
	}
	return err.Error()
}
