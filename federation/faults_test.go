package federation

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation/fediverse"
)

// waitUntil waits until something is so.
func (a *audience) waitUntil(what string, so func() bool) {
	a.t.Helper()
	for end := time.Now().Add(time.Minute); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			a.t.Fatalf("not in time: %s", what)
		}
	}
}

// everybodyTook waits until each inbox took as many activities, and a little
// longer, to notice one too many.
func (a *audience) everybodyTook(n int, inboxes ...string) {
	a.t.Helper()
	a.waitUntil("everybody took what they are owed", func() bool {
		for _, inbox := range inboxes {
			if len(a.Took(inbox)) < n {
				return false
			}
		}
		return true
	})
	time.Sleep(2 * sweepEvery)
}

// TestBadServersLoseNothing: whatever a server does for a while, it has
// everything in the end, once and in order, by its own record.
func TestBadServersLoseNothing(t *testing.T) {
	refuses := func(status int) func(fediverse.Activity) int {
		return func(a fediverse.Activity) int {
			if strings.Contains(string(a.Object), "second") {
				return status
			}
			return 0
		}
	}
	behaviours := []fediverse.Behaviour{
		{},
		{Late: 300 * time.Millisecond},
		{Drip: time.Millisecond, Times: 1},
		{Reset: true, Times: 2},
		{Hang: true, Times: 1},
		{Status: http.StatusUnauthorized, Times: 1},
		{Status: http.StatusRequestTimeout, Times: 1},
		{Status: http.StatusTooManyRequests, RetryAfter: time.Second, Times: 1},
		{Status: http.StatusInternalServerError, Times: 3},
		{Status: http.StatusServiceUnavailable, Times: 5}, // after which it is left alone
		{Status: http.StatusGone, Times: 1},
		{Status: http.StatusFound, Times: 2}, // to a page that says when it is back
		{SlowTLS: 500 * time.Millisecond},
		{Only: fediverse.Cavage},
		{Only: fediverse.RFC9421},
		{Only: fediverse.RFC9421, Unread: http.StatusBadRequest},
		{Refuse: refuses(http.StatusBadRequest)},
		{Refuse: refuses(http.StatusForbidden)},
		{Refuse: refuses(http.StatusUnprocessableEntity)},
		{Refuse: refuses(http.StatusNotFound)},
	}
	const hanging, refusing = 4, 16
	test := func(t *testing.T, db *directory.Database, config fediverse.Config) {
		config.Hosts = len(behaviours)
		a := newAudience(t, db, config, 1, true)
		for i, b := range behaviours {
			a.Behave(b, i)
		}
		a.deliver()
		first := a.post("first")
		a.waitUntil("one hangs", func() bool { return a.Seen(hanging) > 0 })
		second, third := a.post("second"), a.post("third")
		a.Behave(fediverse.Behaviour{}, hanging)
		a.everybodyTook(3, a.inboxes[:refusing]...)
		a.everybodyTook(2, a.inboxes...)
		if v := a.Judge([]string{first, second, third}, a.inboxes[:refusing]...); !v.Good() {
			t.Error(v)
		}
		if v := a.Judge([]string{first, third}, a.inboxes[refusing:]...); !v.Good() || v.Again > 0 {
			t.Errorf("those that refuse one for good: %v", v)
		}
		told, err := a.us.directory.Receipts(t.Context(), "sange", 3)
		if err != nil {
			t.Fatal(err)
		}
		for i, refused := range []int{0, len(behaviours) - refusing, 0} {
			if r := told[i]; len(r.Told) != len(behaviours)-refused || len(r.Refused) != refused || len(r.Awaited) != 0 {
				t.Errorf("receipts of change %d: %d told, %d refused, %d awaited", r.Change, len(r.Told), len(r.Refused), len(r.Awaited))
			}
		}
	}
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		test(t, db, fediverse.Config{TLS: true})
	})
	t.Run("HTTP2", func(t *testing.T) {
		storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
			test(t, db, fediverse.Config{TLS: true, HTTP2: true})
		})
	})
}

// TestFailingServerIsLeftAlone: with all its inboxes, until one of them is taken
// from again.
func TestFailingServerIsLeftAlone(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		const inboxes = 40
		a := newAudience(t, db, fediverse.Config{Hosts: 2}, inboxes, false)
		a.Behave(fediverse.Behaviour{Status: http.StatusBadGateway}, 0)
		a.deliver()
		id := a.post("Hello")
		a.everybodyTook(1, a.inboxes[inboxes:]...)
		time.Sleep(time.Second)
		if n := a.Seen(0); n > 12 {
			t.Errorf("the server that fails was asked %d times", n)
		}
		a.Behave(fediverse.Behaviour{Late: time.Second, Times: 1}, 0)
		a.restart() // what is known of it is in the database
		a.waitUntil("it is asked again", func() bool { return a.Seen(0) > 0 })
		time.Sleep(500 * time.Millisecond)
		if n := a.Seen(0); n != 1 {
			t.Errorf("it was asked %d times before it answered", n)
		}
		a.everybodyTook(1, a.inboxes...)
		if v := a.Judge([]string{id}, a.inboxes...); !v.Good() || v.Again > 0 {
			t.Error(v)
		}
	})
}

// TestServerIsAskedByFewAtOnce: one with many inboxes holds up nobody else.
func TestServerIsAskedByFewAtOnce(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		a := newAudience(t, db, fediverse.Config{Hosts: 2, TLS: true}, 30, false)
		a.us.federation.workers = 16
		a.Behave(fediverse.Behaviour{Late: 200 * time.Millisecond}, 0)
		a.deliver()
		began := time.Now()
		id := a.post("Hello")
		a.waitUntil("the fast server has it", func() bool { return a.Judge([]string{id}, a.inboxes[30:]...).Good() })
		if fast := a.Seen(0); fast > 20 {
			t.Errorf("the slow server was asked %d times in the %s before the fast one had it", fast, time.Since(began))
		}
		a.everybodyTook(1, a.inboxes...)
		if most := a.MostAtOnce(0); most > perServer {
			t.Errorf("%d at once", most)
		}
		if v := a.Judge([]string{id}, a.inboxes...); !v.Good() || v.Again > 0 {
			t.Error(v)
		}
	})
}

// TestManyInboxesOfOneServer: they are told one after the other, and not so many
// each time that the queue is looked at.
func TestManyInboxesOfOneServer(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		a := newAudience(t, db, fediverse.Config{Hosts: 1, TLS: true}, 300, false)
		a.deliver()
		began := time.Now()
		id := a.post("Hello")
		a.everybodyTook(1, a.inboxes...)
		if took := time.Since(began); took > 300/perServer*sweepEvery/2 {
			t.Errorf("it took %s", took)
		}
		if most := a.MostAtOnce(0); most > perServer {
			t.Errorf("%d at once", most)
		}
		if v := a.Judge([]string{id}, a.inboxes...); !v.Good() || v.Again > 0 {
			t.Error(v)
		}
	})
}

// TestKindOfSignatureIsRemembered: of a server that takes only one, and
// forgotten when it takes only the other.
func TestKindOfSignatureIsRemembered(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		a := newAudience(t, db, fediverse.Config{Hosts: 1, TLS: true}, 1, true)
		a.deliver()
		var ids []string
		for _, step := range []struct {
			only fediverse.Scheme
			most int // deliveries that come
		}{
			{fediverse.RFC9421, 2}, {fediverse.RFC9421, 1},
			{fediverse.Cavage, 3}, {fediverse.Cavage, 2}, {fediverse.Cavage, 1},
			{fediverse.RFC9421, 3}, {fediverse.RFC9421, 3}, {fediverse.RFC9421, 1},
		} {
			a.Behave(fediverse.Behaviour{Only: step.only})
			ids = append(ids, a.post("Hello"))
			a.everybodyTook(len(ids), a.inboxes...)
			if n := a.Seen(0); n > step.most {
				t.Errorf("post %d, to a server that takes %s, was brought %d times", len(ids), step.only, n)
			}
			a.restart() // it is remembered in the database
		}
		if v := a.Judge(ids, a.inboxes...); !v.Good() || v.Again > 0 {
			t.Error(v)
		}
	})
}

// TestInboxThatIsNotFoundIsForgotten: when two activities in turn are answered
// with 404, for one alone may be about something else.
func TestInboxThatIsNotFoundIsForgotten(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		a := newAudience(t, db, fediverse.Config{Hosts: 1}, 1, true)
		a.Behave(fediverse.Behaviour{Status: http.StatusNotFound})
		a.deliver()
		followers := func() int {
			n, err := a.us.directory.FollowerCount(t.Context(), "sange")
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		a.post("Hello")
		a.waitUntil("the post is refused", func() bool { return a.receipts()[string(directory.Refused)] == 1 })
		if n := followers(); n != 1 {
			t.Errorf("%d followers after one activity was not found", n)
		}
		a.post("Anybody there?")
		a.waitUntil("the inbox is forgotten", func() bool { return followers() == 0 })
	})
}
