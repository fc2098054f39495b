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
	// MaxAhead is how far in the future a signature may be dated. It is the same:
	// a clock, ours or theirs, may be an hour fast as well as slow. Mastodon bears
	// an hour, too.
	MaxAhead = MaxAge
	// leeway is how long after it said it expires a signature is still taken.
	leeway = 5 * time.Minute
)

// StaleError is ErrStale with how far the sender's clock is from ours, if that is the cause:
// below 0 it is behind.
type StaleError struct {
	Off time.Duration
	at  time.Time
}

func (e *StaleError) Error() string {
	signed := e.at.UTC().Format(time.RFC3339)
	if e.Off > 0 {
		return fmt.Sprintf("%v: signed at %s, which is to come", ErrStale, signed)
	}
	return fmt.Sprintf("%v: signed at %s, more than %s ago", ErrStale, signed, MaxAge)
}

// Is says that it is ErrStale.
func (e *StaleError) Is(target error) bool { return target == ErrStale }

// checkTime refuses what was signed before or after its time, or has expired.
// A zero expires means never.
func checkTime(at, expires, now time.Time) error {
	switch {
	case at.Before(now.Add(-MaxAge)), at.After(now.Add(MaxAhead)):
		return &StaleError{Off: at.Sub(now), at: at}
	case !expires.IsZero() && expires.Before(now.Add(-leeway)):
		return fmt.Errorf("%w: expired at %s", ErrStale, expires.UTC().Format(time.RFC3339))
	}
	return nil
}
