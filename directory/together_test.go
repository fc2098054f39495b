package directory_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// hold has whatever is to be written wait until the returned function is called.
func hold(t *testing.T, db *directory.Database) (release func()) {
	t.Helper()
	tx, err := db.SQL().Begin()
	if err != nil {
		t.Fatal(err)
	}
	if db.Dialect() == "postgres" {
		if _, err := tx.Exec("SELECT pg_advisory_xact_lock($1)", 0x636f6f70); err != nil { // as a change does
			t.Fatal(err)
		}
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

// Of many activities that share transactions, those that fail leave nothing behind,
// not even that they were heard, and the others have their effect.
func TestActivitiesFailAlone(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		const n = 100
		react := func(i int) error {
			post := int64(0)
			if i%3 == 1 {
				post = 4711 // which nobody has written
			}
			return d.React(t.Context(), heard(peer(fmt.Sprintf("ann%d", i)), directory.Like, fmt.Sprintf("https://peer.example/%d", i)), "sange", post)
		}
		release := hold(t, db)
		var group sync.WaitGroup
		for i := range n {
			group.Go(func() {
				if err := react(i); (err != nil) != (i%3 == 1) || err != nil && !errors.Is(err, directory.ErrNotFound) {
					t.Errorf("activity %d: %v", i, err)
				}
			})
		}
		time.Sleep(50 * time.Millisecond)
		release()
		group.Wait()
		for i := range n {
			want := directory.ErrRepeated
			if i%3 == 1 {
				want = directory.ErrNotFound
			}
			if err := react(i); !errors.Is(err, want) {
				t.Errorf("activity %d comes again: %v, want %v", i, err, want)
			}
		}
		counted, err := d.Responses(t.Context(), "sange", 0)
		if err != nil || counted[0].Likes != n-n/3 {
			t.Errorf("%d likes (%v), want %d", counted[0].Likes, err, n-n/3)
		}
	})
}

// Who does not wait any longer leaves nothing behind, and others go on.
func TestWhoLeavesTheLineHasNoEffect(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		release := hold(t, db)
		first := make(chan error)
		go func() { first <- d.Note(t.Context(), heard(peer("ann"), "Like", "https://peer.example/1"), "noted") }()
		time.Sleep(50 * time.Millisecond) // it is being written
		short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		gone := heard(peer("ann"), "Like", "https://peer.example/2")
		if err := d.Note(short, gone, "noted"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while others write: %v", err)
		}
		release()
		if err := <-first; err != nil {
			t.Error(err)
		}
		if err := d.Note(t.Context(), gone, "noted"); err != nil {
			t.Errorf("once more: %v", err)
		}
	})
}

// What would have to wait too long is turned away at once, and nothing of what was
// not turned away is lost.
func TestFullLineTurnsAway(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		release := hold(t, db)
		var group sync.WaitGroup
		var taken, turned atomic.Int32
		for i := range 1500 {
			group.Go(func() {
				err := d.Note(t.Context(), heard(peer("ann"), "Like", fmt.Sprintf("https://peer.example/%d", i)), "noted")
				switch {
				case err == nil:
					taken.Add(1)
				case errors.Is(err, directory.ErrBusy):
					turned.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		for end := time.Now().Add(10 * time.Second); turned.Load() == 0 && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
		release()
		group.Wait()
		if taken.Load() < 1024 || turned.Load() < 300 {
			t.Errorf("%d taken, %d turned away", taken.Load(), turned.Load())
		}
	})
}
