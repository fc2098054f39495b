package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func newServer(t *testing.T, log *bytes.Buffer) *Server {
	t.Helper()
	d := directory.New(storetest.SQLite(t))
	s, err := New(d, Config{
		Origin: "https://coops.example", Name: "Coopverse", Contact: "https://coops.example/help", Version: "1",
		Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ask(h http.Handler, method, path, accept string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestErrorsArePages(t *testing.T) {
	var log bytes.Buffer
	s := newServer(t, &log)
	gone := &directory.GoneError{Handle: "x", Reason: "It was <b>never</b> a co-op.", At: time.Now()}
	for _, c := range []struct {
		err  error
		code int
		has  string
	}{
		{directory.ErrNotFound, 404, `name="q"`},
		{errNotFound, 404, `name="q"`},
		{gone, 410, "It was &lt;b&gt;never&lt;/b&gt; a co-op."},
		{errMethod, 405, "can only be read"},
		{errForeignForm, 403, "form is not ours"},
		{errPostGone, 410, "This post was deleted"},
		{errBadRequest, 400, "not well-formed"},
		{errors.New("secret detail"), 500, "Something broke"},
		{fmt.Errorf("secret detail: %w", directory.ErrFull), 503, "cannot look anything up"},
		{directory.ErrAway, 503, "send it again"},
	} {
		w := ask(s.failing(c.err), "GET", "/", "text/html")
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.has) || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%v: %d, want %d and a page with %q", c.err, w.Code, c.code, c.has)
		}
		if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("ETag") != "" {
			t.Errorf("%v: the error may be cached", c.err)
		}
		w = ask(s.failing(c.err), "GET", "/", "application/json")
		if w.Code != c.code || w.Header().Get("Content-Type") != "application/problem+json" || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%v as JSON: %d %s", c.err, w.Code, w.Body)
		}
	}
	if !strings.Contains(log.String(), "secret detail") {
		t.Error("the unexpected error is not in the log")
	}
}

func TestMergedEntryLeadsToTheOther(t *testing.T) {
	s := newServer(t, &bytes.Buffer{})
	w := ask(s.failing(&directory.GoneError{Handle: "x", MergedInto: "y"}), "GET", "/coops/x", "text/html")
	if w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != "/coops/y" {
		t.Errorf("%d to %q", w.Code, w.Header().Get("Location"))
	}
}

func TestPanicBecomesAPage(t *testing.T) {
	var log bytes.Buffer
	s := newServer(t, &log)
	w := ask(s.recovering(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("kaboom") })), "GET", "/", "text/html")
	if w.Code != 500 || !strings.Contains(w.Body.String(), "Something broke") || strings.Contains(w.Body.String(), "kaboom") {
		t.Errorf("%d", w.Code)
	}
	if !strings.Contains(log.String(), "kaboom") || !strings.Contains(log.String(), "errors_test.go") {
		t.Error("the panic and its place are not in the log")
	}
}

func TestWrongAddressesAndMethods(t *testing.T) {
	s := newServer(t, &bytes.Buffer{})
	for _, c := range []struct {
		method, path string
		code         int
	}{
		{"GET", "/nothing", 404}, {"GET", "/coops/nobody", 404}, {"GET", "/coops/a%00b", 404}, {"GET", "/coops/%ff", 404},
		{"GET", "/resources/nothing", 404}, {"GET", "/static/x/../web.go", 301}, {"GET", "/static/x/missing.css", 404},
		{"GET", "/static/x/fonts", 404}, {"GET", "/static/x/..%2fdoc.go", 301},
		{"POST", "/", 405}, {"DELETE", "/coops/agaric", 405}, {"GET", "/?q=%zz", 400}, {"GET", "/?a;b", 400},
		{"PUT", "/follow", 405},
	} {
		allow := "GET, HEAD"
		if strings.HasSuffix(c.path, "/follow") {
			allow += ", POST"
		}
		if w := ask(s, c.method, c.path, "text/html"); w.Code != c.code {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, w.Code, c.code)
		} else if c.code == 405 && w.Header().Get("Allow") != allow {
			t.Errorf("%s %s: Allow is %q", c.method, c.path, w.Header().Get("Allow"))
		}
	}
}

func TestConfigMustBeWhole(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	good := Config{Origin: "https://coops.example", Name: "Coopverse", Contact: "a@coops.example"}
	for name, c := range map[string]func(*Config){
		"no contact":       func(c *Config) { c.Contact = "" },
		"odd contact":      func(c *Config) { c.Contact = "javascript:alert(1)" },
		"no name":          func(c *Config) { c.Name = "" },
		"no origin":        func(c *Config) { c.Origin = "" },
		"origin with path": func(c *Config) { c.Origin = "https://coops.example/" },
		"odd origin":       func(c *Config) { c.Origin = "ftp://coops.example" },
		"odd source":       func(c *Config) { c.Source = "git@example.org:coopverse" },
	} {
		bad := good
		c(&bad)
		if _, err := New(d, bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := New(d, good); err != nil {
		t.Error(err)
	}
}

// A co-op can be removed between the reading of its posts and of its name.
func TestPostsOfRemovedCoopAreLeftOut(t *testing.T) {
	s := newServer(t, &bytes.Buffer{})
	found := []directory.Post{{ID: 2, Handle: "nobody"}, {ID: 1, Handle: directory.DirectoryHandle}}
	if dressed, err := s.dressed(t.Context(), found); err != nil || len(dressed) != 1 || dressed[0].ID != 1 {
		t.Errorf("%v %v", dressed, err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := s.dressed(ended, found[:1]); err == nil {
		t.Error("an error of the database is taken for a removed co-op")
	}
}
