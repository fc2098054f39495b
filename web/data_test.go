package web_test

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/opendata"
	"coopverse/directory/storetest"
)

func TestFilesAreOpenToEveryProgram(t *testing.T) {
	h := seeded(t)
	types := map[string]string{"csv": "text/csv", "geojson": "application/geo+json", "jsonld": "application/ld+json", "md": "text/markdown"}
	for _, f := range opendata.Files() {
		w := get(h, f.Path())
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), types[f.Format.Name]) || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %v", f.Path(), w.Code, w.Header())
		}
		if again := get(h, f.Path(), "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s: %d for its own ETag", f.Path(), again.Code)
		}
		zipped := get(h, f.Path(), "Accept-Encoding", "gzip")
		if w.Body.Len() < 1024 {
			continue // not worth it
		}
		if body := unzipped(t, zipped.Body); body != w.Body.String() {
			t.Errorf("%s: compressed it is %d bytes, not %d", f.Path(), len(body), w.Body.Len())
		}
	}
	for _, path := range []string{"/data/coops.xml", "/data/log", "/data/coops"} {
		if w := get(h, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func unzipped(t *testing.T, body io.Reader) string {
	t.Helper()
	r, err := gzip.NewReader(body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEditGivesFilesAnotherETag(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		before := get(h, "/data/coops.csv")
		if _, _, err := d.EditCoop(t.Context(), "agaric", directory.Edit{Source: directory.FromCurator, Set: map[string]string{"founded": "2006"}}); err != nil {
			t.Fatal(err)
		}
		after := get(h, "/data/coops.csv", "If-None-Match", before.Header().Get("ETag"))
		rows, err := csv.NewReader(after.Body).ReadAll()
		if after.Code != http.StatusOK || err != nil || len(rows) != 140 {
			t.Errorf("%d with %d rows, %v", after.Code, len(rows), err)
		}
	})
}

func TestListThatIsNotThereIsNotFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		w := get(pagesOf(t, d, config), "/data/coops.md")
		if w.Code != http.StatusNotFound || w.Header().Get("Content-Disposition") != "" {
			t.Errorf("%d %v", w.Code, w.Header())
		}
	})
}

// TestPageDescribesItsCoop has a name that would end the script in which it stands.
func TestPageDescribesItsCoop(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		const name = `Agaric </script><script>alert("1")</script> & co`
		if _, _, err := d.EditCoop(t.Context(), "agaric", directory.Edit{Source: directory.FromCurator, Set: map[string]string{"name": name}}); err != nil {
			t.Fatal(err)
		}
		var described struct {
			Context map[string]any `json:"@context"`
			ID      string         `json:"@id"`
			Name    string
		}
		_, block, _ := strings.Cut(get(pagesOf(t, d, config), "/coops/agaric").Body.String(), `<script type="application/ld+json">`)
		block, _, _ = strings.Cut(block, "</script>")
		if err := json.Unmarshal([]byte(block), &described); err != nil || described.Name != name || described.ID != "https://coops.example/coops/agaric" || described.Context["@vocab"] != "https://schema.org/" {
			t.Errorf("%v: %s", err, block)
		}
	})
}
