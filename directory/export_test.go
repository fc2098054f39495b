package directory_test

import (
	"errors"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/seed"
	"coopverse/directory/storetest"

	"github.com/google/go-cmp/cmp"
)

func export(t *testing.T, d *directory.Directory) directory.Export {
	t.Helper()
	e, err := d.ExportList(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func curate(t *testing.T, d *directory.Directory, handle string, set map[string]string) {
	t.Helper()
	if _, _, err := d.EditCoop(t.Context(), handle, directory.Edit{Source: directory.FromCurator, Origin: "test", Set: set}); err != nil {
		t.Fatal(err)
	}
}

// lineDiff lists the lines that only one of two texts has.
func lineDiff(before, after string) (gone, come []string) {
	count := map[string]int{}
	for _, l := range strings.Split(before, "\n") {
		count[l]++
	}
	for _, l := range strings.Split(after, "\n") {
		if count[l]--; count[l] < 0 {
			come = append(come, l)
		}
	}
	for _, l := range strings.Split(before, "\n") {
		if count[l] > 0 {
			gone = append(gone, l)
			count[l]--
		}
	}
	return gone, come
}

func TestUnchangedListKeepsItsBytes(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		e := export(t, d)
		if diff := cmp.Diff(repairedSeed(t), string(e.List)); diff != "" {
			t.Errorf("the list (-imported +exported):\n%s", diff)
		}
		if diff := cmp.Diff(string(seed.Defunct), string(e.Defunct)); diff != "" {
			t.Errorf("the defunct list (-imported +exported):\n%s", diff)
		}
	})
}

func TestOnlyChangedCellsChange(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		curate(t, d, "vulk", map[string]string{"founded": "2012"})
		curate(t, d, "tecso", map[string]string{"members": "160+"})
		curate(t, d, "fairness", map[string]string{"website": "https://www.fairness.coop/", "summary": "Not in the list."})
		curate(t, d, "sange", map[string]string{"services": "hosting,training"})
		curate(t, d, "dojo4", map[string]string{"places": "Denver, CO", "remote": "true"})
		curate(t, d, "webalternatif", map[string]string{"name": "Web|Alternatif SCOP"})
		gone, come := lineDiff(repairedSeed(t), string(export(t, d).List))
		for i, want := range [][2]string{
			{`[Dojo4](https://dojo4.com/) | Web applications and design | Boulder, CO | |`, `[Dojo4](https://dojo4.com/) | Web applications and design | Denver, Colorado, United States / Remote | |`},
			{`[Vulk Coop](http://vulk.coop) | Design, Development | Austin, TX, USA | Worker-owned, Founded 2013, Organizers of`, `[Vulk Coop](http://vulk.coop) | Design, Development | Austin, TX, USA | Worker-owned, Founded 2012, Organizers of`},
			{`[Tecso](http://www.tecso.coop/en/) | Development, Information services | Rosario, Argentina | Founded 2002; 150+ associates`, `[Tecso](http://www.tecso.coop/en/) | Development, Information services | Rosario, Argentina | Founded 2002; 160+ associates`},
			{`[Fairness](https://fairness.coop) | Web and mobile`, `[Fairness](https://www.fairness.coop/) | Web and mobile`},
			{`[Sange](http://www.sange.fi/) | Hosting | Helsinki, Finland | |`, `[Sange](http://www.sange.fi/) | Hosting, Training and e-learning | Helsinki, Finland | |`},
			{`[Web\|Alternatif](https://www.webalternatif.com) | Software`, `[Web&#124;Alternatif SCOP](https://www.webalternatif.com) | Software`},
		} {
			if i >= len(gone) || i >= len(come) || !strings.HasPrefix(gone[i], want[0]) || !strings.HasPrefix(come[i], want[1]) {
				t.Fatalf("gone:\n%s\ncome:\n%s\nwant %d: %s → %s", strings.Join(gone, "\n"), strings.Join(come, "\n"), i, want[0], want[1])
			}
		}
		if len(gone) != 6 || len(come) != 6 {
			t.Errorf("%d lines gone, %d come, want 6 each:\n%s", len(gone), len(come), strings.Join(come, "\n"))
		}
	})
}

func TestExportMovesRows(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		curate(t, d, "sange", map[string]string{"status": "defunct"})
		curate(t, d, "quilted", map[string]string{"status": "active"})
		curate(t, d, "nilenso", map[string]string{"region": "oceania"})
		curate(t, d, "kedu", map[string]string{"status": "unlisted"})
		if err := d.RemoveCoop(t.Context(), "igalia", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		e := export(t, d)
		gone, come := lineDiff(repairedSeed(t), string(e.List))
		if len(gone) != 3 || len(come) != 1 { // Nilenso's row only moves
			t.Errorf("gone:\n%s\ncome:\n%s", strings.Join(gone, "\n"), strings.Join(come, "\n"))
		}
		gone, come = lineDiff(string(seed.Defunct), string(e.Defunct))
		if len(gone) != 1 || !strings.HasPrefix(gone[0], "[Quilted]") || !strings.Contains(strings.Join(come, "\n"), "[Sange](http://www.sange.fi/) | Hosting | Helsinki, Finland") {
			t.Errorf("defunct: gone:\n%s\ncome:\n%s", strings.Join(gone, "\n"), strings.Join(come, "\n"))
		}
		// What was written says what is known: taking it in again changes nothing.
		from := last(t, d)
		storetest.ImportList(t, d, e.List, e.Defunct)
		for _, row := range changesSince(t, d, from) {
			if !strings.HasSuffix(row, "(beneath)") {
				t.Errorf("the round trip changed an entry: %s", row)
			}
		}
		results, err := d.Search(t.Context(), directory.Query{Region: "oceania"})
		if err != nil || results.Total != 6 {
			t.Errorf("%d in Oceania after the round trip, want 6 (%v)", results.Total, err)
		}
	})
}

func TestFirstDefunctCoopBeginsAList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		storetest.ImportList(t, d, seed.List, nil)
		if e := export(t, d); e.Defunct != nil {
			t.Errorf("a list of defunct co-ops without one:\n%s", e.Defunct)
		}
		curate(t, d, "sange", map[string]string{"status": "defunct"})
		curate(t, d, "eryx", map[string]string{"status": "defunct"})
		for _, row := range []string{"### Europe", "[Sange](http://www.sange.fi/) | Hosting | Helsinki, Finland", "### South America", "[Eryx](https://eryx.co)"} {
			if e := export(t, d); !strings.Contains(string(e.Defunct), row) {
				t.Errorf("no %s in\n%s", row, e.Defunct)
			}
		}
	})
}

func TestExportNeedsAList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		if _, err := d.ExportList(t.Context()); !errors.Is(err, directory.ErrNoList) {
			t.Errorf("%v, want ErrNoList", err)
		}
	})
}

// A directory that began without a list has one all the same.
func TestListBeginsWithItsFirstCoop(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		if _, err := d.AcceptProposal(t.Context(), otto, sent(t, d, brook(), somebody(t, d, "Ann"))); err != nil {
			t.Fatal(err)
		}
		e := export(t, d)
		if list := string(e.List); !strings.HasPrefix(list, "# Tech co-ops list\n") || !strings.Contains(list, "### Europe") || !strings.Contains(list, "[Brook Works](https://brook.coop/)") || e.Defunct != nil {
			t.Errorf("%s\n%s", list, e.Defunct)
		}
	})
}
