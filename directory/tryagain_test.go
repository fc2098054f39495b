package directory_test

import (
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// A server that was left alone because it failed is asked at once for who follows from
// there: it has just spoken. What was asked to be left alone for a while is, and a like
// is owed nothing.
func TestWhoSpeaksIsThereAgain(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d, ann := directory.New(db), peer("ann")
		leave := func(failures string) {
			for _, statement := range []string{
				"DELETE FROM peer_hosts",
				"INSERT INTO peer_hosts (host, signature, failures, closed_until) VALUES ('peer.example', '', " + failures + ", '" + time.Now().Add(time.Hour).UTC().Format("2006-01-02 15:04:05.999+00:00") + "')",
			} {
				if _, err := db.SQL().Exec(statement); err != nil {
					t.Fatal(err)
				}
			}
		}
		leased := func() int {
			inboxes, err := d.LeaseInboxes(t.Context(), "one", 10, time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			return len(inboxes)
		}
		leave("1")
		follow(t, d, ann, "sange", activity(ann))
		if n := leased(); n != 0 {
			t.Errorf("%d inboxes of a server are told that asked to be left alone", n)
		}
		leave("5")
		if err := d.React(t.Context(), heard(ann, directory.Like, activity(ann), "sange"), "sange", 0); err != nil {
			t.Fatal(err)
		}
		if n := leased(); n != 0 {
			t.Errorf("%d inboxes are told after a like", n)
		}
		follow(t, d, ann, "sange", activity(ann))
		if n := leased(); n != 1 {
			t.Errorf("%d inboxes are told after a Follow, want 1", n)
		}
		leave("5")
		if err := d.RefuseFollower(t.Context(), heard(ann, "Follow", activity(ann)), "instance", "{}"); err != nil {
			t.Fatal(err)
		}
		if n := leased(); n != 1 {
			t.Errorf("%d inboxes are told after what is answered alone, want 1", n)
		}
	})
}

// An Accept that was taken is that of one Follow, also among others.
func TestAcceptsAreNotedTogether(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben := peer("ann"), peer("ben")
		follow(t, d, ann, "sange", "https://peer.example/1")
		follow(t, d, ben, "sange", "https://peer.example/2")
		before, err := d.Followers(t.Context(), "sange")
		if err != nil || len(before) != 2 {
			t.Fatalf("%v, %v", before, err)
		}
		follow(t, d, ann, "sange", "https://peer.example/3") // and is owed another Accept
		if err := d.Accepted(t.Context(), before...); err != nil {
			t.Fatal(err)
		}
		after, err := d.Followers(t.Context(), "sange")
		if err != nil || len(after) != 2 {
			t.Fatalf("%v, %v", after, err)
		}
		for _, f := range after {
			if accepted := f.AcceptedAt != nil; accepted != (f.PeerID == ben.ID) {
				t.Errorf("%s is accepted: %v", f.PeerID, accepted)
			}
		}
	})
}
