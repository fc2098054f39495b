package migrations_test

import (
	"os"
	"path/filepath"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// TestListedHoldsWhatWasThere migrates a database in which there is a co-op, one
// that was removed, and a mirrored one: our own is found at once, the mirrored one
// once the server has tidied.
func TestListedHoldsWhatWasThere(t *testing.T) {
	test := func(t *testing.T, db *directory.Database) {
		files, err := filepath.Glob(db.Dialect() + "/*.sql")
		if err != nil {
			t.Fatal(err)
		}
		const moment = "'2026-01-01 00:00:00+00:00'"
		for _, name := range files {
			statements, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			text := string(statements)
			if filepath.Base(name) == "00021_listed.sql" {
				coop := func(handle, status string) string {
					return `INSERT INTO handles (handle, kind, taken_at) VALUES ('` + handle + `', 'coop', ` + moment + `);
						INSERT INTO coops (handle, version, status, name, name_key, website, website_key, summary, notes, notes_language, listed_areas, listed_place, services, places,
							region, remote, founded, members, languages, removed_reason, merged_into, listed_at, updated_at, moved_to, featurable, quotable, contact, hiring, links,
							networks, products, extra, logo, header, discoverable, indexable)
						VALUES ('` + handle + `', 1, '` + status + `', 'Quokka', 'quokka', 'https://quokka.test/', 'quokka.test', '', '', '', '', '', 'hosting', 'France',
							'europe', FALSE, 0, '', '', '', '', ` + moment + `, ` + moment + `, '', '', '', '', '', '', '', '', '', '', '', '', '');`
				}
				text = coop("quokka", "active") + coop("wombat", "removed") + `
					INSERT INTO coop_services (coop_id, service) VALUES (1, 'hosting');
					INSERT INTO coop_places (coop_id, position, city, subdivision, country, lat, lon, precision) VALUES (1, 0, '', '', 'FR', 46, 2, 'country');
					INSERT INTO logs (id, size, change_id) VALUES (1, 0, 0);
					INSERT INTO mirrors (id, host, origin, source, name, key, head, applied, state, why, received, failures, added_at, next_at)
						VALUES (1, 'far.test', 'https://far.test', 'https://far.test', 'Far', '', '', 0, 'frozen', '', 0, 0, ` + moment + `, ` + moment + `);
					INSERT INTO mirrored_entries (mirror_id, handle, version, leaf, name, entry)
						VALUES (1, 'far', 1, 0, 'Far', '{"handle":"far","name":"Far","status":"active","services":["hosting"],"places":[{"country":"FR"}]}');` + text
			}
			if _, err := db.SQL().Exec(text); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		d := directory.New(db)
		for _, want := range []int{1, 2} {
			found, err := d.Search(t.Context(), directory.Query{Country: "FR", Service: "hosting"})
			if err != nil || found.Total != want || len(found.Coops) != want {
				t.Errorf("%d are found, want %d (%v)", found.Total, want, err)
			}
			if err := d.Tidy(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		db, err := directory.OpenSQLite(t.TempDir() + "/coopverse.db")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		test(t, db)
	})
	t.Run("postgres", func(t *testing.T) {
		db, err := directory.OpenPostgres(storetest.EmptyPostgresDSN(t))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		test(t, db)
	})
}
