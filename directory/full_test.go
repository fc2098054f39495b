package directory_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// When the disk is full whoever speaks is told to come later, nothing that was taken in
// is lost, and as soon as there is room all goes on by itself.
func TestFullDisk(t *testing.T) {
	db := storetest.SQLite(t)
	d := directory.New(db)
	storetest.ImportSeed(t, d)
	limit := func(pages string) {
		if _, err := db.SQL().Exec("PRAGMA max_page_count = " + pages); err != nil {
			t.Fatal(err)
		}
	}
	var pages int
	if err := db.SQL().QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit(fmt.Sprint(pages + 5))
	say := func(n int) error {
		return d.Note(t.Context(), heard(peer("ann"), "Like", fmt.Sprintf("https://peer.example/%d", n), "sange"), "noted")
	}
	const n = 1000
	answers := make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { answers[i] = say(i) })
	}
	group.Wait()
	full := 0
	for i, err := range answers {
		if errors.Is(err, directory.ErrFull) {
			full++
		} else if err != nil {
			t.Errorf("activity %d: %v", i, err)
		}
	}
	if full == 0 || full == n {
		t.Fatalf("%d of %d found no room", full, n)
	}
	limit("1000000")
	for i, before := range answers {
		err := say(i)
		if before == nil && !errors.Is(err, directory.ErrRepeated) || before != nil && err != nil {
			t.Errorf("activity %d, first %v, then %v", i, before, err)
		}
	}
}
