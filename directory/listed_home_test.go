package directory_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/publiclog"
	"coopverse/directory/storetest"

	"github.com/gowebpki/jcs"
	"golang.org/x/mod/sumdb/tlog"
)

// home is another directory, of which there is nothing but its log.
type home struct {
	host  string
	lines []publiclog.Line
	tiles map[[2]int64][]byte
}

func newHome(host string) *home { return &home{host: host} }

// publish adds records to the home's log.
func (h *home) publish(t testing.TB, records ...directory.LogRecord) {
	t.Helper()
	for _, r := range records {
		text, err := json.Marshal(r)
		if err == nil {
			text, err = jcs.Transform(text)
		}
		if err != nil {
			t.Fatal(err)
		}
		h.lines = append(h.lines, publiclog.Kept(publiclog.NewSalt(), string(text)))
	}
}

// entry is a record of a listed co-op with that website.
func entry(handle, name, website string, more func(e *directory.LoggedEntry)) directory.LogRecord {
	e := directory.LoggedEntry{Profile: directory.Profile{
		Handle: handle, Version: 1, Status: directory.Active, Name: name, Website: website, Region: "europe", Services: []string{"hosting"},
		Places:      []directory.EntryPlace{{City: "Lille", Country: "FR", Latitude: 50.6, Longitude: 3.1, Precision: "city"}},
		ListedSince: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Updated: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC),
	}}
	if more != nil {
		more(&e)
	}
	return directory.LogRecord{Entry: &e}
}

func byItself(e *directory.LoggedEntry) { e.Claimed = true }

func removal(handle string) directory.LogRecord {
	return directory.LogRecord{Removed: &directory.LoggedRemoval{Handle: handle, Version: 2, Reason: "The co-op asked for it."}}
}

// mirrored makes a copy of the home, or brings it up to date.
func (h *home) mirrored(t testing.TB, d *directory.Directory) directory.Mirror {
	t.Helper()
	m, err := d.Mirror(t.Context(), h.host)
	if err != nil {
		h.tiles = make(map[[2]int64][]byte)
		m, err = d.AddMirror(t.Context(), curator, directory.Mirror{Host: h.host, Origin: "https://" + h.host, Source: "https://" + h.host, Name: "Home of " + h.host, Key: "key"})
	}
	if err != nil {
		t.Fatal(err)
	}
	size, err := d.MirrorLog(m).Size(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	read := publiclog.ReadTile(func(level int, number int64) ([]byte, error) { return h.tiles[[2]int64{int64(level), number}], nil })
	for size < int64(len(h.lines)) {
		page := directory.LogPage{From: size, Lines: h.lines[size:min(size+512, int64(len(h.lines)))]}
		var leaves []tlog.Hash
		for _, line := range page.Lines {
			commitment, _, err := line.Committed()
			if err != nil {
				t.Fatal(err)
			}
			leaves = append(leaves, publiclog.Leaf(commitment))
		}
		changed, err := read.Grow(size, leaves)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changed {
			h.tiles[[2]int64{int64(c.Level), c.Number}] = c.Hashes
		}
		size += int64(len(page.Lines))
		page.Head.N = size
		if page.Head.Hash, err = tlog.TreeHash(size, read); err != nil {
			t.Fatal(err)
		}
		if err := d.TakePage(t.Context(), m, page); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.ApplyMirror(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if m, err = d.Mirror(t.Context(), h.host); err != nil {
		t.Fatal(err)
	}
	return m
}

func search(t *testing.T, d *directory.Directory, q directory.Query) directory.Results {
	t.Helper()
	results, err := d.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// sources writes who is found as handle@home, and after + where else.
func sources(found []directory.Found) (all []string) {
	for _, f := range found {
		text := f.Handle + "@" + f.Home
		for _, other := range f.Also {
			text += "+" + other.Handle + "@" + other.Home
		}
		all = append(all, text)
	}
	return all
}

// fillList lists a co-op of ours for each website.
func fillList(b *testing.B, d *directory.Directory, websites []string) {
	b.Helper()
	var text strings.Builder
	text.WriteString("# Co-ops\n\n### Europe\n\nCoop | Business Areas | Region/Country | Notes\n---- | -------------- | -------------- | -----\n")
	for i, website := range websites {
		fmt.Fprintf(&text, "[Co-op %d](%s) | web development, hosting | Lille, France | |\n", i, website)
	}
	storetest.ImportList(b, d, []byte(text.String()), nil)
}
