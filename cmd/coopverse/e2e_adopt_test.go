package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// TestAdoptedCopy has a directory whose home is gone: its mirror shows first what
// adopting it would do, asks, and then has the entries as its own, of which each
// says where it comes from.
func TestAdoptedCopy(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		const home, second = "home.test", "second.test"
		a := newAuthority(t, home, second)
		first := newInstance(t, []string{"--data", t.TempDir()}, a).under(home)
		first.start()
		first.edit("igalia", "summary", "Free software from Galicia")
		copied := anotherServer(t, database, a, connectTo(home, a.proxy(t, first.address))).under(second)
		copied.start()
		copied.speak("mirror", "add", "https://"+home)
		if text := copied.refusesToSpeak("mirror", "adopt", home, "--yes"); !strings.Contains(text, "still answers") || !strings.Contains(text, "--although-it-answers") {
			t.Errorf("of a directory that answers it says %q", text)
		}
		first.stop()
		text := copied.refusesToSpeak("mirror", "adopt", home)
		for _, want := range []string{"144 entries", "last verified 20", "Followers do not come along", "claims start anew", "nothing was adopted"} {
			if !strings.Contains(text, want) {
				t.Errorf("it does not say %q in %s", want, text)
			}
		}
		if status, _ := copied.at(second, "/coops/igalia", "text/html"); status != http.StatusNotFound {
			t.Errorf("before somebody agrees there is an entry: %d", status)
		}
		copied.speak("mirror", "adopt", home, "--yes")
		if status, page := copied.at(second, "/coops/igalia", "text/html"); !strings.Contains(page, "igalia@home.test") || !strings.Contains(page, "copied from home.test, verified") {
			t.Errorf("the page does not say where it comes from: %d", status)
		}
		var actor struct{ ID, Summary string }
		if status, document := copied.at(second, "/coops/igalia", "application/activity+json"); json.Unmarshal([]byte(document), &actor) != nil {
			t.Fatalf("the actor is %d %s", status, document)
		}
		if !strings.HasPrefix(actor.ID, "https://second.test/") || !strings.Contains(actor.Summary, "igalia@home.test") {
			t.Errorf("the actor is %+v", actor)
		}
		if again := copied.speak("mirror", "adopt", home, "--yes"); !strings.Contains(again, "Adopted before: 144 entries.") || !strings.Contains(again, "nothing to adopt") {
			t.Errorf("once more it says %q", again)
		}
		if s := copied.mirrorStatus(home); s.AdoptedAt == nil || s.Entries != 144 {
			t.Errorf("the copy is %+v", s)
		}
		if text := copied.run("mirror", "audit", home); strings.Contains(text, "Wrong") {
			t.Errorf("the audit says %s", text)
		}
	})
}

// at asks the server of an instance for what is there, as its proxy does.
func (i *instance) at(domain, path, accept string) (status int, body string) {
	i.t.Helper()
	res, body := get(i.t, i.address, path, domain, http.Header{"Accept": {accept}, "X-Forwarded-Proto": {"https"}})
	return res.StatusCode, body
}
