package directory_test

import (
	"errors"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestEditRefusesBadInput(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		before := last(t, d)
		for field, values := range map[string][]string{
			"name":         {"", "  ", "–", strings.Repeat("n", 129), "a\x00b", "a\xffb"},
			"website":      {"igalia", "ftp://igalia.com", "javascript:alert(1)", "https://a b.com", "https://me:pw@igalia.com", "https://localhost"},
			"summary":      {strings.Repeat("s", 501)},
			"services":     {"hosting,alchemy"},
			"places":       {"Nowhereville, Narnia"},
			"remote":       {"perhaps"},
			"region":       {"Mars"},
			"founded":      {"MMXX", "999", "3000"},
			"members":      {"many", "-1", "0"},
			"languages":    {"english please"},
			"status":       {"removed", "asleep"},
			"notes":        {strings.Repeat("n", 2001)},
			"listed_areas": {"x"},
			"colour":       {"red"},
		} {
			for _, value := range values {
				_, _, err := d.EditCoop(t.Context(), "igalia", directory.Edit{
					Source: directory.FromCurator, Set: map[string]string{"summary": "good", field: value},
				})
				if !errors.Is(err, directory.ErrInvalid) || !strings.Contains(err.Error(), field) {
					t.Errorf("%s=%.20q: %v, want ErrInvalid that names the field", field, value, err)
				}
			}
		}
		if _, _, err := d.EditCoop(t.Context(), "nobody", directory.Edit{Source: directory.FromCurator, Set: map[string]string{"name": "N"}}); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("edit of nobody: %v", err)
		}
		if after := last(t, d); after != before {
			t.Errorf("a refused edit reached the change log")
		}
	})
}

func TestEditIsOneVersionWithARowForEachDifference(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		before := coop(t, d, "igalia")
		set := map[string]string{
			"name": " Igalia  S.L. ", "founded": "2001", "services": "Consulting, browsers and open source", "languages": "gl, es,en-GB",
			"website": before.Website, "remote": "yes", "places": "A Coruña, Spain; Madrid, Spain",
		}
		delete(set, "services")
		c, changes, err := d.EditCoop(t.Context(), "IGALIA", directory.Edit{Source: directory.FromCurator, Origin: "test", Set: set})
		if err != nil {
			t.Fatal(err)
		}
		if c.Version != before.Version+1 || c.Name != "Igalia S.L." || c.Founded != 2001 || c.Languages != "gl,es,en-GB" || !c.Remote {
			t.Errorf("after the edit: %+v", c)
		}
		fields := map[string]bool{}
		for _, change := range changes {
			fields[change.Field] = change.Effective
			if change.Version != c.Version || change.Origin != "test" {
				t.Errorf("change %+v", change)
			}
		}
		for _, field := range []string{"name", "founded", "languages", "places"} {
			if !fields[field] {
				t.Errorf("no effective change of %s among %+v", field, changes)
			}
		}
		if effective, ok := fields["website"]; !ok || effective {
			t.Error("the curator's agreement with the list's website should be noted without an effect")
		}
		stored := coop(t, d, "igalia")
		places, err := d.PlacesOf(t.Context(), stored)
		if err != nil || len(places[stored.ID]) != 2 || places[stored.ID][1].City != "Madrid" {
			t.Errorf("places %+v, %v", places, err)
		}
		if _, changes, _ = d.EditCoop(t.Context(), "igalia", directory.Edit{Source: directory.FromCurator, Origin: "test", Set: set}); len(changes) != 0 {
			t.Errorf("the same edit again changed %+v", changes)
		}
	})
}

func TestFactsSayWhoStandsFirst(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		for _, source := range []directory.Source{directory.FromCoop, directory.FromCurator} {
			edit := directory.Edit{Source: source, Set: map[string]string{"name": "By " + string(source)}}
			if _, _, err := d.EditCoop(t.Context(), "hypha", edit); err != nil {
				t.Fatal(err)
			}
		}
		facts, err := d.Facts(t.Context(), coop(t, d, "hypha").ID)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"By coop", "By curator", "Hypha Worker Co-operative"} {
			if facts[i].Field != "name" || facts[i].Value != want {
				t.Errorf("fact %d: %s=%s, want name=%s", i, facts[i].Field, facts[i].Value, want)
			}
		}
	})
}

func TestRemovalErases(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		id := coop(t, d, "camba").ID
		if err := d.RemoveCoop(t.Context(), "camba", "  ", "test"); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("removal without a reason: %v", err)
		}
		curate(t, d, "camba", map[string]string{"summary": "secret"})
		if err := d.RemoveCoop(t.Context(), "camba", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		facts, err := d.Facts(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range facts {
			if f.Field != "name" && f.Field != "website" {
				t.Errorf("a fact is left: %+v", f)
			}
		}
		history, err := d.History(t.Context(), "camba")
		if err != nil {
			t.Fatal(err)
		}
		if history[0].Kind != directory.KindRemoved || history[0].After != "asked" {
			t.Errorf("the newest change is %+v", history[0])
		}
		for _, c := range history[1:] {
			if c.Before != "" || c.After != "" {
				t.Errorf("a text is left in the history: %+v", c)
			}
		}
		var gone *directory.GoneError
		if err := d.RemoveCoop(t.Context(), "camba", "again", "test"); !errors.As(err, &gone) {
			t.Errorf("a second removal: %v", err)
		}
	})
}
