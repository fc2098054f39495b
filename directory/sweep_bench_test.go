package directory_test

import (
	"fmt"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// crowd fills a directory with 100,000 followers on as many servers and with
// 1,000,000 changes that they were told long ago, a tenth of them about posts.
func crowd(b *testing.B, db *directory.Database) *directory.Directory {
	b.Helper()
	d := directory.New(db)
	storetest.ImportSeed(b, d)
	const count = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
	for _, statement := range []string{
		fmt.Sprintf(`INSERT INTO changes (handle, version, at, kind, field, before, after, source, origin, effective) `+count+`
			SELECT (SELECT handle FROM coops WHERE id = 1 + n.i %% 100), i, '2026-01-01 00:00:00+00:00', 'changed',
				CASE WHEN i %% 10 = 0 THEN 'post' ELSE 'founded' END, '', CAST(i AS TEXT), 'list', '', TRUE FROM n`, 1_000_000),
		fmt.Sprintf(`INSERT INTO inboxes (url, host, taken, wakes, leased_by, failures, gone, last_error) `+count+`
			SELECT 'https://h' || i || '.example/inbox', 'h' || i || '.example', 0, 0, '', 0, FALSE, '' FROM n`, 100_000),
		`INSERT INTO peers (id, inbox, shared_inbox, handle, key_id, public_pem, fetched_at)
			SELECT 'https://' || host || '/a', url, '', 'a', '', '', '2026-01-01 00:00:00+00:00' FROM inboxes`,
		`INSERT INTO followers (handle, peer_id, inbox_id, own_inbox_id, follow_id, follow, since, followed_at)
			SELECT (SELECT handle FROM coops c WHERE c.id = 1 + i.id % 100), 'https://' || i.host || '/a', i.id, i.id, '', '', 0, '2026-01-01 00:00:00+00:00' FROM inboxes i`,
		"UPDATE delivery SET swept = (SELECT MAX(id) FROM changes)",
		"ANALYZE",
	} {
		if _, err := db.SQL().Exec(statement); err != nil {
			b.Fatalf("%v in %.80s", err, statement)
		}
	}
	if err := d.Tidy(b.Context()); err != nil {
		b.Fatal(err)
	}
	return d
}

// BenchmarkBehind measures what each sweep asks of a large database: whom to
// wake for a change that nobody is owed, and what an inbox is owed.
func BenchmarkBehind(b *testing.B) {
	bench := func(b *testing.B, d *directory.Directory) {
		edit := func(handle string, n int) {
			set := map[string]string{"founded": fmt.Sprint(1900 + n%100)}
			if _, _, err := d.EditCoop(b.Context(), handle, directory.Edit{Source: directory.FromCurator, Set: set}); err != nil {
				b.Fatal(err)
			}
		}
		b.Run("wake", func(b *testing.B) {
			for n := 0; b.Loop(); n++ {
				b.StopTimer()
				edit("quilted", n)
				b.StartTimer()
				if err := d.WakeInboxes(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("owed", func(b *testing.B) {
			edit("igalia", 0)
			if err := d.WakeInboxes(b.Context()); err != nil {
				b.Fatal(err)
			}
			inboxes, err := d.LeaseInboxes(b.Context(), "bench", 1, time.Hour)
			if err != nil || len(inboxes) != 1 {
				b.Fatal(inboxes, err)
			}
			for b.Loop() {
				if owed, err := d.OwedChanges(b.Context(), inboxes[0], 50); err != nil || len(owed) == 0 {
					b.Fatal(owed, err)
				}
			}
		})
	}
	b.Run("sqlite", func(b *testing.B) { bench(b, crowd(b, storetest.SQLite(b))) })
	b.Run("postgres", func(b *testing.B) { bench(b, crowd(b, storetest.Postgres(b))) })
}
