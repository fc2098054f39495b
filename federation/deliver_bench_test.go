package federation

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation/fediverse"
	"coopverse/federation/signature"
)

// benchHosts is how many servers a post is brought to.
const benchHosts = 2000

// bareRate is how many RSA-2048 signatures a second all cores make together, for
// a fifth of a second.
func bareRate(b testing.TB, key *rsa.PrivateKey) float64 {
	sum := sha256.Sum256([]byte("what is signed"))
	var n atomic.Int64
	var group sync.WaitGroup
	began := time.Now()
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for time.Since(began) < 200*time.Millisecond {
				if _, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:]); err != nil {
					b.Error(err)
					return
				}
				n.Add(1)
			}
		})
	}
	group.Wait()
	return float64(n.Load()) / time.Since(began).Seconds()
}

// BenchmarkDelivery measures how long it takes from a post until 2,000 servers,
// which verify it, have it and the database has their receipts. “rate/bare” is
// the rate as a part of that of bare signatures, both measured in turn.
func BenchmarkDelivery(b *testing.B) {
	for _, kind := range []struct {
		name     string
		cold     bool // connections are closed before each post
		first    bool // as on first contact: nothing is known of TLS sessions either
		behaving fediverse.Behaviour
		config   fediverse.Config
	}{
		{name: "warm", config: fediverse.Config{TLS: true}},
		{name: "warm HTTP2", config: fediverse.Config{TLS: true, HTTP2: true}},
		{name: "cold", config: fediverse.Config{TLS: true}, cold: true},
		{name: "first contact", config: fediverse.Config{TLS: true}, first: true},
		{name: "200ms", config: fediverse.Config{TLS: true}, behaving: fediverse.Behaviour{Late: 200 * time.Millisecond}},
	} {
		b.Run(kind.name, func(b *testing.B) {
			eachDatabase(b, func(b *testing.B, db *directory.Database) {
				kind.config.Hosts = benchHosts
				a := newAudience(b, db, kind.config, 1, true)
				key, err := signature.GenerateKey()
				if err != nil {
					b.Fatal(err)
				}
				a.deliver()
				a.post("to connect")
				a.settled(benchHosts, time.Minute)
				a.Behave(kind.behaving)
				var bare, took float64
				rounds := 0
				for b.Loop() {
					if kind.cold {
						a.us.federation.client.CloseIdleConnections()
						time.Sleep(100 * time.Millisecond) // closing is over before anything is measured
					}
					if kind.first {
						a.restart()
					}
					rate := bareRate(b, key)
					took += a.timed()
					bare += (rate + bareRate(b, key)) / 2
					rounds++
				}
				rate := float64(benchHosts*rounds) / took
				b.ReportMetric(rate, "deliveries/s")
				b.ReportMetric(rate/(bare/float64(rounds)), "rate/bare")
				b.ReportMetric(0, "ns/op")
			})
		})
	}
}

// BenchmarkHanging measures how long it takes until all others have a post when
// three of ten servers hang: “time/undisturbed” is that as a multiple of the time
// in which all servers had the post before, when none did.
func BenchmarkHanging(b *testing.B) {
	for name, open := range stores {
		b.Run(name, func(b *testing.B) {
			var undisturbed, took float64
			for b.Loop() {
				a := newAudience(b, seededIn(b, open), fediverse.Config{Hosts: benchHosts, TLS: true}, 1, true)
				a.deliver()
				a.post("to connect")
				a.settled(benchHosts, time.Minute)
				undisturbed += a.timed()
				var hanging []int
				for i := range benchHosts * 3 / 10 {
					hanging = append(hanging, i*10/3)
				}
				a.Behave(fediverse.Behaviour{Hang: true}, hanging...)
				a.Forget()
				began := time.Now()
				a.post("while some hang")
				a.settled(benchHosts*7/10, time.Minute)
				took += time.Since(began).Seconds()
				a.Behave(fediverse.Behaviour{})
				a.us.stop()
			}
			b.ReportMetric(took/undisturbed, "time/undisturbed")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkCrowd measures how much memory it takes when ten thousand inboxes on as
// many servers become due together, servers included.
func BenchmarkCrowd(b *testing.B) {
	eachDatabase(b, func(b *testing.B, db *directory.Database) {
		const hosts = 10_000
		a := newAudience(b, db, fediverse.Config{Hosts: hosts, TLS: true}, 1, true)
		var most uint64
		for b.Loop() {
			a.Forget()
			a.deliver()
			stop := make(chan struct{})
			var watch sync.WaitGroup
			watch.Go(func() {
				for ticker := time.NewTicker(50 * time.Millisecond); ; {
					select {
					case <-stop:
						return
					case <-ticker.C:
						var m runtime.MemStats
						runtime.ReadMemStats(&m)
						most = max(most, m.HeapInuse+m.StackInuse)
					}
				}
			})
			id := a.post(fmt.Sprint("at ", time.Now()))
			a.settled(hosts, 5*time.Minute)
			close(stop)
			watch.Wait()
			a.us.stop()
			if v := a.Judge([]string{id}, a.inboxes...); !v.Good() || v.Again > 0 {
				b.Error(v)
			}
		}
		b.ReportMetric(float64(most)/(1<<20), "MB")
	})
}

// timed posts and returns how many seconds it takes until all have the post.
func (a *audience) timed() float64 {
	a.Forget()
	began := time.Now()
	id := a.post(fmt.Sprint("at ", began))
	a.settled(benchHosts, time.Minute)
	took := time.Since(began).Seconds()
	if v := a.Judge([]string{id}, a.inboxes...); !v.Good() || v.Again > 0 {
		a.t.Error(v)
	}
	return took
}

// stores are the two databases.
var stores = map[string]func(testing.TB) *directory.Database{"sqlite": storetest.SQLite, "postgres": storetest.Postgres}

// seededIn opens a database with the bundled list.
func seededIn(t testing.TB, open func(testing.TB) *directory.Database) *directory.Database {
	t.Helper()
	db := open(t)
	storetest.ImportSeed(t, directory.New(db))
	return db
}

// eachDatabase runs a benchmark on a directory with the bundled list in each.
func eachDatabase(b *testing.B, bench func(b *testing.B, db *directory.Database)) {
	for name, open := range stores {
		b.Run(name, func(b *testing.B) { bench(b, seededIn(b, open)) })
	}
}

func idOf(t testing.TB, activity []byte) string {
	t.Helper()
	var a fediverse.Activity
	if err := json.Unmarshal(activity, &a); err != nil {
		t.Fatal(err)
	}
	return a.ID
}
