package directory_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// rest is how long a server is left alone.
func rest(times int) time.Duration { return time.Hour << times }

// settleOne writes one visit down.
func settleOne(t *testing.T, d *directory.Directory, v directory.Visit) directory.Settled {
	t.Helper()
	settled, err := d.Settle(t.Context(), []directory.Visit{v}, time.Minute, rest)
	if err != nil {
		t.Fatal(err)
	}
	return settled[0]
}

// crowdOf has n people of one server follow @sange, each with an inbox, and
// tells them of everything until now.
func crowdOf(t *testing.T, d *directory.Directory, n int) {
	t.Helper()
	for i := range n {
		p := peer(string(rune('a' + i)))
		p.SharedInbox = ""
		follow(t, d, p, "sange", activity(p))
	}
	for due := lease(t, d, "one"); len(due) > 0; due = lease(t, d, "one") {
		letGo(t, d, due)
	}
}

func TestVisitsAreSettledTogether(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		crowdOf(t, d, 2)
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		var visits []directory.Visit
		for _, inbox := range lease(t, d, "one") {
			errands, err := d.Errands(t.Context(), []directory.Inbox{inbox})
			if err != nil || !errands[0].Whole || len(errands[0].Changes) != 1 {
				t.Fatalf("errands %+v, %v", errands, err)
			}
			receipt := directory.Receipt{ChangeID: errands[0].Changes[0].ID, InboxID: inbox.ID, Outcome: directory.Told, At: time.Now().UTC()}
			visits = append(visits, directory.Visit{Inbox: inbox, Receipt: &receipt, CaughtUp: true, Head: errands[0].Head, Answered: true, Signature: directory.Cavage})
		}
		visits[1].Inbox.LeasedBy = "somebody else"
		settled, err := d.Settle(t.Context(), visits, time.Minute, rest)
		if err != nil || settled[0] != (directory.Settled{LetGo: true}) || settled[1] != (directory.Settled{Lost: true}) {
			t.Errorf("settled %+v, %v", settled, err)
		}
		told, err := d.Receipts(t.Context(), "sange", 1)
		if err != nil || len(told[0].Told) != 1 || len(told[0].Awaited) != 1 {
			t.Errorf("receipts %+v, %v", told, err)
		}
	})
}

// TestInboxIsNotLetGoOfAfterAChange: what was sent may hold it, and then it need
// not be sent a second time.
func TestInboxIsNotLetGoOfAfterAChange(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		crowdOf(t, d, 1)
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		for _, inbox := range lease(t, d, "one") {
			head := last(t, d)
			curate(t, d, "sange", map[string]string{"founded": "2000"})
			if got := settleOne(t, d, directory.Visit{Inbox: inbox, CaughtUp: true, Head: head}); got.LetGo {
				t.Error("let go of, although more is owed")
			}
		}
	})
}

func TestServerThatFailsIsLeftAloneForLonger(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		crowdOf(t, d, 8)
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		failed := func(inbox directory.Inbox) directory.Visit {
			return directory.Visit{Inbox: inbox, Failed: &directory.Failed{Why: "no answer", At: time.Now().Add(24 * time.Hour), Server: true}}
		}
		tried := 0
		for inbox := range maps.Values(lease(t, d, "one")) {
			if tried == 0 {
				settleOne(t, d, failed(inbox))
				tried++
			} else if err := d.Release(t.Context(), inbox); err != nil { // as whoever tells them does
				t.Fatal(err)
			}
		}
		for due := lease(t, d, "one"); len(due) > 0; due = lease(t, d, "one") {
			if len(due) > 2 {
				t.Errorf("%d at once of a server that fails", len(due))
			}
			for _, inbox := range due {
				settleOne(t, d, failed(inbox))
				tried++
			}
		}
		if tried < 5 || tried > 6 {
			t.Errorf("tried %d times", tried)
		}
		for times := range 2 {
			// Its time is over.
			if _, err := db.SQL().ExecContext(t.Context(), "UPDATE peer_hosts SET closed_until = '2026-01-01 00:00:00+00:00'"); err != nil {
				t.Fatal(err)
			}
			due := lease(t, d, "one")
			if again := lease(t, d, "two"); len(due) != 1 || len(again) != 0 {
				t.Fatalf("asked again at %d and %d inboxes, want one", len(due), len(again))
			}
			for _, inbox := range due {
				if times == 0 {
					settleOne(t, d, failed(inbox))
				} else if got := settleOne(t, d, directory.Visit{Inbox: inbox, CaughtUp: true, Head: last(t, d), Answered: true}); !got.Back {
					t.Errorf("settled %+v", got)
				}
			}
			if due := lease(t, d, "one"); times == 0 && len(due) != 0 {
				t.Errorf("after it failed again, due: %v", due)
			}
		}
		if err := d.WakeServer(t.Context(), "peer.example"); err != nil {
			t.Fatal(err)
		}
		if due := lease(t, d, "one"); len(due) <= 2 {
			t.Errorf("once it is back, %d are due at once", len(due))
		}
	})
}

func TestServerThatFailsForDaysIsGivenUp(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		crowdOf(t, d, 5)
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		leased := slices.Collect(maps.Values(lease(t, d, "one")))
		for _, inbox := range leased[2:] {
			if err := d.Release(t.Context(), inbox); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.GiveUpHost(t.Context(), leased[0], 0, "no answer"); err != nil {
			t.Fatal(err)
		}
		told, err := d.Receipts(t.Context(), "sange", 1)
		if err != nil || len(told[0].Refused) != 4 || len(told[0].Awaited) != 1 { // one is leased
			t.Errorf("receipts %+v, %v", told, err)
		}
	})
}
