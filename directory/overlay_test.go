package directory_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// What operators say of a mirrored entry is searchable here and survives each
// edit at home, a removal and return, and the copy itself.
func TestOverlaysSurviveEverySync(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		far := newHome("far.test")
		far.publish(t, entry("one", "Quokka", "", nil), entry("two", "Quokka two", "", nil))
		far.mirrored(t, d)
		overlay(t, d, "one", func(o *directory.Overlay) {
			o.Tags, o.Note = []string{"Tool  library", "guild", "guild"}, "Met at\nthe assembly."
		})
		overlay(t, d, "two", func(o *directory.Overlay) { o.Hidden = true })
		check := func(when string) {
			t.Helper()
			finds(t, d, when, "quokka", "one@far.test")
			finds(t, d, when, "assembly library guild", "one@far.test")
			f := search(t, d, directory.Query{}).Coops[0]
			if !slices.Equal(f.Tags, []string{"Tool library", "guild"}) || f.Note != "Met at the assembly." {
				t.Errorf("%s: tags %q, note %q", when, f.Tags, f.Note)
			}
			if _, err := d.MirroredCoop(t.Context(), "far.test", "two"); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("%s: the hidden one: %v", when, err)
			}
		}
		check("at first")
		far.publish(t, entry("one", "Quokka one", "", byItself), entry("two", "Quokka too", "", nil))
		far.mirrored(t, d)
		check("edited at home")
		far.publish(t, removal("one"), removal("two"))
		far.mirrored(t, d)
		finds(t, d, "removed at home", "quokka")
		overlay(t, d, "one", func(o *directory.Overlay) { o.Note = "Met at the assembly." })
		far.publish(t, entry("one", "Quokka", "", nil), entry("two", "Quokka two", "", nil))
		far.mirrored(t, d)
		check("listed anew at home")
		if err := d.RemoveMirror(t.Context(), curator, "far.test"); err != nil {
			t.Fatal(err)
		}
		far.mirrored(t, d)
		check("mirrored anew")
		overlay(t, d, "two", func(o *directory.Overlay) { o.Hidden = false })
		overlay(t, d, "one", func(o *directory.Overlay) { *o = directory.Overlay{} })
		finds(t, d, "taken back", "assembly")
		finds(t, d, "taken back", "quokka", "one@far.test", "two@far.test")
	})
}

func overlay(t *testing.T, d *directory.Directory, handle string, edit func(*directory.Overlay)) {
	t.Helper()
	if err := d.EditOverlay(t.Context(), curator, "far.test", handle, edit); err != nil {
		t.Fatal(err)
	}
}

// A hidden entry hides no other one of the same co-op, and what was said of one
// that is shown as another is found with that.
func TestOverlaysOfTheSameCoop(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		far, near := newHome("far.test"), newHome("near.test")
		far.publish(t, entry("one", "Quokka", "https://quokka.test/", byItself))
		near.publish(t, entry("other", "Quokka other", "https://quokka.test/", nil))
		near.mirrored(t, d)
		far.mirrored(t, d)
		overlay(t, d, "one", func(o *directory.Overlay) { o.Hidden = true })
		finds(t, d, "the first is hidden", "quokka", "other@near.test")
		if also, err := d.Elsewhere(t.Context(), search(t, d, directory.Query{}).Coops[0].ID); err != nil || len(also) > 0 {
			t.Errorf("the hidden one is told of: %v, %v", also, err)
		}
		overlay(t, d, "one", func(o *directory.Overlay) { o.Hidden = false })
		finds(t, d, "shown again", "quokka", "one@far.test+other@near.test")
		if err := d.EditOverlay(t.Context(), curator, "near.test", "other", func(o *directory.Overlay) { o.Tags = []string{"guild"} }); err != nil {
			t.Fatal(err)
		}
		finds(t, d, "tagged beneath", "guild", "one@far.test+other@near.test")
		if f := search(t, d, directory.Query{}).Coops[0]; !slices.Equal(f.Tags, []string{"guild"}) {
			t.Errorf("its tags are %q", f.Tags)
		}
	})
}

// What operators say is audited, and stands in no log; what cannot be taken
// changes nothing.
func TestOverlaysAreAuditedAndChecked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		far := newHome("far.test")
		far.publish(t, entry("one", "Quokka", "", nil))
		far.mirrored(t, d)
		overlay(t, d, "one", func(o *directory.Overlay) {
			*o = directory.Overlay{Hidden: true, Tags: []string{"guild"}, Note: "Met."}
		})
		overlay(t, d, "one", func(o *directory.Overlay) { o.Hidden = false })
		for what, refused := range map[string]func() error{
			"another host": func() error {
				return d.EditOverlay(t.Context(), curator, "near.test", "one", func(*directory.Overlay) {})
			},
			"another handle": func() error {
				return d.EditOverlay(t.Context(), curator, "far.test", "two", func(*directory.Overlay) {})
			},
		} {
			if err := refused(); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		for what, o := range map[string]directory.Overlay{
			"a long note": {Note: strings.Repeat("ä", directory.MaxOverlayNote+1)}, "a long tag": {Tags: []string{strings.Repeat("ä", directory.MaxOverlayTag+1)}},
			"many tags": {Tags: strings.Split("a b c d e f g h i j k", " ")},
		} {
			if err := d.EditOverlay(t.Context(), curator, "far.test", "one", func(old *directory.Overlay) { *old = o }); !errors.Is(err, directory.ErrInvalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if o, err := d.Overlay(t.Context(), "far.test", "one"); err != nil || o.Hidden || o.Note != "Met." || !slices.Equal(o.Tags, []string{"guild"}) {
			t.Errorf("it is %+v, %v", o, err)
		}
		log, err := d.AuditLog(t.Context(), directory.DirectoryHandle, 10)
		if err != nil {
			t.Fatal(err)
		}
		var acts []string
		for _, e := range log[:4] {
			acts = append(acts, e.Act+" | "+e.Detail)
		}
		if want := []string{"showed a mirrored entry again | one at far.test", "annotated a mirrored entry | one at far.test: Met.", "tagged a mirrored entry | one at far.test: guild", "hid a mirrored entry | one at far.test"}; !slices.Equal(acts, want) {
			t.Errorf("the audit log has %q", acts)
		}
		if n, err := d.ExtendLog(t.Context()); err != nil || n != 0 {
			t.Errorf("our log has %d new records, %v", n, err)
		}
	})
}

// A home that says of all its entries that they are claimed comes before our own
// that are not, by the rule; hiding its entry gives our own its place back, and
// showing it undoes that.
func TestHidingUndoesAClaimAtAnotherHome(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		far := newHome("far.test")
		far.publish(t, entry("one", "Sange of far", "http://www.sange.fi/", byItself))
		far.mirrored(t, d)
		finds(t, d, "claimed there", "sange", "one@far.test+sange@")
		overlay(t, d, "one", func(o *directory.Overlay) { o.Hidden = true })
		finds(t, d, "hidden", "sange", "sange@")
		far.publish(t, entry("one", "Sange of far away", "http://www.sange.fi/", byItself))
		far.mirrored(t, d)
		finds(t, d, "hidden, and edited there", "sange", "sange@")
		overlay(t, d, "one", func(o *directory.Overlay) { o.Hidden = false })
		finds(t, d, "shown again", "sange", "one@far.test+sange@")
	})
}

// What was merged at its home leads to the entry that took its place there, and a
// name that can be no entry's leads nowhere.
func TestRemovedMirroredEntryLeadsOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		far := newHome("far.test")
		merged, odd := removal("two"), removal("three")
		merged.Removed.MergedInto, odd.Removed.MergedInto = "one", "//evil.example"
		far.publish(t, entry("one", "Quokka", "", nil), entry("two", "Quokka", "", nil), entry("three", "Quokka", "", nil), merged, odd)
		far.mirrored(t, d)
		for handle, want := range map[string]string{"two": "one", "three": ""} {
			_, err := d.MirroredCoop(t.Context(), "far.test", handle)
			var gone *directory.GoneError
			if !errors.As(err, &gone) || gone.Home != "far.test" || gone.MergedInto != want || gone.Reason != "The co-op asked for it." {
				t.Errorf("%s: %+v, %v", handle, gone, err)
			}
		}
	})
}
