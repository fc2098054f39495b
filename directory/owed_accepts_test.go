package directory_test

import (
	"fmt"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// What several inboxes are owed is read at once: each is given its own Follows, the
// oldest first, and no more than fit.
func TestOwedAcceptsOfManyInboxes(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben, cyd := peer("ann"), peer("ben"), peer("cyd")
		follow(t, d, ann, "sange", "https://peer.example/1")
		follow(t, d, ann, "igalia", "https://peer.example/2")
		follow(t, d, ben, "sange", "https://peer.example/3")
		for i := range directory.OwedAtOnce + 1 { // one server may have many actors behind one inbox
			other := peer(fmt.Sprintf("cyd%d", i))
			other.Inbox = cyd.Inbox
			follow(t, d, other, "sange", fmt.Sprintf("https://peer.example/cyd/%d", i))
		}
		leased := lease(t, d, "one")
		owed, err := d.OwedAccepts(t.Context(), leased[ben.Inbox].ID, leased[ann.Inbox].ID, 0, leased[cyd.Inbox].ID)
		if err != nil || len(owed) != 4 {
			t.Fatalf("%v, %v", owed, err)
		}
		if of := owed[0]; len(of) != 1 || of[0].PeerID != ben.ID {
			t.Errorf("Ben's inbox is owed %+v", of)
		}
		if of := owed[1]; len(of) != 2 || of[0].FollowID != "https://peer.example/1" || of[1].FollowID != "https://peer.example/2" {
			t.Errorf("Ann's inbox is owed %+v", of)
		}
		if of := owed[2]; len(of) != 0 {
			t.Errorf("an inbox that is not there is owed %+v", of)
		}
		if of := owed[3]; len(of) != directory.OwedAtOnce {
			t.Errorf("the full inbox is owed %d, want %d for now", len(of), directory.OwedAtOnce)
		}
	})
}
