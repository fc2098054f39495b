// Package pace bounds how fast others may come. It counts in memory only, for each
// process.
package pace

import (
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"
)

// Pace is how much there may be at once, and after how long there may be one more.
type Pace struct {
	AtOnce int
	Every  time.Duration
}

// keptFull is how long a bucket is kept that is full.
const keptFull = 10 * time.Second

// Buckets are of all who have come lately, by name: a token bucket each.
type Buckets struct {
	known *otter.Cache[string, *rate.Limiter]
}

// New makes buckets for as many as most; beyond that some are forgotten early.
func New(most int) Buckets {
	return Buckets{otter.Must(&otter.Options[string, *rate.Limiter]{
		MaximumSize: most, ExpiryCalculator: otter.ExpiryAccessingFunc(untilFull),
	})}
}

// Allow says whether somebody may come now, and counts that. Each name has one pace.
func (b Buckets) Allow(whose string, p Pace) bool {
	bucket, _ := b.known.ComputeIfAbsent(whose, func() (*rate.Limiter, bool) {
		return rate.NewLimiter(rate.Every(p.Every), p.AtOnce), false
	})
	return bucket.Allow()
}

// untilFull is how long a bucket is kept: one that is full again is as good as none.
func untilFull(e otter.Entry[string, *rate.Limiter]) time.Duration {
	missing := float64(e.Value.Burst()) - e.Value.Tokens() + 1 // which is about to be taken
	return keptFull + time.Duration(missing/float64(e.Value.Limit())*float64(time.Second))
}
