package list

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSetCellChangesOneCell(t *testing.T) {
	for _, test := range []struct {
		row    string
		column Column
		text   string
		want   string
	}{
		{"[X](https://x.example)|Web  |  France | n |", Areas, "Hosting", "[X](https://x.example)|Hosting  |  France | n |"},
		{"[X](https://x.example)|Web  |  France | n |", Place, "UK", "[X](https://x.example)|Web  |  UK | n |"},
		{"[X](https://x.example) | Web | France | |", Notes, "New", "[X](https://x.example) | Web | France | New |"},
		{"[X](https://x.example) | Web | France |  |  ", Notes, "New", "[X](https://x.example) | Web | France | New |  "},
		{"[X](https://x.example) | Web | France |", Notes, "New", "[X](https://x.example) | Web | France | New |"},
		{"[X](https://x.example) | Web | France", Notes, "New", "[X](https://x.example) | Web | France | New |"},
		{"[X](https://x.example) | Web", Notes, "New", "[X](https://x.example) | Web | | New |"},
		{"| [X](https://x.example) | Web | France | n |", Notes, "", "| [X](https://x.example) | Web | France |  |"},
		{"[X](https://x.example) | Web | France | n", Notes, "a | b\nc\r\nd", "[X](https://x.example) | Web | France | a &#124; b c d"},
		{"[X](https://x.example)|Web|France|n", Areas, `C:\`, `[X](https://x.example)|C:\ |France|n`},
		{`[X](https://x.example) | a \| b | France | n`, Areas, "a | b", `[X](https://x.example) | a \| b | France | n`},
		{"[X](https://x.example) | Web | France | n", Notes, "", "[X](https://x.example) | Web | France | |"},
		{`[X](https://x.example) | a \| b | France | n`, Notes, "m", `[X](https://x.example) | a \| b | France | m`},
		{"[X](https://x.example) | Web | Hosting | Oz | |", Place, "Ozz", "[X](https://x.example) | Web, Hosting | Ozz | |"},
		{"[X](https://x.example) | Web | Oz | a | b |", Areas, "Apps", "[X](https://x.example) | Apps | Oz | a &#124; b |"},
		{"[X](https://x.example) | Web | Oz | a | | |", Areas, "Apps", "[X](https://x.example) | Apps | a |  |"},
		{"[X](https://x.example) | Web | France | n", Coop, Link("Y|Z", "https://y.example"), "[Y&#124;Z](https://y.example) | Web | France | n"},
		{"[X](https://x.example) | Web | France | n", Coop, "# 1", "| # 1 | Web | France | n"},
		{"[X](https://x.example) | Web | France | n", Coop, "", "|  | Web | France | n"},
	} {
		d := mustParse(t, tableOfRows(test.row))
		r := d.Rows()[0]
		if err := d.SetCell(r, test.column, test.text); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(string(tableOfRows(test.want)), string(d.Bytes())); diff != "" {
			t.Errorf("%s\n%s", test.row, diff)
		}
	}
}

func TestTableWithoutTheColumnTakesNothing(t *testing.T) {
	d := seed(t)
	before := string(d.Bytes())
	if err := d.SetCell(byName(t, d, "bits.coop"), Place, "Mars"); !errors.Is(err, ErrNoColumn) {
		t.Errorf("error %v, want ErrNoColumn", err)
	}
	if string(d.Bytes()) != before {
		t.Error("the list has changed")
	}
}

// TestAnyEditChangesOnlyItsCell edits random cells of the seed and of the later
// list and reads the result again.
func TestAnyEditChangesOnlyItsCell(t *testing.T) {
	sources := map[string][]byte{"seed": read(t, "../seed/tech-coops.md"), "later": read(t, "testdata/later.md")}
	texts := rapid.OneOf(
		rapid.StringOf(rapid.RuneFrom([]rune("ab é日\\|\n\r\t[]()*_`<>&#;-:!\"'1.~{}\u00a0"))),
		rapid.Just(""), rapid.Just("a | b"), rapid.Just("&#124;"), rapid.Just("France"), rapid.Just(`\`), rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		d, err := Parse(sources[rapid.SampledFrom([]string{"seed", "later"}).Draw(t, "list")])
		if err != nil {
			t.Fatal(err)
		}
		r := d.Rows()[rapid.IntRange(0, len(d.Rows())-1).Draw(t, "row")]
		c := rapid.SampledFrom([]Column{Areas, Place, Notes}).Draw(t, "column")
		text := texts.Draw(t, "text")
		was, lines := *r, d.textLines()
		before := slices.Clone(lines)
		cells := slices.Clone(r.cells)
		if err := d.SetCell(r, c, text); err != nil {
			if r.table.has(c) {
				t.Fatal(err)
			}
			return
		}
		want := was
		switch c {
		case Areas:
			want.Areas = unescape(escape(text))
		case Place:
			want.Place = unescape(escape(text))
		case Notes:
			want.Notes = unescape(escape(text))
		}
		if diff := cmp.Diff(want, *r, exported); diff != "" {
			t.Fatalf("line %q\n%s", r.line.text, diff)
		}
		lines[r.Line-1] = r.line.text
		if diff := cmp.Diff(lines, d.textLines()); diff != "" {
			t.Fatalf("other lines have changed: %s", diff)
		}
		if len(cells) == len(r.table.columns) {
			at := cells[slices.Index(r.columns, c)]
			old := before[r.Line-1]
			if !strings.HasPrefix(r.line.text, old[:at.start]) || !strings.HasSuffix(r.line.text, old[at.end:]) {
				t.Fatalf("other cells have changed: %q, was %q", r.line.text, old)
			}
		}
		again, err := Parse(d.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range again.Rows() {
			if x.Line == r.Line && again.Repaired() == 0 {
				if diff := cmp.Diff(*r, *x, exported); diff != "" {
					t.Fatalf("read again, line %q\n%s", r.line.text, diff)
				}
				return
			}
		}
		if again.Repaired() == 0 {
			t.Fatalf("read again, line %q is no row", r.line.text)
		}
	})
}

func TestAnyNameAndWebsiteAreReadBack(t *testing.T) {
	names := rapid.StringOf(rapid.RuneFrom([]rune("aB é日\\|\n[]()*_`<>&#;-:!\"'1.~{}/")))
	paths := rapid.StringOf(rapid.RuneFrom([]rune("abé()&;=?#[]*_")))
	rapid.Check(t, func(t *rapid.T) {
		d, err := Parse(tableOfRows("[X](https://x.example)|Web|France|n", "Bare | Web"))
		if err != nil {
			t.Fatal(err)
		}
		name := strings.Join(strings.Fields("x"+names.Draw(t, "name")), " ")
		website := "https://y.example/" + paths.Draw(t, "path")
		r := d.Rows()[rapid.IntRange(0, 1).Draw(t, "row")]
		d.SetCoop(r, name, website)
		again, err := Parse(d.Bytes())
		if err != nil || len(again.Rows()) != 2 {
			t.Fatalf("read again: %v", err)
		}
		for _, x := range []*Row{r, again.Rows()[r.Line-5]} {
			if unescape(x.Name) != unescape(name) || decoded(x.Website) != decoded(website) || x.Areas != "Web" {
				t.Fatalf("line %q reads as %q %q %q, want %q %q", r.line.text, x.Name, x.Website, x.Areas, name, website)
			}
		}
	})
}

func TestWebsiteKeepsWhatLooksLikeAnEntity(t *testing.T) {
	d := mustParse(t, tableOfRows("[X](https://x.example)|Web|France|n"))
	website := "https://x.example/?a=1&copy;=2"
	d.SetCoop(d.Rows()[0], "X", website)
	if got := mustParse(t, d.Bytes()).Rows()[0].Website; got != website {
		t.Errorf("website %q, want %q", got, website)
	}
}

func TestRemoveTakesOneLine(t *testing.T) {
	d := seed(t)
	lines := d.textLines()
	r := byName(t, d, "KO_OP")
	next := byName(t, d, "Koumbit")
	at := r.Line - 1
	d.Remove(r)
	if diff := cmp.Diff(slices.Delete(lines, at, at+1), d.textLines()); diff != "" {
		t.Error(diff)
	}
	if len(d.Rows()) != 138 || next.Line != at+1 {
		t.Errorf("%d rows, Koumbit on line %d", len(d.Rows()), next.Line)
	}
}

func (d *Document) textLines() []string {
	var texts []string
	for _, l := range d.lines {
		texts = append(texts, l.text)
	}
	return texts
}

// decoded undoes the percent signs that keep brackets from ending a link.
func decoded(website string) string {
	return strings.NewReplacer("%28", "(", "%29", ")", "%5D", "]").Replace(website)
}
