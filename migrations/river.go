package migrations

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

// River's versions 1 to 8 are our migrations 3 to 10, one by one: PostgreSQL
// cannot use an enum value in the transaction that added it.
const (
	riverVersions    = 8
	beforeFirstRiver = 2
)

func riverMigrations(db *sql.DB, dialect string) ([]*goose.Migration, error) {
	var driver riverdriver.Driver[*sql.Tx] = riversqlite.New(db)
	if dialect == postgres {
		driver = riverdatabasesql.New(db)
	}
	migrator, err := rivermigrate.New(driver, nil)
	if err != nil {
		return nil, fmt.Errorf("prepare River's migrations: %w", err)
	}
	var migrations []*goose.Migration
	for version := 1; version <= riverVersions; version++ {
		up := func(ctx context.Context, tx *sql.Tx) error {
			_, err := migrator.MigrateTx(ctx, tx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: version})
			return err
		}
		migrations = append(migrations, goose.NewGoMigration(int64(beforeFirstRiver+version), &goose.GoFunc{RunTx: up}, nil))
	}
	return migrations, nil
}
