package federation

import (
	"context"
	"crypto/rand"
	"errors"
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
	// perServer is how many inboxes of one server are told at the same time; it
	// has as many connections.
	perServer = 4
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

// server is a server of which inboxes are told.
type server struct {
	told    int      // how many are told now
	waiting []*visit // what comes next, leased already
	full    bool     // more may be due that were not leased
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
			return errors.Join(err, r.release(ctx, inboxes))
		}
		for _, errand := range errands {
			r.begin(ctx, &visit{Errand: errand})
		}
		if r.busy = len(errands) > 0; len(errands) < room {
			return nil
		}
	}
}

// release lets others have the inboxes at once.
func (r *rounds) release(ctx context.Context, inboxes []directory.Inbox) (err error) {
	for _, inbox := range inboxes {
		err = errors.Join(err, r.f.directory.Release(context.WithoutCancel(ctx), inbox))
	}
	return err
}

// room says for how many more inboxes there is room, and of which servers no
// more are told now.
func (r *rounds) room() (room int, full []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for host, s := range r.servers {
		if s.full = s.told+len(s.waiting) >= perServer; s.full {
			full = append(full, host)
		}
	}
	return r.f.workers - r.told, full
}

// begin has an inbox told, or wait until fewer of its server are told.
func (r *rounds) begin(ctx context.Context, v *visit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.servers[v.Inbox.Host]
	if s == nil {
		s = &server{}
		r.servers[v.Inbox.Host] = s
	}
	if s.told == perServer {
		v.leased = time.Now()
		s.waiting = append(s.waiting, v)
		s.full = true
		return
	}
	s.told++
	r.told++
	r.group.Go(func() {
		for v := v; v != nil; v = r.next(ctx, v) {
			r.f.tell(ctx, v)
		}
	})
}

// next is what to tell of a server after a visit. When that has failed, or the rest
// has waited for so long that its leases run out, others may have it.
func (r *rounds) next(ctx context.Context, over *visit) (next *visit) {
	var late []directory.Inbox
	r.mu.Lock()
	s := r.servers[over.Inbox.Host]
	if s.full && len(s.waiting) < perServer {
		r.drained, s.full = true, false
	}
	for len(s.waiting) > 0 && next == nil {
		v := s.waiting[0]
		s.waiting = s.waiting[1:]
		if over.failed || ctx.Err() != nil || time.Since(v.leased) > r.f.lease/4 {
			late = append(late, v.Inbox)
		} else {
			next = v
		}
	}
	if next == nil {
		r.told--
		if s.told--; s.told == 0 {
			delete(r.servers, over.Inbox.Host)
		}
	}
	r.mu.Unlock()
	if err := r.release(ctx, late); err != nil {
		r.f.complain("delivery", err, "host", over.Inbox.Host)
	}
	return next
}
