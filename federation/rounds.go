package federation

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"sync"
	"time"

	"coopverse/directory"
	"coopverse/directory/clock"
)

const (
	// sweepEvery is how often inboxes are looked for that are behind. An edit
	// by any process is told within this time.
	sweepEvery = 250 * time.Millisecond
	// roundEvery is how often more inboxes are taken while many are due.
	roundEvery = 25 * time.Millisecond
	// roundSize is how many inboxes are taken at once: what they are owed is
	// read for all of them together.
	roundSize = 256
)

// rounds takes inboxes that are due and has them told, a bounded number at the
// same time and few of one server: a slow server holds up itself alone.
type rounds struct {
	f       *Federation
	process string
	n       int
	busy    bool // the last round has found inboxes
	watch   clock.Watch
	again   time.Time // when what waits is tried once more after the clock was set back; zero: never
	group   sync.WaitGroup

	mu      sync.Mutex
	told    int                // inboxes that are being told
	servers map[string]*server // of these, and of those that wait for it
	drained bool               // a server that had no room has some again
}

func newRounds(f *Federation) *rounds {
	return &rounds{f: f, process: processName(), servers: make(map[string]*server)}
}

// processName is different for each process on each machine.
func processName() string {
	host, _ := os.Hostname() // a name without it is as unique
	return fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text())
}

// sweep wakes the inboxes that are behind and begins with those for which there
// is room.
func (r *rounds) sweep(ctx context.Context) error {
	if err := r.f.directory.WakeInboxes(ctx); err != nil {
		return err
	}
	return r.take(ctx, 1)
}

// more goes on while many inboxes are due.
func (r *rounds) more(ctx context.Context) error {
	r.mu.Lock()
	drained := r.drained
	r.drained = false
	r.mu.Unlock()
	if drained {
		return r.take(ctx, 1)
	}
	if !r.busy {
		return nil
	}
	return r.take(ctx, min(roundSize, (r.f.workers+3)/4))
}

// take begins with the inboxes that are due, if there is room for so many.
func (r *rounds) take(ctx context.Context, least int) error {
	for {
		room, full := r.room()
		if room < least {
			return nil
		}
		if err := r.heedClock(ctx); err != nil {
			return err
		}
		// Each round has a name of its own: a lease that has run out is lost to
		// the next one of the same process as well.
		r.n++
		room = min(room, roundSize)
		inboxes, err := r.f.directory.LeaseInboxes(ctx, fmt.Sprintf("%s/%d", r.process, r.n), room, r.f.lease, full...)
		if err != nil {
			return err
		}
		errands, err := r.f.directory.Errands(ctx, inboxes)
		if err != nil {
			r.release(ctx, inboxes)
			return err
		}
		for _, errand := range errands {
			r.begin(ctx, &visit{Errand: errand, leased: time.Now()})
		}
		if r.busy = len(errands) > 0; len(errands) < room {
			return nil
		}
	}
}

// release lets others have the inboxes at once.
func (r *rounds) release(ctx context.Context, inboxes []directory.Inbox) {
	if err := r.f.directory.Release(context.WithoutCancel(ctx), inboxes...); err != nil {
		r.f.complain("delivery", err)
	}
}

// room says for how many more inboxes there is room, and of which servers no
// more are told now.
func (r *rounds) room() (room int, full []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for host, s := range r.servers {
		if s.full = s.failed || s.told+len(s.waiting) >= begunPerServer; s.full {
			full = append(full, host)
		}
	}
	return r.f.workers - r.told, full
}

// begin has an inbox told, at once or when it is its turn.
func (r *rounds) begin(ctx context.Context, v *visit) {
	v.turn = func() error { return r.turn(ctx, v) }
	v.pass = func(failed bool) { r.pass(ctx, v, failed) }
	r.mu.Lock()
	s := r.servers[v.Inbox.Host]
	if s == nil {
		s = &server{}
		r.servers[v.Inbox.Host] = s
	}
	s.waiting = append(s.waiting, v)
	late := r.goOn(ctx, v, s)
	if s.told == 0 {
		delete(r.servers, v.Inbox.Host)
	}
	r.mu.Unlock()
	r.release(ctx, late)
}
