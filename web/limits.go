package web

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/gorilla/mux"
	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"
)

// errTooMany means that somebody tries more often than people do.
var errTooMany = errors.New("too many attempts")

// pace is how many attempts there may be at once, and after how long there is
// one more.
type pace struct {
	atOnce int
	every  time.Duration
}

// How often somebody at one address may try, and everybody together for one
// handle: a check asks the co-op's website.
var (
	addressPace = pace{atOnce: 40, every: 5 * time.Second}
	handlePace  = pace{atOnce: 60, every: 2 * time.Second}
)

// slowDown is what somebody with too many attempts is told to wait, in seconds.
const slowDown = "60"

// limits counts attempts in memory only. Who may try as often as somebody new is forgotten.
type limits struct {
	known *otter.Cache[string, *rate.Limiter]
}

func newLimits() limits {
	return limits{otter.Must(&otter.Options[string, *rate.Limiter]{
		MaximumSize: 50_000, ExpiryCalculator: otter.ExpiryAccessingFunc(untilFull),
	})}
}

// untilFull is how long it takes until nothing is missing of what there may be at once,
// and ten seconds.
func untilFull(e otter.Entry[string, *rate.Limiter]) time.Duration {
	missing := float64(e.Value.Burst()) - e.Value.Tokens() + 1 // which is about to be taken
	return 10*time.Second + time.Duration(missing/float64(e.Value.Limit())*float64(time.Second))
}

func (l limits) allow(key string, p pace) bool {
	limiter, _ := l.known.ComputeIfAbsent(key, func() (*rate.Limiter, bool) {
		return rate.NewLimiter(rate.Every(p.every), p.atOnce), false
	})
	return limiter.Allow()
}

// limited answers only so often, for what is to be guessed or costs others.
func (s *Server) limited(what string, a answer) answer {
	return func(w http.ResponseWriter, r *http.Request) error {
		allowed := s.limits.allow(what+" from "+network(r.RemoteAddr), addressPace)
		if handle, ok := mux.Vars(r)["handle"]; ok && allowed {
			allowed = s.limits.allow(what+" of "+strings.ToLower(handle), handlePace)
		}
		if !allowed {
			w.Header().Set("Retry-After", slowDown)
			return errTooMany
		}
		return a(w, r)
	}
}

// network is whom an address belongs to: of IPv6, everybody has a whole /64.
func network(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	address := at.Addr().Unmap()
	if address.Is6() {
		if whole, err := address.Prefix(64); err == nil {
			return whole.String()
		}
	}
	return address.String()
}
