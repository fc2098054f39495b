package directory_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"coopverse/directory"
	"coopverse/directory/publiclog"
	"coopverse/directory/storetest"

	"github.com/gowebpki/jcs"
	"golang.org/x/mod/sumdb/tlog"
)

// pageOf is the first page of a log, whose head says what is on it.
func pageOf(t *testing.T, lines ...publiclog.Line) directory.LogPage {
	t.Helper()
	tiles := make(map[[2]int64][]byte)
	read := publiclog.ReadTile(func(level int, number int64) ([]byte, error) { return tiles[[2]int64{int64(level), number}], nil })
	var leaves []tlog.Hash
	for _, line := range lines {
		commitment, _, err := line.Committed()
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, publiclog.Leaf(commitment))
	}
	changed, err := read.Grow(0, leaves)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changed {
		tiles[[2]int64{int64(c.Level), c.Number}] = c.Hashes
	}
	root, err := tlog.TreeHash(int64(len(lines)), read)
	if err != nil {
		t.Fatal(err)
	}
	return directory.LogPage{Head: tlog.Tree{N: int64(len(lines)), Hash: root}, Signed: "a head", Lines: lines}
}

// added is an empty copy.
func added(t *testing.T, d *directory.Directory) directory.Mirror {
	t.Helper()
	m, err := d.AddMirror(t.Context(), directory.Actor{Name: "test"}, directory.Mirror{Host: "coops.example", Origin: "https://coops.example", Source: "https://coops.example"})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func entryRecord(version int) string {
	return fmt.Sprintf(`{"entry":{"handle":"igalia","name":"Igalia","version":%d}}`, version)
}

// What an entry said before is not published a second time, with its salt, as if
// it were new.
func TestRecordIsNotRepeated(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		m := added(t, d)
		first, second := publiclog.Kept(publiclog.NewSalt(), entryRecord(1)), publiclog.Kept(publiclog.NewSalt(), entryRecord(2))
		if err := d.TakePage(t.Context(), m, pageOf(t, first, second, first)); !errors.Is(err, directory.ErrTampered) {
			t.Errorf("a record twice: %v", err)
		}
		again := publiclog.Kept(publiclog.NewSalt(), entryRecord(1))
		if err := d.TakePage(t.Context(), m, pageOf(t, first, second, again)); err != nil {
			t.Errorf("the same text with another salt: %v", err)
		}
	})
}

// A record says nothing of the log that cannot be so.
func TestRecordsFitTheirPlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		m := added(t, d)
		for what, record := range map[string]directory.LogRecord{
			"a snapshot of another size": {Snapshot: &directory.LoggedSnapshot{Size: 2}},
			"an end too few":             {Withdrawn: &directory.LoggedWithdrawal{Leaves: []int64{0}, Ends: []int64{1, 1}}},
			"an end before its record":   {Withdrawn: &directory.LoggedWithdrawal{Leaves: []int64{0}, Ends: []int64{0}}},
			"an end that is to come":     {Withdrawn: &directory.LoggedWithdrawal{Leaves: []int64{0}, Ends: []int64{2}}},
		} {
			text, err := json.Marshal(record)
			if err != nil {
				t.Fatal(err)
			}
			canonical := publiclog.Kept(publiclog.NewSalt(), inOneForm(t, text))
			page := pageOf(t, publiclog.Kept(publiclog.NewSalt(), entryRecord(1)), canonical)
			if err := d.TakePage(t.Context(), m, page); !errors.Is(err, directory.ErrTampered) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func inOneForm(t *testing.T, text []byte) string {
	t.Helper()
	canonical, err := jcs.Transform(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(canonical)
}
