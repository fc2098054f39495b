package federation

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"coopverse/directory/pace"

	"golang.org/x/net/publicsuffix"
)

// How fast others may speak. Servers keep what they are told to send later (429), so
// nothing of an honest one's is lost. A sender may say at once what a relay collects
// while we are away; what it may say all day is what fills the disk, and is more than
// people say. Followers, whose servers know us, may say more. Whose keys we have not
// got makes us ask, so that costs others and us more; under one domain anybody can have
// any number of hosts.
var (
	senderPace   = pace.Pace{AtOnce: 5_000, Every: time.Second / 10}
	followerPace = pace.Pace{AtOnce: 20_000, Every: time.Second / 100}
	hostPace     = pace.Pace{AtOnce: 60_000, Every: time.Second / 5_000}

	strangersOfHost   = pace.Pace{AtOnce: 3_000, Every: time.Second / 300}
	strangersOfDomain = pace.Pace{AtOnce: 10_000, Every: time.Second / 600}
)

const (
	// maxFetches is how many keys are fetched at a time; of one host, and of all below
	// one registered domain, as many as leave the others enough however slow it is.
	maxFetches         = 256
	maxFetchesOfHost   = 8
	maxFetchesOfDomain = 32
	// smallActivity is the size up to which an activity needs no leave to come, in
	// bytes. Nearly all are smaller; Misskey takes none that is larger.
	smallActivity = 64 << 10
	// maxLarge is how many larger ones are read at a time.
	maxLarge = 32
	// slowDown is what somebody who is too fast is told to wait.
	slowDown = "60"
)

// limits counts in memory only, for each process.
type limits struct {
	pace.Buckets
	fetching slots
	large    chan struct{}
}

func newLimits() *limits {
	return &limits{Buckets: pace.New(100_000), large: make(chan struct{}, maxLarge)}
}

// tooFast is the answer to who speaks faster than we listen.
func tooFast(who string) error {
	return refuse(http.StatusTooManyRequests, "%s sends more than this server takes at once", who)
}

// mayFetch says whether the key at that address may be asked for. The function that
// it returns ends the asking.
func (l *limits) mayFetch(ctx context.Context, keyID string) (end func(), err error) {
	host := hostOf(keyID)
	domain := registered(host)
	if !l.Allow("strangers of the host "+host, strangersOfHost) || !l.Allow("strangers of the domain "+domain, strangersOfDomain) {
		return nil, tooFast(host)
	}
	var ends []func()
	end = func() {
		for _, give := range ends {
			give()
		}
	}
	// The narrowest comes first: who waits for a slow host keeps nobody else waiting.
	for _, s := range []struct {
		whose string
		n     int
	}{{"host " + host, maxFetchesOfHost}, {"domain " + domain, maxFetchesOfDomain}, {"all", maxFetches}} {
		give, err := l.fetching.take(ctx, s.whose, s.n)
		if err != nil {
			end()
			return nil, fmt.Errorf("the sender's key %w: too many others are asked for theirs", errLater)
		}
		ends = append(ends, give)
	}
	return end, nil
}

// mayBeLarge says whether a large activity may be read. The function that it returns
// ends that.
func (l *limits) mayBeLarge() (end func(), err error) {
	select {
	case l.large <- struct{}{}:
		return func() { <-l.large }, nil
	default:
		return nil, refuse(http.StatusServiceUnavailable, "too many large activities come at once: come again later")
	}
}

// maySpeak says whether a verified sender may be heard now.
func (f *Federation) maySpeak(ctx context.Context, senderID string) error {
	if host := hostOf(senderID); !f.limits.Allow("host "+host, hostPace) {
		return tooFast(host)
	}
	if f.limits.Allow("sender "+senderID, senderPace) {
		return nil
	}
	follows, err := f.directory.Follows(ctx, senderID)
	if err != nil {
		return err
	}
	if !follows || !f.limits.Allow("follower "+senderID, followerPace) {
		return tooFast(senderID)
	}
	return nil
}

// maxHost is how long the name of a host can be, in bytes (RFC 1035, section 2.3.4).
const maxHost = 253

// hostOf is the host that an address is on; "" if it is on none that can be.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || len(u.Host) > maxHost+len(".:65535") {
		return ""
	}
	return u.Hostname()
}

// registered is the domain that somebody has registered, in which a host is.
func registered(host string) string {
	if net.ParseIP(host) != nil {
		return host
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return host
	}
	return domain
}
