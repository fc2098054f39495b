package opendata_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/opendata"
	"coopverse/directory/storetest"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var site = opendata.Site{Origin: "https://coops.example", Name: "Coopverse"}

// written are all files of d, by name.
func written(t testing.TB, d *directory.Directory) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, f := range opendata.Files() {
		var b strings.Builder
		err := f.Write(t.Context(), &b, d, site)
		if errors.Is(err, directory.ErrNoList) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name()] = b.String()
	}
	return files
}

// forOthers are the files that the check reads.
func forOthers(files map[string]string) map[string]string {
	others := map[string]string{}
	for name, body := range files {
		if !strings.HasSuffix(name, ".md") {
			others[name] = body
		}
	}
	return others
}

func edit(t testing.TB, d *directory.Directory, handle string, set map[string]string) {
	t.Helper()
	if _, _, err := d.EditCoop(t.Context(), handle, directory.Edit{Source: directory.FromCurator, Origin: "test", Set: set}); err != nil {
		t.Fatal(err)
	}
}

// tableRows counts the rows of a Markdown text's tables, as another parser sees them.
func tableRows(t testing.TB, markdown string) (rows int) {
	t.Helper()
	parsed := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader([]byte(markdown)))
	err := ast.Walk(parsed, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && n.Kind() == tables.KindTableRow {
			rows++
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestBundledListIsReadByOthers(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		files := written(t, d)
		want := map[string]int{"coops.csv": 139, "coops.geojson": 146, "coops.jsonld": 139, "defunct.csv": 5, "defunct.geojson": 5, "defunct.jsonld": 5}
		for name, found := range readByOthers(t, forOthers(files)) {
			if len(found.Wrong) > 0 || len(found.Rows) != want[name] {
				t.Errorf("%s: %d rows, want %d; %v", name, len(found.Rows), want[name], found.Wrong)
			}
		}
		if n, closed := tableRows(t, files["coops.md"]), tableRows(t, files["defunct.md"]); n != 139 || closed != 5 {
			t.Errorf("Markdown: %d and %d rows", n, closed)
		}
	})
}

// hostile is said of a co-op in every field that takes any text.
func hostile() map[string]string {
	nasty := `=cmd|'/c calc'!A1 "quoted", <script>alert(1)</script> </script> | ; \ ` + "\u202eright to left\u202c 👩‍👩‍👧 𝒳 e\u0301 ${7*7} ,"
	return map[string]string{
		"name": "@SUM(1+1)*\"x\", </td><script> 🌻 \u202e", "website": "https://nasty.example/?q=%22,%27;=a&b=c", "summary": "'" + nasty, "notes": nasty + strings.Repeat("ä", 300),
		"places": "Lille, France; Sydney, New South Wales, Australia", "founded": "1999", "members": "150+", "languages": "fr,ar", "contact": "a+b@nasty.example", "hiring": "https://nasty.example/jobs?a=',",
		"links": "=1+1 | https://nasty.example/,\n\"b\" | https://b.example/x;y", "networks": "-2+3\n+4 | https://c.example/", "products": "＝5",
		"extra": "@ | " + strings.Repeat("\"", 255) + "\n=x | \u202e<b>",
	}
}

func TestHostileTextIsReadBackAsItWas(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		said := hostile()
		edit(t, d, "agaric", said)
		files := written(t, d)
		found := readByOthers(t, forOthers(files))
		for name, f := range found {
			if len(f.Wrong) > 0 {
				t.Errorf("%s: %v", name, f.Wrong)
			}
		}
		row := rowOf(t, found["coops.csv"], "agaric")
		for field, want := range said {
			cell := strings.ReplaceAll(row[field].(string), "\r\n", "\n")
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
				t.Errorf("%s: a spreadsheet would run %q", field, cell)
			}
			if got := strings.TrimPrefix(cell, "'"); got != strings.Join(strings.Fields(want), " ") && got != want {
				t.Errorf("%s: %q, want %q", field, got, want)
			}
		}
		place := rowOf(t, found["coops.geojson"], "agaric")
		if p := place["properties"].(map[string]any); p["name"] != said["name"] || p["summary"] != said["summary"] {
			t.Errorf("GeoJSON: %v", p)
		}
		if n := tableRows(t, files["coops.md"]); n != 139 {
			t.Errorf("Markdown: %d rows", n)
		}
	})
}

// rowOf finds the row that is of that co-op.
func rowOf(t *testing.T, f finding, handle string) map[string]any {
	t.Helper()
	for _, raw := range f.Rows {
		var row map[string]any
		if err := json.Unmarshal(raw, &row); err != nil {
			t.Fatal(err)
		}
		if properties, ok := row["properties"].(map[string]any); ok && properties["handle"] == handle || row["handle"] == handle {
			return row
		}
	}
	t.Fatalf("no row of %s", handle)
	return nil
}

func TestApostropheIsToldFromOurs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		storetest.ImportList(t, d, []byte("### Europe\n\nCoop | Business Areas | Region/Country | Notes\n---|---|---|---\n[Acme](https://acme.example) | Hosting | | |\n"), nil)
		for summary, want := range map[string]string{"=1": "'=1", "'=1": "''=1", "plain - text": "plain - text", "＋1": "'＋1"} {
			edit(t, d, "acme", map[string]string{"summary": summary})
			if body := written(t, d)["coops.csv"]; !strings.Contains(body, ","+want+",hosting,") {
				t.Errorf("%q is not written as %q in\n%s", summary, want, body)
			}
		}
	})
}

func TestFilesHaveThoseOfTheirSetOnly(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		for handle, status := range map[string]string{"sange": "unlisted", "eryx": "defunct", "hypha": "inactive"} {
			edit(t, d, handle, map[string]string{"status": status})
		}
		if err := d.RemoveCoop(t.Context(), "agaric", "asked for", "test"); err != nil {
			t.Fatal(err)
		}
		files := written(t, d)
		for _, form := range []string{"csv", "geojson", "jsonld", "md"} {
			listed, closed := strings.ToLower(files["coops."+form]), strings.ToLower(files["defunct."+form])
			for name, want := range map[string][2]bool{"sange.fi": {false, false}, "agaric": {false, false}, "eryx": {false, true}, "hypha": {true, false}} {
				if got := [2]bool{strings.Contains(listed, name), strings.Contains(closed, name)}; got != want && (form != "geojson" || name == "sange.fi" || name == "agaric") {
					t.Errorf("%s: %s is in %v, want %v", form, name, got, want)
				}
			}
		}
		if website := "https://eryx.co"; strings.Contains(files["defunct.jsonld"], website) {
			t.Error("the address of a co-op that has closed is said to be its own")
		}
	})
}

func TestEmptyDirectoryHasEmptyFiles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		files := written(t, d)
		if len(files) != 6 { // and no list
			t.Errorf("%d files", len(files))
		}
		for name, found := range readByOthers(t, files) {
			if len(found.Wrong) > 0 || len(found.Rows) != 0 {
				t.Errorf("%s: %s, %v", name, found.Rows, found.Wrong)
			}
		}
	})
}
