package directory_test

import (
	"fmt"
	"slices"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func finds(t *testing.T, d *directory.Directory, when, text string, want ...string) {
	t.Helper()
	found := search(t, d, directory.Query{Text: text})
	if got := sources(found.Coops); !slices.Equal(got, want) || found.Total != len(want) {
		t.Errorf("%s: %q finds %q (%d), want %q", when, text, got, found.Total, want)
	}
}

// One co-op at several homes is shown once, with all its homes: as it says itself,
// else as we say, else as the mirror says that was added first. When that one goes
// or gets another website, the next one stands for it.
func TestSameCoopIsShownOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		first, second, third := newHome("z-first.test"), newHome("b-second.test"), newHome("c-third.test")
		first.publish(t, entry("loom", "Quokka looms", "https://www.quokka.test/", nil))
		second.publish(t, entry("quokka", "Quokka", "http://quokka.test", nil), entry("iga", "Igalia elsewhere", "https://www.igalia.com", nil))
		first.mirrored(t, d)
		second.mirrored(t, d)
		finds(t, d, "two mirrors", "quokka", "loom@z-first.test+quokka@b-second.test")
		finds(t, d, "ours and a mirror's", "igalia", "igalia@+iga@b-second.test")
		third.publish(t, entry("qk", "Quokka itself", "https://quokka.test/", byItself))
		third.mirrored(t, d)
		finds(t, d, "one of them claimed", "quokka", "qk@c-third.test+loom@z-first.test+quokka@b-second.test")
		finds(t, d, "a word that only one has", "looms", "qk@c-third.test+loom@z-first.test+quokka@b-second.test")
		curate(t, d, "sange", map[string]string{"website": "https://quokka.test/"})
		finds(t, d, "ours beside a claimed one", "quokka", "qk@c-third.test+sange@+loom@z-first.test+quokka@b-second.test")
		third.publish(t, removal("qk"))
		third.mirrored(t, d)
		finds(t, d, "the claimed one is gone", "quokka", "sange@+loom@z-first.test+quokka@b-second.test")
		curate(t, d, "sange", map[string]string{"website": "https://elsewhere.test/"})
		finds(t, d, "ours has another website", "quokka", "loom@z-first.test+quokka@b-second.test")
		if err := d.RemoveMirror(t.Context(), curator, "z-first.test"); err != nil {
			t.Fatal(err)
		}
		finds(t, d, "a mirror is gone", "quokka", "quokka@b-second.test")
		if err := d.RemoveMirror(t.Context(), curator, "b-second.test"); err != nil {
			t.Fatal(err)
		}
		finds(t, d, "no mirror is left", "quokka")
		finds(t, d, "no mirror is left", "igalia", "igalia@")
		if homes := search(t, d, directory.Query{}).Homes; len(homes) != 1 {
			t.Errorf("homes are %v", homes)
		}
	})
}

// A removal of ours leaves the entry of another home, which then stands alone.
func TestRemovedEntryLeavesThoseElsewhere(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		far := newHome("far.test")
		far.publish(t, entry("iga", "Igalia elsewhere", "https://www.igalia.com", nil))
		far.mirrored(t, d)
		ours := coop(t, d, "igalia")
		if also, err := d.Elsewhere(t.Context(), ours.ID); err != nil || !slices.Equal(also, []directory.Elsewhere{{Home: "far.test", Handle: "iga"}}) {
			t.Errorf("ours is also at %v, %v", also, err)
		}
		m, err := d.MirroredCoop(t.Context(), "far.test", "iga")
		if err != nil || !slices.Equal(m.Also, []directory.Elsewhere{{Handle: "igalia"}}) {
			t.Errorf("theirs is also at %v, %v", m.Also, err)
		}
		if got := sources(search(t, d, directory.Query{Home: "far.test"}).Coops); !slices.Equal(got, []string{"iga@far.test+igalia@"}) {
			t.Errorf("their home has %q", got)
		}
		if err := d.RemoveCoop(t.Context(), "igalia", "The co-op asked for it.", "test"); err != nil {
			t.Fatal(err)
		}
		finds(t, d, "after the removal", "igalia", "iga@far.test")
	})
}

// Two entries of one home are two co-ops, whatever their website; and a closed
// one is not what another home lists as open.
func TestOneHomeHasNoCoopTwice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		first, second := newHome("first.test"), newHome("second.test")
		closed := func(e *directory.LoggedEntry) { e.Status = directory.Defunct }
		first.publish(t, entry("a1", "Quokka one", "https://quokka.test/", nil), entry("a2", "Quokka two", "https://quokka.test/", nil), entry("a3", "Quokka three", "https://quokka.test/", closed))
		second.publish(t, entry("b1", "Quokka un", "https://quokka.test/", nil), entry("b2", "Quokka deux", "https://quokka.test/", nil), entry("b3", "Quokka trois", "https://quokka.test/", closed),
			entry("b4", "Unlike", "https://github.com/", nil), entry("b5", "Other", "", nil))
		first.publish(t, entry("a4", "Alike", "https://github.com/", nil), entry("a5", "Another", "", nil), entry("a6", "Wombat", "https://wombat.test/", nil))
		second.publish(t, entry("b6", "Wombat", "https://wombat.test/", closed))
		first.mirrored(t, d)
		second.mirrored(t, d)
		finds(t, d, "one home", "quokka", "a1@first.test+b1@second.test", "a2@first.test+b2@second.test")
		if got := search(t, d, directory.Query{}).Total; got != 7 {
			t.Errorf("%d are found, want 7: a shared host is nobody's website, nor is none", got)
		}
		if got := sources(search(t, d, directory.Query{Status: directory.Defunct}).Coops); !slices.Equal(got, []string{"a3@first.test+b3@second.test", "b6@second.test"}) {
			t.Errorf("closed are %q", got)
		}
	})
}

// A removal at home, which withdraws the records of the entry, leaves nothing to
// be found; an entry that comes back is found again.
func TestWithdrawnEntriesAreNotFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		far := newHome("far.test")
		far.publish(t, entry("one", "Quokka one", "", nil), entry("two", "Quokka two", "", nil))
		far.mirrored(t, d)
		edition := editionOf(t, d)
		far.publish(t, directory.LogRecord{Withdrawn: &directory.LoggedWithdrawal{Leaves: []int64{0}}}, removal("two"))
		far.mirrored(t, d)
		finds(t, d, "withdrawn and removed", "quokka")
		if after := editionOf(t, d); after == edition {
			t.Errorf("pages would stay as they were: edition %s", after)
		}
		far.publish(t, entry("two", "Quokka anew", "", nil))
		far.mirrored(t, d)
		finds(t, d, "listed anew", "quokka", "two@far.test")
		if err := d.RemoveMirror(t.Context(), curator, "far.test"); err != nil {
			t.Fatal(err)
		}
		finds(t, d, "without the mirror", "quokka")
	})
}

func editionOf(t *testing.T, d *directory.Directory) string {
	t.Helper()
	edition, err := d.Edition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return edition
}

// What a frozen copy shows stays found.
func TestFrozenCopiesStayFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		far := newHome("far.test")
		far.publish(t, entry("one", "Quokka", "", nil))
		if err := d.FreezeMirror(t.Context(), far.mirrored(t, d), "its history was rewritten"); err != nil {
			t.Fatal(err)
		}
		finds(t, d, "frozen", "quokka", "one@far.test")
		if m, err := d.MirroredCoop(t.Context(), "far.test", "one"); err != nil || m.Mirror.State != directory.MirrorFrozen {
			t.Errorf("it is %s, %v", m.Mirror.State, err)
		}
	})
}

// BenchmarkSearch asks for the front page, and for words, of 10,000 entries of
// ours, and of as many beside 10,000 mirrored ones, a tenth of which we list too.
func BenchmarkSearch(b *testing.B) {
	const n = 10_000
	db := storetest.SQLite(b)
	d := directory.New(db)
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("https://ours%d.test/", i))
	}
	fillList(b, d, list)
	ask := func(b *testing.B) {
		for what, q := range map[string]directory.Query{"all": {}, "words": {Text: "web dev"}, "rare": {Text: "co 777"}, "filters": {Country: "FR", Service: "hosting"}} {
			b.Run(what, func(b *testing.B) {
				for b.Loop() {
					if r, err := d.Search(b.Context(), q); err != nil || r.Total == 0 {
						b.Fatal(r.Total, err)
					}
				}
			})
		}
	}
	b.Run("ours", ask)
	far := newHome("far.test")
	for i := range n {
		website := fmt.Sprintf("https://theirs%d.test/", i)
		if i%10 == 0 {
			website = list[i]
		}
		far.publish(b, entry(fmt.Sprintf("far_%d", i), fmt.Sprintf("Far web development %d", i), website, nil))
	}
	far.mirrored(b, d)
	b.Run("both", ask)
}

// A website that very many entries have is no co-op's, and costs no more than others
// do: they are shown as they are, until few have it again.
func TestWebsiteOfVeryManyIsNoCoops(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		first, second := newHome("first.test"), newHome("second.test")
		for i := range 50 {
			first.publish(t, entry(fmt.Sprintf("a%d", i), "Quokka", "https://quokka.test/", nil))
			second.publish(t, entry(fmt.Sprintf("b%d", i), "Quokka", "https://quokka.test/", nil))
		}
		first.mirrored(t, d)
		second.mirrored(t, d)
		shown := func(when string, want int) {
			t.Helper()
			if got := search(t, d, directory.Query{}).Total; got != want {
				t.Errorf("%s: %d are found, want %d", when, got, want)
			}
		}
		shown("a hundred", 50)
		second.publish(t, entry("more", "Quokka", "https://quokka.test/", nil))
		second.mirrored(t, d)
		shown("one more", 101)
		second.publish(t, removal("more"))
		second.mirrored(t, d)
		shown("one less", 50)
	})
}
