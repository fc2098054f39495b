package list

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInsertKeepsTheAlphabet(t *testing.T) {
	for name, before := range map[string]string{
		"Zzz": "Yaal Coop", "Éole": "Empreinte Digitale", "Co-op Zebra": "Coop IT Easy", "007": "",
	} {
		d := seed(t)
		r, err := d.Insert("europe", Row{Name: name, Website: "https://new.example", Areas: "Web | Apps", Place: "Lyon, France", Notes: "New"})
		if err != nil {
			t.Fatal(err)
		}
		rows := mustParse(t, d.Bytes()).Rows()
		if len(rows) != 140 {
			t.Fatalf("%d rows", len(rows))
		}
		for i, x := range rows {
			if x.Name != name {
				continue
			}
			if rows[i-1].Region == "europe" && rows[i-1].Name != before || x.Line != r.Line {
				t.Errorf("%s stands on line %d below %s, want line %d below %s", name, x.Line, rows[i-1].Name, r.Line, before)
			}
		}
		want := "[" + name + "](https://new.example) | Web &#124; Apps | Lyon, France | New |"
		if got := d.lines[r.Line-1].text; got != want {
			t.Errorf("line %q, want %q", got, want)
		}
	}
}

func TestInsertFollowsTheTable(t *testing.T) {
	later := func() *Document { return mustParse(t, read(t, "testdata/later.md")) }
	x := Row{Name: "Xylem", Website: "https://xylem.example", Areas: "Web", Place: "Rome, Italy"}
	for region, want := range map[string]string{
		"north-america": "| [Xylem](https://xylem.example) | Web | Rome, Italy | |",
		"europe":        "Web | [Xylem](https://xylem.example) | | Rome, Italy |",
		"worldwide":     "[Xylem](https://xylem.example) | Web | |",
		"africa":        "[Xylem](https://xylem.example) | Web | Rome, Italy | |",
	} {
		d := later()
		r, err := d.Insert(region, x)
		if err != nil {
			t.Fatal(err)
		}
		if region == "europe" {
			// The table begins a line with the areas, which are no link.
			want = "| " + want
		}
		if got := d.lines[r.Line-1].text; got != want {
			t.Errorf("%s: %q, want %q", region, got, want)
		}
		again := mustParse(t, d.Bytes())
		if diff := cmp.Diff(*r, *byName(t, again, "Xylem"), exported); diff != "" {
			t.Errorf("%s: %s", region, diff)
		}
	}
}

func TestInsertMakesTheRegionsTable(t *testing.T) {
	for _, end := range []string{"\n", "\r\n"} {
		d := mustParse(t, []byte(strings.ReplaceAll(string(seed(t).Bytes()), "\n", end)))
		if _, err := d.Insert("africa", Row{Name: "Baobab", Website: "https://baobab.example", Areas: "Maps", Place: "Dakar, Senegal"}); err != nil {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(`150+ associates

<a name="coops-africa"></a>

### Africa

Coop | Business Areas | Region/Country | Notes
---- | -------------- | -------------- | -----
[Baobab](https://baobab.example) | Maps | Dakar, Senegal | |

<a name="coops-asia"></a>
`, "\n", end)
		if !strings.Contains(string(d.Bytes()), want) {
			t.Errorf("got %q", d.Bytes())
		}
		if r := byName(t, mustParse(t, d.Bytes()), "Baobab"); r.Region != "africa" {
			t.Errorf("region %q", r.Region)
		}
	}
}

func TestInsertAtTheEndOfAFileWithoutLineEnd(t *testing.T) {
	for _, region := range []string{"europe", "worldwide"} {
		d := mustParse(t, []byte(strings.TrimSpace(string(tableOfRows("[A](https://a.example) | Web | France | |")))))
		if _, err := d.Insert(region, Row{Name: "B"}); err != nil {
			t.Fatal(err)
		}
		if got := string(d.Bytes()); !strings.HasSuffix(got, "\n| B | | | |") || len(mustParse(t, d.Bytes()).Rows()) != 2 {
			t.Errorf("got %q", got)
		}
	}
}

func TestInsertNeedsARegionAndAName(t *testing.T) {
	d := seed(t)
	for region, name := range map[string]string{"atlantis": "X", "europe": " "} {
		if _, err := d.Insert(region, Row{Name: name}); err == nil {
			t.Errorf("inserted %q into %s", name, region)
		}
	}
}

func TestUnsortedTableTakesNewRowsAtItsEnd(t *testing.T) {
	d := mustParse(t, tableOfRows("[C](https://c.example)|", "[B](https://b.example)|", "[A](https://a.example)|"))
	r, err := d.Insert("europe", Row{Name: "Aa"})
	if err != nil || r.Line != 8 {
		t.Errorf("line %d, error %v", r.Line, err)
	}
}
