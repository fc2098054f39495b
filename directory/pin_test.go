package directory_test

import (
	"errors"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// An actor with another key waits with both fingerprints until it is kept out or
// admitted; whoever is kept out stays refused.
func TestActorWaitsUntilOperatorsDecide(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		ann := peer("ann")
		ann.PublicPEM = "one"
		if err := d.PinKey(t.Context(), ann.ID, ann.PublicPEM); err != nil {
			t.Fatal(err)
		}
		comes := func(want int) {
			t.Helper()
			ann.PublicPEM = "another"
			if err := d.RememberPeer(t.Context(), ann); !errors.Is(err, directory.ErrPinned) {
				t.Errorf("with another key: %v", err)
			}
			waiting, err := d.PinnedPeers(t.Context())
			if err != nil || len(waiting) != want || waiting[0].KnownKey == waiting[0].AskedKey || len(waiting[0].KnownKey)+len(waiting[0].AskedKey) != 128 {
				t.Errorf("waiting %+v, %v", waiting, err)
			}
		}
		comes(1)
		if err := d.KeepPeerOut(t.Context(), operator, ann.ID); err != nil {
			t.Fatal(err)
		}
		if waiting, err := d.PinnedPeers(t.Context()); err != nil || len(waiting) != 0 {
			t.Errorf("kept out, and waiting: %+v, %v", waiting, err)
		}
		refuses(t, "kept out twice", d.KeepPeerOut(t.Context(), operator, ann.ID), directory.ErrNotFound)
		comes(1)
		refuses(t, "a key that nobody has looked at", d.AdmitPeer(t.Context(), operator, ann.ID, "0123"), directory.ErrConflict)
		waiting, err := d.PinnedPeers(t.Context())
		if err != nil || len(waiting) != 1 {
			t.Fatalf("waiting: %+v, %v", waiting, err)
		}
		if err := d.AdmitPeer(t.Context(), operator, ann.ID, waiting[0].AskedKey); err != nil {
			t.Fatal(err)
		}
		third := ann
		third.PublicPEM = "a third"
		refuses(t, "a third key", d.RememberPeer(t.Context(), third), directory.ErrPinned)
		if err := d.RememberPeer(t.Context(), ann); err != nil {
			t.Errorf("admitted: %v", err)
		}
	})
}
