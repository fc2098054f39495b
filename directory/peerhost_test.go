package directory_test

import (
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// What signatures a server takes is learned without losing what else is known of it, and
// kept as long as it is brought anything.
func TestSignatureIsLearned(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann := peer("ann")
		follow(t, d, ann, "sange", "https://peer.example/1")
		if _, err := db.SQL().Exec("INSERT INTO peer_hosts (host, signature, failures) VALUES ('peer.example', 'cavage', 3)"); err != nil {
			t.Fatal(err)
		}
		takes := func(host string) directory.Signature {
			t.Helper()
			kind, err := d.SignatureFor(t.Context(), host)
			if err != nil {
				t.Fatal(err)
			}
			return kind
		}
		for _, step := range []struct {
			host       string
			took, want directory.Signature
		}{
			{"peer.example", directory.RFC9421, directory.Cavage}, // it is believed when that happens twice
			{"peer.example", directory.RFC9421, directory.RFC9421},
			{"new.example:8443", directory.RFC9421, directory.RFC9421},
		} {
			if err := d.LearnSignature(t.Context(), step.host, step.took); err != nil {
				t.Fatal(err)
			}
			if got := takes(step.host); got != step.want {
				t.Errorf("%s took %s and is asked with %s", step.host, step.took, got)
			}
		}
		var failures int
		if err := db.SQL().QueryRow("SELECT failures FROM peer_hosts WHERE host = 'peer.example'").Scan(&failures); err != nil || failures != 3 {
			t.Errorf("it failed %d times, %v", failures, err)
		}
		if err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if brought, not := takes("peer.example"), takes("new.example:8443"); brought != directory.RFC9421 || not != directory.Cavage {
			t.Errorf("after tidying: %s, %s", brought, not)
		}
	})
}
