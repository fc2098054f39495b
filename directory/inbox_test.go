package directory_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"

	"github.com/google/go-cmp/cmp"
)

func peer(name string) directory.Peer {
	return directory.Peer{
		ID: "https://peer.example/users/" + name, Inbox: "https://peer.example/users/" + name + "/inbox",
		SharedInbox: "https://peer.example/inbox", Handle: name + "@peer.example", KeyID: "https://peer.example/users/" + name + "#main-key",
		PublicPEM: "pem", FetchedAt: time.Now().UTC().Truncate(time.Millisecond),
	}
}

// stranger is somebody on a server of their own, without a shared inbox.
func stranger(name string) directory.Peer {
	id := "https://" + name + ".example/actor"
	return directory.Peer{ID: id, Inbox: id + "/inbox", Handle: name + "@" + name + ".example", KeyID: id + "#main-key", PublicPEM: "pem", FetchedAt: time.Now().UTC().Truncate(time.Millisecond)}
}

func follow(t *testing.T, d *directory.Directory, p directory.Peer, handle, id string) {
	t.Helper()
	if err := d.RememberPeer(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if err := d.AddFollower(t.Context(), heard(p, "Follow", id, handle), handle, `{"id":"`+id+`"}`); err != nil {
		t.Fatal(err)
	}
}

// heard is an activity of p about the actors with those handles.
func heard(p directory.Peer, kind, id string, handles ...string) directory.Heard {
	return directory.Heard{Peer: p, ActivityID: id, Type: kind, Handles: handles, Object: "https://coops.example/object"}
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

// deliver tells every inbox what it is owed, as federation does, and returns
// that by address.
func deliver(t *testing.T, d *directory.Directory) map[string][]string {
	t.Helper()
	told := map[string][]string{}
	for url, inbox := range lease(t, d, "deliverer") {
		for {
			head := last(t, d)
			changes, err := d.OwedChanges(t.Context(), inbox, 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(changes) == 0 {
				inbox.Taken = max(inbox.Taken, head)
				break
			}
			for _, c := range changes {
				told[url] = append(told[url], c.Handle+" "+string(c.Kind))
				receipt := directory.Receipt{ChangeID: c.ID, InboxID: inbox.ID, Outcome: directory.Told, At: time.Now().UTC()}
				if err := d.Took(t.Context(), &inbox, c.ID, []directory.Receipt{receipt}, time.Minute); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := d.LetGo(t.Context(), inbox); err != nil {
			t.Fatal(err)
		}
	}
	return told
}

// expectTold delivers, and compares what each inbox was told; want is pairs of
// an address and what it is told.
func expectTold(t *testing.T, d *directory.Directory, when string, want ...string) {
	t.Helper()
	wanted := map[string]string{}
	for i := 0; i < len(want); i += 2 {
		wanted[want[i]] = want[i+1]
	}
	got := map[string]string{}
	for url, told := range deliver(t, d) {
		got[url] = strings.Join(told, ", ")
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("%s, what was told (-want +got):\n%s", when, diff)
	}
}

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
		if err != nil || len(accepts) != 1 || len(accepts[0]) != 1 || accepts[0][0].FollowID != "https://peer.example/1" {
			t.Fatalf("owed Accepts: %+v, %v", accepts, err)
		}
		if err := d.Accepted(t.Context(), accepts[0]...); err != nil {
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

func TestRepeatedFollow(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := peer("ann")
		follow(t, d, ann, "sange", "https://peer.example/1")
		first, err := d.Followers(t.Context(), "sange")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.AddFollower(t.Context(), heard(ann, "Follow", "https://peer.example/1", "sange"), "sange", "{}"); !errors.Is(err, directory.ErrRepeated) {
			t.Errorf("the same activity again: %v", err)
		}
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		follow(t, d, ann, "sange", "https://peer.example/9")
		again, err := d.Followers(t.Context(), "sange")
		if err != nil || len(again) != 1 || again[0].FollowID != "https://peer.example/9" || again[0].Since != first[0].Since || again[0].AcceptedAt != nil {
			t.Errorf("after a second Follow: %+v, %v", again, err)
		}
		if err := d.AddFollower(t.Context(), heard(ann, "Follow", "https://peer.example/10", "nobody"), "nobody", "{}"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("a Follow of nobody: %v", err)
		}
		if err := d.RemoveFollower(t.Context(), heard(ann, "Undo Follow", "https://peer.example/undo", "sange"), "", "https://peer.example/9"); err != nil {
			t.Fatal(err)
		}
		if n, err := d.FollowerCount(t.Context(), "sange"); err != nil || n != 0 {
			t.Errorf("%d followers after Undo: %v", n, err)
		}
	})
}

// TestFollowWaitsForAChangeThatIsBeingWritten: otherwise the follower would be
// owed a change that has been looked through already for whom to wake.
func TestFollowWaitsForAChangeThatIsBeingWritten(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		from := last(t, d)
		numbered, done := make(chan struct{}), make(chan error)
		go func() {
			done <- d.EditSlowly(t.Context(), "sange", "1999", func() { close(numbered); time.Sleep(300 * time.Millisecond) })
		}()
		<-numbered
		follow(t, d, peer("ann"), "sange", "https://peer.example/1")
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		followers, err := d.Followers(t.Context(), "sange")
		if err != nil || len(followers) != 1 || followers[0].Since <= from {
			t.Errorf("the Follow came in before the change: %+v, %v", followers, err)
		}
	})
}

func TestFollowThroughAnotherInboxLosesNothing(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := peer("ann")
		ann.SharedInbox = "" // her server has none yet
		follow(t, d, peer("ben"), "igalia", "https://peer.example/0")
		follow(t, d, ann, "sange", "https://peer.example/1")
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		expectTold(t, d, "through her own inbox", ann.Inbox, "sange changed")
		curate(t, d, "sange", map[string]string{"founded": "2000"})
		curate(t, d, "igalia", map[string]string{"founded": "2002"})
		follow(t, d, peer("ann"), "sange", "https://peer.example/2")
		curate(t, d, "sange", map[string]string{"founded": "2001"})
		expectTold(t, d, "through the shared one", shared, "sange changed, igalia changed, sange changed")
		expectTold(t, d, "a second time")
	})
}

func TestForgottenInboxIsToldAgainWhenSomebodyFollows(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := stranger("ann")
		ann.SharedInbox = "https://ann.example/inbox"
		follow(t, d, ann, "sange", "https://ann.example/1")
		deliver(t, d)
		for _, founded := range []string{"1999", "2000"} {
			curate(t, d, "sange", map[string]string{"founded": founded})
			for _, inbox := range lease(t, d, "one") {
				if err := d.TryAgain(t.Context(), inbox, true, "gone\x00\xff", time.Now().Add(-time.Second)); err != nil {
					t.Fatal(err)
				}
			}
		}
		inbox := lease(t, d, "one")[ann.SharedInbox]
		if !inbox.Gone || inbox.Failures != 2 {
			t.Fatalf("leased %+v", inbox)
		}
		if err := d.ForgetInbox(t.Context(), inbox, 410, "gone\x00\xff"); err != nil {
			t.Fatal(err)
		}
		if n, err := d.FollowerCount(t.Context(), "sange"); err != nil || n != 0 {
			t.Errorf("%d followers through an inbox that is gone: %v", n, err)
		}
		receipts, err := d.Receipts(t.Context(), "sange", 2)
		if err != nil || len(receipts[0].Refused) != 1 || len(receipts[1].Refused) != 1 || receipts[0].Refused[0].Outcome != directory.GivenUp {
			t.Errorf("receipts %+v, %v", receipts, err)
		}
		if err := d.RemoveCoop(t.Context(), "nayra", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		expectTold(t, d, "a farewell while it is gone")
		follow(t, d, ann, "sange", "https://ann.example/2")
		letGo(t, d, lease(t, d, "one")) // her own inbox, for the Accept
		curate(t, d, "sange", map[string]string{"founded": "2001"})
		expectTold(t, d, "when she is back", ann.SharedInbox, "nayra removed, sange changed") // what she may have kept of it
	})
}

func TestFarewellGoesToEveryServerOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben, liked, alone := peer("ann"), peer("ben"), peer("liked"), stranger("alone")
		liked.SharedInbox = "https://liked.example/inbox"
		follow(t, d, ann, "sange", activity(ann))
		follow(t, d, ben, "igalia", activity(ben))
		follow(t, d, alone, "igalia", activity(alone))
		if err := d.React(t.Context(), heard(liked, directory.Like, activity(liked)), "igalia", 0); err != nil {
			t.Fatal(err)
		}
		deliver(t, d)
		if err := d.RemoveCoop(t.Context(), "nayra", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		receipts, err := d.Receipts(t.Context(), "nayra", 1)
		if err != nil || len(receipts[0].Awaited) != 3 {
			t.Errorf("awaited %+v, %v", receipts, err)
		}
		due := lease(t, d, "one")
		if len(due) != 3 {
			t.Errorf("due: %v, want one inbox of each server", due)
		}
		for _, inbox := range due {
			if err := d.Release(t.Context(), inbox); err != nil {
				t.Fatal(err)
			}
		}
		expectTold(t, d, "after the removal", shared, "nayra removed", liked.SharedInbox, "nayra removed", alone.Inbox, "nayra removed")
		follow(t, d, ann, "igalia", activity(ann))
		expectTold(t, d, "when her own inbox is looked at") // it is due for an Accept
		newcomer := stranger("newcomer")
		follow(t, d, newcomer, "sange", activity(newcomer))
		expectTold(t, d, "who came later")
		if receipts, err := d.Receipts(t.Context(), "nayra", 1); err != nil || len(receipts[0].Told) != 3 || len(receipts[0].Awaited) != 0 {
			t.Errorf("receipts %+v, %v", receipts, err)
		}
	})
}

func TestOnlyTheHolderWritesAnInboxOff(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := stranger("ann")
		follow(t, d, ann, "sange", "https://ann.example/1")
		deliver(t, d)
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		lost := lease(t, d, "one")[ann.Inbox]
		if err := d.Release(t.Context(), lost); err != nil {
			t.Fatal(err)
		}
		held := lease(t, d, "two")[ann.Inbox]
		for _, writeOff := range []func(context.Context, directory.Inbox, int, string) error{d.GiveUp, d.ForgetInbox} {
			if err := writeOff(t.Context(), lost, 0, "no answer"); !errors.Is(err, directory.ErrLeaseLost) {
				t.Errorf("whoever lost the lease: %v", err)
			}
		}
		if got := fmt.Sprint(owed(t, d, held)); got != "[sange changed founded]" {
			t.Errorf("owed %s", got)
		}
		if err := d.GiveUp(t.Context(), held, 503, "no answer"); err != nil {
			t.Fatal(err)
		}
		expectTold(t, d, "after it was given up")
		curate(t, d, "sange", map[string]string{"founded": "2000"})
		expectTold(t, d, "after the next change", ann.Inbox, "sange changed")
	})
}

// TestIdleInboxIsBroughtForward: what an inbox is owed is looked for from the
// change that it took last, so that must not stay far behind.
func TestIdleInboxIsBroughtForward(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		idle, behind := stranger("idle"), stranger("behind")
		follow(t, d, idle, "sange", "https://idle.example/1")
		follow(t, d, behind, "igalia", "https://behind.example/1")
		letGo(t, d, lease(t, d, "one"))
		from := last(t, d)
		curate(t, d, "igalia", map[string]string{"founded": "1999"})
		if err := d.WakeInboxes(t.Context()); err != nil {
			t.Fatal(err)
		}
		swept := last(t, d)
		curate(t, d, "sange", map[string]string{"founded": "1999"}) // not looked through yet
		if err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		inboxes := lease(t, d, "one")
		if got := inboxes[idle.Inbox].Taken; got != swept {
			t.Errorf("the idle inbox begins at %d, want %d", got, swept)
		}
		if got := inboxes[behind.Inbox].Taken; got != from {
			t.Errorf("the one that is behind begins at %d, want %d", got, from)
		}
	})
}
