package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestFrontPageFindsCoops(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		storetest.ImportSeed(t, d)
		h := pagesOf(t, d, config)
		for _, c := range []struct{ path, has, lacks string }{
			{"/?q=camba", "Cambá", "Agaric"},
			{"/?q=CAMB%C3%81", "Cambá", "Agaric"},
			{"/?region=oceania", "Loomio", "Agaric"},
			{"/?country=nz", "Loomio", "Agaric"},
			{"/?service=hosting", "Koumbit", "Loomio"},
			{"/?remote=1", "Willow Bark", "Agaric"},
			{"/?region=europe&country=FR&q=lille", "Insite", "Spotlab"},
		} {
			w := get(h, c.path)
			if w.Code != http.StatusOK {
				t.Errorf("%s: %d", c.path, w.Code)
			}
			entries := between(w.Body.String(), `<ul class="entries`, "</main>")
			if !strings.Contains(entries, c.has) || strings.Contains(entries, c.lacks) {
				t.Errorf("%s must list %s and not %s", c.path, c.has, c.lacks)
			}
		}
	})
}

func TestFiltersShowCountsAndCanBeTakenBack(t *testing.T) {
	h := seeded(t)
	body := get(h, "/?q=web&region=europe").Body.String()
	for _, want := range []string{
		`href="/?q=web&amp;region=oceania"`,                      // another region, same words
		`href="/?q=web" aria-current="true"><span>Europe</span>`, // the same region again takes it back
		`<a class="chip" rel="nofollow" href="/?region=europe">`, // without the words
		`<a class="chip" rel="nofollow" href="/?q=web">`,         // without the region
		`href="/?q=web&amp;region=europe&amp;service=hosting"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s on the page", want)
		}
	}
	// a count is what the link then shows
	choice := between(body, `href="/?q=web&amp;region=oceania"`, "</a>")
	there := get(h, "/?q=web&region=oceania").Body.String()
	var n int
	if _, err := fmt.Sscanf(between(choice, `<span class="number">`, "</span>"), `<span class="number">%d`, &n); err != nil || n == 0 {
		t.Fatalf("no count in %q: %v", choice, err)
	}
	if got := strings.Count(there, `<li class="entry">`); got != n {
		t.Errorf("the filter says %d, the page shows %d", n, got)
	}
}

func TestUnknownFiltersGiveAnHonestEmptyPage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		storetest.ImportSeed(t, d)
		h := pagesOf(t, d, config)
		for _, path := range []string{
			"/?region=atlantis", "/?country=ZZ", "/?country=%27%20OR%201", "/?service=alchemy", "/?q=xyzzyplugh", "/?q=%22%22", "/?q=%00%00a%00zzzq",
			"/?q=%ff%fezzzq", "/?region=%ff", "/?country=%00", "/?q=" + strings.Repeat("z", 5000),
		} {
			w := get(h, path)
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "No co-op matches") {
				t.Errorf("%.40s: %d, want an empty result", path, w.Code)
			}
		}
		for _, page := range []string{"0", "-3", "x", "99999999999999999999", "7.5", ""} {
			if w := get(h, "/?page="+page); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Agaric") {
				t.Errorf("page %q: %d, want the first page", page, w.Code)
			}
		}
		if w := get(h, "/?page=4000"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Page 3 of 3") {
			t.Errorf("a page beyond the last: %d, want the last", w.Code)
		}
	})
}

func TestEmptyDirectorySaysSo(t *testing.T) {
	body := get(pagesOf(t, directory.New(storetest.SQLite(t)), config), "/").Body.String()
	if !strings.Contains(body, "No co-op is listed yet") || strings.Contains(body, "No co-op matches") {
		t.Error("an empty directory answers as a search does")
	}
}

func TestEmptyResultOffersAWiderSearch(t *testing.T) {
	body := get(seeded(t), "/?q=drupal&region=oceania").Body.String()
	if !strings.Contains(body, "are found for “drupal” without the filters") || !strings.Contains(body, `href="/?q=drupal"`) {
		t.Error("nothing leads to the search without its filters")
	}
}

func TestResultsAreFiftyToAPage(t *testing.T) {
	h := seeded(t)
	seen := map[string]bool{}
	for page := 1; page <= 3; page++ {
		body := get(h, fmt.Sprintf("/?page=%d", page)).Body.String()
		entries := strings.Split(body, `<li class="entry">`)[1:]
		if page < 3 && len(entries) != directory.PerPage {
			t.Errorf("page %d holds %d co-ops", page, len(entries))
		}
		for _, e := range entries {
			handle := between(e, `href="/coops/`, `">`)
			if seen[handle] {
				t.Errorf("%s is on two pages", handle)
			}
			seen[handle] = true
		}
		if strings.Contains(body, `rel="next"`) != (page < 3) || strings.Contains(body, `rel="prev"`) != (page > 1) {
			t.Errorf("page %d links to the wrong neighbours", page)
		}
	}
	if len(seen) < 130 {
		t.Errorf("only %d co-ops on all pages", len(seen))
	}
}

func TestWhatWasTypedIsEscaped(t *testing.T) {
	h := seeded(t)
	for _, parameter := range []string{"q", "region", "country", "service"} {
		body := get(h, "/?"+parameter+"="+url.QueryEscape(`"><script>alert(1)</script>`)).Body.String()
		if strings.Contains(strings.ToLower(body), "<script>alert") {
			t.Errorf("%s comes back as markup", parameter)
		}
	}
}

func TestLongSearchIsCut(t *testing.T) {
	body := get(seeded(t), "/?q="+strings.Repeat("a", 300)+"SECRET").Body.String()
	if strings.Contains(body, strings.Repeat("a", 201)) || strings.Contains(body, "SECRET") {
		t.Error("more than 200 characters of the search come back")
	}
}

// between returns what of s begins with from and ends before to.
func between(s, from, to string) string {
	_, rest, ok := strings.Cut(s, from)
	if !ok {
		return ""
	}
	rest, _, _ = strings.Cut(rest, to)
	return from + rest
}
