package federation

import (
	"fmt"
	"net/http"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation/fediverse"

	"github.com/gorilla/mux"
)

// Who shows keys only to who signs in the newer way is asked so, and at once from then on:
// by the next process too, and when it is brought something.
func TestKindOfSignatureIsLearnedByAsking(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		a := newAudience(t, db, fediverse.Config{Hosts: 4, TLS: true}, 0, true)
		sange := a.us.site.Actor("sange")
		follow := func(host int, name string, want int) {
			t.Helper()
			id := fmt.Sprintf("%s#%s", a.Actor(host, name), "follow")
			status, err := a.Send(t.Context(), host, name, a.us.URL+"/inbox", map[string]any{"id": id, "type": "Follow", "object": sange})
			if err != nil || status != want {
				t.Errorf("host %d, %s: %d, %v", host, name, status, err)
			}
		}
		for host, b := range []fediverse.Behaviour{
			{Secure: true, Only: fediverse.RFC9421},
			{Secure: true, Only: fediverse.RFC9421, Unread: http.StatusBadRequest},
			{Secure: true, Only: fediverse.Cavage},
			{Secure: true, Only: fediverse.RFC9421, Unread: http.StatusForbidden},
		} {
			a.Behave(b, host)
		}
		for _, step := range []struct {
			host, most, want int
			name             string
		}{
			{0, 2, 202, "ann"}, {0, 3, 202, "ben"}, {1, 2, 202, "ann"}, {1, 3, 202, "ben"}, {2, 1, 202, "ann"}, {2, 2, 202, "ben"},
			{3, 1, 401, "ann"}, // 403 is no matter of the signature
		} {
			follow(step.host, step.name, step.want)
			if n := a.Asked(step.host); n != step.most {
				t.Errorf("host %d was asked %d times until %s was known, want %d", step.host, n, step.name, step.most)
			}
			router := mux.NewRouter() // it is remembered in the database
			a.us.federation = a.federation(a.us)
			a.us.federation.Routes(router)
			a.us.Config.Handler = router
		}
		a.Behave(fediverse.Behaviour{Only: fediverse.RFC9421})
		a.deliver()
		a.post("Hello")
		inboxes := []string{a.SharedInbox(0), a.Inbox(0, "ann"), a.Inbox(0, "ben")}
		a.everybodyTook(1, inboxes...)
		if v := a.Judge(nil, inboxes...); a.Seen(0) != len(inboxes) || len(v.Faults) > 0 {
			t.Errorf("brought %d times, %v", a.Seen(0), v)
		}
	})
}

// A server that is asked in vain in both ways is asked no third time, and answers about
// the first.
func TestAskingEndsAfterBothKinds(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		a := newAudience(t, db, fediverse.Config{Hosts: 1, TLS: true}, 0, true)
		a.Behave(fediverse.Behaviour{Secure: true, Only: "neither"})
		if _, err := a.us.federation.actorAt(t.Context(), a.Actor(0, "ann")); statusOf(err) != http.StatusUnauthorized || a.Asked(0) != 2 {
			t.Errorf("asked %d times: %v", a.Asked(0), err)
		}
	})
}
