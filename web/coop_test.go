package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// told is what a test directory's list says.
const told = `## Coops

### Europe

Coop | Business Areas | Region/Country | Notes
---- | -------------- | -------------- | -----
[Testa](https://testa.coop) | Web development, Hosting | Lille, France | *“Bonjour le monde, nous sommes une coopérative de travail.”* <img src=x onerror=alert(1)> [evil](javascript:alert(1)) [friend](https://friend.example/) ![pixel](https://tracker.example/p.png)
[Beta](https://beta.coop) | Hosting | Lyon, France | Founded in 2014
`

func TestCoopPageSaysWhatIsKnownAndWhoSaidSo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		storetest.ImportList(t, d, []byte(told), nil)
		edit := directory.Edit{Source: directory.FromCurator, Origin: "Ada", Set: map[string]string{"services": "hosting", "founded": "2011"}}
		if _, _, err := d.EditCoop(context.Background(), "testa", edit); err != nil {
			t.Fatal(err)
		}
		w := get(pagesOf(t, d, config), "/coops/testa")
		if w.Code != http.StatusOK {
			t.Fatal(w.Code)
		}
		body := w.Body.String()
		services := between(body, "<dt>Services</dt>", "</dd>")
		for _, want := range []string{"Set by a curator", "Ada", "From the list", "tech-coops.md", "Beneath it", "<time datetime="} {
			if !strings.Contains(services, want) {
				t.Errorf("the services do not say %q: %s", want, services)
			}
		}
		history := between(body, `class="history"`, "</ol>")
		if n := strings.Count(history, `class="edit"`); n != 2 {
			t.Errorf("the history has %d steps, want 2: added, and one edit of two fields", n)
		}
		if n := strings.Count(history, "<ins>"); n != 2 {
			t.Errorf("the history has %d differences, want 2", n)
		}
		for _, want := range []string{"This entry is unclaimed", "mailto:hello@coops.example?subject=Testa%20%28testa%29", `href="/coops/beta"`, `href="https://testa.coop"`} {
			if !strings.Contains(body, want) {
				t.Errorf("no %q on the page", want)
			}
		}
	})
}

func TestNotesAreForeignHTML(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportList(t, d, []byte(told), nil)
	body := get(pagesOf(t, d, config), "/coops/testa").Body.String()
	for _, bad := range []string{"<img", "onerror=", `href="javascript:`} {
		if strings.Contains(body, bad) {
			t.Errorf("the page has %q from the notes", bad)
		}
	}
	if !strings.Contains(body, `<a rel="nofollow noopener ugc" href="https://friend.example/">friend</a>`) {
		t.Error("the notes' link does not say that it vouches for nothing")
	}
	if !strings.Contains(body, `class="coop-words" lang="fr"`) {
		t.Error("the notes do not say that they are French")
	}
}

func TestCoopForPrograms(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		storetest.ImportList(t, d, []byte(told), nil)
		h := pagesOf(t, d, config)
		w := get(h, "/coops/testa", "Accept", "application/json")
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
			t.Fatal(w.Code, w.Header())
		}
		var got struct {
			ID      string
			Name    string
			Claimed *bool
			Facts   []directory.EntryFact
			History []directory.EntryEdit
			Similar []string
			Links   map[string]string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if got.ID != "https://coops.example/coops/testa" || got.Name != "Testa" || got.Claimed == nil || *got.Claimed {
			t.Errorf("the document says %+v", got)
		}
		if len(got.Facts) == 0 || got.Facts[0].Source != directory.FromList || got.Facts[0].StatedAt.IsZero() || len(got.History) == 0 {
			t.Error("facts or history are missing")
		}
		if len(got.Similar) != 1 || got.Similar[0] != "https://coops.example/coops/beta" || got.Links["page"] == "" {
			t.Errorf("links: %v %v", got.Similar, got.Links)
		}
	})
}

func TestAcceptChoosesTheForm(t *testing.T) {
	h := seeded(t)
	for accept, want := range map[string]string{
		"":                                    "text/html",
		"*/*":                                 "text/html",
		"application/json":                    "application/json",
		"application/*":                       "application/json",
		"text/html, application/json":         "text/html",
		"application/json, text/html;q=0.9":   "application/json",
		"application/json;q=0.1, text/html":   "text/html",
		"application/json;q=0, */*":           "text/html",
		"*/*;q=0.1, application/json;q=0.2":   "application/json",
		"image/png":                           "text/html",
		"text/html;q=0, application/json;q=0": "text/html",
		";;;,,application/json;q=nonsense":    "text/html",
		"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8": "text/html",
	} {
		w := get(h, "/coops/agaric", "Accept", accept)
		if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, want) {
			t.Errorf("Accept %q gets %s, want %s", accept, got, want)
		}
		if !slices.Contains(w.Header().Values("Vary"), "Accept") {
			t.Errorf("Accept %q: Vary is %q", accept, w.Header().Values("Vary"))
		}
	}
}

func TestUnchangedEntryIsNotSentAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		storetest.ImportList(t, d, []byte(told), nil)
		h := pagesOf(t, d, config)
		page, document := get(h, "/coops/testa"), get(h, "/coops/testa", "Accept", "application/json")
		tag := page.Header().Get("ETag")
		if tag == "" || tag == document.Header().Get("ETag") {
			t.Fatalf("page and document need an ETag each: %q and %q", tag, document.Header().Get("ETag"))
		}
		again := get(h, "/coops/testa", "If-None-Match", `"other", `+tag)
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("unchanged: %d with %d bytes, want 304 with none", again.Code, again.Body.Len())
		}
		if w := get(h, "/coops/testa", "If-None-Match", tag, "Accept", "application/json"); w.Code != http.StatusOK {
			t.Errorf("the page's tag for the document: %d, want 200", w.Code)
		}
		if _, _, err := d.EditCoop(context.Background(), "testa", directory.Edit{Source: directory.FromCurator, Set: map[string]string{"founded": "2011"}}); err != nil {
			t.Fatal(err)
		}
		if w := get(h, "/coops/testa", "If-None-Match", tag); w.Code != http.StatusOK || w.Header().Get("ETag") == tag {
			t.Errorf("after an edit: %d, tag %s", w.Code, w.Header().Get("ETag"))
		}
		other := config
		other.Contact = "someone.else@coops.example"
		if w := get(pagesOf(t, d, other), "/coops/testa"); w.Header().Get("ETag") == get(h, "/coops/testa").Header().Get("ETag") {
			t.Error("pages with another contact have the same tag")
		}
	})
}

func TestDefunctCoopKeepsItsPage(t *testing.T) {
	h := seeded(t)
	if body := get(h, "/coops/quilted").Body.String(); !strings.Contains(body, "This co-op has closed") || strings.Contains(body, "unclaimed") {
		t.Error("the page of a closed co-op does not say so")
	}
	if strings.Contains(get(h, "/?q=quilted").Body.String(), `href="/coops/quilted"`) {
		t.Error("the front page lists a closed co-op")
	}
	if !strings.Contains(get(h, "/defunct").Body.String(), `href="/coops/quilted"`) {
		t.Error("the closed co-op is not among the closed ones")
	}
}

func TestClosedCoopsHaveSeveralPages(t *testing.T) {
	rows := "### Europe\n\nCoop | Business Areas | Region/Country | Notes\n---- | ---- | ---- | ----\n"
	for i := range 60 {
		rows += fmt.Sprintf("[Closed %d](https://closed%d.coop) | Hosting | France | \n", i, i)
	}
	d := directory.New(storetest.SQLite(t))
	storetest.ImportList(t, d, []byte(told), []byte(rows))
	h := pagesOf(t, d, config)
	first, second := get(h, "/defunct").Body.String(), get(h, "/defunct?page=2").Body.String()
	if strings.Count(first, `class="entry"`) != 50 || !strings.Contains(first, `href="/defunct?page=2" rel="next"`) {
		t.Error("the first page does not lead to the second")
	}
	if strings.Count(second, `class="entry"`) != 10 || !strings.Contains(second, `href="/defunct" rel="prev"`) {
		t.Error("the second page does not lead back to the first")
	}
}

func TestHandleHasOneAddress(t *testing.T) {
	h := seeded(t)
	for _, path := range []string{"/coops/Agaric", "/coops/agaric/"} {
		if w := get(h, path); w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != "/coops/agaric" {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Location"))
		}
	}
}
