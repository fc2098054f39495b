// Package migrations brings a database to the shape that this program knows:
// numbered SQL for SQLite and for PostgreSQL, and River's own tables. An
// applied migration is history and never changes; the next one is added.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

// The two databases that are spoken to.
const (
	sqlite   = "sqlite"
	postgres = "postgres"
)

var (
	// ErrNewer means that a later version of the program made the database.
	ErrNewer = errors.New("the database is newer than this program")
	// ErrOlder means that migrations wait to be applied.
	ErrOlder = errors.New("the database is older than this program")
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// Up applies every migration that db lacks, each in a transaction of its own,
// and returns how many there were. On PostgreSQL it holds a session lock, so
// that processes which start together wait for each other; on SQLite the
// caller sees to that. A database newer than the program is left alone: ErrNewer.
func Up(ctx context.Context, db *sql.DB, dialect string) (applied int, err error) {
	p, err := provider(db, dialect)
	if err != nil {
		return 0, err
	}
	if err := check(ctx, p); !errors.Is(err, ErrOlder) {
		return 0, err
	}
	results, err := p.Up(ctx)
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	return len(results), nil
}

// Check says whether db has exactly the migrations that this program knows:
// nil, ErrNewer or ErrOlder.
func Check(ctx context.Context, db *sql.DB, dialect string) error {
	p, err := provider(db, dialect)
	if err != nil {
		return err
	}
	return check(ctx, p)
}

// Status lists the migrations in order, with the time at which each was applied.
func Status(ctx context.Context, db *sql.DB, dialect string) ([]*goose.MigrationStatus, error) {
	p, err := provider(db, dialect)
	if err != nil {
		return nil, err
	}
	return p.Status(ctx)
}

func check(ctx context.Context, p *goose.Provider) error {
	current, target, err := p.GetVersions(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("read the database's version: %w", err)
	case current > target:
		return fmt.Errorf("%w: it is at migration %d, this program knows %d; use the newer program", ErrNewer, current, target)
	case current < target:
		return fmt.Errorf("%w: it is at migration %d, this program needs %d; run coopverse migrate", ErrOlder, current, target)
	}
	return nil
}

func provider(db *sql.DB, dialect string) (*goose.Provider, error) {
	if dialect != sqlite && dialect != postgres {
		return nil, fmt.Errorf("there are no migrations for %q", dialect)
	}
	sqlFiles, err := fs.Sub(files, dialect)
	if err != nil {
		return nil, err
	}
	river, err := riverMigrations(db, dialect)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithGoMigrations(river...), goose.WithDisableGlobalRegistry(true)}
	if dialect == postgres {
		// Whoever comes second asks every second, for up to five minutes.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
		return goose.NewProvider(database.DialectPostgres, db, sqlFiles, options...)
	}
	return goose.NewProvider(database.DialectSQLite3, db, sqlFiles, options...)
}
