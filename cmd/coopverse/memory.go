package main

import (
	"context"
	"math"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"coopverse/directory"
	"coopverse/federation/fetch"
)

const (
	// restEvery is how often the program looks whether it rests.
	restEvery = 10 * time.Second
	// restful is how many bytes it may ask for in that time and still rest.
	restful = 32 << 20
	// worthwhile is after how many bytes there is something to give back.
	worthwhile = 2 << 20
	// lingering is how long after a burst of work something is still kept for more of
	// it: connections to other servers, and what was written.
	lingering = 30 * time.Second
)

// restraint is how many bytes of memory Go may hold before it collects garbage
// sooner than it would by itself, which lets a heap grow to twice what is in use.
// With what is mapped of the program and what SQLite takes, it is below 200 MB.
const restraint = 128 << 20

// restrain sets the limit, unless the operator has set another one with GOMEMLIMIT.
func restrain() {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(restraint)
	}
}

// giveBack returns to the system what memory a burst of work has left behind,
// once the program rests: garbage, what connections keep, and what is mapped of
// the program's file. By itself Go looks only every two minutes when little is
// asked of it, and keeps about twice what is in use.
func giveBack(db *directory.Database, client *fetch.Client) func(context.Context) {
	return func(ctx context.Context) {
		unmapProgram() // much was read only to start
		ticker := time.NewTicker(restEvery)
		defer ticker.Stop()
		var last, given uint64
		var worked time.Time // zero: all that it has left behind is given back
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			asked := askedFor()
			switch burst := asked-last >= restful; {
			case burst:
				worked = time.Now()
			case asked-given > worthwhile || !worked.IsZero():
				if asked-given > restful {
					db.CloseIdle()
				}
				if time.Since(worked) > lingering {
					client.CloseIdleConnections()
					worked = time.Time{}
				}
				debug.FreeOSMemory()
				unmapProgram()
				given = asked
			}
			last = asked
		}
	}
}

// askedFor is how many bytes the program has asked for since it began.
func askedFor() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
