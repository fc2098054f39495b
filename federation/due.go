package federation

import (
	"context"
	"errors"
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
	var underWay sync.Map // by id: looking somebody up may take longer than until the next look
	var group sync.WaitGroup
	defer group.Wait()
	for {
		due, err := f.directory.DuePosts(ctx)
		if err != nil && ctx.Err() == nil {
			f.logger.Error("looking for scheduled posts", "error", err)
		}
		for _, s := range due {
			if _, is := underWay.LoadOrStore(s.ID, true); is {
				continue
			}
			group.Go(func() {
				defer underWay.Delete(s.ID)
				if err := f.publishDue(ctx, s); err != nil && ctx.Err() == nil {
					f.logger.Error("publishing a scheduled post", "coop", s.Handle, "scheduled", s.ID, "error", err)
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
