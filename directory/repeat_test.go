package directory_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// An answer that comes again, in other activities, is not another one: neither beside a
// new one, nor when its author has as many as are shown.
func TestRepeatedAnswersDoNotCount(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d, ann := directory.New(db), peer("ann")
		add := func(note int) {
			if err := d.AddReply(t.Context(), heard(ann, "Create", activity(ann), "sange"), replyOf(ann, note, "sange", 0)); err != nil {
				t.Error(err)
			}
		}
		for note := range 99 {
			add(note)
		}
		var all sync.WaitGroup
		release := hold(t, db)
		for _, note := range []int{0, 1, 2, 99, 3, 99} { // the first is written alone, the others together
			all.Go(func() { add(note) })
			time.Sleep(20 * time.Millisecond)
		}
		release()
		all.Wait()
		add(99)
		add(100)
		events, err := d.Events(t.Context(), "sange", 8)
		if err != nil {
			t.Fatal(err)
		}
		var effects []string
		for _, e := range events {
			effects = append(effects, e.Effect)
		}
		const want = "[too many replies shown already shown already shown already shown shown already shown already shown already]"
		if fmt.Sprint(effects) != want {
			t.Errorf("newest first %v, want %s", effects, want)
		}
	})
}
