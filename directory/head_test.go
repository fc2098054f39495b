package directory_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// A change of this process is recent at once, however often it is asked, and one of
// another process after a moment.
func TestRecentChange(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		stop := make(chan struct{})
		var group sync.WaitGroup
		group.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					_, _ = d.RecentChange(t.Context())
				}
			}
		})
		for i := range 20 {
			edit := directory.Edit{Source: directory.FromCurator, Set: map[string]string{"founded": fmt.Sprint(1990 + i)}}
			if _, _, err := d.EditCoop(t.Context(), "sange", edit); err != nil {
				t.Fatal(err)
			}
			recent, err := d.RecentChange(t.Context())
			if last, lastErr := d.LastChange(t.Context()); err != nil || lastErr != nil || recent != last {
				t.Fatalf("edit %d: %d (%v), the last one is %d (%v)", i, recent, err, last, lastErr)
			}
		}
		close(stop)
		group.Wait()
		if _, err := db.SQL().Exec(`INSERT INTO changes (handle, version, at, kind, field, before, after, source, origin, effective)
			SELECT handle, version, at, kind, field, before, after, source, origin, effective FROM changes ORDER BY id DESC LIMIT 1`); err != nil { // as another process would
			t.Fatal(err)
		}
		last, err := d.LastChange(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
		if recent, err := d.RecentChange(t.Context()); err != nil || recent != last {
			t.Errorf("another process's change: %d (%v), want %d", recent, err, last)
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
