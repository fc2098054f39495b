// Package federation is how the directory speaks with other servers, in
// ActivityPub: every co-op is an actor that people follow from Mastodon and
// similar places, and whoever follows hears of changes.
//
// What other servers read is made in the package document, signed in
// signature, and every request of ours goes out through fetch. Here the three
// meet the directory: actors are served, activities are taken in through one
// gate (verify), and inboxes that are behind are told what they are owed.
package federation

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"coopverse/directory"
	"coopverse/federation/document"
	"coopverse/federation/fetch"

	"github.com/gorilla/mux"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"
)

// Config is what federation needs to know of the instance.
type Config struct {
	Site    document.Site
	Client  *fetch.Client
	Logger  *slog.Logger
	Mirror  time.Duration // how often a mirrored directory is asked for news; 0: a minute
	Lease   time.Duration // how long an inbox waits for a process that died, longer than a delivery takes; 0: a minute
	Workers int           // inboxes that are told at the same time; 0: 1024
	Secure  bool          // actors and what they say are shown only to those who sign their requests
	Retry   time.Duration // wait after an inbox's first failure; 0: 5 seconds. It triples with each further one
}

// Federation serves the actors of a directory and tells their followers.
type Federation struct {
	directory *directory.Directory
	site      document.Site
	client    *fetch.Client
	logger    *slog.Logger
	workers   int
	retry     time.Duration
	lease     time.Duration

	mirrorEvery time.Duration

	keys      *keyring
	letters   *letters
	visits    together[directory.Visit, directory.Settled]
	accepts   together[directory.Follower, struct{}] // that were taken
	owed      together[int64, []directory.Follower]  // to inboxes
	gate      together[knock, admission]
	subjects  together[directory.Subject, error]
	documents *documents
	failed    *negative          // keys that were of no use
	away      *negative          // keys that could not be had for the moment
	asking    singleflight.Group // for keys
	beyond    rate.Sometimes     // warnings that the log is shorter than it was
	ailing    rate.Sometimes     // complaints about the database
	limits    *limits
	skew      skew
	secure    bool
}

// New returns the federation of d.
func New(d *directory.Directory, c Config) *Federation {
	careful := c.Client.Avoiding(avoiding(d))
	f := &Federation{
		directory: d, site: c.Site, client: careful, logger: c.Logger, workers: cmp.Or(c.Workers, 1024),
		retry: cmp.Or(c.Retry, 5*time.Second), lease: cmp.Or(c.Lease, leaseTime), mirrorEvery: cmp.Or(c.Mirror, mirrorEvery),
		keys: newKeyring(d, c.Site), documents: newDocuments(), failed: newNegative(negativeTime), away: newNegative(awayTime), limits: newLimits(), secure: c.Secure,
		beyond: rate.Sometimes{Interval: time.Hour}, ailing: rate.Sometimes{Interval: complainEvery},
	}
	f.skew.said.Interval = time.Hour
	f.letters = newLetters(d, f.keys)
	f.visits = together[directory.Visit, directory.Settled]{wait: 20 * time.Millisecond, most: 200, ask: func(visits []directory.Visit) ([]directory.Settled, error) {
		return d.Settle(context.Background(), visits, f.lease, f.rest)
	}}
	f.accepts = together[directory.Follower, struct{}]{wait: 5 * time.Millisecond, most: 200, ask: func(taken []directory.Follower) ([]struct{}, error) {
		return make([]struct{}, len(taken)), d.Accepted(context.Background(), taken...)
	}}
	f.owed = together[int64, []directory.Follower]{wait: 2 * time.Millisecond, most: 64, ask: func(inboxes []int64) ([][]directory.Follower, error) {
		return d.OwedAccepts(context.Background(), inboxes...)
	}}
	f.gate.wait, f.gate.most, f.gate.ask = time.Millisecond, 64, patiently(func(ctx context.Context, knocks []knock) ([]admission, error) {
		return look(ctx, d, knocks)
	})
	f.subjects.wait, f.subjects.most, f.subjects.ask = time.Millisecond, 64, patiently(d.Missing)
	return f
}

// patiently asks for senders, who wait for no longer than that.
func patiently[Q, A any](ask func(context.Context, []Q) ([]A, error)) func([]Q) ([]A, error) {
	return func(questions []Q) ([]A, error) {
		ctx, cancel := context.WithTimeout(context.Background(), patienceOfSenders)
		defer cancel()
		return ask(ctx, questions)
	}
}

// avoiding says of a host whether it is blocked, for many requests at once.
func avoiding(d *directory.Directory) fetch.Blocked {
	hosts := &together[string, bool]{wait: 2 * time.Millisecond, most: 200, ask: func(hosts []string) ([]bool, error) {
		return d.BlockedAmong(context.Background(), hosts)
	}}
	return func(ctx context.Context, asked ...string) (blocked bool, err error) {
		for _, host := range asked {
			if blocked, err = hosts.do(ctx, host); blocked || err != nil {
				break
			}
		}
		return blocked, err
	}
}

// Routes adds what other servers ask for to r. It must come before the pages,
// which answer the same addresses to people.
func (f *Federation) Routes(r *mux.Router) {
	for _, route := range f.routes() {
		if f.secure && needsSigning(route) {
			route.serve = f.secured(route.serve)
		}
		methods := []string{route.method}
		if route.method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
		added := r.Path(route.path).Methods(methods...).HandlerFunc(route.serve)
		if route.negotiated {
			added.MatcherFunc(func(r *http.Request, _ *mux.RouteMatch) bool { return wantsActivity(r) })
			continue
		}
		r.Path(route.path).HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", strings.Join(methods, ", "))
			http.Error(w, "ask with "+strings.Join(methods, " or "), http.StatusMethodNotAllowed)
		})
	}
}
