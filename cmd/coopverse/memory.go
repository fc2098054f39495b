package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// restEvery is how often the program looks whether it rests.
	restEvery = 10 * time.Second
	// restful is how many bytes it may ask for in that time and still rest.
	restful = 32 << 20
	// worthwhile is after how many bytes there is something to give back.
	worthwhile = 2 << 20
)

// giveBack returns to the system what memory a burst of work has left behind,
// once the program rests. By itself Go keeps about twice what is in use, and
// looks only every two minutes when little is asked of it.
func giveBack(ctx context.Context) {
	ticker := time.NewTicker(restEvery)
	defer ticker.Stop()
	var last, given uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		asked := askedFor()
		if asked-last < restful && asked-given > worthwhile {
			debug.FreeOSMemory()
			given = asked
		}
		last = asked
	}
}

// askedFor is how many bytes the program has asked for since it began.
func askedFor() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
