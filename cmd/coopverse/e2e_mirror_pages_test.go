package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestPagesOfACopy has a directory and its mirror: an edit at home is on the
// mirror's page, which is no actor; once home is gone it says as of when it is.
func TestPagesOfACopy(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		const home, second = "home.test", "second.test"
		a := newAuthority(t, home, second)
		first := newInstance(t, database, a).under(home)
		first.start()
		copied := anotherServer(t, []string{"--data", t.TempDir()}, a, connectTo(home, a.proxy(t, first.address))).under(second)
		copied.start()
		copied.speak("mirror", "add", "https://"+home)
		const page = "/mirrors/" + home + "/igalia"
		if res, _ := copied.answer(t, second, page, "application/activity+json"); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "https://"+home+"/coops/igalia" {
			t.Errorf("whoever looks for an actor gets %s %s", res.Status, res.Header.Get("Location"))
		}
		if res, _ := copied.answer(t, second, "/.well-known/webfinger?resource=acct:igalia@"+second, "*/*"); res.StatusCode != http.StatusNotFound {
			t.Errorf("WebFinger knows it: %s", res.Status)
		}
		if res, _ := copied.answer(t, second, "/mirrors/"+home+"/log/checkpoint", "*/*"); res.StatusCode != http.StatusOK {
			t.Errorf("the copy's log: %s", res.Status)
		}
		first.edit("igalia", "summary", "We build browsers.")
		says := func(what string) func() (bool, any) {
			return func() (bool, any) {
				_, body := copied.answer(t, second, page, "text/html")
				return strings.Contains(body, what), what
			}
		}
		eventually(t, 10*time.Second, "on the page", says("We build browsers."))
		first.stop()
		eventually(t, 20*time.Second, "dated", says("This is a read-only copy as of"))
	})
}

// answer asks an instance as its proxy would, and follows nowhere.
func (i *instance) answer(t *testing.T, host, path, accept string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+i.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	r.Header.Set("Accept", accept)
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}
