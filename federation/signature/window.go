package signature

import (
	"fmt"
	"time"
)

const (
	// MaxAge is how old a signature may be. Senders sign anew for every
	// attempt, so age is clocks that are slow or set to the wrong hour, and
	// time spent on the way. Mastodon accepts about this much, Fedify and Lemmy
	// an hour. Whoever remembers what was already received, to refuse it a
	// second time, must remember it for MaxAge + MaxAhead.
	MaxAge = time.Hour + 5*time.Minute
	// MaxAhead is how far in the future a signature may be dated, and how long
	// after it said it expires it is still taken: the difference there may be
	// between two clocks.
	MaxAhead = 5 * time.Minute
)

// checkTime refuses what was signed before or after its time, or has expired.
// A zero expires means never.
func checkTime(at, expires, now time.Time) error {
	switch {
	case at.Before(now.Add(-MaxAge)):
		return fmt.Errorf("%w: signed at %s, more than %s ago", ErrStale, at.UTC().Format(time.RFC3339), MaxAge)
	case at.After(now.Add(MaxAhead)):
		return fmt.Errorf("%w: signed at %s, which is to come", ErrStale, at.UTC().Format(time.RFC3339))
	case !expires.IsZero() && expires.Before(now.Add(-MaxAhead)):
		return fmt.Errorf("%w: expired at %s", ErrStale, expires.UTC().Format(time.RFC3339))
	}
	return nil
}
