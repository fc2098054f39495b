package storetest

import (
	"path/filepath"
	"testing"

	"coopverse/directory"
)

// Unsteady returns a new database with the bundled list on a PostgreSQL server of its
// own, which down ends at once, as if its machine had lost power, and up starts again.
// Without PostgreSQL's programs the test is skipped.
func Unsteady(t testing.TB) (db *directory.Database, down, up func()) {
	t.Helper()
	initdb := findBinary("initdb")
	if initdb == "" {
		t.Skip(errNoPostgres)
	}
	s, err := launch(filepath.Dir(initdb))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	const name = "unsteady"
	if err := s.exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	db, err = directory.OpenPostgres(s.database(name))
	db = opened(t, db, err)
	if err := seeded(db); err != nil {
		t.Fatal(err)
	}
	do := func(what func() error) func() {
		return func() {
			if err := what(); err != nil {
				t.Error(err)
			}
		}
	}
	return db, do(s.down), do(s.up)
}
