// Package clock is the time of day, which tests can set forward and back as people and
// time servers do.
//
// It is for what is written down, shown or compared with what others say. How long
// something takes is measured with time.Now and time.Since, which no setting disturbs.
package clock

import (
	"sync/atomic"
	"time"
)

var moved atomic.Int64 // by tests, in nanoseconds

// Now is the time of day.
func Now() time.Time { return time.Now().Add(time.Duration(moved.Load())) }

// Since is how long ago a time of day was.
func Since(at time.Time) time.Duration { return Now().Sub(at) }

// Set sets the clock forward, or back, from how it is; only tests do.
func Set(by time.Duration) { moved.Add(int64(by)) }

// Watch notices when the clock is set while the program runs.
type Watch struct {
	day     time.Time // the time of day, when it was looked last
	running time.Time // the same moment, by the clock that nobody sets
}

// tolerated is how much the time of day may go otherwise than the time that passes,
// between two looks. Time servers set clocks right by less, without a jump.
const tolerated = 10 * time.Second

// Jumped is by how much the clock was set since it was looked last, back if below 0; 0 if
// it was not. A machine that slept seems to have been set forward.
func (w *Watch) Jumped() time.Duration {
	day, running := Now().Round(0), time.Now()
	before := *w
	w.day, w.running = day, running
	if before.day.IsZero() {
		return 0
	}
	by := day.Sub(before.day) - running.Sub(before.running)
	if by.Abs() < tolerated {
		return 0
	}
	return by
}
