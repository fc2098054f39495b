package directory_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// followedBy has that many follow @sange, ten on each server, told of everything.
func followedBy(t testing.TB, db *directory.Database, followers int) *directory.Directory {
	t.Helper()
	d := directory.New(db)
	storetest.ImportSeed(t, d)
	count := fmt.Sprintf("WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", followers-1)
	for _, statement := range []string{
		`INSERT INTO inboxes (url, host, taken, wakes, leased_by, failures, gone, last_error) ` + count + `
			SELECT 'https://h' || (i / 10) || '.example/inbox', 'h' || (i / 10) || '.example', (SELECT MAX(id) FROM changes), 0, '', 0, FALSE, '' FROM n WHERE i % 10 = 0`,
		`INSERT INTO peers (id, inbox, shared_inbox, handle, key_id, public_pem, fetched_at) ` + count + `
			SELECT 'https://h' || (i / 10) || '.example/' || i, 'https://h' || (i / 10) || '.example/' || i || '/inbox', 'https://h' || (i / 10) || '.example/inbox', 'a', '', '', '2026-01-01 00:00:00+00:00' FROM n`,
		`INSERT INTO followers (handle, peer_id, inbox_id, own_inbox_id, follow_id, follow, since, followed_at, accepted_at)
			SELECT 'sange', p.id, i.id, i.id, '', '', 0, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00' FROM peers p JOIN inboxes i ON i.url = p.shared_inbox`,
		"UPDATE delivery SET swept = (SELECT MAX(id) FROM changes)",
		"ANALYZE",
	} {
		if _, err := db.SQL().ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%v in %.80s", err, statement)
		}
	}
	return d
}

// BenchmarkEditOfAFollowedCoop measures an edit of a co-op with 100,000 followers
// on 10,000 servers, while inboxes are woken for the edit before: how long half of
// the edits and 99 of 100 take at most, and the same with nobody to wake.
func BenchmarkEditOfAFollowedCoop(b *testing.B) {
	bench := func(b *testing.B, db *directory.Database) {
		d := followedBy(b, db, 100_000)
		edits := 0
		edit := func() time.Duration {
			edits++
			began := time.Now()
			if _, _, err := d.EditCoop(b.Context(), "sange", directory.Edit{Source: directory.FromCurator, Set: map[string]string{"founded": fmt.Sprint(1900 + edits%100)}}); err != nil {
				b.Fatal(err)
			}
			return time.Since(began)
		}
		var alone, beside []time.Duration
		var woke time.Duration
		for n := 0; b.Loop(); n++ {
			began, woken := time.Now(), make(chan error)
			go func() { err := d.WakeInboxes(b.Context()); woke += time.Since(began); woken <- err }()
			time.Sleep(time.Duration(n%10) * 5 * time.Millisecond)
			beside = append(beside, edit())
			if err := <-woken; err != nil {
				b.Fatal(err)
			}
			alone = append(alone, edit())
		}
		report := func(took []time.Duration, what string) {
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, what+"p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, what+"p99-ms")
		}
		report(beside, "")
		report(alone, "alone-")
		b.ReportMetric(woke.Seconds()*1000/float64(len(beside)), "wake-ms")
		b.ReportMetric(0, "ns/op")
	}
	b.Run("sqlite", func(b *testing.B) { bench(b, storetest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { bench(b, storetest.Postgres(b)) })
}

// TestEditWritesNothingForFollowers: who is told of it is found later.
func TestEditWritesNothingForFollowers(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		d := followedBy(t, db, 1000)
		count := func(what string) (n int) {
			if err := db.SQL().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+what).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		rows := func() int {
			return count("changes") + count("posts") + count("receipts") + count("addressees") + count("answers")
		}
		before := rows()
		curate(t, d, "sange", map[string]string{"services": "hosting,training"})
		if n := rows() - before; n > 20 {
			t.Errorf("an edit wrote %d rows", n)
		}
		if n := count("inboxes WHERE wakes > 0"); n != 0 {
			t.Errorf("an edit woke %d inboxes itself", n)
		}
		if err := d.WakeInboxes(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := count("inboxes WHERE wakes > 0"); n != 100 {
			t.Errorf("%d inboxes are woken, want 100", n)
		}
	})
}
