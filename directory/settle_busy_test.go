package directory_test

import (
	"fmt"
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
		if err != nil || !slices.ContainsFunc(due, func(i directory.Inbox) bool { return i.URL == late.Inbox }) || len(due) != directory.LeasedPerServer+1 {
			t.Errorf("leased are %+v, %v", due, err)
		}
	})
}
