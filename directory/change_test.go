package directory_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// TestNoCursorSkipsAChange has writers whose transactions stay open for
// different times, so that without the lock a later number would often become
// visible before an earlier one, and a reader that moves on with what it sees.
func TestNoCursorSkipsAChange(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		const writers, edits = 4, 8
		handles := []string{"sange", "igalia", "nayra", "camba"}
		from := last(t, d)
		var group sync.WaitGroup
		for w := range writers {
			group.Go(func() {
				for n := range edits {
					open := time.Duration((w*7+n*3)%11) * time.Millisecond
					if err := d.EditSlowly(t.Context(), handles[w], fmt.Sprint(1900+n), func() { time.Sleep(open) }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		done := make(chan struct{})
		go func() { group.Wait(); close(done) }()
		seen, cursor, over := 0, from, false
		for {
			changes, err := d.ChangesAfter(t.Context(), cursor, 3)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range changes {
				cursor = c.ID
				seen++
			}
			if over && len(changes) == 0 {
				break
			}
			select {
			case <-done:
				over = true
			default:
			}
		}
		if seen != writers*edits {
			t.Errorf("a reader with a cursor saw %d of %d changes", seen, writers*edits)
		}
	})
}
