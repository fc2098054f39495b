package directory_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestKeysAreMadeOnceAndRotated(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		var made atomic.Int64
		makeKeys := func() (string, string, error) {
			n := made.Add(1)
			return fmt.Sprint("rsa ", n), fmt.Sprint("ed ", n), nil
		}
		keys := func() []directory.Key {
			t.Helper()
			keys, err := d.Keys(t.Context(), "sange", makeKeys)
			if err != nil {
				t.Fatal(err)
			}
			return keys
		}
		if err := d.RotateKeys(t.Context(), "sange", "test", makeKeys); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("no keys to replace: %v", err)
		}
		before := keys()
		if again := keys(); len(before) != 1 || len(again) != 1 || again[0] != before[0] || before[0].Number != 1 || before[0].Since != 0 {
			t.Fatalf("keys %+v and then %+v", before, again)
		}
		if n, err := d.LastRekeyed(t.Context()); err != nil || n != 0 {
			t.Errorf("rekeyed at %d: %v", n, err)
		}
		fan := stranger("fan")
		follow(t, d, fan, "sange", activity(fan))
		deliver(t, d)
		if err := d.RotateKeys(t.Context(), "Sange", "test", makeKeys); err != nil {
			t.Fatal(err)
		}
		after := keys()
		if len(after) != 2 || after[0] != before[0] || after[1].Number != 2 || after[1].PrivatePEM == after[0].PrivatePEM || after[1].Since != last(t, d) {
			t.Errorf("after the rotation: %+v", after)
		}
		if n, err := d.LastRekeyed(t.Context()); err != nil || n != last(t, d) {
			t.Errorf("rekeyed at %d, want %d: %v", n, last(t, d), err)
		}
		expectTold(t, d, "after the rotation", fan.Inbox, "sange new keys")
		failed := errors.New("no entropy")
		if err := d.RotateKeys(t.Context(), "sange", "test", func() (string, string, error) { return "", "", failed }); !errors.Is(err, failed) || len(keys()) != 2 {
			t.Errorf("keys that could not be made: %v", err)
		}
		if err := d.RemoveCoop(t.Context(), "sange", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		var gone *directory.GoneError
		if err := d.RotateKeys(t.Context(), "sange", "test", makeKeys); !errors.As(err, &gone) {
			t.Errorf("a removed co-op: %v", err)
		}
		if err := d.RotateKeys(t.Context(), "nobody", "test", makeKeys); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
		if left := keys(); len(left) != 2 {
			t.Errorf("%d keys are left to sign its farewell with", len(left))
		}
	})
}

func TestKeyFromBeforeProofsGetsItsSecond(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		if _, err := db.SQL().Exec("INSERT INTO keys (handle, number, private_pem, proof_pem, since, made_at) VALUES ('directory', 1, 'old', '', 0, '2026-01-01 00:00:00+00:00')"); err != nil {
			t.Fatal(err)
		}
		keys, err := d.Keys(t.Context(), "directory", func() (string, string, error) { return "new", "proof", nil })
		if err != nil || len(keys) != 1 || keys[0].PrivatePEM != "old" || keys[0].ProofPEM != "proof" {
			t.Errorf("keys %+v, %v", keys, err)
		}
	})
}
