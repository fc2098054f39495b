package directory_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/list"
	"coopverse/directory/seed"
	"coopverse/directory/storetest"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// repairedSeed is the bundled list as it is kept.
func repairedSeed(t *testing.T) string {
	t.Helper()
	doc, err := list.Parse(seed.List)
	if err != nil {
		t.Fatal(err)
	}
	return string(doc.Bytes())
}

// revise replaces passages that must each occur exactly once.
func revise(t *testing.T, text string, oldNew ...string) string {
	t.Helper()
	for i := 0; i < len(oldNew); i += 2 {
		if n := strings.Count(text, oldNew[i]); n != 1 {
			t.Fatalf("%q occurs %d times", oldNew[i], n)
		}
		text = strings.Replace(text, oldNew[i], oldNew[i+1], 1)
	}
	return text
}

// changesSince lists the changes of entries after the given number, as readable rows.
func changesSince(t *testing.T, d *directory.Directory, after int64) []string {
	t.Helper()
	changes, err := d.ChangesAfter(t.Context(), after, 10000)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, c := range changes {
		if _, about := c.PostID(); about {
			continue
		}
		row := fmt.Sprintf("%s %s %s %q → %q by %s", c.Handle, c.Kind, c.Field, c.Before, c.After, c.Source)
		if !c.Effective {
			row += " (beneath)"
		}
		rows = append(rows, row)
	}
	slices.Sort(rows)
	return rows
}

func last(t *testing.T, d *directory.Directory) int64 {
	t.Helper()
	id, err := d.LastChange(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func coop(t *testing.T, d *directory.Directory, handle string) directory.Coop {
	t.Helper()
	c, err := d.Coop(t.Context(), handle)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSeedImport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		summary := storetest.ImportSeed(t, d)
		if len(summary.Added) != 139+5 || summary.Differences() != 144 || len(summary.Warnings) != 0 || len(summary.Twice) != 0 {
			t.Errorf("summary %+v, want 144 added and nothing else", summary)
		}
		results, err := d.Search(t.Context(), directory.Query{})
		if err != nil {
			t.Fatal(err)
		}
		want := []directory.Facet{{ID: "europe", Count: 74}, {ID: "north-america", Count: 40}, {ID: "south-america", Count: 13}, {ID: "oceania", Count: 5}, {ID: "worldwide", Count: 4}, {ID: "asia", Count: 3}}
		if results.Total != 139 || !slices.Equal(results.Regions, want) {
			t.Errorf("found %d in %v, want 139 in %v", results.Total, results.Regions, want)
		}
		if root := coop(t, d, "rootsystems"); root.Status != directory.Inactive {
			t.Errorf("Root Systems is %s, its note says inactive", root.Status)
		}
		if quilted := coop(t, d, "quilted"); quilted.Status != directory.Defunct {
			t.Errorf("Quilted is %s, it is in the list of defunct co-ops", quilted.Status)
		}
	})
}

func TestSecondImportChangesNothing(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		before := last(t, d)
		summary := storetest.ImportSeed(t, d)
		if summary.Unchanged != 144 || summary.Differences() != 0 {
			t.Errorf("summary %+v, want 144 unchanged", summary)
		}
		if after := last(t, d); after != before {
			t.Errorf("the change log went from %d to %d", before, after)
		}
	})
}

func TestLaterVersionIsAnEdit(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		from := last(t, d)
		later := revise(t, repairedSeed(t),
			"[Brierwood Coop](http://brierwood.coop) | Mobile apps |", "[Brierwood Cooperative](https://www.brierwood.coop/) | Mobile apps, Hosting |", // renamed, moved to https, offers more
			"[Nayra](https://nayra.coop)", "[Nayra](https://nayra.example.org/)", // moved domain
			"Rosario, Santa Fe, Argentina | |", "Córdoba, Argentina | Founded in 2016 |", // Equality moved and wrote a note
			"[Sange](http://www.sange.fi/) | Hosting | Helsinki, Finland | |\n", "", // vanished
			"[Gemify](https://gemify.tech) | Software Development, UX Research and Design | San Jose, California, USA | Worker-owned tech co-operative developing affordable solutions for small businesses since 2019. |\n", "", // went to defunct
			"[Hostsharing](https://www.hostsharing.net/) | Hosting | Germany |  |\n", "[Hostsharing eG](https://hostsharing.example/) | Hosting | Germany |  |\n", // vanished beside a similar new one
			"[Nilenso](https://nilenso.com)", "[New Dawn](https://newdawn.example) | Training | Pune, India | |\n[Nilenso](https://nilenso.com)", // new
			"[Zinc Collective](https://www.zinc.coop/) | Development | US | |", "[Zinc Collective](https://www.zinc.coop/) | Development | US | [Inactive](https://zinc.example/bye) |",
		)
		defunct := string(seed.Defunct) + "[Gemify](https://gemify.tech) | | San Jose, California, USA | |\n"
		summary := storetest.ImportList(t, d, []byte(later), []byte(defunct))

		want := []string{
			`brierwood changed listed_areas "Mobile apps" → "Mobile apps, Hosting" by list`,
			`brierwood changed services "mobile-apps" → "mobile-apps,hosting" by list`,
			`brierwood changed website "http://brierwood.coop" → "https://www.brierwood.coop/" by list`,
			`brierwood renamed name "Brierwood Coop" → "Brierwood Cooperative" by list`,
			`directory collections  "" → "" by list`,
			`equality changed founded "" → "2016" by inferred`,
			`equality changed listed_place "Rosario, Santa Fe, Argentina" → "Córdoba, Argentina" by list`,
			`equality changed notes "" → "Founded in 2016" by list`,
			`equality changed notes_language "" → "en" by inferred`,
			`equality changed places "Rosario, Argentina" → "Córdoba, Argentina" by list`,
			`gemify defunct status "active" → "defunct" by list`,
			`hostsharing unlisted status "active" → "unlisted" by list`,
			`hostsharing_example added  "" → "Hostsharing eG" by list`,
			`nayra changed website "https://nayra.coop" → "https://nayra.example.org/" by list`,
			`newdawn added  "" → "New Dawn" by list`,
			`sange unlisted status "active" → "unlisted" by list`,
			`zinc changed notes "" → "[Inactive](https://zinc.example/bye)" by list`,
			`zinc changed notes_language "" → "en" by inferred`,
			`zinc changed status "active" → "inactive" by list`,
		}
		if diff := cmp.Diff(want, changesSince(t, d, from)); diff != "" {
			t.Errorf("the change log (-want +got):\n%s", diff)
		}
		wantSummary := directory.Summary{
			Added: []string{"newdawn", "hostsharing_example"}, Changed: []string{"zinc", "equality", "nayra"}, Renamed: []string{"brierwood"},
			Closed: []string{"gemify"}, Vanished: []string{"hostsharing", "sange"}, Unchanged: 137,
			LikelyRenames: []directory.LikelyRename{{Old: "hostsharing", OldName: "Hostsharing", New: "hostsharing_example", NewName: "Hostsharing eG"}},
			Handles:       []directory.HandleGiven{{Name: "Hostsharing eG", Wanted: "hostsharing", Given: "hostsharing_example"}},
		}
		sorted := func(s directory.Summary) directory.Summary {
			for _, handles := range [][]string{s.Added, s.Changed, s.Renamed, s.Closed, s.Vanished} {
				slices.Sort(handles)
			}
			return s
		}
		if diff := cmp.Diff(sorted(wantSummary), sorted(summary)); diff != "" {
			t.Errorf("the summary (-want +got):\n%s", diff)
		}
		if gemify := coop(t, d, "gemify"); gemify.Notes == "" || gemify.Services == "" {
			t.Error("the empty cells of the defunct list took back what was known about Gemify")
		}
		again := storetest.ImportList(t, d, []byte(later), []byte(defunct))
		if again.Differences() != 0 || !slices.Equal(again.StillUnlisted, []string{"hostsharing", "sange"}) {
			t.Errorf("the same version again: %+v", again)
		}
	})
}

func TestConfirmedRenameKeepsHandleAndIdentity(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		old := coop(t, d, "sange")
		later := []byte(revise(t, repairedSeed(t), "[Sange](http://www.sange.fi/)", "[Laulu](https://laulu.example/)"))
		if summary := storetest.ImportList(t, d, later, nil); len(summary.LikelyRenames) != 1 {
			t.Fatalf("likely renames: %+v, want one", summary.LikelyRenames)
		}
		if _, _, err := d.EditCoop(t.Context(), "laulu", directory.Edit{Source: directory.FromCurator, Set: map[string]string{"founded": "2011"}}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.EditCoop(t.Context(), "laulu", logo(onePixel(1), "Logo of Laulu")); err != nil {
			t.Fatal(err)
		}
		doc, err := list.Parse(later)
		if err != nil {
			t.Fatal(err)
		}
		confirm := directory.Import{Name: "later", List: doc, Same: map[string]string{"sange": "Laulu"}}
		summary, err := d.ImportList(t.Context(), confirm)
		if err != nil {
			t.Fatal(err)
		}
		renamed := coop(t, d, "sange")
		if renamed.ID != old.ID || renamed.Name != "Laulu" || renamed.Status != directory.Active || renamed.Founded != 2011 {
			t.Errorf("after the confirmation @sange is %+v", renamed)
		}
		if renamed.Logo == "" || !isKept(t, d, onePixel(1)) {
			t.Errorf("its logo is %q, kept: %t", renamed.Logo, isKept(t, d, onePixel(1)))
		}
		var gone *directory.GoneError
		if _, err := d.Coop(t.Context(), "laulu"); !errors.As(err, &gone) || gone.MergedInto != "sange" {
			t.Errorf("@laulu: %v, want gone and merged into sange", err)
		}
		if !slices.Equal(summary.Renamed, []string{"sange"}) || !slices.Equal(summary.Merged, []string{"laulu"}) {
			t.Errorf("summary %+v", summary)
		}
		if again, err := d.ImportList(t.Context(), directory.Import{Name: "later", List: doc}); err != nil || again.Differences() != 0 {
			t.Errorf("the same version again: %+v, %v", again, err)
		}
	})
}

func TestUnknownRenameChangesNothing(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		before := last(t, d)
		doc, err := list.Parse([]byte(revise(t, repairedSeed(t), "[Sange](http://www.sange.fi/)", "[Laulu](https://laulu.example/)")))
		if err != nil {
			t.Fatal(err)
		}
		for _, same := range []map[string]string{{"nobody": "Laulu"}, {"sange": "Nobody"}, {"sange": "Laulu", "igalia": "Laulu"}} {
			_, err := d.ImportList(t.Context(), directory.Import{Name: "later", List: doc, Same: same})
			if !errors.Is(err, directory.ErrInvalid) {
				t.Errorf("--same %v: %v, want ErrInvalid", same, err)
			}
		}
		if after := last(t, d); after != before {
			t.Errorf("the change log went from %d to %d", before, after)
		}
	})
}

func TestCoopListedTwice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		twice := revise(t, repairedSeed(t),
			"[Zinc Collective](https://www.zinc.coop/)", "[Agaric Tech](https://www.agaric.coop) | Design | USA | |\n[Zinc Collective](https://www.zinc.coop/)",
			"[Nilenso](https://nilenso.com)", "[CAMBA](https://camba.example) | Design | India | |\n[Nilenso](https://nilenso.com)")
		summary := storetest.ImportList(t, d, []byte(twice), nil)
		if len(summary.Added) != 139 || len(summary.Twice) != 2 {
			t.Fatalf("summary %+v, want 139 added and two listed twice", summary)
		}
		if name := coop(t, d, "agaric").Name; name != "Agaric" {
			t.Errorf("the second row counted: %q", name)
		}
	})
}

func TestTwoCoopsWantOneHandle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		both := revise(t, repairedSeed(t), "[Zinc Collective](https://www.zinc.coop/)",
			"[Igalia of the West](https://igalia.example) | Design | USA | |\n[Directory](https://directory.coop) | Design | USA | |\n[Zinc Collective](https://www.zinc.coop/)")
		summary := storetest.ImportList(t, d, []byte(both), nil)
		if len(summary.Handles) != 2 {
			t.Errorf("handles given: %+v, want two reports", summary.Handles)
		}
		if _, err := d.Coop(t.Context(), "directory"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("a co-op took the reserved name @directory: %v", err)
		}
	})
}

func TestImportNeverOverwritesWhatStandsHigher(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		curated := directory.Edit{Source: directory.FromCurator, Origin: "test", Set: map[string]string{"name": "Tierra Común Coop", "status": "inactive"}}
		if _, _, err := d.EditCoop(t.Context(), "tierracomun", curated); err != nil {
			t.Fatal(err)
		}
		from := last(t, d)
		later := revise(t, repairedSeed(t), "[Tierra Común](https://tierracomun.org/)", "[Tierra Comunal](https://tierracomun.org/)")
		storetest.ImportList(t, d, []byte(later), nil)
		if c := coop(t, d, "tierracomun"); c.Name != "Tierra Común Coop" || c.Status != directory.Inactive {
			t.Errorf("the list overwrote the curator: %s, %s", c.Name, c.Status)
		}
		want := []string{`tierracomun changed name "Tierra Común" → "Tierra Comunal" by list (beneath)`}
		if diff := cmp.Diff(want, changesSince(t, d, from)); diff != "" {
			t.Errorf("the change log (-want +got):\n%s", diff)
		}
		if _, _, err := d.EditCoop(t.Context(), "tierracomun", directory.Edit{Source: directory.FromCurator, Unset: []string{"name", "status"}}); err != nil {
			t.Fatal(err)
		}
		if c := coop(t, d, "tierracomun"); c.Name != "Tierra Comunal" || c.Status != directory.Active {
			t.Errorf("after the curator's words were taken back: %s, %s", c.Name, c.Status)
		}
	})
}

func TestRemovedCoopStaysRemoved(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		if err := d.RemoveCoop(t.Context(), "igalia", "The co-op asked for it.", "test"); err != nil {
			t.Fatal(err)
		}
		summary := storetest.ImportSeed(t, d)
		if !slices.Equal(summary.StillRemoved, []string{"igalia"}) || summary.Differences() != 0 {
			t.Errorf("summary %+v", summary)
		}
		var gone *directory.GoneError
		if _, err := d.Coop(context.Background(), "Igalia"); !errors.As(err, &gone) || gone.Reason != "The co-op asked for it." {
			t.Errorf("@igalia: %v, want gone with the reason", err)
		}
		results, err := d.Search(t.Context(), directory.Query{Text: "igalia"})
		if err != nil || results.Total != 0 {
			t.Errorf("a search still finds %d: %v", results.Total, err)
		}
	})
}
