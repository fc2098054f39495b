package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/seed"
	"coopverse/directory/storetest"
	"coopverse/web"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var config = web.Config{
	Origin: "https://coops.example", Name: "Coopverse", Contact: "hello@coops.example", Version: "0.1.0",
	Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
}

func pagesOf(t testing.TB, d *directory.Directory, c web.Config) http.Handler {
	t.Helper()
	s, err := web.New(d, c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// seeded is the bundled list, with a few things that have happened to it.
func seeded(t testing.TB) http.Handler {
	t.Helper()
	return claimable(t, happened(t), sites{})
}

func happened(t testing.TB) *directory.Directory {
	t.Helper()
	d := directory.New(storetest.SQLite(t))
	happen(t, d)
	return d
}

// happen has co-ops post and people answer (converse), and Igalia join after the
// others, of which the directory and the topics tell. Some servers are blocked.
// A curator corrects one co-op, and takes back what was said of another. One that
// has closed is removed, so that the front page shows the bundled list in full.
func happen(t testing.TB, d *directory.Directory) {
	t.Helper()
	ctx := context.Background()
	storetest.ImportList(t, d, regexp.MustCompile(`(?m)^\[Igalia\].*\n`).ReplaceAll(seed.List, nil), seed.Defunct)
	converse(t, d)
	storetest.ImportSeed(t, d)
	for domain, reason := range map[string]string{"spam.example": "Spam", strings.Repeat("very-long-", 6) + "name.example": "", "hate.example": "Hate against people, in post after post, and nobody there who does anything about it"} {
		if err := d.BlockDomains(ctx, directory.Actor{Name: "an operator"}, directory.BlockedDomain{Domain: domain, Reason: reason, Note: "see report 3"}); err != nil {
			t.Fatal(err)
		}
	}
	facts := map[string]string{"summary": "Web developers who build with free software for groups that change things.", "founded": "2006", "services": "web-development,consulting,hosting"}
	if _, _, err := d.EditCoop(ctx, "agaric", directory.Edit{Source: directory.FromCurator, Origin: "a curator", Set: facts}); err != nil {
		t.Fatal(err)
	}
	for _, slip := range []directory.Edit{{Set: map[string]string{"services": "hosting"}}, {Unset: []string{"services"}}} {
		slip.Source = directory.FromCurator
		if _, _, err := d.EditCoop(ctx, "hypha", slip); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.RemoveCoop(ctx, "radicaldesigns", "The co-op asked for it.", "a curator"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ada", "grace", "mary"} {
		befriend(t, d, "agaric", name)
	}
}

// befriend has somebody of another server follow one of our actors.
func befriend(t testing.TB, d *directory.Directory, handle, name string) {
	t.Helper()
	if err := d.AddFollower(context.Background(), said(stranger(name, name), "Follow", "follow-"+handle, handle), handle, `{"type":"Follow"}`); err != nil {
		t.Fatal(err)
	}
}

// get asks h for path; headers are pairs: name, value.
func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
