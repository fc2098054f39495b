package federation

import (
	"context"
	"errors"
	"slices"
	"time"

	"coopverse/directory"
)

const (
	// perServer is how many inboxes of one server are spoken to at the same time; it
	// has as many connections.
	perServer = 4
	// begunPerServer is how many are being told: while what one of them took is written
	// down, another one is spoken to.
	begunPerServer = directory.LeasedPerServer
)

// server is a server of which inboxes are told.
type server struct {
	spoken  int         // to how many it is spoken now
	told    int         // how many are being told
	line    []chan bool // who of these waits for another turn; false: there is none
	waiting []*visit    // what comes next, leased already
	full    bool        // more may be due that were not leased
	failed  bool        // it does not answer as a server that is there
}

// errNoTurn means that an inbox is told later: the program stops, its server fails, or
// others were told for so long that its lease would run out.
var errNoTurn = errors.New("told later")

// turn waits until it is the visit's turn to speak to its server. Its first turn is there.
func (r *rounds) turn(ctx context.Context, v *visit) error {
	r.mu.Lock()
	s := r.servers[v.Inbox.Host]
	switch {
	case v.speaks:
	case ctx.Err() != nil || s.failed:
	case s.spoken < perServer:
		s.spoken++
		v.speaks = true
	default:
		next := make(chan bool, 1)
		s.line = append(s.line, next)
		r.mu.Unlock()
		v.speaks = <-next
		r.mu.Lock()
	}
	r.mu.Unlock()
	if !v.speaks || time.Since(v.leased) > r.f.lease/4 {
		return errNoTurn
	}
	return nil
}

// pass gives the visit's turn to the next one, unless the server has failed.
func (r *rounds) pass(ctx context.Context, v *visit, failed bool) {
	r.mu.Lock()
	s := r.servers[v.Inbox.Host]
	s.failed = s.failed || failed
	late := r.goOn(ctx, v, s)
	r.mu.Unlock()
	r.release(ctx, late)
}

// end ends a visit.
func (r *rounds) end(ctx context.Context, v *visit) {
	r.mu.Lock()
	s := r.servers[v.Inbox.Host]
	s.told--
	r.told--
	late := r.goOn(ctx, v, s)
	if s.told == 0 {
		delete(r.servers, v.Inbox.Host)
	}
	r.mu.Unlock()
	r.release(ctx, late)
}

// goOn takes a visit's turn, if it has it, and gives turns to those who wait for one: first
// to those who were begun. It returns whom others may have: all, if the server has failed
// or the program stops; and who has waited for so long that the lease runs out.
func (r *rounds) goOn(ctx context.Context, v *visit, s *server) (late []directory.Inbox) {
	if v.speaks {
		v.speaks = false
		s.spoken--
	}
	may := !s.failed && ctx.Err() == nil
	for len(s.line) > 0 && (!may || s.spoken < perServer) {
		if may {
			s.spoken++
		}
		s.line[0] <- may
		s.line = slices.Delete(s.line, 0, 1)
	}
	for len(s.waiting) > 0 && (!may || s.spoken < perServer && s.told < begunPerServer) {
		next := s.waiting[0]
		s.waiting = s.waiting[1:]
		if !may || time.Since(next.leased) > r.f.lease/4 {
			late = append(late, next.Inbox)
			continue
		}
		next.speaks = true
		s.spoken++
		s.told++
		r.told++
		r.group.Go(func() {
			r.f.tell(ctx, next)
			r.end(ctx, next)
		})
	}
	if s.full && !s.failed && s.told+len(s.waiting) < begunPerServer {
		r.drained, s.full = true, false
	}
	return late
}
