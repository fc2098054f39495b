package directory_test

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// While SQLite cannot write its file, since a quota is used up, or may not, whoever speaks
// is told to come later, and as soon as it can all goes on.
func TestFileThatCannotBeWritten(t *testing.T) {
	db := storetest.SQLite(t)
	d := directory.New(db)
	storetest.ImportSeed(t, d)
	said := 0
	say := func(want error) {
		t.Helper()
		said++
		id := fmt.Sprintf("https://peer.example/%d", said)
		if err := d.Note(t.Context(), heard(peer("ann"), "Like", id, "sange"), "noted"); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	say(nil)

	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	quota := func(limit syscall.Rlimit) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Fatal(err)
		}
	}
	defer quota(before)
	quota(syscall.Rlimit{Cur: 1, Max: before.Max})
	say(directory.ErrAway)
	quota(before)
	say(nil)

	only := func(reading string) {
		if _, err := db.SQL().Exec("PRAGMA query_only = " + reading); err != nil {
			t.Fatal(err)
		}
	}
	only("ON")
	say(directory.ErrAway)
	only("OFF")
	say(nil)
}
