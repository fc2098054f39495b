package web_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// strained has a follower's server refuse one change for good, and fail at the next until
// it is left alone.
func strained(t testing.TB, d *directory.Directory) {
	t.Helper()
	ctx := context.Background()
	befriend(t, d, "agaric", "ann")
	edit := func(founded string) int64 {
		if _, _, err := d.EditCoop(ctx, "agaric", directory.Edit{Source: directory.FromCurator, Set: map[string]string{"founded": founded}}); err != nil {
			t.Fatal(err)
		}
		if err := d.WakeInboxes(ctx); err != nil {
			t.Fatal(err)
		}
		last, err := d.LastChange(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return last
	}
	settle := func(what func(directory.Inbox) directory.Visit) (more bool) {
		due, err := d.LeaseInboxes(ctx, "a test", 10, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if len(due) == 0 {
			return false
		}
		var visits []directory.Visit
		for _, inbox := range due {
			visits = append(visits, what(inbox))
		}
		if _, err := d.Settle(ctx, visits, time.Minute, func(int) time.Duration { return 2 * time.Hour }); err != nil {
			t.Fatal(err)
		}
		return true
	}
	change := edit("1998")
	for settle(func(inbox directory.Inbox) directory.Visit {
		if !strings.HasSuffix(inbox.URL, ".example/inbox") { // somebody's own, which is for answers
			return directory.Visit{Inbox: inbox, CaughtUp: true, Head: change, Answered: true}
		}
		refused := directory.Receipt{ChangeID: change, InboxID: inbox.ID, Outcome: directory.Refused, Status: 413, Detail: "do not try again: status 413 (<b>too large</b>)", At: time.Now().UTC()}
		return directory.Visit{Inbox: inbox, Receipt: &refused, CaughtUp: true, Head: change, Answered: true}
	}) {
	}
	edit("1997")
	for range 5 {
		settle(func(inbox directory.Inbox) directory.Visit {
			why := "try again later: Post \"https://mastodon.example/inbox\": dial tcp 192.0.2.7:443: connect: connection refused"
			return directory.Visit{Inbox: inbox, Failed: &directory.Failed{Why: why, At: time.Now().UTC(), Server: true}}
		})
	}
}

// An operator sees what waits for a server, why, and what it refused, has it tried at once
// or lets go of it; not without saying that it is meant.
func TestOperatorsSeeWhatWaitsForAServer(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h, ada := desked(t, d)
		strained(t, d)
		const path = "/operators/servers/mastodon.example"
		if body := ada.asks(h, "/operators/servers?waiting=1").Body.String(); !strings.Contains(body, `href="`+path+`"`) || !strings.Contains(body, "Something waits for") || !strings.Contains(body, "Nobody answers at its address.") || !strings.Contains(body, "refused 1 delivery") {
			t.Error("the list does not say what waits")
		}
		page := ada.asks(h, path).Body.String()
		for _, want := range []string{"1 follower", "Nobody answers at its address.", "connection refused", "It fails since", "left alone until", "Next try", "Founded", "Refused", "It says that this is too much at once.", "&lt;b&gt;too large"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		sends := func(says string, form ...string) {
			t.Helper()
			w := ada.sends(h, path, formed(form...))
			if w.Code != http.StatusSeeOther || !strings.Contains(ada.asks(h, w.Header().Get("Location")).Body.String(), says) {
				t.Errorf("%v: %d, without %q", form, w.Code, says)
			}
		}
		waits := func(when string, want int) {
			t.Helper()
			if s, err := d.Server(t.Context(), "mastodon.example"); err != nil || s.Waiting != want {
				t.Errorf("%s: %+v, %v", when, s, err)
			}
		}
		sends("It is tried now.", "do", "try")
		sends("tick that you mean it", "do", "let_go")
		waits("before it is meant", 1)
		sends("not sent any more", "do", "let_go", "sure", "yes")
		waits("after that", 0)
		sends("Nothing waits for it", "do", "try")
		if w := ada.sends(h, path, formed("do", "shrug")); w.Code != http.StatusBadRequest {
			t.Errorf("neither of the two: %d", w.Code)
		}
		if w := ada.sends(h, "/operators/servers/no.example", formed("do", "try")); w.Code != http.StatusNotFound {
			t.Errorf("no server: %d", w.Code)
		}
		if body := ada.asks(h, path).Body.String(); !strings.Contains(body, "An operator let go of it.") || !strings.Contains(body, "Given up") {
			t.Error("the page does not say that an operator let go of it")
		}
	})
}

// An operator sends a server again what it refused, one change or all, and reads it when
// nothing is left to send or the server is blocked.
func TestOperatorsSendAgainWhatWasRefused(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h, ada := desked(t, d)
		strained(t, d)
		const path = "/operators/servers/mastodon.example"
		refused, err := d.RefusedAt(t.Context(), "mastodon.example", 0, 10)
		if err != nil || len(refused) != 1 {
			t.Fatalf("%+v, %v", refused, err)
		}
		number := strconv.FormatInt(refused[0].Number, 10)
		page := ada.asks(h, path).Body.String()
		if !strings.Contains(page, `name="number" value="`+number+`"`) || !strings.Contains(page, "Send all of it again") {
			t.Error("the page has no buttons for it")
		}
		sends := func(says string, form ...string) {
			t.Helper()
			w := ada.sends(h, path, formed(form...))
			if w.Code != http.StatusSeeOther || !strings.Contains(ada.asks(h, w.Header().Get("Location")).Body.String(), says) {
				t.Errorf("%v: %d, without %q", form, w.Code, says)
			}
		}
		sends("It is sent again now.", "do", "again", "number", number)
		server, err := d.Server(t.Context(), "mastodon.example")
		if err != nil {
			t.Fatal(err)
		}
		waiting, err := d.WaitingAt(t.Context(), server, 10)
		if err != nil || len(waiting) != 1 || len(waiting[0].Changes) != 2 || waiting[0].Changes[0].Number != refused[0].Number {
			t.Errorf("what waits: %+v, %v", waiting, err)
		}
		sends("Nothing is sent again: it is gone", "do", "again")
		for _, bad := range []string{"x", "-1", "0", "99999999999999999999"} {
			if w := ada.sends(h, path, formed("do", "again", "number", bad)); w.Code != http.StatusBadRequest {
				t.Errorf("number %s: %d", bad, w.Code)
			}
		}
		if err := d.BlockDomains(t.Context(), directory.Actor{Name: "Ada"}, directory.BlockedDomain{Domain: "mastodon.example"}); err != nil {
			t.Fatal(err)
		}
		sends("the server is blocked", "do", "again")
	})
}
