package fediverse

import (
	"net/http"
	"time"
)

// Behaviour is how a host answers what is brought to its inboxes. The zero value
// is a good server that takes everything at once.
type Behaviour struct {
	Late       time.Duration             // it answers after that time
	Hang       bool                      // it never answers
	Drip       time.Duration             // its answer comes a byte at a time, with so long between two
	Reset      bool                      // it takes what it is sent and breaks the connection off without an answer
	Status     int                       // its answer to everything, in place of 202
	RetryAfter time.Duration             // it says so with its Status, in whole seconds
	Times      int                       // the above is so for the first so many deliveries; 0: for all
	Refuse     func(Activity) int        // the status with which it refuses an activity for good; 0: it takes it
	Only       Scheme                    // the one kind of signature that it can verify; "": both
	Unread     int                       // its status for a signature of another kind than Only; 0: 401
	Secure     bool                      // it shows its actors to nobody who does not sign
	SlowTLS    time.Duration             // its side of the TLS handshake begins after that time
	Before     func(inbox string, n int) // called when the nth delivery to the host has come, counted from 1, before it answers
}

// Scheme is a kind of signature.
type Scheme string

// The two schemes.
const (
	Cavage  Scheme = "cavage"
	RFC9421 Scheme = "RFC 9421"
)

func schemeOf(r *http.Request) Scheme {
	if r.Header.Get("Signature-Input") != "" {
		return RFC9421
	}
	return Cavage
}

// unread is the status for a signature that the host cannot read.
func (b Behaviour) unread() int {
	if b.Unread == 0 {
		return http.StatusUnauthorized
	}
	return b.Unread
}

// Behave makes the hosts behave in that way from now on; without a host, all of
// them. Whatever hangs is broken off.
func (f *Fediverse) Behave(b Behaviour, hosts ...int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.changed)
	f.changed = make(chan struct{})
	if len(hosts) == 0 {
		for i := range f.hosts {
			f.hosts[i].behaviour, f.hosts[i].seen, f.hosts[i].asked = b, 0, 0
		}
	}
	for _, i := range hosts {
		f.hosts[i].behaviour, f.hosts[i].seen, f.hosts[i].asked = b, 0, 0
	}
}

// troubled says whether what Times bounds is so for the nth delivery.
func (b Behaviour) troubled(n int) bool { return b.Times == 0 || n <= b.Times }
