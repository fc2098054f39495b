package federation

import (
	"net/http"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"

	"github.com/gorilla/mux"
)

// HEAD is answered as GET is, and any other method with 405 and those that there are.
func TestEveryMethodIsAnswered(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	us := serveOurs(t, d)
	for path, allowed := range map[string]string{
		"/coops/igalia":        "",
		"/coops/igalia/outbox": "GET, HEAD",
		"/.well-known/webfinger?resource=acct:igalia@" + us.site.Domain(): "GET, HEAD",
		"/log/checkpoint":     "GET, HEAD",
		"/coops/igalia/inbox": "POST",
		"/inbox":              "POST",
	} {
		for _, method := range []string{"HEAD", "OPTIONS", "DELETE", "PUT"} {
			r, _ := http.NewRequestWithContext(t.Context(), method, us.URL+path, nil)
			r.Header.Set("Accept", "application/activity+json")
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			switch served := allowed != "POST"; {
			case method == "HEAD" && served:
				if answer.StatusCode != http.StatusOK || answer.Header.Get("ETag") == "" {
					t.Errorf("HEAD %s: %s, ETag %q", path, answer.Status, answer.Header.Get("ETag"))
				}
			case allowed == "": // the pages answer
			case answer.StatusCode != http.StatusMethodNotAllowed || answer.Header.Get("Allow") != allowed:
				t.Errorf("%s %s: %s, Allow %q", method, path, answer.Status, answer.Header.Get("Allow"))
			}
		}
	}
}

// An actor has one address: another spelling of it is left to the pages.
func TestActorHasOneSpelling(t *testing.T) {
	us := serveOurs(t, directory.New(storetest.SQLite(t)))
	router := mux.NewRouter()
	us.federation.Routes(router)
	for path, ours := range map[string]bool{
		"/coops/igalia": true, "/coops/IGALIA": false, "/coops/igalia%00": false, "/coops/%C4%B0galia": false,
		"/actors/directory": true, "/actors/Directory": false,
	} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, us.URL+path, nil)
		r.Header.Set("Accept", "application/activity+json")
		if router.Match(r, new(mux.RouteMatch)) != ours {
			t.Errorf("%s is served as an actor: %v", path, !ours)
		}
	}
}

// What is of the wrong type is named as in the document, and an empty list stands for
// no languages.
func TestMisreadMembersAreNamed(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	us, other := serveOurs(t, d), newOtherServer(t)
	ann := other.actor("ann")
	for body, want := range map[string]string{
		`"object":"` + us.site.Actor("sange") + `","type":"Follow","to":5`:                                                                  "to cannot be of the type number",
		`"type":"Create","object":{"type":"Note","id":"` + ann + `/n/1","content":["x"],"inReplyTo":"` + us.site.Actor("sange") + `"}`:      "content cannot be of the type array",
		`"type":"Create","object":{"type":"Note","id":"` + ann + `/n/2","content":"x","contentMap":[],"attributedTo":"` + ann + `"}`:        "",
		`"type":"Create","object":{"type":"Note","id":"` + ann + `/n/3","content":"x","contentMap":{"fr":[]},"attributedTo":"` + ann + `"}`: "contentMap",
	} {
		status, answer := us.post("/inbox", []byte(`{"@context":"https://www.w3.org/ns/activitystreams","id":"`+ann+`/a","actor":"`+ann+`",`+body+`}`), other.keys[ann], nil)
		if want == "" && status != http.StatusAccepted || want != "" && (status != http.StatusBadRequest || !strings.Contains(answer, want) || strings.Contains(answer, "json:")) {
			t.Errorf("%s: %d %s, want %q", body, status, answer, want)
		}
	}
}

// The actor is for whoever likes it better than a page, or as much and names it first.
func TestWhoAsksForAnActor(t *testing.T) {
	for accept, want := range map[string]bool{
		"application/activity+json": true,
		`application/ld+json; profile="https://www.w3.org/ns/activitystreams"`: true,
		"APPLICATION/ACTIVITY+JSON; charset=utf-8":                             true,
		"application/activity+json, text/html":                                 true,
		"text/html;q=0.5, application/activity+json;q=0.9":                     true,
		"*/*, application/ld+json;q=0.1":                                       true,
		"text/html, application/activity+json":                                 false,
		"application/activity+json;q=0.1, text/html":                           false,
		"application/activity+json;q=0.0":                                      false,
		"application/activity+json;q=no":                                       false,
		"application/activity+json;q=NaN":                                      false,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8":      false,
		"application/json, application/activity+json;q=0.5":                    false,
		"*/*":   false,
		";;,,;": false,
		"":      false,
	} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "/coops/igalia", nil)
		r.Header.Set("Accept", accept)
		if wantsActivity(r) != want {
			t.Errorf("%s: %v", accept, !want)
		}
	}
}
