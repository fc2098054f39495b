package federation

import (
	"errors"
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

// skew notices that our clock is wrong: then everybody else's seems to be, by the same, and
// nobody is heard. What is counted are claims that nobody has verified, so that all that
// comes of it is a line in the log.
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

// refused notes that somebody's time is off, and returns by how much everybody's is if that
// was noticed, and was not said within the last hour; else 0.
func (s *skew) refused(sender string, stale *signature.StaleError) (off time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.off == nil || len(s.off) >= maxSkewed {
		s.off = make(map[string]time.Duration)
	}
	s.off[registered(hostOf(sender))] = stale.Off
	alike := 0
	for _, other := range s.off {
		if (other - stale.Off).Abs() <= skewAlike {
			alike++
		}
	}
	if alike >= skewServers {
		s.said.Do(func() { off = stale.Off })
	}
	return off
}

// doubtClock says so if our own clock must be wrong.
func (f *Federation) doubtClock(body []byte, err error) {
	var stale *signature.StaleError
	if !errors.As(err, &stale) {
		return
	}
	if off := f.skew.refused(actorOf(body), stale); off != 0 {
		f.logger.Error("is this machine's clock right? Several servers sign with times that are off by the same, and none with ours: what they send is refused until the clock is set, and comes again",
			"off", off.Round(time.Minute), "servers", skewServers)
	}
}
