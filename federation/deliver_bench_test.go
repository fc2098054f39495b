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
	"coopverse/federation/fetch"
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
		cold     bool
		behaving fediverse.Behaviour
		config   fediverse.Config
	}{
		{name: "warm", config: fediverse.Config{TLS: true}},
		{name: "warm HTTP2", config: fediverse.Config{TLS: true, HTTP2: true}},
		{name: "cold", config: fediverse.Config{TLS: true}, cold: true},
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
						a.us.stop()
						a.us.federation.client.CloseIdleConnections()
						a.us.federation = New(a.us.directory, Config{Site: a.us.site, Client: fetch.New(a.Client()), Logger: a.us.federation.logger})
						a.deliver()
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

// eachDatabase runs a benchmark on a directory with the bundled list in each.
func eachDatabase(b *testing.B, bench func(b *testing.B, db *directory.Database)) {
	for name, open := range map[string]func(testing.TB) *directory.Database{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			db := open(b)
			storetest.ImportSeed(b, directory.New(db))
			bench(b, db)
		})
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
