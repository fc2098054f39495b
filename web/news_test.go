package web_test

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func curate(t *testing.T, d *directory.Directory, handle string, e directory.Edit) {
	t.Helper()
	e.Source = directory.FromCurator
	if _, _, err := d.EditCoop(context.Background(), handle, e); err != nil {
		t.Fatal(err)
	}
}

func TestNewsStandsOnThePageAndHasOneOfItsOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		storetest.ImportList(t, d, []byte(told), nil)
		h := pagesOf(t, d, config)
		if strings.Contains(get(h, "/coops/testa").Body.String(), `class="news`) {
			t.Error("news before there is any")
		}
		curate(t, d, "testa", directory.Edit{Set: map[string]string{"website": "https://new.testa.example/"}})
		news := between(get(h, "/coops/testa").Body.String(), `class="news plain">`, "</ul>")
		for _, want := range []string{`href="/coops/testa/posts/1"`, `<a href="https://new.testa.example/" rel="nofollow noopener">`, "<time datetime="} {
			if !strings.Contains(news, want) {
				t.Errorf("the news lack %s: %s", want, news)
			}
		}
		w := get(h, "/coops/testa/posts/1")
		for _, want := range []string{"News of Testa", `href="https://new.testa.example/"`, "Written by Coopverse", "@testa@coops.example", `type="application/activity+json"`} {
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
				t.Errorf("the post's page: %d, no %s", w.Code, want)
			}
		}
		if !slices.Contains(w.Header().Values("Vary"), "Accept") {
			t.Error("the post's page does not say that others get something else there")
		}
		if again := get(h, "/coops/testa/posts/1", "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("the same page again: %d", again.Code)
		}
		curate(t, d, "testa", directory.Edit{Unset: []string{"website"}})
		if w := get(h, "/coops/testa/posts/1"); w.Code != http.StatusGone || !strings.Contains(w.Body.String(), "This post was deleted") {
			t.Errorf("a deleted post: %d", w.Code)
		}
		if strings.Contains(get(h, "/coops/testa").Body.String(), `class="news`) {
			t.Error("a deleted post is among the news")
		}
	})
}

func TestPostsHaveOneAddress(t *testing.T) {
	h := seeded(t)
	for path, want := range map[string]int{
		"/coops/agaric/posts/2": 200, "/coops/igalia/posts/2": 404, "/actors/directory/posts/2": 404, "/coops/agaric/posts/99": 404,
		"/coops/agaric/posts/99999999999999999999": 404, "/coops/agaric/posts/x": 404, "/coops/nobody/posts/2": 404,
		"/coops/radicaldesigns/posts/2": 410, "/coops/hypha/posts/3": 410, "/actors/directory/posts/1": 200, "/coops/directory/posts/1": 404,
	} {
		if w := get(h, path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	if w := get(h, "/coops/Agaric/posts/2"); w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != "/coops/agaric/posts/2" {
		t.Errorf("in capitals: %d %s", w.Code, w.Header().Get("Location"))
	}
}

// Other servers show the ids of actors to people, who open them.
func TestActorsLeadPeopleToPages(t *testing.T) {
	h := seeded(t)
	for path, want := range map[string]struct {
		to   string
		code int
	}{
		"/coops/igalia/introduction":     {"/coops/igalia", http.StatusSeeOther},
		"/actors/hosting/introduction":   {"/actors/hosting", http.StatusSeeOther},
		"/actors/directory/introduction": {"/", http.StatusSeeOther},
		"/actors/directory":              {"/", http.StatusMovedPermanently},
		"/actors/instance":               {"/about", http.StatusSeeOther},
	} {
		w := get(h, path)
		if w.Code != want.code || w.Header().Get("Location") != want.to || !slices.Contains(w.Header().Values("Vary"), "Accept") {
			t.Errorf("%s: %d to %q, Vary %q", path, w.Code, w.Header().Get("Location"), w.Header().Values("Vary"))
		}
		if want.code == http.StatusMovedPermanently && w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s may be kept by a cache, for servers too", path)
		}
	}
}

func TestDirectoryTellsItsNews(t *testing.T) {
	h := seeded(t)
	front := between(get(h, "/").Body.String(), `class="tidings"`, "</div>")
	news := regexp.MustCompile(`<a href="(/actors/directory/posts/[0-9]+)">1 co-op joined the directory: Igalia \(@igalia\)\.</a>`).FindStringSubmatch(front)
	if news == nil || !strings.Contains(front, `href="/follow"`) {
		t.Fatalf("the front page says %s", front)
	}
	if strings.Contains(get(h, "/?q=web").Body.String(), `class="tidings"`) {
		t.Error("the news stand before what somebody searched for")
	}
	for _, path := range []string{"/about", news[1]} {
		body := get(h, path).Body.String()
		if !strings.Contains(body, `Igalia (<a href="/coops/igalia">@igalia</a>)`) || !strings.Contains(body, "@directory@coops.example") {
			t.Errorf("%s lacks the news, or the handle", path)
		}
	}
	empty := get(pagesOf(t, directory.New(storetest.SQLite(t)), config), "/").Body.String()
	if !strings.Contains(empty, "New co-ops are announced") {
		t.Error("before there is news, the front page says nothing of it")
	}
}
