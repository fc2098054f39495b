package federation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"coopverse/directory"
	"coopverse/directory/clock"
	"coopverse/federation/document"
	"coopverse/federation/fetch"
)

const (
	// tidyEvery is how often what is remembered of other servers is looked
	// through for what is not needed any more.
	tidyEvery = time.Hour
	// leaseTime is how long an inbox is ours, if Config says nothing else.
	leaseTime = time.Minute
)

// Deliver tells inboxes what they are owed until ctx ends. Any number of
// processes may do so on one database: an inbox is told by one at a time. It
// returns when every delivery under way is over.
func (f *Federation) Deliver(ctx context.Context) {
	r := newRounds(f)
	defer r.group.Wait()
	r.group.Go(func() { f.tidy(ctx) })
	ticker := time.NewTicker(roundEvery)
	defer ticker.Stop()
	var swept, hurried time.Time
	if err := f.checkClock(ctx); err != nil && ctx.Err() == nil {
		f.complain("looking at the clock", err)
	}
	for {
		next := r.more
		if time.Since(swept) >= sweepEvery {
			swept, next = time.Now(), r.sweep
		}
		if err := next(ctx); err != nil && ctx.Err() == nil {
			f.complain("deliveries are held up", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-f.directory.Changed():
			// What comes after a pause is told at once. Of many changes in a row
			// each would wake the same inboxes: they are told together.
			if time.Since(hurried) >= sweepEvery {
				hurried, swept = time.Now(), time.Time{}
			}
		}
	}
}

// tidy forgets what is not needed any more, now and then. It may take long, and
// no delivery waits for it.
func (f *Federation) tidy(ctx context.Context) {
	ticker := time.NewTicker(tidyEvery)
	defer ticker.Stop()
	for {
		if err := f.directory.Tidy(ctx); err != nil && ctx.Err() == nil {
			f.complain("tidying", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// visit is the telling of one inbox, from its lease until it is let go of.
type visit struct {
	directory.Errand
	sent     *told
	answered bool                // its server is there; not written down yet
	took     directory.Signature // the kind that it took then
	letGo    bool                // it is leased no more
	leased   time.Time           // when, or when the lease was extended last
	speaks   bool                // it is its turn to speak to its server
	turn     func() error        // waits for that; or errNoTurn
	pass     func(failed bool)   // lets another one speak, unless the server has failed
}

// tell brings one inbox up to date, in order, and then lets go of it. When ctx
// ends it finishes the delivery under way and leaves the rest to be found.
func (f *Federation) tell(ctx context.Context, v *visit) {
	// What was begun is brought to its end and written down even if the program
	// is told to stop: otherwise it would be sent a second time.
	finish := context.WithoutCancel(ctx)
	err := f.tellAccepts(ctx, finish, v)
	if err == nil {
		err = f.tellAnswers(ctx, finish, v)
	}
	if err == nil {
		err = f.ringBells(ctx, finish, v)
	}
	if err == nil {
		err = f.tellChanges(ctx, finish, v)
	}
	switch {
	case err == nil && v.letGo, errors.Is(err, directory.ErrLeaseLost):
		return
	case err == nil, errors.Is(err, errNoTurn):
		err = f.directory.Release(finish, v.Inbox)
	default:
		err = f.putOff(finish, v, err)
	}
	if err != nil && !errors.Is(err, directory.ErrLeaseLost) {
		f.complain("delivery", err, "inbox", v.Inbox.URL)
	}
}

// tellAccepts sends the Accepts of Follows that are owed.
func (f *Federation) tellAccepts(ctx, finish context.Context, v *visit) error {
	if !v.Accepts {
		return nil
	}
	return tellEach(ctx, finish, f, v, f.owed.do, f.tellAccept)
}

// tellAnswers sends what else this inbox alone is owed.
func (f *Federation) tellAnswers(ctx, finish context.Context, v *visit) error {
	if !v.Answers {
		return nil
	}
	return tellEach(ctx, finish, f, v, f.directory.OwedAnswers, f.tellAnswer)
}

// tellEach sends, one by one, what an inbox is owed besides changes. It may be
// much, and an actor's key takes a while to make, so the lease is extended on
// the way.
func tellEach[T any](ctx, finish context.Context, f *Federation, v *visit,
	owed func(context.Context, int64) ([]T, error), send func(context.Context, *visit, T) error,
) error {
	for ctx.Err() == nil {
		batch, err := owed(finish, v.Inbox.ID)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, one := range batch {
			if ctx.Err() != nil {
				return nil
			}
			if time.Since(v.leased) > f.lease/4 {
				if err := f.directory.Took(finish, &v.Inbox, v.Inbox.Taken, nil, f.lease); err != nil {
					return err
				}
				v.leased = time.Now()
			}
			if err := send(finish, v, one); err != nil {
				return err
			}
		}
		if len(batch) < directory.OwedAtOnce {
			return nil // what is owed since then has woken the inbox
		}
	}
	return nil
}

func (f *Federation) tellAccept(ctx context.Context, v *visit, follower directory.Follower) error {
	// The Follow's id, which may be of any form, makes the Accept's, so that it
	// is the same each time it is tried.
	name := sha256.Sum256([]byte(follower.FollowID))
	body, err := f.site.Accept(follower.Handle, []byte(follower.Follow), hex.EncodeToString(name[:12]), "")
	if err != nil {
		return fmt.Errorf("write the Accept of %s: %w", follower.FollowID, err)
	}
	err = f.send(ctx, v, follower.Handle, letter{body: body}, latest(follower.FollowedAt))
	if unwanted(err) {
		f.logger.Warn("Accept refused", "inbox", v.Inbox.URL, "error", err)
	} else if err != nil {
		return err
	}
	_, err = f.accepts.do(ctx, follower)
	return err
}

func (f *Federation) tellAnswer(ctx context.Context, v *visit, a directory.Answer) error {
	body, err := f.answer(ctx, a)
	if errors.Is(err, directory.ErrNotFound) {
		return f.directory.Answered(ctx, a) // the leave is gone with what it was for
	}
	if err != nil {
		return fmt.Errorf("write the %s of %s: %w", a.Type, a.Handle, err)
	}
	err = f.send(ctx, v, a.Handle, letter{body: body}, latest(a.MadeAt))
	if unwanted(err) {
		f.logger.Warn("answer refused", "type", a.Type, "inbox", v.Inbox.URL, "error", err)
	} else if err != nil {
		return err
	}
	return f.directory.Answered(ctx, a)
}

// tellChanges sends what the inbox is owed, until nothing was changed since that
// was read.
func (f *Federation) tellChanges(ctx, finish context.Context, v *visit) error {
	v.sent = newTold()
	for ctx.Err() == nil {
		if !v.Whole && len(v.Changes) == 0 {
			if err := f.directory.Further(finish, &v.Errand); err != nil {
				return err
			}
		}
		if v.Whole && len(v.Changes) == 0 {
			if err := f.settle(finish, v, directory.Visit{CaughtUp: true, Head: v.Head}); err != nil || v.letGo {
				return err
			}
			v.Whole = false
		}
		for ctx.Err() == nil && len(v.Changes) > 0 {
			change := v.Changes[0]
			v.Changes = v.Changes[1:]
			if err := f.tellChange(finish, v, change); err != nil || v.letGo {
				return err
			}
		}
	}
	return nil
}

// tellChange sends one change and moves the inbox past it. After the last one
// the inbox is let go of with the same stroke.
func (f *Federation) tellChange(ctx context.Context, v *visit, change directory.Change) error {
	speaker, l, err := f.letterFor(ctx, v, change)
	receipt := directory.Receipt{ChangeID: change.ID, InboxID: v.Inbox.ID, Outcome: directory.Told, At: clock.Now().UTC()}
	switch {
	case errors.Is(err, errWithdrawn):
		receipt.Outcome = directory.Withdrawn
	case errors.Is(err, document.ErrTooLarge):
		receipt.Outcome, receipt.Detail = directory.Refused, err.Error()
	case err != nil:
		return err
	}
	if l.body != nil {
		var failure *fetch.Error
		err = f.send(ctx, v, speaker, l, change)
		switch {
		case errors.As(err, &failure) && (unwanted(err) || failure.Status == http.StatusUnauthorized && endsActor(change) || parks(v.Inbox, failure) || misses(v.Inbox, failure)):
			receipt.Outcome, receipt.Status, receipt.Detail = directory.Refused, failure.Status, failure.Error()
			*v.sent = *newTold()
		case err != nil:
			return err
		}
	}
	written := directory.Visit{Receipt: &receipt, Gone: receipt.Status == http.StatusNotFound}
	if v.Whole && len(v.Changes) == 0 {
		written.CaughtUp, written.Head, v.Whole = true, v.Head, false
	}
	if err := f.settle(ctx, v, written); err != nil {
		return err
	}
	if post, ok := change.PostID(); ok && v.Told != nil && receipt.Outcome == directory.Told {
		v.Told[post] = true
	}
	return nil
}

// settle writes down what came of a visit, together with others.
func (f *Federation) settle(ctx context.Context, v *visit, written directory.Visit) error {
	written.Inbox, written.Answered, written.Signature = v.Inbox, v.answered, v.took
	settled, err := f.visits.do(ctx, written)
	switch {
	case err != nil:
		return err
	case settled.Lost:
		return fmt.Errorf("note what %s took: %w", v.Inbox.Host, directory.ErrLeaseLost)
	}
	v.letGo, v.leased, v.answered, v.took = settled.LetGo, time.Now(), false, ""
	v.Inbox.Gone, v.Inbox.Failures, v.Inbox.FailingSince = written.Gone, 0, nil
	v.Inbox.Taken = max(v.Inbox.Taken, written.Head)
	if written.Receipt != nil {
		v.Inbox.Taken = max(v.Inbox.Taken, written.Receipt.ChangeID)
	}
	if settled.Back {
		f.logger.Info("server is back", "host", v.Inbox.Host)
		if err := f.directory.WakeServer(ctx, v.Inbox.Host); err != nil { // they wait longer, no more
			f.complain("delivery", err, "host", v.Inbox.Host)
		}
	}
	return nil
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
	answered := failure.Status == http.StatusUnauthorized || failure.Status/100 == 3 || failure.Status >= 500 && failure.Status != http.StatusServiceUnavailable
	return answered && inbox.FailingSince != nil && clock.Since(*inbox.FailingSince) > parkAfter
}

// misses says whether an inbox has said of one activity for the second time that
// there is nothing here (404). That may be about what the activity is about; if
// the next one is answered so, it is the inbox that is gone.
func misses(inbox directory.Inbox, failure *fetch.Error) bool {
	return failure.Status == http.StatusNotFound && inbox.Gone && inbox.Failures > 0
}

// endsActor says whether a change is the end of an actor. Whoever does not know
// its key cannot verify what tells of it, now or later, and keeps nothing of it.
func endsActor(c directory.Change) bool {
	return c.Kind == directory.KindRemoved || c.Kind == directory.KindMerged
}

// latest stands for a change after all others, for what is no change.
func latest(at time.Time) directory.Change { return directory.Change{ID: math.MaxInt64, At: at} }
