package federation

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"sync"
	"time"

	"coopverse/directory"
	"coopverse/federation/document"
	"coopverse/federation/fetch"
	"coopverse/federation/proof"
	"coopverse/federation/signature"
)

const (
	// sweepEvery is how often inboxes are looked for that are behind. An edit
	// by any process is told within this time.
	sweepEvery = 250 * time.Millisecond
	// tidyEvery is how often what is remembered of other servers is looked
	// through for what is not needed any more.
	tidyEvery = time.Hour
	// leaseTime is how long an inbox is ours, if Config says nothing else.
	leaseTime = time.Minute
	// batch is how many changes are read for an inbox at once.
	batch = 50
	// patience is how long an inbox may fail before what it is owed is given up.
	patience = 7 * 24 * time.Hour
	// longestWait is the longest time between two tries.
	longestWait = 6 * time.Hour
	// goneTwice is how long after a first "gone" the inbox is asked again,
	// before it is forgotten.
	goneTwice = time.Minute
)

// Deliver tells inboxes what they are owed until ctx ends. Any number of
// processes may do so on one database: an inbox is told by one at a time. It
// returns when every delivery under way is over.
func (f *Federation) Deliver(ctx context.Context) {
	process := processName()
	free := make(chan struct{}, f.workers)
	var group sync.WaitGroup
	defer group.Wait()
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	var tidied time.Time
	for n := 1; ; n++ {
		// Each sweep has a name of its own: a lease that has run out is lost to
		// the next sweep of the same process as well.
		if err := f.sweep(ctx, fmt.Sprintf("%s/%d", process, n), free, &group); err != nil && ctx.Err() == nil {
			f.logger.Error("deliveries are held up", "error", err)
		}
		if time.Since(tidied) > tidyEvery {
			tidied = time.Now()
			if err := f.directory.Tidy(ctx); err != nil && ctx.Err() == nil {
				f.logger.Error("tidying", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// sweep wakes the inboxes that are behind and starts on as many as there are
// workers free.
func (f *Federation) sweep(ctx context.Context, holder string, free chan struct{}, group *sync.WaitGroup) error {
	if err := f.directory.WakeInboxes(ctx); err != nil {
		return err
	}
	room := cap(free) - len(free)
	if room == 0 {
		return nil
	}
	inboxes, err := f.directory.LeaseInboxes(ctx, holder, room, f.lease)
	if err != nil {
		return err
	}
	for _, inbox := range inboxes {
		free <- struct{}{}
		group.Go(func() {
			defer func() { <-free }()
			f.tell(ctx, inbox)
		})
	}
	return nil
}

// processName is different for each process on each machine.
func processName() string {
	host, _ := os.Hostname() // a name without it is as unique
	return fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text())
}

// tell brings one inbox up to date, in order, and then lets go of it. When ctx
// ends it finishes the delivery under way and leaves the rest to be found.
func (f *Federation) tell(ctx context.Context, inbox directory.Inbox) {
	// What was begun is brought to its end and written down even if the program
	// is told to stop: otherwise it would be sent a second time.
	finish := context.WithoutCancel(ctx)
	err := f.tellAccepts(ctx, finish, &inbox)
	if err == nil {
		err = f.tellAnswers(ctx, finish, &inbox)
	}
	if err == nil {
		err = f.ringBells(ctx, finish, &inbox)
	}
	if err == nil {
		err = f.tellChanges(ctx, finish, &inbox)
	}
	switch {
	case err == nil && ctx.Err() != nil:
		err = f.directory.Release(finish, inbox)
	case err == nil:
		err = f.directory.LetGo(finish, inbox)
	case errors.Is(err, directory.ErrLeaseLost):
		return
	default:
		err = f.putOff(finish, inbox, err)
	}
	if err != nil {
		f.logger.Error("delivery", "inbox", inbox.URL, "error", err)
	}
}

// tellAccepts sends the Accepts of Follows that are owed.
func (f *Federation) tellAccepts(ctx, finish context.Context, inbox *directory.Inbox) error {
	return tellEach(ctx, finish, f, inbox, f.directory.OwedAccepts, f.tellAccept)
}

// tellAnswers sends what else this inbox alone is owed.
func (f *Federation) tellAnswers(ctx, finish context.Context, inbox *directory.Inbox) error {
	return tellEach(ctx, finish, f, inbox, f.directory.OwedAnswers, f.tellAnswer)
}

// tellEach sends, one by one, what an inbox is owed besides changes. It may be
// much, and an actor's key takes a while to make, so the lease is extended on
// the way.
func tellEach[T any](ctx, finish context.Context, f *Federation, inbox *directory.Inbox,
	owed func(context.Context, int64) ([]T, error), send func(context.Context, directory.Inbox, T) error,
) error {
	extended := time.Now()
	for ctx.Err() == nil {
		batch, err := owed(finish, inbox.ID)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, one := range batch {
			if ctx.Err() != nil {
				return nil
			}
			if time.Since(extended) > f.lease/4 {
				if err := f.directory.Took(finish, inbox, inbox.Taken, nil, f.lease); err != nil {
					return err
				}
				extended = time.Now()
			}
			if err := send(finish, *inbox, one); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *Federation) tellAccept(ctx context.Context, inbox directory.Inbox, follower directory.Follower) error {
	// The Follow's id, which may be of any form, makes the Accept's, so that it
	// is the same each time it is tried.
	name := sha256.Sum256([]byte(follower.FollowID))
	body, err := f.site.Accept(follower.Handle, []byte(follower.Follow), hex.EncodeToString(name[:12]), "")
	if err != nil {
		return fmt.Errorf("write the Accept of %s: %w", follower.FollowID, err)
	}
	err = f.send(ctx, inbox.URL, follower.Handle, body, latest(follower.FollowedAt))
	if unwanted(err) {
		f.logger.Warn("Accept refused", "inbox", inbox.URL, "error", err)
	} else if err != nil {
		return err
	}
	return f.directory.Accepted(ctx, follower)
}

func (f *Federation) tellAnswer(ctx context.Context, inbox directory.Inbox, a directory.Answer) error {
	body, err := f.answer(ctx, a)
	if errors.Is(err, directory.ErrNotFound) {
		return f.directory.Answered(ctx, a) // the leave is gone with what it was for
	}
	if err != nil {
		return fmt.Errorf("write the %s of %s: %w", a.Type, a.Handle, err)
	}
	err = f.send(ctx, inbox.URL, a.Handle, body, latest(a.MadeAt))
	if unwanted(err) {
		f.logger.Warn("answer refused", "type", a.Type, "inbox", inbox.URL, "error", err)
	} else if err != nil {
		return err
	}
	return f.directory.Answered(ctx, a)
}

// tellChanges sends what the inbox is owed. The number of the last change is
// read before what is owed: an inbox that is owed nothing has then taken
// everything up to that number.
func (f *Federation) tellChanges(ctx, finish context.Context, inbox *directory.Inbox) error {
	sent := newTold()
	for ctx.Err() == nil {
		head, err := f.directory.LastChange(finish)
		if err != nil {
			return err
		}
		owed, err := f.directory.OwedChanges(finish, *inbox, batch)
		if err != nil {
			return err
		}
		if len(owed) == 0 {
			inbox.Taken = max(inbox.Taken, head)
			return nil
		}
		for _, change := range owed {
			if ctx.Err() != nil {
				return nil
			}
			if err := f.tellChange(finish, inbox, change, sent); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellChange sends one change and moves the inbox past it.
func (f *Federation) tellChange(ctx context.Context, inbox *directory.Inbox, change directory.Change, sent *told) error {
	speaker, body, err := f.activityFor(ctx, *inbox, change, sent)
	receipt := directory.Receipt{ChangeID: change.ID, InboxID: inbox.ID, Outcome: directory.Told, At: time.Now().UTC()}
	switch {
	case errors.Is(err, errWithdrawn):
		receipt.Outcome = directory.Withdrawn
	case errors.Is(err, document.ErrTooLarge):
		receipt.Outcome, receipt.Detail = directory.Refused, err.Error()
	case err != nil:
		return err
	}
	if body != nil {
		var failure *fetch.Error
		err = f.send(ctx, inbox.URL, speaker, body, change)
		switch {
		case errors.As(err, &failure) && (unwanted(err) || failure.Status == http.StatusUnauthorized && endsActor(change) || parks(*inbox, failure)):
			receipt.Outcome, receipt.Status, receipt.Detail = directory.Refused, failure.Status, failure.Error()
			*sent = *newTold()
		case err != nil:
			return err
		}
	}
	return f.directory.Took(ctx, inbox, change.ID, []directory.Receipt{receipt}, f.lease)
}

// unwanted says whether a delivery is over because one of the two servers does not
// want it: the other, or ours, whose operators have blocked its domain.
func unwanted(err error) bool {
	return errors.Is(err, fetch.ErrFinal) || errors.Is(err, fetch.ErrBlocked)
}

// parkAfter is how long one activity may be refused in a way that could pass
// before the later ones are tried without it.
const parkAfter = 24 * time.Hour

// parks says whether the inbox has answered, but not as hoped, for so long that
// it is likely to be about this activity.
func parks(inbox directory.Inbox, failure *fetch.Error) bool {
	answered := failure.Status == http.StatusUnauthorized || failure.Status >= 500 && failure.Status != http.StatusServiceUnavailable
	return answered && inbox.FailingSince != nil && time.Since(*inbox.FailingSince) > parkAfter
}

// endsActor says whether a change is the end of an actor. Whoever does not know
// its key cannot verify what tells of it, now or later, and keeps nothing of it.
func endsActor(c directory.Change) bool {
	return c.Kind == directory.KindRemoved || c.Kind == directory.KindMerged
}

// latest stands for a change after all others, for what is no change.
func latest(at time.Time) directory.Change { return directory.Change{ID: math.MaxInt64, At: at} }

// send signs as the actor with that handle and delivers. What tells of a change
// is signed with the keys of that time: new ones are told of with the old ones.
// A server that has heard of the new ones in another way refuses those (401),
// and is asked once more with the ones in use.
func (f *Federation) send(ctx context.Context, inbox, handle string, body []byte, about directory.Change) error {
	keys, err := f.keys.of(ctx, handle)
	if err != nil {
		return err
	}
	key := keys.at(about.ID)
	err = f.sendWith(ctx, inbox, key, body, about.At)
	var failure *fetch.Error
	if errors.As(err, &failure) && failure.Status == http.StatusUnauthorized && key.request.ID != keys.newest().request.ID {
		return f.sendWith(ctx, inbox, keys.newest(), body, about.At)
	}
	return err
}

func (f *Federation) sendWith(ctx context.Context, inbox string, key ownKey, body []byte, at time.Time) error {
	// A request that we answer may hold what has no canonical form, such as
	// half a character. The answer goes without a proof then.
	if proved, err := proof.Sign(body, key.proof, at); err == nil {
		body = proved
	}
	return f.client.Post(ctx, inbox, body, func(r *http.Request) error {
		return signature.Sign(r, body, &key.request, time.Now())
	})
}

// putOff decides when an inbox that failed is tried again, or that it is gone
// or has failed for too long.
func (f *Federation) putOff(ctx context.Context, inbox directory.Inbox, cause error) error {
	var failure *fetch.Error
	if !errors.As(cause, &failure) {
		failure = &fetch.Error{Kind: fetch.ErrTemporary, Err: cause}
		f.logger.Error("delivery", "inbox", inbox.URL, "error", cause)
	}
	f.logger.Info("inbox put off", "inbox", inbox.URL, "failures", inbox.Failures+1, "error", cause)
	gone := errors.Is(cause, fetch.ErrGone)
	switch {
	case gone && inbox.Gone:
		return f.directory.ForgetInbox(ctx, inbox, failure.Status, cause.Error())
	case inbox.FailingSince != nil && time.Since(*inbox.FailingSince) > patience:
		return f.directory.GiveUp(ctx, inbox, failure.Status, cause.Error())
	}
	wait := max(f.backoff(inbox.Failures), failure.RetryAfter)
	if gone {
		wait = min(goneTwice, 12*f.retry)
	}
	return f.directory.TryAgain(ctx, inbox, gone, cause.Error(), time.Now().Add(wait))
}

// backoff triples the wait with each failure, up to longestWait, and varies it
// by a quarter so that many inboxes of one host do not come back together.
func (f *Federation) backoff(failures int) time.Duration {
	wait := f.retry
	for range failures {
		wait = min(3*wait, longestWait)
	}
	return time.Duration(float64(wait) * (0.75 + mathrand.Float64()/2))
}
