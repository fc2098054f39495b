package federation

import (
	"context"
	"errors"
	mathrand "math/rand/v2"
	"net/http"
	"time"

	"coopverse/directory"
	"coopverse/directory/clock"
	"coopverse/federation/fetch"
)

const (
	// patience is how long an inbox may fail before what it is owed is given up.
	patience = 7 * 24 * time.Hour
	// longestWait is the longest time between two tries.
	longestWait = 6 * time.Hour
	// goneTwice is how long after a first "gone" the inbox is asked again,
	// before it is forgotten.
	goneTwice = time.Minute
)

// putOff decides when an inbox that failed is tried again, or that it is gone
// or has failed for too long.
func (f *Federation) putOff(ctx context.Context, v *visit, cause error) error {
	var failure *fetch.Error
	ours := !errors.As(cause, &failure)
	if ours {
		failure = &fetch.Error{Kind: fetch.ErrTemporary, Err: cause}
		f.complain("delivery", cause, "inbox", v.Inbox.URL)
	}
	f.logger.Info("inbox put off", "inbox", v.Inbox.URL, "failures", v.Inbox.Failures+1, "error", cause)
	gone := errors.Is(cause, fetch.ErrGone)
	switch {
	case gone && v.Inbox.Gone:
		return f.directory.ForgetInbox(ctx, v.Inbox, failure.Status, cause.Error())
	case tooLong(v.Inbox.Server.FailingSince):
		return f.directory.GiveUpHost(ctx, v.Inbox, failure.Status, cause.Error())
	case tooLong(v.Inbox.FailingSince):
		return f.directory.GiveUp(ctx, v.Inbox, failure.Status, cause.Error())
	}
	wait := max(f.backoff(f.retry, v.Inbox.Failures), failure.RetryAfter)
	if gone {
		wait = min(goneTwice, 12*f.retry)
	}
	return f.settle(ctx, v, directory.Visit{Failed: &directory.Failed{
		Why: cause.Error(), At: clock.Now().Add(wait), Gone: gone, Server: !ours && serverFails(failure), Rest: failure.RetryAfter,
	}})
}

// serverFails says whether a failure is of the server, whichever of its inboxes
// is asked. With 401 it is there and doubts the signature.
func serverFails(failure *fetch.Error) bool {
	return errors.Is(failure, fetch.ErrTemporary) && failure.Status != http.StatusUnauthorized
}

// tooLong says whether what began then has lasted longer than we bear.
func tooLong(since *time.Time) bool { return since != nil && clock.Since(*since) > patience }

// backoff triples the wait with each failure, up to longestWait, and varies it
// by a quarter so that many inboxes do not come back together.
func (f *Federation) backoff(wait time.Duration, failures int) time.Duration {
	for range failures {
		wait = min(3*wait, longestWait)
	}
	return time.Duration(float64(wait) * (0.75 + mathrand.Float64()/2))
}

// rest is how long a server is left alone that has failed so many times more
// than is borne.
func (f *Federation) rest(times int) time.Duration { return f.backoff(12*f.retry, times) }
