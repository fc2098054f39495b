package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// waits has an actor come back with another key than it is known by.
func waits(t testing.TB, d *directory.Directory, name string) string {
	t.Helper()
	p := stranger(name, "")
	p.PublicPEM = "one"
	if err := d.PinKey(context.Background(), p.ID, p.PublicPEM); err != nil {
		t.Fatal(err)
	}
	p.PublicPEM = "another"
	if err := d.RememberPeer(context.Background(), p); err == nil {
		t.Fatal("another key was taken")
	}
	return p.ID
}

// Operators who have just signed in admit an actor that waits, or keep it out.
func TestOperatorsDecideOnActorsThatWait(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ada := seated(t, d, "agaric", "Ada", directory.Owner)
		operatorAt(t, d, ada)
		ann, ben := waits(t, d, "ann"), waits(t, d, "ben")
		h := pagesOf(t, d, config)
		if body := ada.asks(h, "/operators/actors").Body.String(); !strings.Contains(body, ann) || !strings.Contains(body, ben) {
			t.Error("the desk does not list who waits")
		}
		ida := seated(t, d, "igalia", "Iris", directory.Owner)
		for _, who := range []seat{{}, ida} {
			if w := who.sends(h, "/operators/actors", formed("actor", ann, "do", "admit")); w.Code == http.StatusSeeOther && w.Header().Get("Location") == "/operators/actors" {
				t.Errorf("admitted by somebody else: %d", w.Code)
			}
		}
		signedInSince(t, db, 0)
		if w := ada.sends(h, "/operators/actors", formed("actor", ann, "do", "shrug")); w.Code != http.StatusBadRequest {
			t.Errorf("neither of the two: %d", w.Code)
		}
		if w := ada.sends(h, "/operators/actors", formed("actor", ann, "do", "admit", "key", "0123")); !strings.Contains(ada.asks(h, w.Header().Get("Location")).Body.String(), ann) {
			t.Errorf("with a key that was not shown: %d", w.Code)
		}
		for id, do := range map[string]string{ann: "admit", ben: "keep"} {
			if w := ada.sends(h, "/operators/actors", formed("actor", id, "do", do)); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/operators/actors" {
				t.Errorf("%s: %d %s", do, w.Code, w.Header().Get("Location"))
			}
			if w := ada.sends(h, "/operators/actors", formed("actor", id, "do", do)); w.Code != http.StatusNotFound {
				t.Errorf("%s twice: %d", do, w.Code)
			}
		}
		log := ada.asks(h, "/operators/log").Body.String()
		if !strings.Contains(log, "admitted an actor") || !strings.Contains(log, "kept an actor out") {
			t.Error("the log does not say what was done")
		}
		waits(t, d, "ben")
		stale(t, db)
		if w := ada.sends(h, "/operators/actors", formed("actor", ben, "do", "admit")); w.Header().Get("Location") != "/sign-in?again" { // leads back here
			t.Errorf("with an old sign-in: %d %s", w.Code, w.Header().Get("Location"))
		}
		if waiting, err := d.PinnedPeers(context.Background()); err != nil || len(waiting) != 1 {
			t.Errorf("waiting: %+v, %v", waiting, err)
		}
	})
}

// Servers are listed by name, fifty to a page, and found by part of one.
func TestOperatorsFindServers(t *testing.T) {
	d := happened(t)
	ada := seated(t, d, "agaric", "Ada", directory.Owner)
	operatorAt(t, d, ada)
	var domains []directory.BlockedDomain
	for i := range 60 {
		domains = append(domains, directory.BlockedDomain{Domain: "server" + string(rune('a'+i/10)) + string(rune('a'+i%10)) + ".example"})
	}
	if err := d.BlockDomains(context.Background(), ada.by, domains...); err != nil {
		t.Fatal(err)
	}
	h := pagesOf(t, d, config)
	first := ada.asks(h, "/operators/servers?name=SERVER").Body.String()
	next := strings.ReplaceAll(inside(first, `<a class="button button-quiet" href="`, `"`), "&amp;", "&")
	second := ada.asks(h, next).Body.String()
	if strings.Count(first, "<b>server") != 50 || strings.Count(second, "<b>server") != 10 || strings.Contains(second, `rel="next"`) {
		t.Errorf("%d, then %d at %s", strings.Count(first, "<b>server"), strings.Count(second, "<b>server"), next)
	}
	if body := ada.asks(h, "/operators/servers?name=serverff").Body.String(); strings.Count(body, "<b>server") != 1 || !strings.Contains(body, "blocked") {
		t.Error("one server is not found by its name")
	}
}
