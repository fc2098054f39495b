package directory_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/migrations"
)

// Of what was erased nothing is left in SQLite's file, nor beside it, once all that
// was written is in the file: no short text, none that fills pages of its own, and
// no word by which it was found.
func TestErasedTextIsNotInTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "coopverse.db")
	db, err := directory.OpenSQLite(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := migrations.Up(t.Context(), db.SQL(), db.Dialect()); err != nil {
		t.Fatal(err)
	}
	d := directory.New(db)
	storetest.ImportSeed(t, d)
	left := func(word string) (n int) {
		t.Helper()
		if _, err := db.SQL().ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{path, path + "-wal"} {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			n += bytes.Count(content, []byte(word))
		}
		return n
	}
	for field, said := range map[string]string{"summary": "We print qxylographs.", "notes": "qxylographs " + strings.Repeat("木版画", 600)} {
		curateSange(t, d, field, said)
		if left("qxylographs") == 0 {
			t.Fatalf("the %s is not in the file", field)
		}
		curateSange(t, d, field, "We host.")
		if err := d.EraseHistory(t.Context(), directory.Actor{Name: "test"}, "sange", "test"); err != nil {
			t.Fatal(err)
		}
		if _, err := d.ExtendLog(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"qxylographs", "版画木版画木"} {
			if n := left(word); n > 0 {
				t.Errorf("the %s that was erased is in the file %d times", field, n)
			}
		}
	}
}
