package web_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// eachMirroring runs a test on pages with mirrors, on each database.
func eachMirroring(t *testing.T, test func(t *testing.T, d *directory.Directory, h http.Handler)) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		mirroring(t, d)
		test(t, d, claimable(t, d, sites{}))
	})
}

func TestMirroredEntryIsAPageThatSaysSo(t *testing.T) {
	eachMirroring(t, func(t *testing.T, d *directory.Directory, h http.Handler) {
		w := get(h, "/mirrors/coops.other.example/nebula")
		body := w.Body.String()
		for _, want := range []string{
			`<link rel="canonical" href="https://coops.other.example/coops/nebula">`, `content="noindex, follow"`, `href="https://coops.other.example/coops/nebula" rel="noopener"`,
			"coops.other.example keeps the entry of", "Last checked against what coops.other.example has signed:", "<code translate=\"no\">@nebula@coops.other.example</code>",
			`action="/mirrors/coops.other.example/nebula/follow"`, `href="mailto:hello@nebula.example"`, "We are hiring", "Lille, France",
			"We have worked with them &lt;twice&gt;.", "&lt;b&gt;speaks&lt;/b&gt; French", "Said by the co-op",
		} {
			if !strings.Contains(body, want) {
				t.Errorf("the page lacks %s", want)
			}
		}
		if w.Code != http.StatusOK || strings.Contains(body, "<script>alert") || strings.Contains(body, "<img") || strings.Contains(body, "application/activity+json") {
			t.Errorf("%d: the page has what the home must not put there:\n%s", w.Code, body)
		}
		for path, want := range map[string]string{
			"/mirrors/silent.example/mercury":                                  "silent.example does not answer. This is a read-only copy as of",
			"/mirrors/frozen-with-a-very-long-name-that-goes-on.example/venus": "whose first 3 records are not those that it published before",
			"/mirrors/coops.other.example/sol":                                 "It is followed at social.sol.example/users/sol",
			"/mirrors/coops.other.example/luna":                                "This co-op has closed",
			"/mirrors/coops.other.example/agaric":                              "Also listed by Coopverse",
			"/coops/agaric":                                                    "Also listed by coops.other.example",
		} {
			if text := textOn(get(h, path).Body.String()); !strings.Contains(text, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
		for path, want := range map[string]int{
			"/mirrors/coops.other.example/nobody": 404, "/mirrors/nowhere.example/nebula": 404, "/mirrors/nowhere.example": 404, "/mirrors/coops.other.example/NEBULA": 301,
			"/mirrors/coops.other.example/log": 404, "/mirrors/coops.other.example/%00": 404,
		} {
			if w := get(h, path); w.Code != want {
				t.Errorf("%s: %d, want %d", path, w.Code, want)
			}
		}
		silent, err := d.Mirror(t.Context(), "silent.example")
		if err == nil {
			_, err = d.AdoptMirror(t.Context(), directory.Actor{Name: "test"}, silent, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]string{"/mirrors/silent.example/mercury": "its entries go on as entries of this directory", "/coops/mercury": "mercury@silent.example"} {
			if text := textOn(get(h, path).Body.String()); !strings.Contains(text, want) {
				t.Errorf("adopted: %s does not say %q", path, want)
			}
		}
		if err := d.EditOverlay(t.Context(), directory.Actor{Name: "test"}, "coops.other.example", "nebula", func(o *directory.Overlay) { o.Hidden = true }); err != nil {
			t.Fatal(err)
		}
		for _, accept := range []string{"text/html", "application/json", "application/activity+json"} {
			if w := get(h, "/mirrors/coops.other.example/nebula", "Accept", accept); w.Code != http.StatusNotFound {
				t.Errorf("hidden, as %s: %d", accept, w.Code)
			}
		}
	})
}

func TestMirroredEntryIsNoActor(t *testing.T) {
	eachMirroring(t, func(t *testing.T, _ *directory.Directory, h http.Handler) {
		const mastodon = `application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams", text/html;q=0.1`
		for path, want := range map[string]string{
			"/mirrors/coops.other.example/nebula": "https://coops.other.example/coops/nebula", "/mirrors/coops.other.example/sol": "https://social.sol.example/users/sol",
		} {
			for _, accept := range []string{mastodon, "application/activity+json", `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`} {
				w := get(h, path, "Accept", accept)
				if w.Code != http.StatusSeeOther || w.Header().Get("Location") != want || !slices.Contains(w.Header()["Vary"], "Accept") {
					t.Errorf("%s as %s: %d to %s, %v", path, accept, w.Code, w.Header().Get("Location"), w.Header()["Vary"])
				}
			}
			for _, accept := range []string{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "*/*", "text/html, application/activity+json;q=0.9"} {
				if w := get(h, path, "Accept", accept); w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
					t.Errorf("%s as %s: %d %s", path, accept, w.Code, w.Header().Get("Content-Type"))
				}
			}
		}
	})
}

func TestMirroredEntryIsADocumentForPrograms(t *testing.T) {
	eachMirroring(t, func(t *testing.T, d *directory.Directory, h http.Handler) {
		w := get(h, "/mirrors/coops.other.example/agaric", "Accept", "application/json")
		var document struct {
			ID         string
			Home       struct{ Host, Name, Page, Actor, Log string }
			Leaf       *int64
			State      string
			VerifiedAt string
			Also       []string
			Entry      struct{ Handle, Name string }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &document); err != nil {
			t.Fatal(err)
		}
		if document.ID != "https://coops.example/mirrors/coops.other.example/agaric" || document.Home.Actor != "https://coops.other.example/coops/agaric" || document.Leaf == nil ||
			document.State != "current" || document.VerifiedAt == "" || len(document.Also) != 1 || document.Also[0] != "https://coops.example/coops/agaric" || document.Entry.Name != "Agaric" {
			t.Errorf("%s", w.Body)
		}
		m, err := d.Mirror(t.Context(), "coops.other.example")
		if err != nil {
			t.Fatal(err)
		}
		lines, err := d.MirrorLog(m).Lines(t.Context(), *document.Leaf, *document.Leaf+1)
		if err != nil || len(lines) != 1 || !strings.Contains(string(lines[0].Record), `"handle":"agaric"`) {
			t.Errorf("record %d is %+v, %v", *document.Leaf, lines, err)
		}
	})
}

func TestMirroredEntryIsFollowedAtHome(t *testing.T) {
	eachMirroring(t, func(t *testing.T, _ *directory.Directory, h http.Handler) {
		for path, actor := range map[string]string{
			"/mirrors/coops.other.example/nebula/follow": "https%3A%2F%2Fcoops.other.example%2Fcoops%2Fnebula", "/mirrors/coops.other.example/sol/follow": "https%3A%2F%2Fsocial.sol.example%2Fusers%2Fsol",
		} {
			if w := get(h, path); w.Code != http.StatusOK {
				t.Errorf("%s: %d", path, w.Code)
			}
			if w := send(h, path, "mastodon.example"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "https://mastodon.example/authorize_interaction?uri="+actor {
				t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Location"))
			}
			if w := send(h, path, "127.0.0.1"); w.Code != http.StatusUnprocessableEntity {
				t.Errorf("%s, mistyped: %d", path, w.Code)
			}
		}
	})
}

func TestSearchShowsHomes(t *testing.T) {
	eachMirroring(t, func(t *testing.T, _ *directory.Directory, h http.Handler) {
		body := get(h, "/?q=nebula").Body.String()
		for _, want := range []string{`href="/mirrors/coops.other.example/nebula"`, "<b>coops.other.example</b>", "met in Lille", "Added by us:"} {
			if !strings.Contains(body, want) {
				t.Errorf("the card lacks %s", want)
			}
		}
		if text := textOn(get(h, "/?q=agaric").Body.String()); !strings.Contains(text, "Listed by Coopverse , coops.other.example") {
			t.Errorf("a co-op with two homes: %s", text)
		}
		sange := get(h, "/?q=sange").Body.String() // as many there as here
		here, there := strings.Index(sange, `href="/?home=here&amp;q=sange"`), strings.Index(sange, `href="/?home=coops.other.example&amp;q=sange"`)
		if here < 0 || there < here {
			t.Errorf("the filter has ours at %d and the other at %d", here, there)
		}
		found := textOn(get(h, "/?home=coops.other.example&service=hosting").Body.String())
		if !strings.Contains(found, "Nebula") || !strings.Contains(found, "Sol") || strings.Contains(found, "Mercury") || strings.Contains(found, "Igalia") {
			t.Errorf("filtered: %s", found)
		}
		if w := get(h, "/mirrors/silent.example"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/?home=silent.example" {
			t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
		}
		list := textOn(get(h, "/mirrors").Body.String())
		for _, want := range []string{"Other Co-ops &amp; friends", "silent.example", "silent.example does not answer", "Nothing more is taken from it", "5 co-ops", "AQpXg9Jt0rE2s4nmUy5o3D8cV7wHbZ1fLkQxI6uTeYRv"} {
			if !strings.Contains(list, want) {
				t.Errorf("the list of mirrors lacks %q", want)
			}
		}
	})
	if body := get(seeded(t), "/").Body.String(); strings.Contains(body, "home=") {
		t.Error("a directory without mirrors has a filter by home")
	}
}

// What its home has removed is gone here, too, as soon as the copy says so.
func TestRemovedAtHomeIsGoneHere(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		other, h := home(t, nebulaRow), pagesOf(t, d, config)
		copyOf(t, d, other, "coops.other.example", "Other")
		before := get(h, "/?q=nebula")
		if err := other.RemoveCoop(t.Context(), "nebula", "They asked for it.", "test"); err != nil {
			t.Fatal(err)
		}
		copyOf(t, d, other, "coops.other.example", "Other")
		after := get(h, "/?q=nebula", "If-None-Match", before.Header().Get("ETag"))
		if w := get(h, "/mirrors/coops.other.example/nebula"); w.Code != http.StatusGone || after.Code != http.StatusOK || strings.Contains(after.Body.String(), "nebula.example") {
			t.Errorf("the page: %d; the search: %d", w.Code, after.Code)
		}
	})
}
