package federation

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation/document"
	"coopverse/federation/fetch"
	"coopverse/federation/signature"

	"github.com/gorilla/mux"
)

const (
	speakingHosts = 200   // servers that speak to us
	benchSenders  = 64    // requests under way at the same time, and connections
	offeredRate   = 3_000 // activities in a second that come whether or not the last ones were answered
)

// benchWorld is a directory with followers on many servers, all of which are
// one process on loopback. They share a key, so that a benchmark begins soon.
type benchWorld struct {
	*httptest.Server
	b        *testing.B
	d        *directory.Directory
	f        *Federation
	site     document.Site
	key      *signature.Key
	handles  []string
	public   string
	accepted atomic.Int64 // Accepts that the others took
	client   *http.Client
}

func newBenchWorld(b *testing.B, db *directory.Database) *benchWorld {
	w := &benchWorld{b: b, d: directory.New(db)}
	storetest.ImportSeed(b, w.d)
	private, err := signature.GenerateKey()
	if err != nil {
		b.Fatal(err)
	}
	w.key = &signature.Key{Private: private}
	if w.public, err = signature.MarshalPublicKey(&private.PublicKey); err != nil {
		b.Fatal(err)
	}
	others := httptest.NewServer(http.HandlerFunc(w.answer))
	b.Cleanup(others.Close)
	_, port, _ := net.SplitHostPort(others.Listener.Addr().String())
	router := mux.NewRouter()
	w.Server = httptest.NewServer(router)
	b.Cleanup(w.Close)
	w.site = document.Site{Origin: w.URL, Name: "Coopverse", Contact: "hello@coops.example", Version: "bench"}
	w.f = New(w.d, Config{
		Site: w.site, Logger: slog.New(slog.DiscardHandler),
		Client: fetch.New(fetch.Config{
			UserAgent: "coopverse/bench", AllowHTTP: true, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
			ConnectTo: []fetch.Override{{ToHost: "127.0.0.1", ToPort: port}},
		}),
	})
	w.f.Routes(router)
	rows, err := db.SQL().QueryContext(b.Context(), "SELECT handle FROM coops WHERE status = 'active' ORDER BY handle")
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var handle string
		if err := rows.Scan(&handle); err != nil {
			b.Fatal(err)
		}
		w.handles = append(w.handles, handle)
	}
	w.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: benchSenders, MaxConnsPerHost: benchSenders}}
	return w
}

// answer is what the other servers say: each address is an actor, and what it
// is sent is taken.
func (w *benchWorld) answer(rw http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		_, _ = io.Copy(io.Discard, r.Body)
		w.accepted.Add(1)
		rw.WriteHeader(http.StatusAccepted)
		return
	}
	id := "http://" + r.Host + r.URL.Path
	rw.Header().Set("Content-Type", "application/activity+json")
	_ = json.NewEncoder(rw).Encode(map[string]any{
		"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": "Person", "preferredUsername": "ann", "inbox": id + "/inbox",
		"publicKey": map[string]any{"id": id + "#main-key", "owner": id, "publicKeyPem": w.public},
	})
}

// actor is the id of the nth actor.
func actorNumber(n int) string {
	return fmt.Sprintf("http://h%d.s%d.example/users/a%d", n%speakingHosts, n%speakingHosts, n)
}

// known has us know n actors already.
func (w *benchWorld) known(n int) {
	for i := range n {
		id := actorNumber(i)
		err := w.d.RememberPeer(w.b.Context(), directory.Peer{
			ID: id, Inbox: id + "/inbox", Handle: fmt.Sprintf("a%d@h%d.s%d.example", i, i%speakingHosts, i%speakingHosts),
			KeyID: id + "#main-key", PublicPEM: w.public, FetchedAt: time.Now().UTC(),
		})
		if err != nil {
			w.b.Fatal(err)
		}
	}
}

// signed is a request that waits to be sent: what it costs to sign is not ours.
func (w *benchWorld) signed(actor string, body []byte) *http.Request {
	r, err := http.NewRequestWithContext(w.b.Context(), http.MethodPost, w.URL+"/inbox", bytes.NewReader(body))
	if err != nil {
		w.b.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/activity+json")
	if err := signature.Sign(r, body, &signature.Key{ID: actor + "#main-key", Private: w.key.Private}, time.Now()); err != nil {
		w.b.Fatal(err)
	}
	return r
}

// allSigned are as many requests as there are rounds.
func (w *benchWorld) allSigned(activity func(n int) (actor string, body []byte)) []*http.Request {
	requests := make([]*http.Request, w.b.N)
	var next atomic.Int64
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(requests); n = int(next.Add(1)) - 1 {
				requests[n] = w.signed(activity(n))
			}
		})
	}
	group.Wait()
	return requests
}

// send sends the requests, some at a time, and reports how many were answered with
// want in a second, and how long all but one of a hundred took.
func (w *benchWorld) send(requests []*http.Request, atOnce, want int) {
	w.measure(requests, atOnce, want, func(int) time.Time { return time.Now() })
}

// offer sends offeredRate requests a second, evenly. How long one took is counted from
// when it was due, also if all connections were taken then.
func (w *benchWorld) offer(requests []*http.Request, want int) {
	began := time.Now()
	w.measure(requests, benchSenders, want, func(i int) time.Time {
		due := began.Add(time.Duration(i) * time.Second / offeredRate)
		time.Sleep(time.Until(due))
		return due
	})
}

// measure sends the requests, some at a time, each when begin says that it was begun.
func (w *benchWorld) measure(requests []*http.Request, atOnce, want int, begin func(i int) time.Time) {
	took := make([]time.Duration, len(requests))
	var next atomic.Int64
	var group sync.WaitGroup
	began, worked := time.Now(), processorTime()
	for range atOnce {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(requests); i = int(next.Add(1)) - 1 {
				sent := begin(i)
				res, err := w.client.Do(requests[i])
				if err != nil {
					w.b.Error(err)
					return
				}
				answer, _ := io.ReadAll(res.Body)
				res.Body.Close()
				if res.StatusCode != want {
					w.b.Errorf("%d %s, want %d", res.StatusCode, answer, want)
					return
				}
				took[i] = time.Since(sent)
			}
		})
	}
	group.Wait()
	w.b.ReportMetric(float64(len(requests))/time.Since(began).Seconds(), "requests/s")
	w.b.ReportMetric(float64((processorTime()-worked).Microseconds())/float64(len(requests)), "cpu-µs/request")
	slices.Sort(took)
	for _, part := range []int{50, 99} {
		w.b.ReportMetric(float64(took[len(took)*part/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", part))
	}
}

// processorTime is how long this process, both sides of the benchmark, has worked.
// Unlike the time that passes it says the same on a machine that is busy otherwise.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func eachBenchWorld(b *testing.B, bench func(b *testing.B, w *benchWorld)) {
	b.Run("sqlite", func(b *testing.B) { bench(b, newBenchWorld(b, storetest.SQLite(b))) })
	b.Run("postgres", func(b *testing.B) { bench(b, newBenchWorld(b, storetest.Postgres(b))) })
}

// BenchmarkInbox sends activities from many servers at once and waits for the
// answer, which comes when the effect is on the disk. Run it with -benchtime
// 10000x: one round is one activity, and they are signed before the clock starts.
func BenchmarkInbox(b *testing.B) {
	const senders = 1000
	for _, c := range []struct {
		name     string
		known    bool
		activity func(w *benchWorld, n int) (actor string, body []byte)
	}{
		{"Like", true, func(w *benchWorld, n int) (string, []byte) {
			actor, handle := actorNumber(n%senders), w.handles[n/senders%len(w.handles)]
			return actor, activityJSON(fmt.Sprintf("%s#likes/%d", actor, n), "Like", actor, w.site.Post(handle, 0))
		}},
		{"Create", true, func(w *benchWorld, n int) (string, []byte) {
			actor, handle := actorNumber(n%senders), w.handles[n/senders%len(w.handles)]
			id := fmt.Sprintf("%s/notes/%d", actor, n)
			return actor, activityJSON(id+"/activity", "Create", actor, map[string]any{
				"id": id, "type": "Note", "attributedTo": actor, "inReplyTo": w.site.Post(handle, 0),
				"to": "https://www.w3.org/ns/activitystreams#Public", "content": "<p>" + strings.Repeat("Bravo! ", 30) + "</p>",
			})
		}},
		{"unknown sender", false, func(w *benchWorld, n int) (string, []byte) {
			actor := actorNumber(senders + n)
			return actor, activityJSON(actor+"#like", "Like", actor, w.site.Post(w.handles[n%len(w.handles)], 0))
		}},
	} {
		for _, way := range []struct {
			name string
			send func(w *benchWorld, requests []*http.Request)
		}{
			{"64 at once", func(w *benchWorld, requests []*http.Request) { w.send(requests, 64, http.StatusAccepted) }},
			{"32 at once", func(w *benchWorld, requests []*http.Request) { w.send(requests, 32, http.StatusAccepted) }},
			{"3000 a second", func(w *benchWorld, requests []*http.Request) { w.offer(requests, http.StatusAccepted) }},
		} {
			if !c.known && way.name != "64 at once" {
				continue
			}
			b.Run(c.name+"/"+way.name, func(b *testing.B) {
				eachBenchWorld(b, func(b *testing.B, w *benchWorld) {
					if c.known {
						w.known(senders)
					}
					requests := w.allSigned(func(n int) (string, []byte) { return c.activity(w, n) })
					b.ResetTimer()
					way.send(w, requests)
				})
			})
		}
	}
}

// BenchmarkFollow measures how many Follows are taken in and accepted in a
// second, from the first request to the last Accept at the followers' servers.
func BenchmarkFollow(b *testing.B) {
	eachBenchWorld(b, func(b *testing.B, w *benchWorld) {
		w.known(b.N)
		requests := w.allSigned(func(n int) (string, []byte) {
			actor := actorNumber(n)
			return actor, activityJSON(actor+"#follow", "Follow", actor, w.site.Actor(w.handles[0]))
		})
		ctx, cancel := context.WithCancel(context.WithoutCancel(b.Context()))
		done := make(chan struct{})
		go func() { defer close(done); w.f.Deliver(ctx) }()
		b.Cleanup(func() { cancel(); <-done })
		b.ResetTimer()
		began := time.Now()
		w.send(requests, benchSenders, http.StatusAccepted)
		for w.accepted.Load() < int64(b.N) {
			time.Sleep(time.Millisecond)
			if time.Since(began) > 5*time.Minute {
				b.Fatalf("%d of %d Follows are accepted", w.accepted.Load(), b.N)
			}
		}
		b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "accepted/s")
	})
}

// BenchmarkLookUp measures how often other servers can ask who an actor is, once its
// keys are made.
func BenchmarkLookUp(b *testing.B) {
	for name, address := range map[string]func(w *benchWorld, handle string) string{
		"actor": func(w *benchWorld, handle string) string { return w.site.Actor(handle) },
		"WebFinger": func(w *benchWorld, handle string) string {
			return w.URL + "/.well-known/webfinger?resource=acct:" + w.site.Account(handle)
		},
	} {
		b.Run(name, func(b *testing.B) {
			eachBenchWorld(b, func(b *testing.B, w *benchWorld) {
				requests := make([]*http.Request, b.N)
				for n := range requests {
					r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address(w, w.handles[n%20]), nil)
					if err != nil {
						b.Fatal(err)
					}
					r.Header.Set("Accept", "application/activity+json")
					requests[n] = r
				}
				for _, r := range requests[:min(b.N, 20)] {
					if res, err := w.client.Do(r); err == nil {
						res.Body.Close()
					}
				}
				b.ResetTimer()
				w.send(requests, benchSenders, http.StatusOK)
			})
		})
	}
}
