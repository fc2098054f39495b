package directory

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"coopverse/directory/clock"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

const (
	// readers is the size of SQLite's read pool; there is always one writer.
	readers = 4
	// connections is the size of each of PostgreSQL's two pools. Those who write
	// may all be waiting for one change, and pages are shown meanwhile.
	connections = 10
	// idleTime is how long a connection is kept that nobody uses: SQLite has a cache
	// and statements in each, and PostgreSQL a process.
	idleTime = 30 * time.Second
)

// Database is an open SQLite or PostgreSQL database.
type Database struct {
	read, write *gorm.DB
	pools       []*sql.DB // the writing one first
	postgres    bool
	pieces      pieces        // of work that share transactions
	head        head          // of the change log
	moved       chan struct{} // by a change of this process; has room for one
	counts      counts        // of what is listed
}

// OpenSQLite opens the database file at path and makes it when it is missing.
// A committed transaction has reached the disk (synchronous=FULL).
func OpenSQLite(path string) (*Database, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	d := &Database{moved: make(chan struct{}, 1), counts: newCounts()}
	pool := func(connections int, mode url.Values) (*gorm.DB, error) {
		mode["_pragma"] = append(mode["_pragma"], "busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)", "secure_delete(ON)")
		mode.Set("_time_format", "sqlite")
		dsn := (&url.URL{Scheme: "file", Path: absolute, RawQuery: mode.Encode()}).String()
		connector, err := connectSQLite(dsn)
		if err != nil {
			return nil, err
		}
		db := sql.OpenDB(connector)
		d.pools = append(d.pools, db)
		db.SetMaxOpenConns(connections)
		keepOpen(db, connections)
		switch err := db.Ping(); {
		case damaged(err):
			return nil, fmt.Errorf("%w: %s is damaged, or no database; put a backup in its place: %w", ErrInvalid, path, err)
		case err != nil:
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
		return openGORM(diagnosedSQLite{&sqlite.Dialector{Conn: db}})
	}
	// What would undo a statement that fails stays in memory: for those that write down what
	// thirty others said at once SQLite makes a file, else.
	if d.write, err = pool(1, url.Values{"_txlock": {"immediate"}, "_pragma": {"temp_store(MEMORY)"}}); err == nil {
		d.read, err = pool(readers, url.Values{"_txlock": {"deferred"}})
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// OpenPostgres opens the PostgreSQL database that dsn names.
func OpenPostgres(dsn string) (*Database, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("%w: the address of the database is not one such as postgres://name@localhost/coopverse: %w", ErrInvalid, err)
	}
	config.RuntimeParams["timezone"] = "UTC"
	config.RuntimeParams["synchronous_commit"] = "on"
	d := &Database{postgres: true, moved: make(chan struct{}, 1), counts: newCounts()}
	pool := func() (*gorm.DB, error) {
		db := stdlib.OpenDB(*config)
		d.pools = append(d.pools, db)
		db.SetMaxOpenConns(connections)
		keepOpen(db, connections)
		if err := db.Ping(); err != nil {
			return nil, fmt.Errorf("open the database %s on %s: %w", config.Database, config.Host, err)
		}
		return openGORM(diagnosedPostgres{&postgres.Dialector{Config: &postgres.Config{Conn: db}}})
	}
	if d.write, err = pool(); err == nil {
		d.read, err = pool()
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// keepOpen keeps as many connections as there may be, for a while: to open one, and to
// read each statement anew, takes longer than most of what is asked through it.
func keepOpen(db *sql.DB, connections int) {
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(idleTime)
}

func openGORM(dialector gorm.Dialector) (*gorm.DB, error) {
	db, err := gorm.Open(dialector, &gorm.Config{
		Logger:                 logger.Discard,
		SkipDefaultTransaction: true,
		NowFunc:                now,
		TranslateError:         true,
	})
	if err != nil {
		return nil, err
	}
	// GORM translates the errors of everything but rows that are scanned.
	return db, db.Callback().Row().After("gorm:row").Register("diagnose", func(tx *gorm.DB) { tx.Error = diagnosed(tx.Error) })
}

// SQL returns the pool that may write, for migrations.
func (d *Database) SQL() *sql.DB { return d.pools[0] }

// Dialect is "sqlite" or "postgres".
func (d *Database) Dialect() string {
	if d.postgres {
		return "postgres"
	}
	return "sqlite"
}

// Ping says whether the database answers.
func (d *Database) Ping(ctx context.Context) error {
	for _, pool := range d.pools {
		if err := pool.PingContext(ctx); err != nil {
			return fmt.Errorf("reach the database: %w", err)
		}
	}
	return nil
}

// CloseIdle closes the connections that nobody uses at the moment, with their caches.
func (d *Database) CloseIdle() {
	for _, pool := range d.pools {
		pool.SetMaxIdleConns(0)
		pool.SetMaxIdleConns(connections) // or as many as may be open
	}
}

// Close closes every connection.
func (d *Database) Close() error {
	var failures []error
	for _, pool := range d.pools {
		failures = append(failures, pool.Close())
	}
	return errors.Join(failures...)
}

// changeLock is the key of the PostgreSQL lock under which change numbers are
// given out. Without it two writers could commit 11 before 10, and a reader
// that has seen 11 would never see 10.
const changeLock = 0x636f6f70

// change runs fn in the one transaction at a time that may write to the
// change log. SQLite has a single writer anyway.
func (d *Database) change(ctx context.Context, fn func(tx *gorm.DB) error) error {
	defer d.move()
	return d.aloneWithChanges(ctx, fn)
}

// aloneWithChanges runs fn in a transaction beside which nobody writes to the
// change log or is heard.
func (d *Database) aloneWithChanges(ctx context.Context, fn func(tx *gorm.DB) error) error {
	return d.locked(ctx, "SELECT pg_advisory_xact_lock(?)", fn)
}

// betweenChanges runs fn in a transaction beside which no other one writes to
// the change log, though several such may run at once. What is heard must come
// before or after a change: a Follow that read the number of the last change
// while the next one was being written could miss that one.
func (d *Database) betweenChanges(ctx context.Context, fn func(tx *gorm.DB) error) error {
	return d.locked(ctx, "SELECT pg_advisory_xact_lock_shared(?)", fn)
}

func (d *Database) locked(ctx context.Context, lock string, fn func(tx *gorm.DB) error) error {
	var woken wakes
	return d.write.WithContext(context.WithValue(ctx, wakesLater{}, &woken)).Transaction(func(tx *gorm.DB) error {
		if d.postgres {
			if err := tx.Exec(lock, changeLock).Error; err != nil {
				return fmt.Errorf("wait for the change log: %w", err)
			}
		}
		if err := fn(tx); err != nil {
			return err
		}
		return d.wakeNow(tx, &woken)
	})
}

// now is the time as both databases keep it.
func now() time.Time { return asStored(clock.Now()) }

// asStored is a time as both databases keep it: UTC, in whole milliseconds.
func asStored(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
