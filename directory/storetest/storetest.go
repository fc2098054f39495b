// Package storetest gives tests a real directory on each of the two
// databases: SQLite in a temporary folder, and PostgreSQL either at the
// address in COOPVERSE_TEST_POSTGRES or as a throw-away server started from
// the installed binaries.
package storetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"coopverse/directory"
	"coopverse/directory/list"
	"coopverse/directory/seed"
	"coopverse/migrations"
)

// Main runs a package's tests and stops the PostgreSQL server that they may
// have started. Call it from TestMain.
func Main(m *testing.M) { os.Exit(Stopping{m}.Run()) }

// Stopping is a package's tests, for a TestMain that must run them itself.
type Stopping struct{ M *testing.M }

// Run runs the tests, stops what they may have started, and returns the exit code.
func (s Stopping) Run() int {
	code := s.M.Run()
	stopPostgres()
	return code
}

// Each runs test on an empty directory, once on each database.
func Each(t *testing.T, test func(t *testing.T, d *directory.Directory)) {
	EachDatabase(t, func(t *testing.T, db *directory.Database) { test(t, directory.New(db)) })
}

// EachSeeded runs test on a directory that holds the bundled list, once on
// each database. The list is imported once for each and then copied.
func EachSeeded(t *testing.T, test func(t *testing.T, d *directory.Directory)) {
	EachSeededDatabase(t, func(t *testing.T, db *directory.Database) { test(t, directory.New(db)) })
}

// EachSeededDatabase is EachSeeded for tests that look into the tables.
func EachSeededDatabase(t *testing.T, test func(t *testing.T, db *directory.Database)) {
	beside(t, test, func(t *testing.T) *directory.Database { return copied(t, seededSQLite) }, func(t *testing.T) *directory.Database {
		db, err := directory.OpenPostgres(seededPostgresDSN(t))
		return opened(t, db, err)
	})
}

// EachDatabase runs test on an empty, migrated database of each kind.
func EachDatabase(t *testing.T, test func(t *testing.T, db *directory.Database)) {
	beside(t, test, func(t *testing.T) *directory.Database { return SQLite(t) }, func(t *testing.T) *directory.Database { return Postgres(t) })
}

// beside runs a test on both databases, beside each other and beside other tests:
// most of the time they wait, for disks, clocks and servers.
func beside(t *testing.T, test func(t *testing.T, db *directory.Database), sqlite, postgres func(t *testing.T) *directory.Database) {
	parallel := (*testing.T).Parallel
	if _, is := alone.Load(t); is {
		parallel = func(*testing.T) {}
	}
	parallel(t)
	t.Run("sqlite", func(t *testing.T) {
		parallel(t)
		test(t, sqlite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		parallel(t)
		test(t, postgres(t))
	})
}

var alone sync.Map // of *testing.T

// Alone has a test run beside no other, on one database after the other: one that
// sets the clock or something else that is the same for all.
func Alone(t *testing.T) { alone.Store(t, true) }

// SQLite returns an empty, migrated SQLite database.
func SQLite(t testing.TB) *directory.Database {
	t.Helper()
	return copied(t, migratedSQLite)
}

// copied opens a copy of a database file.
func copied(t testing.TB, template func() ([]byte, error)) *directory.Database {
	t.Helper()
	data, err := template()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "coopverse.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := directory.OpenSQLite(path)
	return opened(t, db, err)
}

// Postgres returns an empty, migrated PostgreSQL database, or skips the test
// with a reason where there is no PostgreSQL.
func Postgres(t testing.TB) *directory.Database {
	t.Helper()
	db, err := directory.OpenPostgres(PostgresDSN(t))
	return opened(t, db, err)
}

func opened(t testing.TB, db *directory.Database, err error) *directory.Database {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// ImportSeed imports the bundled list.
func ImportSeed(t testing.TB, d *directory.Directory) directory.Summary {
	t.Helper()
	return ImportList(t, d, seed.List, seed.Defunct)
}

// ImportList imports a list; defunct may be nil.
func ImportList(t testing.TB, d *directory.Directory, listed, defunct []byte) directory.Summary {
	t.Helper()
	summary, err := importList(d, listed, defunct)
	if err != nil {
		t.Fatal(err)
	}
	return summary
}

func importList(d *directory.Directory, listed, defunct []byte) (directory.Summary, error) {
	want := directory.Import{Name: "tech-coops.md"}
	var err error
	if want.List, err = list.Parse(listed); err != nil {
		return directory.Summary{}, err
	}
	if defunct != nil {
		if want.Defunct, err = list.Parse(defunct); err != nil {
			return directory.Summary{}, err
		}
	}
	return d.ImportList(context.Background(), want)
}

// fill is what a template database holds beside its tables.
type fill func(db *directory.Database) error

func migrated(db *directory.Database) error {
	if _, err := migrations.Up(context.Background(), db.SQL(), db.Dialect()); err != nil {
		return fmt.Errorf("migrate the test database: %w", err)
	}
	return nil
}

func seeded(db *directory.Database) error {
	if err := migrated(db); err != nil {
		return err
	}
	_, err := importList(directory.New(db), seed.List, seed.Defunct)
	return err
}

var (
	migratedSQLite = sync.OnceValues(func() ([]byte, error) { return sqliteFile(migrated) })
	seededSQLite   = sync.OnceValues(func() ([]byte, error) { return sqliteFile(seeded) })
)

// sqliteFile makes a database and returns its file.
func sqliteFile(with fill) ([]byte, error) {
	dir, err := os.MkdirTemp("", "coopverse-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	db, err := directory.OpenSQLite(path)
	if err != nil {
		return nil, err
	}
	if err := with(db); err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}
