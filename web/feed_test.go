package web_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"

	"golang.org/x/tools/blog/atom"
)

func feedAt(t *testing.T, h http.Handler, path string) (f atom.Feed) {
	t.Helper()
	w := get(h, path)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/atom+xml; charset=utf-8" {
		t.Fatalf("%s: %d, %s", path, w.Code, w.Header().Get("Content-Type"))
	}
	if err := xml.Unmarshal(w.Body.Bytes(), &f); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return f
}

// A feed reader that knows nothing of us shows the news of a co-op, with
// addresses that lead here from anywhere.
func TestNewsCanBeReadAsAFeed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		storetest.ImportList(t, d, []byte(told), nil)
		older := publish(t, d, "testa", directory.Draft{Text: "One <b>& only\x0b</b> #Hosting"})
		newer := publish(t, d, "testa", directory.Draft{Text: "Two", Pictures: []directory.DraftPicture{painted(t, 40, 30, `A "desk" & a lamp`)}})
		h := pagesOf(t, d, config)
		f := feedAt(t, h, "/coops/testa/news.atom")
		if f.Title != "Testa" || f.ID != "https://coops.example/coops/testa/news.atom" || len(f.Entry) != 2 {
			t.Fatalf("the feed is %+v", f)
		}
		first, second := f.Entry[0], f.Entry[1]
		if first.ID != fmt.Sprint("https://coops.example/coops/testa/posts/", newer.ID) || second.ID != fmt.Sprint("https://coops.example/coops/testa/posts/", older.ID) {
			t.Errorf("its posts are %s and %s", first.ID, second.ID)
		}
		if f.Updated != first.Updated || first.Published != atom.Time(newer.PublishedAt.UTC()) || first.Author.Name != "Testa" {
			t.Errorf("updated %s, the newest is %+v", f.Updated, first)
		}
		if want := `alt="A &#34;desk&#34; &amp; a lamp"`; !strings.Contains(first.Content.Body, `<img src="https://coops.example/media/`) || !strings.Contains(first.Content.Body, want) {
			t.Errorf("the picture is %s, want %s", first.Content.Body, want)
		}
		if want := `<a href="https://coops.example/tags/hosting">#Hosting</a>`; !strings.Contains(second.Content.Body, want) || strings.Contains(second.Content.Body, "<b>") {
			t.Errorf("the words are %s, want %s", second.Content.Body, want)
		}
	})
}

// Whoever follows a topic by a feed gets what those who follow it get: also what
// it passed on, with who wrote it.
func TestFeedOfATopicNamesAuthors(t *testing.T) {
	h := pagesOf(t, happened(t), config)
	authors := make(map[string]bool)
	for _, e := range feedAt(t, h, "/actors/web_development/news.atom").Entry {
		authors[e.Author.Name] = true
	}
	if !authors["Agaric"] || !authors["Web development"] {
		t.Errorf("the authors are %v", authors)
	}
	if f := feedAt(t, h, "/actors/directory/news.atom"); len(f.Entry) == 0 {
		t.Error("the directory has no news")
	}
	if f := feedAt(t, h, "/actors/tuvalu/news.atom"); len(f.Entry) != 0 || f.Updated == "" {
		t.Errorf("the feed of a topic without news is %+v", f)
	}
}

func TestFeedHasOneAddress(t *testing.T) {
	h := pagesOf(t, happened(t), config)
	for path, want := range map[string]int{
		"/coops/nobody/news.atom": http.StatusNotFound, "/coops/radicaldesigns/news.atom": http.StatusGone, "/coops/hosting/news.atom": http.StatusNotFound,
		"/coops/AGARIC/news.atom": http.StatusMovedPermanently, "/actors/nothing/news.atom": http.StatusNotFound,
	} {
		if w := get(h, path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	for page, feed := range map[string]string{
		"/": "/actors/directory", "/about": "/actors/directory", "/coops/agaric": "/coops/agaric", "/actors/hosting": "/actors/hosting",
	} {
		link := `<link rel="alternate" href="https://coops.example` + feed + `/news.atom" type="application/atom+xml"`
		if body := get(h, page).Body.String(); !strings.Contains(body, link) {
			t.Errorf("feed readers do not find the feed of %s", page)
		}
	}
	tag := get(h, "/coops/agaric/news.atom").Header().Get("ETag")
	if w := get(h, "/coops/agaric/news.atom", "If-None-Match", tag); tag == "" || w.Code != http.StatusNotModified {
		t.Errorf("asked again with %q: %d", tag, w.Code)
	}
}
