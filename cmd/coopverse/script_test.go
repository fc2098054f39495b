package main

import (
	"os"
	"path/filepath"
	"testing"

	"coopverse/directory/seed"
	"coopverse/directory/storetest"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(storetest.Stopping{M: m}, map[string]func(){"coopverse": main})
}

// TestScripts runs every script in testdata twice: with DB=--data on SQLite
// and with DB=--database on PostgreSQL.
func TestScripts(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		testscript.Run(t, scripts(func(env *testscript.Env) {
			env.Setenv("COOPVERSE_DATA", filepath.Join(env.WorkDir, "data"))
		}))
	})
	t.Run("postgres", func(t *testing.T) {
		storetest.NeedPostgres(t)
		testscript.Run(t, scripts(func(env *testscript.Env) {
			env.Setenv("COOPVERSE_DATABASE", storetest.EmptyPostgresDSN(t))
		}))
	})
}

func scripts(database func(*testscript.Env)) testscript.Params {
	return testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			database(env)
			folder := filepath.Join(env.WorkDir, "seed")
			if err := os.Mkdir(folder, 0o750); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(folder, "README.md"), seed.List, 0o600); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(folder, "DEFUNCT.md"), seed.Defunct, 0o600)
		},
	}
}
