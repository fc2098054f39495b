package place

import (
	"os"
	"strings"
	"testing"
)

// labelled is one line of a table of cells read by a person.
type labelled struct{ cell, places, remote, unread string }

func labelledCells(t *testing.T, path string) []labelled {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []labelled
	for row := range rows(string(text)) {
		all = append(all, labelled{field(row, 0), field(row, 1), field(row, 2), field(row, 3)})
	}
	return all
}

// asLabelled writes a reading the way the tables do.
func asLabelled(cell string, r Reading) labelled {
	labels := make([]string, len(r.Places))
	for i, p := range r.Places {
		labels[i] = p.Label()
	}
	got := labelled{cell: cell, places: strings.Join(labels, "; "), unread: strings.Join(r.Unread, "; ")}
	if r.Remote {
		got.remote = "remote"
	}
	return got
}

// share reads every cell of a table and returns how many of a hundred came
// out exactly as labelled.
func share(t *testing.T, path string) float64 {
	g := Open()
	cells := labelledCells(t, path)
	right := 0
	for _, want := range cells {
		if got := asLabelled(want.cell, g.Read(want.cell)); got != want {
			t.Logf("%q:\n  want %q\n  got  %q", want.cell, want, got)
			continue
		}
		right++
	}
	percent := 100 * float64(right) / float64(len(cells))
	t.Logf("%s: %d of %d cells as labelled, %.1f %%", path, right, len(cells), percent)
	return percent
}

func TestSeedCellsAreReadAsAPersonReadsThem(t *testing.T) {
	if got := share(t, "testdata/regions.tsv"); got < 100 {
		t.Errorf("%.1f %% read right, want 100", got)
	}
}

func TestCellsNotInTheSeedAreReadAsAPersonReadsThem(t *testing.T) {
	if got := share(t, "testdata/holdout.tsv"); got < 100 {
		t.Errorf("%.1f %% read right, want 100", got)
	}
}

func TestFurtherCellsAreReadAsAPersonReadsThem(t *testing.T) {
	if got := share(t, "testdata/holdout2.tsv"); got < 96 {
		t.Errorf("%.1f %% read right, want 96", got)
	}
}

// Each line here is a rule of the reader: without it, the line fails.
func TestReadingWithCare(t *testing.T) {
	g := Open()
	for _, want := range []labelled{
		{"", "", "", ""},
		{"Boulder, Spain", "Spain", "", "Boulder"},
		{"Berlin and Portland, USA", "Berlin, Germany; Portland, Oregon, United States", "", ""},
		{"Birmingham; Portland, USA", "Birmingham, United Kingdom; Portland, Oregon, United States", "", ""},
		{"USA, Berlin", "United States; Berlin, Germany", "", ""},
		{"Berlin Dublin", "", "", "Berlin Dublin"},
		{"Orange Consulting", "", "", "Orange Consulting"},
		{"Luebeck", "Lübeck, Germany", "", ""},
		{"Wroclaw", "Wrocław, Poland", "", ""},
		{"We can", "", "", "We can"},
		{"CA", "", "", "CA"},
		{"SA", "", "", "SA"},
		{"DE", "Germany", "", ""},
		{"PARIS AND LONDON", "Paris, France; London, United Kingdom", "", ""},
		{"Toronto, Toronto", "Toronto, Ontario, Canada", "", ""},
		{"New York State", "New York State, United States", "", ""},
		{"State of New York", "New York State, United States", "", ""},
		{"St. Gallen", "St. Gallen, Switzerland", "", ""},
		{"Sankt Gallen", "St. Gallen, Switzerland", "", ""},
		{"Saint-Martin-d'Heres", "Saint-Martin-d'Hères, France", "", ""},
		{"Halle (Saale)", "Halle, Germany", "", ""},
		{"Hackney, London", "Hackney, United Kingdom", "", ""},
		{"Fakenham, Norfolk", "Fakenham, United Kingdom", "", ""},
		{"berlin", "Berlin, Germany", "", ""},
		{"wa", "", "", "wa"},
		{"elsewhere", "", "", ""},
		{"New York, USA and beyond", "New York City, New York, United States", "", ""},
		{"EU", "", "", ""},
	} {
		if got := asLabelled(want.cell, g.Read(want.cell)); got != want {
			t.Errorf("%q:\n  want %q\n  got  %q", want.cell, want, got)
		}
	}
}
