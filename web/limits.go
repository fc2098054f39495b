package web

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"coopverse/directory/pace"

	"github.com/gorilla/mux"
)

// errTooMany means that somebody tries more often than people do.
var errTooMany = errors.New("too many attempts")

// How often somebody at one address may try, and everybody together for one
// handle: a check asks the co-op's website.
var (
	addressPace = pace.Pace{AtOnce: 40, Every: 5 * time.Second}
	handlePace  = pace.Pace{AtOnce: 60, Every: 2 * time.Second}
)

// slowDown is what somebody with too many attempts is told to wait, in seconds.
const slowDown = "60"

// limited answers only so often, for what is to be guessed or costs others.
func (s *Server) limited(what string, a answer) answer {
	return func(w http.ResponseWriter, r *http.Request) error {
		allowed := s.limits.Allow(what+" from "+network(r.RemoteAddr), addressPace)
		if handle, ok := mux.Vars(r)["handle"]; ok && allowed {
			allowed = s.limits.Allow(what+" of "+strings.ToLower(handle), handlePace)
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
