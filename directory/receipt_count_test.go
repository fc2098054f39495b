package directory_test

import (
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// The counts are those of the receipts, before, during and after delivery.
func TestCountsAreThoseOfReceipts(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		count := func(when string, told, awaited, refused int) {
			t.Helper()
			counts, err := d.CountReceipts(t.Context(), "sange", 1)
			all, failed := d.Receipts(t.Context(), "sange", 1)
			if err != nil || failed != nil || len(counts) != 1 {
				t.Fatalf("%s: %+v, %v, %v", when, counts, err, failed)
			}
			c, r := counts[0], all[0]
			if c.Told != told || c.Awaited != awaited || c.Refused != refused || c.Change.ID != r.Change ||
				len(r.Told) != told || len(r.Awaited) != awaited || len(r.Refused) != refused {
				t.Errorf("%s: counted %+v, listed %+v", when, c, r)
			}
		}
		one, two := stranger("one"), stranger("two")
		follow(t, d, one, "sange", activity(one))
		follow(t, d, two, "sange", activity(two))
		deliver(t, d)
		curate(t, d, "sange", map[string]string{"founded": "2001"})
		count("after the edit", 0, 2, 0)
		inboxes := lease(t, d, "here")
		if len(inboxes) != 2 {
			t.Fatalf("leased %+v", inboxes)
		}
		first, last := inboxes[one.Deliverable()], inboxes[two.Deliverable()]
		changes, err := d.OwedChanges(t.Context(), first, 10)
		if err != nil || len(changes) != 1 {
			t.Fatalf("owed %+v, %v", changes, err)
		}
		receipt := directory.Receipt{ChangeID: changes[0].ID, InboxID: first.ID, Outcome: directory.Told, Status: 202, At: changes[0].At}
		if err := d.Took(t.Context(), &first, changes[0].ID, []directory.Receipt{receipt}, 0); err != nil {
			t.Fatal(err)
		}
		count("during delivery", 1, 1, 0)
		if err := d.GiveUp(t.Context(), last, 500, "down"); err != nil {
			t.Fatal(err)
		}
		count("when one is given up", 1, 0, 1)
	})
}
