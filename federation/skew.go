package federation

import (
	"errors"
	"strings"
	"sync"
	"time"

	"coopverse/federation/signature"

	"golang.org/x/time/rate"
)

const (
	// skewServers is how many servers must sign with times that are off by the same before
	// it is our clock that is doubted, and skewAlike how much these may differ.
	skewServers = 3
	skewAlike   = 5 * time.Minute
	// maxSkewed is how many servers are kept in mind.
	maxSkewed = 100
)

// errClock means that it may be our clock that is wrong.
var errClock = errors.New("the clock of this server may be wrong: come again later")

// skew notices that our clock is wrong: then everybody else's seems to be, by the same, and
// nobody is heard. What is counted are claims that nobody has verified, so that all that
// comes of it is a line in the log, and that who is refused may come again.
type skew struct {
	mu   sync.Mutex
	off  map[string]time.Duration // by domain, of those who were refused since somebody was not
	said rate.Sometimes
}

// inTime notes that somebody's time agrees with ours.
func (s *skew) inTime() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.off)
}

// refused notes that somebody's time is off, and says whether everybody's is, by the same.
func (s *skew) refused(sender string, off time.Duration) (everybody bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.off == nil || len(s.off) >= maxSkewed {
		s.off = make(map[string]time.Duration)
	}
	s.off[strings.Clone(registered(hostOf(sender)))] = off
	alike := 0
	for _, other := range s.off {
		if (other - off).Abs() <= skewAlike {
			alike++
		}
	}
	return alike >= skewServers
}

// doubtClock says, also in the log, whether it is rather our own clock that is wrong when
// somebody's time is. Not everybody comes again after a 401 (Misskey, GoToSocial).
func (f *Federation) doubtClock(read func() (activity, error), err error) bool {
	var stale *signature.StaleError
	if !errors.As(err, &stale) {
		return false
	}
	if a, _ := read(); !f.skew.refused(string(a.Actor), stale.Off) {
		return false
	}
	f.skew.said.Do(func() {
		f.logger.Error("is this machine's clock right? Several servers sign with times that are off by the same, and none with ours: they are told to come later until the clock is set",
			"off", stale.Off.Round(time.Minute), "servers", skewServers)
	})
	return true
}
