package service

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestServicesAreWellFormed(t *testing.T) {
	wellFormed := regexp.MustCompile(`^[a-z0-9-]{1,30}$`)
	seen := map[string]bool{}
	for _, s := range All() {
		if !wellFormed.MatchString(s.ID) || s.Label == "" || s.Description == "" || seen[s.ID] || strings.Contains(s.Label, ",") {
			t.Errorf("%+v", s)
		}
		seen[s.ID] = true
		if got, ok := Lookup(s.ID); !ok || got != s {
			t.Errorf("Lookup(%s) is %+v", s.ID, got)
		}
		if ids, err := Parse(s.Label + ", " + s.ID); err != nil || !slices.Equal(ids, []string{s.ID}) {
			t.Errorf("Parse(%s) is %v, %v", s.Label, ids, err)
		}
		if ids, unread := Read(s.Label); !slices.Equal(ids, []string{s.ID}) || len(unread) > 0 {
			t.Errorf("Read(%s) is %v, %v", s.Label, ids, unread)
		}
	}
	if n := len(seen); n < 30 || n > 50 {
		t.Errorf("%d services", n)
	}
	if Slug("web-development") != "web_development" {
		t.Error("slug")
	}
	if _, ok := Lookup("rocket-science"); ok {
		t.Error("rocket science")
	}
}

// Every word of the table must lead to its service, and mostly to it alone.
func TestEveryAliasIsRead(t *testing.T) {
	for row := range rows(servicesTSV) {
		for _, column := range []int{3, 4} {
			for _, alias := range strings.Split(field(row, column), "; ") {
				if alias == "" {
					continue
				}
				if ids, _ := Read(alias); !slices.Contains(ids, field(row, 0)) {
					t.Errorf("%s: %q is read as %v", field(row, 0), alias, ids)
				}
			}
		}
	}
}

func TestReading(t *testing.T) {
	for _, c := range []struct{ cell, ids, unread string }{
		{"", "", ""},
		{"Web development", "web-development", ""},
		{"web dev", "web-development", ""},
		{"WEB-DEV", "web-development", ""},
		{"Web Developers", "web-development", ""},
		{"hostings", "hosting", ""},
		{"Drupal development", "cms", ""},
		{"development, Drupal", "software-development cms", ""},
		{"Python development", "software-development", ""},
		{"Design (Python)", "design", ""},
		{"Web design & development", "web-design web-development", ""},
		{"Design & development", "design software-development", ""},
		{"Open source development", "open-source software-development", ""},
		{"Co-operative consultancy", "coop-development", ""},
		{"open {data|source}", "open-data open-source", ""},
		{"open {data&#124;source}", "open-data open-source", ""},
		{"makers of [hosting.example](https://hosting.example/web/design)", "", "makers of [hosting.example](https://hosting.example/web/design)"},
		{"Beer, hosting; basket weaving", "hosting", "Beer|basket weaving"},
		{"we make it work", "", "we make it work"},
		{"Python development, hosting", "software-development hosting", ""},
		{"Web applications and design", "web-development web-design", ""},
		{"UX research and design", "ux-design", ""},
		{"Web, hosting", "web-development hosting", ""},
		{"Cooperative advice", "coop-development", ""},
		{"IT", "it-support", ""},
		{"Let's go", "", "Let's go"},
	} {
		ids, unread := Read(c.cell)
		if strings.Join(ids, " ") != c.ids || strings.Join(unread, "|") != c.unread {
			t.Errorf("%q: %q, unread %q", c.cell, ids, unread)
		}
	}
}

func TestParseNamesWhatItDoesNotKnow(t *testing.T) {
	ids, err := Parse("hosting,web dev, Maps and GIS")
	if err != nil || !slices.Equal(ids, []string{"hosting", "web-development", "maps-gis"}) {
		t.Errorf("%v %v", ids, err)
	}
	for text, want := range map[string]string{
		"hosting, hostnig": `unknown service "hostnig", did you mean hosting?`,
		"basket weaving":   `unknown service "basket weaving"`,
		"great hosting":    `unknown service "great hosting", did you mean hosting?`,
	} {
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v", text, err)
		}
	}
	if ids, err := Parse(" , "); len(ids) > 0 || err != nil {
		t.Errorf("%v %v", ids, err)
	}
}

func TestRewriteLeavesWhatHolds(t *testing.T) {
	for _, c := range []struct{ cell, before, after, want string }{
		{"Hosting,  Websites", "hosting web-development", "web-development hosting", "Hosting,  Websites"},
		{"Hosting, Websites, Sysadmin", "hosting web-development sysadmin", "hosting sysadmin", "Hosting, Sysadmin"},
		{"Hosting", "hosting", "hosting games", "Hosting, Games"},
		{"Web and mobile Development, Consulting", "web-development mobile-apps consulting", "web-development consulting", "Web development, Consulting"},
		{"Front-end (Vue, Node), beer", "web-development", "design", "beer, Design"},
		{"Design, Vue", "design", "", ""},
		{"", "", "ai", "Artificial intelligence"},
		{"Hosting", "hosting", "", ""},
	} {
		if got := Rewrite(c.cell, strings.Fields(c.before), strings.Fields(c.after)); got != c.want {
			t.Errorf("%q from %s to %s: %q", c.cell, c.before, c.after, got)
		}
	}
}

func TestRewrittenCellIsReadAsAsked(t *testing.T) {
	text, err := os.ReadFile("testdata/areas.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var cells, ids []string
	for row := range rows(string(text)) {
		cells = append(cells, field(row, 1))
	}
	for _, s := range All() {
		ids = append(ids, s.ID)
	}
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.OneOf(rapid.SampledFrom(cells), rapid.String()).Draw(t, "cell")
		before, _ := Read(cell)
		stay := rapid.SliceOfDistinct(rapid.SampledFrom(append(before, "hosting")), rapid.ID).Draw(t, "stay")
		come := rapid.SliceOfN(rapid.SampledFrom(ids), 0, 3).Draw(t, "come")
		after := append(stay, come...)
		rewritten := Rewrite(cell, before, after)
		if got, _ := Read(rewritten); !sameSet(got, after) {
			t.Fatalf("%q is read as %v, want %v", rewritten, got, after)
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, cell := range []string{"", "&", "((,", "\xff+", "UX+UI", "C++ C# .NET", "co-op co op", "a.b.c...", "#+'’"} {
		f.Add(cell)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		ids, _ := Read(cell)
		Rewrite(cell, ids, []string{"hosting"})
		_, _ = Parse(cell)
	})
}

func BenchmarkRead(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Read("We help people publish and use open data, by offering software, support and consultancy")
	}
}
