package migrations_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/migrations"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestFourProcessesStartOnAnEmptyDatabase(t *testing.T) {
	dsn := storetest.EmptyPostgresDSN(t)
	var group sync.WaitGroup
	failures := make(chan error, 4)
	for range 4 {
		group.Go(func() {
			db, err := directory.OpenPostgres(dsn)
			if err != nil {
				failures <- err
				return
			}
			defer db.Close()
			if _, err := migrations.Up(context.Background(), db.SQL(), db.Dialect()); err != nil {
				failures <- err
			}
		})
	}
	group.Wait()
	close(failures)
	for err := range failures {
		t.Error(err)
	}
}

func TestNewerDatabaseIsLeftAlone(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		if err := migrations.Check(t.Context(), db.SQL(), db.Dialect()); err != nil {
			t.Fatalf("a migrated database: %v", err)
		}
		if _, err := db.SQL().Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)"); err != nil {
			t.Fatal(err)
		}
		if _, err := migrations.Up(t.Context(), db.SQL(), db.Dialect()); !errors.Is(err, migrations.ErrNewer) {
			t.Errorf("Up on a newer database: %v, want ErrNewer", err)
		}
	})
}
