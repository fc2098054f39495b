package directory_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// However many ask for the last change, and however often, nobody misses one that was
// made before they asked, by this process or another one.
func TestLastChangeIsNeverOld(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		here, stop := directory.New(db), make(chan struct{})
		var group sync.WaitGroup
		defer group.Wait()
		defer close(stop)
		for range 8 {
			group.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						_, _ = here.LastChange(t.Context())
					}
				}
			})
		}
		known, err := here.LastChange(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := range 50 {
			if i%2 == 0 {
				edit := directory.Edit{Source: directory.FromCurator, Set: map[string]string{"founded": fmt.Sprint(1950 + i)}}
				_, _, err = here.EditCoop(t.Context(), "sange", edit)
			} else { // as another process would
				_, err = db.SQL().ExecContext(t.Context(), `INSERT INTO changes (handle, version, at, kind, field, before, after, source, origin, effective)
					SELECT handle, version, at, kind, field, before, after, source, origin, effective FROM changes ORDER BY id DESC LIMIT 1`)
			}
			if err != nil {
				t.Fatal(err)
			}
			last, err := here.LastChange(t.Context())
			if err != nil || last <= known {
				t.Fatalf("change %d: the last one is %d (%v), as before", i, last, err)
			}
			known = last
		}
	})
}

// Whoever asked first and hangs up takes nothing from the others.
func TestLastChangeOfWhoHangsUp(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		gone, hangUp := context.WithCancel(t.Context())
		hangUp()
		for range 20 {
			if _, err := d.LastChange(gone); err == nil {
				continue // it was read before that was noticed
			}
			if n, err := d.LastChange(t.Context()); err != nil || n == 0 {
				t.Fatal(n, err)
			}
		}
	})
}

// Who waits for changes hears of each, once; to wake inboxes is none, or it would be
// done over and over.
func TestChangesAreHeard(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		heard := func() bool {
			select {
			case <-d.Changed():
				return true
			default:
				return false
			}
		}
		heard() // of the bundled list
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		if !heard() || heard() {
			t.Error("an edit is not heard once")
		}
		if err := d.WakeInboxes(t.Context()); err != nil || heard() {
			t.Error("waking inboxes is heard", err)
		}
	})
}
