package directory_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// Visits are written down while others follow, who lock the same inboxes in
// another order: what was sent is not forgotten for it.
func TestVisitsAreSettledBesideFollows(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		var peers []directory.Peer
		for i := range 30 {
			p := peer(fmt.Sprintf("p%d", i))
			p.SharedInbox = ""
			follow(t, d, p, "sange", activity(p))
			peers = append(peers, p)
		}
		var visits []directory.Visit
		for round := range 15 {
			due, err := d.LeaseInboxes(t.Context(), fmt.Sprint("holder ", round), 200, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			for _, inbox := range due {
				visits = append(visits, directory.Visit{Inbox: inbox})
			}
		}
		var stop atomic.Bool
		var others sync.WaitGroup
		for range 12 {
			others.Go(func() {
				for !stop.Load() {
					p := peers[rand.IntN(len(peers))]
					id := fmt.Sprintf("%s#%d", p.ID, rand.Int64())
					if err := d.AddFollower(t.Context(), heard(p, "Follow", id, "sange"), "sange", fmt.Sprintf(`{"type":"Follow","id":%q}`, id)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for end := time.Now().Add(3 * time.Second); time.Now().Before(end); {
			if _, err := d.Settle(t.Context(), visits, time.Hour, rest); err != nil {
				t.Error(err)
			}
		}
		stop.Store(true)
		others.Wait()
	})
}

// However many inboxes of one server are due, those of others are leased beside them.
func TestOneServerHoldsUpNoOther(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		for i := range 50 {
			p := peer(fmt.Sprintf("p%d", i))
			p.SharedInbox = ""
			follow(t, d, p, "sange", activity(p))
		}
		late := peer("late")
		late.ID, late.Inbox, late.SharedInbox = "https://other.example/late", "https://other.example/late/inbox", ""
		follow(t, d, late, "sange", activity(late))
		due, err := d.LeaseInboxes(t.Context(), "one", 5, time.Minute)
		if err != nil || !slices.ContainsFunc(due, func(i directory.Inbox) bool { return i.URL == late.Inbox }) || len(due) != 5 {
			t.Errorf("leased are %+v, %v", due, err)
		}
	})
}

// Whoever gives a server up waits for the first of its inboxes that another one has,
// and holds none of those after it, which the other one may want next. SQLite has a
// single writer.
func TestServerIsGivenUpInOrder(t *testing.T) {
	db := storetest.Postgres(t)
	d := directory.New(db)
	storetest.ImportSeed(t, d)
	crowdOf(t, d, 9)
	curate(t, d, "sange", map[string]string{"founded": "1999"})
	due := slices.SortedFunc(maps.Values(lease(t, d, "one")), func(a, b directory.Inbox) int { return cmp.Compare(a.ID, b.ID) })
	if len(due) == 0 {
		t.Fatal("nothing is due")
	}
	// They lie in the table in another order than that of their numbers.
	for id := 9; id > 0; id-- {
		if _, err := db.SQL().Exec("UPDATE inboxes SET leased_until = NULL WHERE id = $1 AND id <> $2", id, due[0].ID); err != nil {
			t.Fatal(err)
		}
	}
	other, err := db.SQL().Begin()
	if err != nil {
		t.Fatal(err)
	}
	var first, last int64
	err = other.QueryRow("SELECT MIN(id), MAX(id) FROM inboxes WHERE id <> $1 AND due_at IS NOT NULL", due[0].ID).Scan(&first, &last)
	if err == nil {
		_, err = other.Exec("SELECT 1 FROM inboxes WHERE id = $1 FOR UPDATE", first)
	}
	if err != nil {
		t.Fatal(err)
	}
	givenUp := make(chan error, 1)
	go func() { givenUp <- d.GiveUpHost(t.Context(), due[0], 0, "no answer") }()
	for waits := 0; waits == 0; time.Sleep(10 * time.Millisecond) {
		if err := db.SQL().QueryRow("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waits); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := other.Exec("SELECT 1 FROM inboxes WHERE id = $1 FOR UPDATE NOWAIT", last); err != nil {
		t.Errorf("the last one: %v", err)
	}
	if err := errors.Join(other.Rollback(), <-givenUp); err != nil {
		t.Error(err)
	}
}
