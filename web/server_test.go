package web_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/net/html"
)

func TestEveryAnswerIsGuarded(t *testing.T) {
	h := seeded(t)
	for _, p := range append(paths(), "/healthz", "/metrics", "/robots.txt", "/favicon.ico", "/opensearch.xml") {
		w := get(h, p)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin",
		} {
			if !strings.HasPrefix(w.Header().Get(name), want) {
				t.Errorf("%s: %s is %q", p, name, w.Header().Get(name))
			}
		}
		if p := w.Header().Get("Content-Security-Policy"); strings.Contains(p, "unsafe") {
			t.Errorf("%s: the policy is %q", p, w.Header().Get("Content-Security-Policy"))
		}
		if w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", p)
		}
	}
}

func paths() []string {
	var paths []string
	for _, p := range pageTypes {
		paths = append(paths, p.path)
	}
	return paths
}

// A page loads nothing from elsewhere, and has no style or script of its own,
// which the policy would refuse.
func TestPagesLoadOnlyOurOwnFiles(t *testing.T) {
	h := seeded(t)
	for _, p := range paths() {
		tokens := html.NewTokenizer(get(h, p).Body)
		for tokens.Next() != html.ErrorToken {
			token := tokens.Token()
			if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
				continue
			}
			for _, a := range token.Attr {
				loads := a.Key == "src" || a.Key == "srcset" || token.Data == "link" && a.Key == "href" && has(token, "rel", "stylesheet", "icon", "preload", "apple-touch-icon")
				if loads && !strings.HasPrefix(a.Val, "/static/") && !strings.HasPrefix(a.Val, "/media/") {
					t.Errorf("%s: <%s> loads %s", p, token.Data, a.Val)
				}
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: <%s %s>", p, token.Data, a.Key)
				}
			}
			if token.Data == "style" || token.Data == "script" && !has(token, "src") && !has(token, "type", "application/ld+json") {
				t.Errorf("%s has an inline <%s>", p, token.Data)
			}
		}
	}
}

func has(token html.Token, key string, values ...string) bool {
	for _, a := range token.Attr {
		if a.Key == key && (len(values) == 0 || slices.Contains(values, a.Val)) {
			return true
		}
	}
	return false
}

func TestEveryPageSaysWhatItIs(t *testing.T) {
	h := seeded(t)
	titles := map[string]string{}
	for _, p := range paths() {
		body := get(h, p).Body.String()
		title := between(body, "<title>", "</title>")
		if other := titles[title]; other != "" || len(title) < 12 {
			t.Errorf("%s and %q have the title %q", p, other, title)
		}
		titles[title] = p
		if strings.Count(body, "<h1") != 1 || !strings.Contains(body, `lang="en"`) || !strings.Contains(body, `class="skip" href="#main"`) {
			t.Errorf("%s lacks its heading, language or skip link", p)
		}
		if strings.Contains(body, `id="q"`) && !strings.Contains(body, `for="q"`) { // for axe a placeholder is label enough
			t.Errorf("%s has a search field without a label", p)
		}
		if description := between(body, `name="description" content="`, `">`); len(description) < 40 {
			t.Errorf("%s describes itself as %q", p, description)
		}
	}
	if body := get(h, "/coops/agaric").Body.String(); !strings.Contains(body, `<link rel="canonical" href="https://coops.example/coops/agaric">`) {
		t.Error("no canonical link")
	}
}

func TestStaticFilesCanBeKept(t *testing.T) {
	h := seeded(t)
	front := get(h, "/").Body.String()
	for _, file := range regexp.MustCompile(`/static/[^"]+`).FindAllString(front, -1) {
		w := get(h, file)
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %s", file, w.Code, w.Header().Get("Cache-Control"))
		}
	}
	if w := get(h, "/static/older/style.css"); w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("an older address: %d %s", w.Code, w.Header().Get("Cache-Control"))
	}
}

func TestHealthFollowsTheDatabase(t *testing.T) {
	db := storetest.SQLite(t)
	h := pagesOf(t, directory.New(db), config)
	if w := get(h, "/healthz"); w.Code != http.StatusOK || !json.Valid(w.Body.Bytes()) {
		t.Errorf("healthy: %d %s", w.Code, w.Body)
	}
	db.Close()
	if w := get(h, "/healthz"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without its database: %d", w.Code)
	}
	if w := get(h, "/"); w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "Something broke") {
		t.Errorf("the front page without its database: %d", w.Code)
	}
}

func TestMetricsCountByRoute(t *testing.T) {
	registry := prometheus.NewRegistry()
	c := config
	c.Metrics = registry
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	h := pagesOf(t, d, c)
	get(h, "/coops/agaric")
	get(h, "/coops/igalia")
	get(h, "/?q=secret")
	get(h, "/nowhere/at/all")
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("BREW", "/", nil))
	body := get(h, "/metrics").Body.String()
	for _, want := range []string{
		`coopverse_http_requests_total{code="200",method="GET",route="/coops/{handle}"} 2`,
		`coopverse_http_requests_total{code="404",method="GET",route="none"} 1`,
		`coopverse_http_requests_total{code="405",method="other",route="none"} 1`,
		`coopverse_http_request_duration_seconds_count{route="/coops/{handle}"} 2`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(body, "secret") || strings.Contains(body, "igalia") || strings.Contains(body, "nowhere") {
		t.Error("the metrics tell what somebody looked at")
	}
}

// The privacy page promises this.
func TestLogHasNoReadersAndNoSearches(t *testing.T) {
	var log bytes.Buffer
	c := config
	c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := pagesOf(t, directory.New(storetest.SQLite(t)), c)
	r := httptest.NewRequest("GET", "/?q=secret", nil)
	r.RemoteAddr = "203.0.113.7:5555"
	r.Header.Set("User-Agent", "Netscape/4")
	h.ServeHTTP(httptest.NewRecorder(), r)
	line := log.String()
	if !strings.Contains(line, "route=/") || !strings.Contains(line, "status=200") || !strings.Contains(line, "duration=") {
		t.Errorf("the log says %q", line)
	}
	for _, private := range []string{"secret", "203.0.113.7", "Netscape"} {
		if strings.Contains(line, private) {
			t.Errorf("the log has %s", private)
		}
	}
}

func TestSandboxSaysSo(t *testing.T) {
	c := config
	c.Sandbox = true
	d := directory.New(storetest.SQLite(t))
	if !strings.Contains(get(pagesOf(t, d, c), "/").Body.String(), "trial on your own machine") {
		t.Error("no banner")
	}
	if strings.Contains(get(pagesOf(t, d, config), "/").Body.String(), "trial on your own machine") {
		t.Error("a banner outside of a trial")
	}
}

// The AGPL has whoever runs the program offer its source to those who use it.
func TestSourceIsOffered(t *testing.T) {
	c := config
	c.Source = "https://git.example/coopverse"
	d := directory.New(storetest.SQLite(t))
	h := pagesOf(t, d, c)
	for _, path := range []string{"/", "/about", "/nothing"} {
		foot := between(get(h, path).Body.String(), `<footer`, "</footer>")
		if !strings.Contains(foot, `<a href="https://git.example/coopverse">Source code</a>`) {
			t.Errorf("%s has the foot %s", path, foot)
		}
	}
	if strings.Contains(get(pagesOf(t, d, config), "/").Body.String(), "Source code") {
		t.Error("source code is offered at no address")
	}
	if get(h, "/").Header().Get("ETag") == get(pagesOf(t, d, config), "/").Header().Get("ETag") {
		t.Error("pages with another source have the same tag")
	}
}

func TestAnswersAreCompressed(t *testing.T) {
	w := get(seeded(t), "/", "Accept-Encoding", "gzip")
	if w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() > 12_000 {
		t.Errorf("%s, %d bytes", w.Header().Get("Content-Encoding"), w.Body.Len())
	}
}

func TestListSectionsHavePages(t *testing.T) {
	h := seeded(t)
	all := get(h, "/resources").Body.String()
	for _, id := range regexp.MustCompile(`/resources/[a-z0-9-]+`).FindAllString(all, -1) {
		if w := get(h, id); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `class="items-title"`) {
			t.Errorf("%s: %d", id, w.Code)
		}
	}
	if !strings.Contains(get(h, "/resources/handbooks").Body.String(), "Crisp DNA") {
		t.Error("the handbooks are not on their page")
	}
}
