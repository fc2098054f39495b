package directory_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func peer(name string) directory.Peer {
	return directory.Peer{
		ID: "https://peer.example/users/" + name, Inbox: "https://peer.example/users/" + name + "/inbox",
		SharedInbox: "https://peer.example/inbox", Handle: name + "@peer.example", KeyID: "https://peer.example/users/" + name + "#main-key",
		PublicPEM: "pem", FetchedAt: time.Now().UTC().Truncate(time.Millisecond),
	}
}

func follow(t *testing.T, d *directory.Directory, p directory.Peer, handle, id string) {
	t.Helper()
	if err := d.RememberPeer(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if err := d.AddFollower(t.Context(), handle, p, id, `{"id":"`+id+`"}`); err != nil {
		t.Fatal(err)
	}
}

// lease wakes and leases everything that is due, by inbox address.
func lease(t *testing.T, d *directory.Directory, holder string) map[string]directory.Inbox {
	t.Helper()
	if err := d.WakeInboxes(t.Context()); err != nil {
		t.Fatal(err)
	}
	leased, err := d.LeaseInboxes(t.Context(), holder, 100, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	inboxes := map[string]directory.Inbox{}
	for _, inbox := range leased {
		inboxes[inbox.URL] = inbox
	}
	return inboxes
}

func letGo(t *testing.T, d *directory.Directory, inboxes map[string]directory.Inbox) {
	t.Helper()
	for _, inbox := range inboxes {
		if err := d.LetGo(t.Context(), inbox); err != nil {
			t.Fatal(err)
		}
	}
}

func owed(t *testing.T, d *directory.Directory, inbox directory.Inbox) []string {
	t.Helper()
	changes, err := d.OwedChanges(t.Context(), inbox, 100)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, c := range changes {
		rows = append(rows, c.Handle+" "+string(c.Kind)+" "+c.Field)
	}
	return rows
}

const shared = "https://peer.example/inbox"

func TestFollowerIsOwedAnAcceptAndThenWhatChanges(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben := peer("ann"), peer("ben")
		curate(t, d, "sange", map[string]string{"founded": "1998"})
		follow(t, d, ann, "sange", "https://peer.example/1")
		follow(t, d, ben, "igalia", "https://peer.example/2")
		leased := lease(t, d, "one")
		if len(leased) != 2 {
			t.Fatalf("leased %v, want the two own inboxes", leased)
		}
		accepts, err := d.OwedAccepts(t.Context(), leased[ann.Inbox].ID)
		if err != nil || len(accepts) != 1 || accepts[0].FollowID != "https://peer.example/1" {
			t.Fatalf("owed Accepts: %+v, %v", accepts, err)
		}
		if err := d.Accepted(t.Context(), accepts[0]); err != nil {
			t.Fatal(err)
		}
		letGo(t, d, leased)
		if again := lease(t, d, "one"); len(again) != 0 {
			t.Errorf("still due: %v", again)
		}
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		curate(t, d, "nayra", map[string]string{"founded": "1999"})
		leased = lease(t, d, "one")
		if len(leased) != 1 {
			t.Fatalf("leased %v, want the shared inbox", leased)
		}
		if got := fmt.Sprint(owed(t, d, leased[shared])); got != "[sange changed founded]" {
			t.Errorf("owed %s", got)
		}
	})
}

func TestLeaseIsForOneHolder(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		follow(t, d, peer("ann"), "sange", "https://peer.example/1")
		first := lease(t, d, "one")[peer("ann").Inbox]
		if second := lease(t, d, "two"); len(second) != 0 {
			t.Errorf("a second process leased %v", second)
		}
		time.Sleep(5 * time.Millisecond)
		if err := d.Took(t.Context(), &first, first.Taken, nil, -time.Second); err != nil {
			t.Fatal(err)
		}
		if taken := lease(t, d, "two"); len(taken) != 1 {
			t.Errorf("after the lease ended the second process leased %v", taken)
		}
		if err := d.Took(t.Context(), &first, first.Taken, nil, time.Minute); !errors.Is(err, directory.ErrLeaseLost) {
			t.Errorf("the first holder went on: %v", err)
		}
	})
}

func TestChangeWhileTheInboxIsLeasedIsNotLost(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		follow(t, d, peer("ann"), "sange", "https://peer.example/1")
		letGo(t, d, lease(t, d, "one"))
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		held := lease(t, d, "one")
		curate(t, d, "sange", map[string]string{"founded": "2000"})
		if err := d.WakeInboxes(t.Context()); err != nil {
			t.Fatal(err)
		}
		letGo(t, d, held)
		if again := lease(t, d, "one"); len(again) != 1 {
			t.Errorf("due after letting go: %v, want the inbox", again)
		}
	})
}

func TestFailingInboxWaits(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		follow(t, d, peer("ann"), "sange", "https://peer.example/1")
		letGo(t, d, lease(t, d, "one"))
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		for _, inbox := range lease(t, d, "one") {
			if err := d.TryAgain(t.Context(), inbox, false, "no answer", time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		curate(t, d, "sange", map[string]string{"founded": "2000"})
		if due := lease(t, d, "one"); len(due) != 0 {
			t.Errorf("a new change made the failing inbox due: %v", due)
		}
	})
}

func TestTidyForgetsWhoFollowsNobody(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben, old := peer("ann"), peer("ben"), peer("old")
		ann.FetchedAt = ann.FetchedAt.AddDate(0, -1, 0)
		old.FetchedAt = ann.FetchedAt
		follow(t, d, ann, "sange", "https://peer.example/1")
		for _, p := range []directory.Peer{ben, old} {
			if err := d.RememberPeer(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		for key, want := range map[string]error{ann.KeyID: nil, ben.KeyID: nil, old.KeyID: directory.ErrNotFound} {
			if _, err := d.PeerByKey(t.Context(), key); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", key, err, want)
			}
		}
	})
}

func TestRepeatedFollow(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := peer("ann")
		follow(t, d, ann, "sange", "https://peer.example/1")
		first, err := d.Followers(t.Context(), "sange")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.AddFollower(t.Context(), "sange", ann, "https://peer.example/1", "{}"); !errors.Is(err, directory.ErrRepeated) {
			t.Errorf("the same activity again: %v", err)
		}
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		follow(t, d, ann, "sange", "https://peer.example/9")
		again, err := d.Followers(t.Context(), "sange")
		if err != nil || len(again) != 1 || again[0].FollowID != "https://peer.example/9" || again[0].Since != first[0].Since || again[0].AcceptedAt != nil {
			t.Errorf("after a second Follow: %+v, %v", again, err)
		}
		if err := d.AddFollower(t.Context(), "nobody", ann, "https://peer.example/10", "{}"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("a Follow of nobody: %v", err)
		}
		if err := d.RemoveFollower(t.Context(), "", ann.ID, "https://peer.example/9", "https://peer.example/undo"); err != nil {
			t.Fatal(err)
		}
		if n, err := d.FollowerCount(t.Context(), "sange"); err != nil || n != 0 {
			t.Errorf("%d followers after Undo: %v", n, err)
		}
	})
}
