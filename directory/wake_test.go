package directory_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// Follows that come together wake inboxes in order, whoever came first: else they and
// whoever locks the same inboxes in order would wait for each other.
func TestFollowsWakeInboxesInOrder(t *testing.T) {
	db := storetest.Postgres(t)
	d := directory.New(db)
	storetest.ImportSeed(t, d)
	var peers []directory.Peer
	for i := range 8 {
		p := peer(fmt.Sprintf("p%d", i))
		p.SharedInbox = ""
		follow(t, d, p, "sange", activity(p))
		peers = append(peers, p)
	}
	inOrder, err := db.SQL().Begin()
	if err != nil {
		t.Fatal(err)
	}
	lock := func(p directory.Peer) {
		t.Helper()
		if _, err := inOrder.Exec("SELECT id FROM inboxes WHERE url = $1 FOR NO KEY UPDATE NOWAIT", p.Inbox); err != nil {
			t.Errorf("%s is locked out of turn: %v", p.Handle, err)
		}
	}
	lock(peers[0])
	release := hold(t, db)
	slices.Reverse(peers)
	var group sync.WaitGroup
	for _, p := range peers {
		group.Go(func() {
			if err := d.AddFollower(t.Context(), heard(p, "Follow", p.ID+"#again", "sange"), "sange", activity(p)); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(5 * time.Millisecond) // so that they come in this order
	}
	release()
	time.Sleep(200 * time.Millisecond) // they have come to the inbox that we have locked
	lock(peers[6])
	if err := inOrder.Rollback(); err != nil {
		t.Error(err)
	}
	group.Wait()
}
