package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"coopverse/directory"
	"coopverse/migrations"

	"github.com/gofrs/flock"
)

// databaseFile is the SQLite database inside the data folder.
const databaseFile = "coopverse.db"

// openExisting opens a database that must be there and up to date.
func (p *program) openExisting(ctx context.Context) (*directory.Database, error) {
	if p.Database == "" && p.Data != "" {
		path := filepath.Join(p.Data, databaseFile)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, refuse("there is no directory in %s (no %s); coopverse list import FILE --data %s begins one", p.Data, databaseFile, p.Data)
		}
	}
	db, err := p.open()
	if err != nil {
		return nil, err
	}
	if err := migrations.Check(ctx, db.SQL(), db.Dialect()); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// openMigrated opens the database, makes it when it is missing, and applies
// the migrations that it lacks.
func (p *program) openMigrated(ctx context.Context) (db *directory.Database, applied int, err error) {
	if p.Database == "" && p.Data != "" {
		unlock, err := p.lockData()
		if err != nil {
			return nil, 0, err
		}
		defer unlock()
	}
	if db, err = p.open(); err != nil {
		return nil, 0, err
	}
	if applied, err = migrations.Up(ctx, db.SQL(), db.Dialect()); err != nil {
		return nil, 0, errors.Join(err, db.Close())
	}
	return db, applied, nil
}

func (p *program) open() (*directory.Database, error) {
	switch {
	case p.Data == "" && p.Database == "":
		return nil, refuse("no database is named: give --data DIR for SQLite in a folder (COOPVERSE_DATA), or --database DSN for PostgreSQL (COOPVERSE_DATABASE)")
	case p.Database != "":
		return directory.OpenPostgres(p.Database)
	}
	return directory.OpenSQLite(filepath.Join(p.Data, databaseFile))
}

// lockData keeps processes that start together from migrating one SQLite file
// at the same time.
func (p *program) lockData() (unlock func(), err error) {
	if err := os.MkdirAll(p.Data, 0o750); err != nil {
		return nil, refuse("the data folder %s cannot be made: %v; give another --data DIR", p.Data, err)
	}
	lock := flock.New(filepath.Join(p.Data, "migrate.lock"))
	if err := lock.Lock(); err != nil {
		return nil, fmt.Errorf("lock the data folder %s: %w", p.Data, err)
	}
	return func() { _ = lock.Unlock() }, nil
}
