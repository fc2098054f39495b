package federation

import (
	"fmt"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/federation/fediverse"
	"coopverse/federation/signature"
)

// BenchmarkOneServer measures how many letters a second a server takes that has
// 3,000 inboxes and no shared one, until the database has what came of all: a post
// that each of them is owed, and the Accept of a Follow for each.
func BenchmarkOneServer(b *testing.B) {
	const inboxes = 3000
	for _, kind := range []struct {
		name string
		owe  func(a *audience) // makes each inbox be owed one letter
		wait func(a *audience) // until the database has that it was taken
	}{
		{"post", func(a *audience) { a.post(fmt.Sprint("at ", time.Now())) }, func(a *audience) { a.settled(inboxes, time.Minute) }},
		{"Accepts", (*audience).oweAccepts, (*audience).accepted},
	} {
		b.Run(kind.name, func(b *testing.B) {
			eachDatabase(b, func(b *testing.B, db *directory.Database) {
				a := newAudience(b, db, fediverse.Config{Hosts: 1, TLS: true}, inboxes, false)
				a.deliver()
				key, err := signature.GenerateKey()
				if err != nil {
					b.Fatal(err)
				}
				var bare, took float64
				rounds := 0
				for b.Loop() {
					a.Forget()
					rate := bareRate(b, key)
					began := time.Now()
					kind.owe(a)
					kind.wait(a)
					took += time.Since(began).Seconds()
					bare += (rate + bareRate(b, key)) / 2
					rounds++
					if n := a.Count(); n != inboxes || a.MostAtOnce(0) > 4 {
						b.Errorf("%d letters were taken, of %d, and up to %d at the same time", n, inboxes, a.MostAtOnce(0))
					}
				}
				rate := float64(inboxes*rounds) / took
				b.ReportMetric(rate, "letters/s")
				b.ReportMetric(rate/(bare/float64(rounds)), "rate/bare")
				b.ReportMetric(0, "ns/op")
			})
		})
	}
}

// oweAccepts has every follower be owed the Accept of its Follow, as after it was heard.
func (a *audience) oweAccepts() {
	a.t.Helper()
	at := time.Now().UTC().Format("2006-01-02 15:04:05+00:00")
	a.exec(`UPDATE followers SET accepted_at = NULL,
		follow = '{"type":"Follow","id":"' || follow_id || '","actor":"' || peer_id || '","object":"` + a.us.site.Actor("sange") + `"}'`)
	a.exec("UPDATE inboxes SET wakes = wakes + 1, due_at = '" + at + "'")
}

// accepted waits until no Accept is owed and no inbox is due.
func (a *audience) accepted() {
	a.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		var owed int
		if err := a.db.SQL().QueryRowContext(a.t.Context(), `SELECT (SELECT COUNT(*) FROM followers WHERE accepted_at IS NULL)
			+ (SELECT COUNT(*) FROM inboxes WHERE due_at IS NOT NULL)`).Scan(&owed); err != nil {
			a.t.Fatal(err)
		}
		if owed == 0 {
			return
		}
		if time.Now().After(end) {
			a.t.Fatalf("%d are owed still", owed)
		}
	}
}

func (a *audience) exec(statement string) {
	a.t.Helper()
	if _, err := a.db.SQL().ExecContext(a.t.Context(), statement); err != nil {
		a.t.Fatal(err)
	}
}
