package directory_test

import (
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// The counts are those of the receipts, before, during and after delivery, and count servers
// and not inboxes.
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
				r.Servers != (directory.ServerCounts{Told: told, Awaited: awaited, Refused: refused}) {
				t.Errorf("%s: counted %+v, listed %+v", when, c, r)
			}
		}
		one, two := stranger("one"), stranger("two")
		besides := stranger("two") // on the same server, with an inbox of its own
		besides.ID, besides.Inbox, besides.SharedInbox = besides.ID+"/besides", besides.Inbox+"/besides", ""
		follow(t, d, one, "sange", activity(one))
		follow(t, d, two, "sange", activity(two))
		follow(t, d, besides, "sange", activity(besides))
		deliver(t, d)
		curate(t, d, "sange", map[string]string{"founded": "2001"})
		count("after the edit", 0, 2, 0)
		inboxes := lease(t, d, "here")
		if len(inboxes) != 3 {
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
		count("when one of two inboxes is given up", 1, 1, 0)
		if err := d.GiveUp(t.Context(), inboxes[besides.Inbox], 500, "down"); err != nil {
			t.Fatal(err)
		}
		count("when both are given up", 1, 0, 1)
		receipt.InboxID = inboxes[besides.Inbox].ID
		if err := d.Took(t.Context(), &first, changes[0].ID, []directory.Receipt{receipt}, 0); err != nil {
			t.Fatal(err)
		}
		count("when one of the two took it after all", 2, 0, 0)
		entry, err := d.Entry(t.Context(), coop(t, d, "sange"))
		if err != nil || entry.Told == nil || entry.Told.Told != 2 || entry.Told.Change != changes[0].ID {
			t.Errorf("the entry says %+v, %v", entry.Told, err)
		}
		curate(t, d, "sange", map[string]string{"founded": "2002"})
		counts, err := d.CountReceipts(t.Context(), "sange", 1)
		if err != nil {
			t.Fatal(err)
		}
		receipt.ChangeID = counts[0].Change.ID
		if err := d.Took(t.Context(), &first, receipt.ChangeID, []directory.Receipt{receipt}, 0); err != nil {
			t.Fatal(err)
		}
		count("when one of two inboxes took the next one", 0, 1, 0)
	})
}
