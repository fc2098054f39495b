package federation

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/time/rate"
)

// pace is how much there may be at once, and how much in each second after that.
type pace struct {
	atOnce    int
	perSecond rate.Limit
}

// How fast others may speak. Servers keep what they are told to send later (429), so
// nothing of an honest one's is lost. A sender may say at once what a relay collects
// while we are away; what it may say all day is what fills the disk, and is more than
// people say. Followers, whose servers know us, may say more. Whose keys we have not
// got makes us ask, so that costs others and us more; under one domain anybody can have
// any number of hosts.
var (
	senderPace   = pace{atOnce: 5_000, perSecond: 10}
	followerPace = pace{atOnce: 20_000, perSecond: 100}
	hostPace     = pace{atOnce: 60_000, perSecond: 5_000}

	strangersOfHost   = pace{atOnce: 3_000, perSecond: 300}
	strangersOfDomain = pace{atOnce: 10_000, perSecond: 600}
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
	// keptFull is how long a bucket is kept that is full.
	keptFull = 10 * time.Second
	// slowDown is what somebody who is too fast is told to wait.
	slowDown = "60"
)

// limits counts in memory only, for each process.
type limits struct {
	buckets  *otter.Cache[string, *rate.Limiter]
	fetching slots
	large    chan struct{}
}

func newLimits() *limits {
	return &limits{
		buckets: otter.Must(&otter.Options[string, *rate.Limiter]{
			MaximumSize: 100_000, ExpiryCalculator: otter.ExpiryAccessingFunc(untilFull),
		}),
		large: make(chan struct{}, maxLarge),
	}
}

// untilFull is how long a bucket is kept: one that is full again is as good as none.
func untilFull(e otter.Entry[string, *rate.Limiter]) time.Duration {
	missing := float64(e.Value.Burst()) - e.Value.Tokens() + 1 // which is about to be taken
	return keptFull + time.Duration(missing/float64(e.Value.Limit())*float64(time.Second))
}

func (l *limits) allow(whose string, p pace) bool {
	bucket, _ := l.buckets.ComputeIfAbsent(whose, func() (*rate.Limiter, bool) {
		return rate.NewLimiter(p.perSecond, p.atOnce), false
	})
	return bucket.Allow()
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
	if !l.allow("strangers of the host "+host, strangersOfHost) || !l.allow("strangers of the domain "+domain, strangersOfDomain) {
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
	if host := hostOf(senderID); !f.limits.allow("host "+host, hostPace) {
		return tooFast(host)
	}
	if f.limits.allow("sender "+senderID, senderPace) {
		return nil
	}
	follows, err := f.directory.Follows(ctx, senderID)
	if err != nil {
		return err
	}
	if !follows || !f.limits.allow("follower "+senderID, followerPace) {
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
