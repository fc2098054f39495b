package directory_test

import (
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestSearchFinds(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		for text, want := range map[string]string{
			"camba":             "camba", // folded name
			"CAMBÁ":             "camba", // and the other way round
			"tierra comun":      "tierracomun",
			"hosting helsinki":  "sange",  // a service and a place
			"postgresql":        "dalibo", // the list's own words
			"coruña":            "igalia",
			"24ème":             "24eme",
			"igal":              "igalia", // the beginning of a word
			"@igalia":           "igalia",
			"libreorganize":     "novawebdevelopment", // a note
			"web.coop":          "web",
			`"igalia" OR NOT (`: "", // operators are only words
			"xyzzy":             "",
			"!!!":               "",
		} {
			results, err := d.Search(t.Context(), directory.Query{Text: text})
			if err != nil {
				t.Errorf("%q: %v", text, err)
				continue
			}
			got := ""
			if len(results.Coops) > 0 {
				got = results.Coops[0].Handle
			}
			if got != want {
				t.Errorf("%q found @%s first, want @%s", text, got, want)
			}
		}
	})
}

func TestNameRanksAboveNotes(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		curate(t, d, "agaric", map[string]string{"summary": strings.Repeat("Enspiral friends. ", 20)})
		results, err := d.Search(t.Context(), directory.Query{Text: "enspiral"})
		if err != nil || len(results.Coops) < 2 || results.Coops[0].Handle != "enspiral" {
			t.Errorf("first of %d is not Enspiral: %v", len(results.Coops), err)
		}
	})
}

func TestFiltersCountWhatRemains(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		for _, q := range []directory.Query{{}, {Service: "hosting"}, {Region: "europe", Country: "FR"}, {Text: "web"}, {Text: "development", Region: "south-america", Remote: false}} {
			all, err := d.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			check := func(facets []directory.Facet, narrow func(directory.Query, string) directory.Query) {
				for _, f := range facets {
					narrowed, err := d.Search(t.Context(), narrow(q, f.ID))
					if err != nil || narrowed.Total != f.Count {
						t.Errorf("%+v: %s is counted %d and found %d (%v)", q, f.ID, f.Count, narrowed.Total, err)
					}
				}
			}
			check(all.Regions, func(q directory.Query, id string) directory.Query { q.Region = id; return q })
			check(all.Countries, func(q directory.Query, id string) directory.Query { q.Country = id; return q })
			check(all.Services, func(q directory.Query, id string) directory.Query { q.Service = id; return q })
		}
	})
}

func TestPagesHoldEveryCoopOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		for _, text := range []string{"", "development"} {
			seen := map[string]bool{}
			for page := 1; ; page++ {
				results, err := d.Search(t.Context(), directory.Query{Text: text, Page: page})
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range results.Coops {
					if seen[c.Handle] {
						t.Errorf("%q: @%s comes twice", text, c.Handle)
					}
					seen[c.Handle] = true
				}
				if page == results.Pages {
					if len(seen) != results.Total {
						t.Errorf("%q: %d co-ops on %d pages, want %d", text, len(seen), page, results.Total)
					}
					break
				}
			}
		}
	})
}

func TestSimilarCoopsShareSomething(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		c := coop(t, d, "hostsharing")
		similar, err := d.Similar(t.Context(), c, 5)
		if err != nil || len(similar) != 5 {
			t.Fatalf("%d similar: %v", len(similar), err)
		}
		for _, s := range similar {
			if s.ID == c.ID || !slices.Contains(s.ServiceIDs(), "hosting") && !strings.Contains(s.Places, "Germany") {
				t.Errorf("@%s has nothing in common with @hostsharing", s.Handle)
			}
		}
	})
}
