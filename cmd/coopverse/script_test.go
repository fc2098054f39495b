package main

import (
	"errors"
	"os"
	"os/exec"
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
		Dir:  "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"refused": refused},
		Setup: func(env *testscript.Env) error {
			database(env)
			folder := filepath.Join(env.WorkDir, "seed")
			if err := os.Mkdir(folder, 0o750); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(folder, "README.md"), seed.List, 0o600); err != nil {
				return err
			}
			if err := writePictures(filepath.Join(env.WorkDir, "pictures")); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(folder, "DEFUNCT.md"), seed.Defunct, 0o600)
		},
	}
}

// refused runs our program, which must end with the code for a command line or
// an input that cannot be used.
func refused(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: refused coopverse's arguments")
	}
	err := ts.Exec("coopverse", args...)
	if failed := new(exec.ExitError); !errors.As(err, &failed) || failed.ExitCode() != exitRefused {
		ts.Fatalf("coopverse ended with %v, not with %d", err, exitRefused)
	}
}
