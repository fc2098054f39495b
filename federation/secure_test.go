package federation

import (
	"net/http"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation/signature"

	"github.com/gorilla/mux"
)

// get asks for a document of ours, signed with key if it is not nil.
func (us *ourServer) get(path string, key *signature.Key) *http.Response {
	us.t.Helper()
	r, err := http.NewRequestWithContext(us.t.Context(), http.MethodGet, us.URL+path, nil)
	if err != nil {
		us.t.Fatal(err)
	}
	r.Header.Set("Accept", "application/activity+json")
	if key != nil {
		if err := signature.Sign(r, nil, key, time.Now()); err != nil {
			us.t.Fatal(err)
		}
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		us.t.Fatal(err)
	}
	answer.Body.Close()
	return answer
}

// secured restarts the federation in secure mode.
func (us *ourServer) secured() {
	f := us.federation
	us.federation = New(us.directory, Config{Site: us.site, Client: f.client, Logger: f.logger, Retry: f.retry, Secure: true})
	router := mux.NewRouter()
	us.federation.Routes(router)
	us.Config.Handler = router
}

// In secure mode only those who sign, and are not blocked, read actors and what they
// say; how actors are found and our own key are for all. What is read is for them alone.
func TestSecureMode(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, evil, fine := serveOurs(t, d), newOtherServer(t), newOtherServer(t)
		us.named(map[string]*otherServer{"bad.example": evil, "fine.example": fine})
		us.secured()
		mallory, ann := evil.actor("mallory"), fine.actor("ann")
		if err := d.BlockDomains(t.Context(), tester, directory.BlockedDomain{Domain: "bad.example"}); err != nil {
			t.Fatal(err)
		}
		forged := &signature.Key{ID: fine.keys[ann].ID, Private: evil.keys[mallory].Private}
		for path, secret := range map[string]bool{
			"/coops/sange": true, "/coops/sange/outbox?before=0": true, "/coops/sange/followers": true, "/coops/sange/introduction": true,
			"/actors/directory": true, "/actors/directory/collections": true,
			"/actors/instance": false, "/.well-known/webfinger?resource=acct:sange@" + us.site.Domain(): false, "/nodeinfo/2.1": false,
		} {
			refused, forbidden := http.StatusUnauthorized, http.StatusForbidden
			if !secret {
				refused, forbidden = http.StatusOK, http.StatusOK
			}
			for _, c := range []struct {
				who  string
				key  *signature.Key
				want int
			}{{"nobody", nil, refused}, {"mallory", evil.keys[mallory], forbidden}, {"a forger", forged, refused}, {"ann", fine.keys[ann], http.StatusOK}} {
				answer := us.get(path, c.key)
				if answer.StatusCode != c.want {
					t.Errorf("%s asks for %s: %s, want %d", c.who, path, answer.Status, c.want)
				}
				if kept := answer.Header.Get("Cache-Control"); secret && kept != "private" && kept != "no-store" {
					t.Errorf("%s may be kept for others: %q", path, kept)
				}
			}
		}
	})
}

// When only listed domains are spoken with, nobody else is heard, asked or told
// anything, and nothing that they are owed is lost to those who are listed.
func TestOnlyTheAllowedAreSpokenWith(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other, listed := serveOurs(t, d), newOtherServer(t), newOtherServer(t)
		asked := us.named(map[string]*otherServer{"other.example": other, "sub.listed.example": listed})
		if err := d.ServeAs(t.Context(), us.URL); err != nil {
			t.Fatal(err)
		}
		before, ann := other.actor("before"), listed.actor("ann")
		other.follow(us, before, "sange")
		listed.follow(us, ann, "sange")
		if err := d.AllowDomains(t.Context(), tester, directory.AllowedDomain{Domain: "listed.example"}); err != nil {
			t.Fatal(err)
		}
		if err := d.SpeakOnlyWithAllowed(t.Context(), directory.Actor{Name: "test"}, true); err != nil {
			t.Fatal(err)
		}
		n := asked.Load()
		like := func(actor string) []byte {
			return activityJSON(actor+"#like", "Like", actor, us.site.Post("sange", 0))
		}
		for actor, o := range map[string]*otherServer{before: other, other.actor("new"): other} {
			if status, answer := us.post("/inbox", like(actor), o.keys[actor], nil); status != http.StatusForbidden {
				t.Errorf("%s: %d %s", actor, status, answer)
			}
		}
		if status, answer := us.post("/inbox", like(ann), listed.keys[ann], nil); status != http.StatusAccepted || asked.Load() != n {
			t.Errorf("%s: %d %s", ann, status, answer)
		}
		us.edit("sange", map[string]string{"founded": "1999"})
		us.deliver()
		listed.waitFor(2)
		if took := other.took(); len(took) != 0 {
			t.Errorf("the other one took %v", took)
		}
	})
}

// Who has said good-bye comes back with the same key, with one for which that key vouches,
// or waits for the operators. Its server is answered so that it comes again with what it
// has sent, and is heard when the operators have let it in. Who is there gets new keys as
// before.
func TestWhoComesBackWithAnotherKeyWaits(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann := other.actor("ann")
		other.follow(us, ann, "sange")
		other.actor("ann") // an ordinary new key
		other.follow(us, ann, "sange")
		say := func(name, kind string, object any) int {
			status, _ := us.post("/inbox", activityJSON(ann+"#"+name, kind, ann, object), other.keys[ann], nil)
			return status
		}
		if status := say("bye", "Delete", ann); status != http.StatusAccepted {
			t.Fatalf("the farewell: %d", status)
		}
		other.follow(us, ann, "igalia") // the same key
		before := other.keys[ann]
		other.actor("ann")
		update := activityJSON(ann+"#rekeyed", "Update", ann, map[string]any{"id": ann, "type": "Person"})
		if status, answer := us.post("/inbox", update, before, nil); status != http.StatusAccepted {
			t.Errorf("another key, told of with the one that we know: %d %s", status, answer)
		}
		other.follow(us, ann, "agaric")
		say("bye again", "Delete", ann)
		gone := other.keys[ann]
		other.actor("ann")
		for range 2 {
			if status := say("follow", "Follow", us.site.Actor("sange")); status != http.StatusUnauthorized {
				t.Errorf("with another key: %d", status)
			}
		}
		waiting, err := d.PinnedPeers(t.Context())
		if err != nil || len(waiting) != 1 || waiting[0].ID != ann {
			t.Fatalf("who waits: %v, %v", waiting, err)
		}
		if n, err := d.FollowerCount(t.Context(), "sange"); err != nil || n != 0 {
			t.Errorf("while it waits it follows %d times, %v", n, err)
		}
		if err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if status := say("follow", "Follow", us.site.Actor("sange")); status != http.StatusUnauthorized {
			t.Errorf("it waited long enough: %d", status)
		}
		if err := d.AdmitPeer(t.Context(), tester, ann, ""); err != nil {
			t.Fatal(err)
		}
		if status := say("follow", "Follow", us.site.Actor("sange")); status != http.StatusAccepted {
			t.Errorf("the same again after it was admitted: %d", status)
		}
		if n, err := d.FollowerCount(t.Context(), "sange"); err != nil || n != 1 {
			t.Errorf("it follows %d times, %v", n, err)
		}
		if waiting, err := d.PinnedPeers(t.Context()); err != nil || len(waiting) != 0 {
			t.Errorf("who waits still: %v, %v", waiting, err)
		}
		if status, _ := us.post("/inbox", activityJSON(ann+"#gone", "Like", ann, us.site.Post("sange", 0)), gone, nil); status != http.StatusUnauthorized {
			t.Errorf("with the key of the one who was gone: %d", status)
		}
	})
}

// A key that names somebody else as its owner than it did needs to be the same key.
func TestKeyOfAnotherOwnerWaits(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann := other.actor("ann")
		other.follow(us, ann, "sange")
		thief := other.actor("thief")
		keyID := other.keys[ann].ID
		key := map[string]any{"id": keyID, "owner": thief, "publicKeyPem": publicPEM(t, other.keys[thief])}
		other.mu.Lock()
		other.show = map[string]any{
			"/users/ann":   map[string]any{"id": other.URL + "/users/ann", "type": "Key", "owner": thief, "publicKey": key},
			"/users/thief": map[string]any{"id": thief, "type": "Person", "inbox": thief + "/inbox", "publicKey": key},
		}
		other.mu.Unlock()
		taken := &signature.Key{ID: keyID, Private: other.keys[thief].Private}
		if status, answer := us.post("/inbox", activityJSON(thief+"#f", "Follow", thief, us.site.Actor("sange")), taken, nil); status != http.StatusUnauthorized {
			t.Errorf("%d %s, want 401", status, answer)
		}
	})
}
