package directory_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/publiclog"
	"coopverse/directory/storetest"

	"golang.org/x/mod/sumdb/tlog"
)

// copied is a whole copy, in d, of the log that the directory at coops.example has
// by now.
func copied(t *testing.T, d, home *directory.Directory) directory.Mirror {
	t.Helper()
	const host = "coops.example"
	m, err := d.AddMirror(t.Context(), directory.Actor{Name: "test"}, directory.Mirror{Host: host, Origin: "https://" + host, Source: "https://" + host, Name: "Far Co-ops"})
	if err == nil {
		_, err = home.ExtendLog(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	takeAll(t, d, home, m)
	if m, err = d.Mirror(t.Context(), host); err != nil {
		t.Fatal(err)
	}
	return m
}

func takeAll(t *testing.T, d, home *directory.Directory, m directory.Mirror) {
	t.Helper()
	var head tlog.Tree
	var lines []publiclog.Line
	size, err := home.OwnLog().Size(t.Context())
	if err == nil {
		head, err = home.OwnLog().Tree(t.Context(), size)
	}
	if err == nil {
		lines, err = home.OwnLog().Lines(t.Context(), 0, size)
	}
	if err == nil {
		err = d.TakePage(t.Context(), m, directory.LogPage{Head: head, Signed: "a test", Lines: lines})
	}
	if err == nil {
		err = d.ApplyMirror(t.Context(), m)
	}
	if err == nil {
		err = d.MirrorAsked(t.Context(), m, "", 0)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// farSeeded is a directory elsewhere with the bundled list.
func farSeeded(t *testing.T) *directory.Directory {
	t.Helper()
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	return d
}

// listed are all the co-ops of a directory that are listed.
func listed(t *testing.T, d *directory.Directory) []directory.Coop {
	t.Helper()
	var all []directory.Coop
	for page := 1; ; page++ {
		found, err := d.Search(t.Context(), directory.Query{Home: directory.HomeHere, Page: page})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found.Coops {
			all = append(all, f.Coop)
		}
		if page == found.Pages {
			return all
		}
	}
}

func adopt(t *testing.T, d *directory.Directory, m directory.Mirror) directory.Adoption {
	t.Helper()
	done, err := d.AdoptMirror(t.Context(), directory.Actor{Name: "Otto"}, m, nil)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// The entries of a copy become entries of ours that say the same, are unclaimed and
// tell where they come from. Nobody is told. Once more adopts nothing twice, also
// what was removed here since.
func TestAdoptedEntriesAreOurs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		home := farSeeded(t)
		said := map[string]string{
			"summary": "We say so", "hiring": "https://sange.example/jobs", "links": "Code | https://git.example/sange", "products": "Loomio | https://loomio.com",
			"extra": "Wage ratio | 1:1", "contact": "hello@sange.example", "members": "7", "languages": "fi,en", "remote": "true",
		}
		if _, _, err := home.EditCoop(t.Context(), "sange", directory.Edit{Source: directory.FromCoop, Origin: "test", Set: said}); err != nil {
			t.Fatal(err)
		}
		moved := map[string]string{"website": "https://elsewhere.example"} // by which it would have another handle
		if _, _, err := home.EditCoop(t.Context(), "agaric", directory.Edit{Source: directory.FromCurator, Origin: "test", Set: moved}); err != nil {
			t.Fatal(err)
		}
		m := copied(t, d, home)
		plan, err := d.PlanAdoption(t.Context(), m)
		if err != nil || plan.Adopted == 0 || len(plan.Warnings) > 0 || len(plan.Listed) > 0 {
			t.Fatalf("the plan is %+v, %v", plan, err)
		}
		done := adopt(t, d, m)
		if fmt.Sprint(done) != fmt.Sprint(plan) {
			t.Errorf("planned was %+v, and done %+v", plan, done)
		}
		for _, there := range listed(t, home) {
			here, err := d.Coop(t.Context(), there.Handle)
			if err != nil {
				t.Fatal(err)
			}
			if here.AdoptedFrom != there.Handle+"@coops.example" || here.Claimed() || here.Version != 1 {
				t.Errorf("the new entry is %+v", here)
			}
			for _, same := range [][2]string{
				{there.Name, here.Name}, {there.Website, here.Website}, {there.Services, here.Services}, {there.Places, here.Places}, {there.Region, here.Region},
				{string(there.Status), string(here.Status)}, {there.Notes, here.Notes}, {there.NotesLanguage, here.NotesLanguage}, {fmt.Sprint(there.Founded, there.Members, there.Remote), fmt.Sprint(here.Founded, here.Members, here.Remote)},
				{there.Summary, here.Summary}, {there.Hiring, here.Hiring}, {there.Links, here.Links}, {there.Products, here.Products}, {there.Extra, here.Extra}, {there.Contact, here.Contact}, {there.Languages, here.Languages},
			} {
				if same[0] != same[1] {
					t.Errorf("%s: %q became %q", there.Handle, same[0], same[1])
				}
			}
		}
		c, err := d.Coop(t.Context(), "sange")
		if err != nil {
			t.Fatal(err)
		}
		facts, err := d.Facts(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range facts {
			_, ours := said[f.Field]
			if want := ours || f.Field == "status"; f.Source == directory.FromCoop || (f.Source == directory.FromCurator) != want || !strings.HasPrefix(f.Origin, "copied from coops.example, verified 20") {
				t.Errorf("a fact is %+v", f)
			}
		}
		changes, err := d.ChangesAfter(t.Context(), 0, 1_000_000)
		if err != nil || len(changes) == 0 || slices.ContainsFunc(changes, func(c directory.Change) bool { return c.Kind == directory.KindPosted }) {
			t.Errorf("of %d changes some are posts, %v", len(changes), err)
		}
		if err := d.RemoveCoop(t.Context(), "sange", "It asked.", "test"); err != nil {
			t.Fatal(err)
		}
		if again := adopt(t, d, m); again.Adopted != 0 || again.Earlier != done.Adopted {
			t.Errorf("once more adopts %+v", again)
		}
		now, err := d.Mirror(t.Context(), m.Host)
		if err != nil || now.AdoptedAt == nil || now.State != directory.MirrorFrozen {
			t.Errorf("the copy is %+v, %v", now, err)
		}
		if n, err := d.MirroredCount(t.Context(), m); err != nil || n != done.Adopted {
			t.Errorf("%d entries are in the copy, %v", n, err)
		}
		log, err := d.AuditLog(t.Context(), directory.DirectoryHandle, 5)
		if err != nil || log[0].Act != "adopted a mirror" || log[0].Who != "Otto" {
			t.Errorf("the audit log says %+v, %v", log, err)
		}
	})
}

// A co-op that we list, under whatever name, gets no second entry; nor does one that
// was removed here come back. Handles that are taken stay where they are.
func TestAdoptionDoublesNobody(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		home := farSeeded(t)
		edit := func(d *directory.Directory, handle string, set map[string]string) {
			t.Helper()
			if _, _, err := d.EditCoop(t.Context(), handle, directory.Edit{Source: directory.FromCurator, Origin: "test", Set: set}); err != nil {
				t.Fatal(err)
			}
		}
		edit(home, "sange", map[string]string{"name": "Another one", "website": "https://another.example"})
		edit(home, "igalia", map[string]string{"name": "Igalia under another name"})
		if err := d.RemoveCoop(t.Context(), "hypha", "It asked.", "test"); err != nil {
			t.Fatal(err)
		}
		before := len(listed(t, d))
		done := adopt(t, d, copied(t, d, home))
		if want := []directory.HandleGiven{{"Another one", "sange", "another"}}; done.Adopted != 1 || !slices.Equal(done.Handles, want) {
			t.Errorf("adopted are %d, with the handles %v", done.Adopted, done.Handles)
		}
		for _, want := range []directory.ListedHere{{"Igalia under another name", "igalia", false}, {"Hypha Worker Co-operative", "hypha", true}} {
			if !slices.ContainsFunc(done.Listed, func(l directory.ListedHere) bool { return l.Handle == want.Handle && l.Gone == want.Gone }) {
				t.Errorf("%+v is not among those that are listed", want)
			}
		}
		if after := len(listed(t, d)); after != before+1 {
			t.Errorf("%d co-ops were listed, and %d are now", before, after)
		}
	})
}

// Of a copy that never became whole nothing is known for certain.
func TestOnlyWholeCopiesAreAdopted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		m, err := d.AddMirror(t.Context(), directory.Actor{}, directory.Mirror{Host: "coops.example", Origin: "https://coops.example"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.AdoptMirror(t.Context(), directory.Actor{}, m, nil); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("%v", err)
		}
		if now, err := d.Mirror(t.Context(), m.Host); err != nil || now.AdoptedAt != nil || now.State != directory.MirrorCopying {
			t.Errorf("the mirror is %+v, %v", now, err)
		}
	})
}

// Stopped half way an adoption goes on where it was, on what the copy was then.
func TestAdoptionGoesOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		m := copied(t, d, farSeeded(t))
		total, err := d.MirroredCount(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		half, err := d.AdoptMirror(ctx, directory.Actor{}, m, func(int, int) { stop() })
		if err == nil || half.Adopted == 0 || half.Adopted == total {
			t.Fatalf("%d of %d were adopted, %v", half.Adopted, total, err)
		}
		if due, err := d.MirrorsDue(t.Context(), 0); len(due) > 0 || err != nil {
			t.Errorf("the copy is still brought up to date: %v", err)
		}
		if rest := adopt(t, d, m); rest.Earlier != half.Adopted || rest.Adopted != total-half.Adopted {
			t.Errorf("after %d of %d come %d", half.Adopted, total, rest.Adopted)
		}
	})
}

// What was adopted is found as an entry of ours: not a second time as one of the
// copy, whoever had claimed it there, and whether or not it has a website.
func TestAdoptedCopyIsNotFoundBesideUs(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		far := newHome("far.test")
		far.publish(t, entry("iga", "Igalia elsewhere", "https://www.igalia.com", byItself), entry("quokka", "Quokka", "", nil))
		far.mirrored(t, d)
		finds(t, d, "before", "igalia", "iga@far.test+igalia@")
		finds(t, d, "before", "quokka", "quokka@far.test")
		m, err := d.Mirror(t.Context(), "far.test")
		if err != nil {
			t.Fatal(err)
		}
		adopt(t, d, m)
		finds(t, d, "adopted", "igalia", "igalia@+iga@far.test")
		finds(t, d, "adopted", "quokka", "quokka@")
		if _, err := d.MirroredCoop(t.Context(), "far.test", "quokka"); err != nil {
			t.Errorf("the copy itself: %v", err)
		}
	})
}
