package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"coopverse/directory"
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
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	happen(t, d)
	return pagesOf(t, d, config)
}

// happen lets a curator correct one co-op and remove another.
func happen(t testing.TB, d *directory.Directory) {
	t.Helper()
	ctx := context.Background()
	said := map[string]string{"summary": "Web developers who build with free software for groups that change things.", "founded": "2006", "services": "web-development,consulting,hosting"}
	if _, _, err := d.EditCoop(ctx, "agaric", directory.Edit{Source: directory.FromCurator, Origin: "a curator", Set: said}); err != nil {
		t.Fatal(err)
	}
	if err := d.RemoveCoop(ctx, "fiqus", "The co-op asked for it.", "a curator"); err != nil {
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
