package directory_test

import (
	"errors"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// byKey is the remembered actor with that key; zero if there is none.
func byKey(t *testing.T, d *directory.Directory, keyID string) directory.Peer {
	t.Helper()
	known, err := d.PeersByKey(t.Context(), []string{keyID})
	if err != nil {
		t.Fatal(err)
	}
	return known[keyID]
}

// Anybody can have any number of actors, and none takes more room than it needs.
func TestLittleIsKeptOfAnActor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		long := strings.Repeat("x", 1<<20)
		verbose := peer("ann")
		verbose.Name, verbose.Handle, verbose.URL = long, long, "https://peer.example/"+long
		if err := d.RememberPeer(t.Context(), verbose); err != nil {
			t.Fatal(err)
		}
		kept := byKey(t, d, verbose.KeyID)
		if n := len(kept.Name) + len(kept.Handle) + len(kept.URL); kept.ID != verbose.ID || n > 2000 {
			t.Errorf("%d bytes are kept of %s", n, kept.ID)
		}
		for name, p := range map[string]directory.Peer{
			"key": {ID: verbose.ID, Inbox: verbose.Inbox, KeyID: verbose.KeyID, PublicPEM: long}, "keys for proofs": {ID: verbose.ID, Inbox: verbose.Inbox, KeyID: verbose.KeyID, ProofKeys: long},
			"id": {ID: verbose.ID + long, Inbox: verbose.Inbox, KeyID: verbose.KeyID}, "inbox": {ID: verbose.ID, Inbox: verbose.Inbox + long, KeyID: verbose.KeyID},
		} {
			if err := d.RememberPeer(t.Context(), p); !errors.Is(err, directory.ErrInvalid) {
				t.Errorf("a long %s: %v", name, err)
			}
		}
	})
}
