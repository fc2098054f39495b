package notes

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

type labelled struct {
	note string
	Facts
}

func labelledNotes(t *testing.T, path string) []labelled {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []labelled
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimRight(line, "\n"); line == "" || line[0] == '#' {
			continue
		}
		column := append(strings.Split(line, "\t"), "", "", "", "")
		year, _ := strconv.Atoi(column[1])
		all = append(all, labelled{column[0], Facts{year, column[2], column[3] == "inactive", column[4]}})
	}
	return all
}

// share reads every note of a table and returns how many of a hundred came
// out exactly as labelled: their facts, and their language.
func share(t *testing.T, path string) (facts, languages float64) {
	notes := labelledNotes(t, path)
	for _, want := range notes {
		got := Read(want.note)
		if got.Language == want.Language {
			languages++
		}
		got.Language, want.Language = want.Language, got.Language
		if got == (Facts{want.Founded, want.Members, want.Inactive, got.Language}) {
			facts++
		}
		if got.Language != want.Language || got.Founded != want.Founded || got.Members != want.Members || got.Inactive != want.Inactive {
			t.Logf("%q: facts %+v, want %d %q %v; language %q, want %q", want.note, got, want.Founded, want.Members, want.Inactive, want.Language, got.Language)
		}
	}
	n := float64(len(notes))
	t.Logf("%s: of %.0f notes %.1f %% have the facts labelled, %.1f %% the language", path, n, 100*facts/n, 100*languages/n)
	return 100 * facts / n, 100 * languages / n
}

func TestSeedNotesAreReadAsAPersonReadsThem(t *testing.T) {
	if facts, languages := share(t, "testdata/notes.tsv"); facts < 100 || languages < 100 {
		t.Errorf("%.1f %% of facts, %.1f %% of languages right", facts, languages)
	}
}

func TestNotesNotInTheSeedAreReadAsAPersonReadsThem(t *testing.T) {
	if facts, languages := share(t, "testdata/holdout.tsv"); facts < 100 || languages < 97 {
		t.Errorf("%.1f %% of facts, %.1f %% of languages right", facts, languages)
	}
}

func TestReadingWithCare(t *testing.T) {
	for _, want := range []labelled{
		{"", Facts{}},
		{"2015 gegründet", Facts{2015, "", false, "de"}},
		{"Defunct since 2019", Facts{0, "", true, "en"}},
		{"Since 2019 members only", Facts{2019, "", false, "en"}},
		{"A co-op with 1,200 members", Facts{0, "1200", false, "en"}},
		{"We replace closed-source software", Facts{0, "", false, "en"}},
		{"[About us](https://example.org/founded-2012), in radioactive places", Facts{0, "", false, "en"}},
		{"Workers own 100% of the company", Facts{0, "", false, "en"}},
		{"Szövetkezetünk weboldalakat készít civil szervezeteknek", Facts{0, "", false, "hu"}},
		{"Ohjelmistokehitystä Helsingistä", Facts{0, "", false, "fi"}},
		{"Kantree", Facts{}},
		{"Cooperativa de programadoras independentes sem fins lucrativos", Facts{0, "", false, "pt"}},
		{"Vi er fra Oslo og utvikler programvare sammen med kundene våre", Facts{0, "", false, "nb"}},
		{"労働者協同組合として自由なソフトウェアを開発しています。東京で働いています", Facts{0, "", false, "ja"}},
		{"Founded 12019", Facts{0, "", false, "en"}},
	} {
		if got := Read(want.note); got != want.Facts {
			t.Errorf("%q: %+v, want %+v", want.note, got, want.Facts)
		}
	}
}

func TestRewriteInPlace(t *testing.T) {
	for _, c := range []struct {
		note     string
		founded  int
		members  string
		inactive bool
		want     string
	}{
		{"", 0, "", false, ""},
		{"", 2014, "8", true, "Founded 2014; 8 members; Inactive"},
		{"", 0, "1", false, "1 member"},
		{"  Founded 2019;  8 associates ", 2019, "8", false, "  Founded 2019;  8 associates "},
		{"Founded 2019; 8 associates", 2019, "9", false, "Founded 2019; 9 associates"},
		{"Founded in 1993, Worker-owned coop since 2020", 1994, "", false, "Founded in 1994, Worker-owned coop since 2020"},
		{"Worker co-op, 23 employees, founded 2015.", 2016, "30+", false, "Worker co-op, 30+ employees, founded 2016."},
		{"Worker co-op, 23 employees, founded 2015.", 2015, "", false, "Worker co-op, founded 2015."},
		{"Founded 2018; *\"Sofi is a co-op\"*", 0, "", false, "*\"Sofi is a co-op\"*"},
		{"Cooperative founded in 2011. Creators of a framework.", 0, "", false, "Cooperative. Creators of a framework."},
		{"\"Pod\" within Enspiral; [Inactive.](https://example.org/2019)", 0, "", false, "\"Pod\" within Enspiral"},
		{"Focus on NGOs", 2004, "", false, "Focus on NGOs; Founded 2004"},
		{"Focus on NGOs.", 0, "", true, "Focus on NGOs. Inactive"},
	} {
		if got := Rewrite(c.note, c.founded, c.members, c.inactive); got != c.want {
			t.Errorf("%q with %d %q %v:\n  got  %q\n  want %q", c.note, c.founded, c.members, c.inactive, got, c.want)
		}
	}
}

func TestRewrittenNoteIsReadAsAsked(t *testing.T) {
	var notes []string
	for _, path := range []string{"testdata/notes.tsv", "testdata/holdout.tsv"} {
		for _, l := range labelledNotes(t, path) {
			notes = append(notes, l.note)
		}
	}
	number := rapid.Custom(func(t *rapid.T) string {
		n := rapid.IntRange(1, 999).Draw(t, "n")
		return rapid.SampledFrom([]string{"", fmt.Sprint(n), fmt.Sprintf("%d+", n), fmt.Sprintf("%d–%d", n, n+5)}).Draw(t, "form")
	})
	rapid.Check(t, func(t *rapid.T) {
		note := rapid.OneOf(rapid.SampledFrom(notes), rapid.String(),
			rapid.Map(rapid.SliceOfN(rapid.SampledFrom(notes), 2, 3), func(n []string) string { return strings.Join(n, " ") })).Draw(t, "note")
		year := rapid.OneOf(rapid.Just(0), rapid.IntRange(1800, 2099)).Draw(t, "year")
		members := number.Draw(t, "members")
		inactive := rapid.Bool().Draw(t, "inactive")
		rewritten := Rewrite(note, year, members, inactive)
		if got := Read(rewritten); got.Founded != year || got.Members != members || got.Inactive != inactive {
			t.Fatalf("%.200q is read as %+v", rewritten, got)
		}
		f := Read(note)
		if same := Rewrite(note, f.Founded, f.Members, f.Inactive); same != note {
			t.Fatalf("unchanged facts changed %q to %q", note, same)
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, note := range []string{"", "Founded", "since since 2019", "[Inactive](", "0 members", "Est. 1998.", "\xff 8 members"} {
		f.Add(note)
	}
	f.Fuzz(func(t *testing.T, note string) {
		Read(note)
		Rewrite(note, 2014, "8", false)
	})
}

func BenchmarkRead(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Read("Founded 2018; *\"Sofi is a workers cooperative of designers and developers, we focus on websites\"*")
	}
}
