package directory_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestCoopMovesToItsOwnServer(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		const home = "https://sange.example/actor"
		fan := stranger("fan")
		follow(t, d, fan, "sange", activity(fan))
		deliver(t, d)
		if err := d.MoveCoop(t.Context(), "SANGE", home, "test"); err != nil {
			t.Fatal(err)
		}
		c := coop(t, d, "sange")
		if c.MovedTo != home || !c.Listed() {
			t.Errorf("after the move: %+v", c)
		}
		if entry, err := d.Entry(t.Context(), c); err != nil || entry.MovedTo != home {
			t.Errorf("the entry says %q, %v", entry.MovedTo, err)
		}
		changes, err := d.ChangesAfter(t.Context(), last(t, d)-2, 2)
		if err != nil || changes[0].Field != "moved_to" || changes[0].Version != c.Version || changes[1].Kind != directory.KindMoved || changes[1].After != home {
			t.Errorf("logged %+v, %v", changes, err)
		}
		expectTold(t, d, "after the move", fan.Inbox, "sange changed, sange moved")
		if err := d.MoveCoop(t.Context(), "sange", home, "test"); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("to where it is: %v", err)
		}
		curate(t, d, "sange", map[string]string{"website": "https://sange.example"})
		if posts := said(t, d, "sange"); len(posts) != 0 {
			t.Errorf("it says here: %q", posts)
		}
		expectTold(t, d, "after an edit of the entry", fan.Inbox, "sange changed")
		if err := d.MoveCoop(t.Context(), "sange", "", "test"); err != nil {
			t.Fatal(err)
		}
		expectTold(t, d, "after the move was taken back", fan.Inbox, "sange changed")
		publish(t, d, "sange", directory.Draft{Text: "Back again."})
		if err := d.MoveCoop(t.Context(), "sange", "", "test"); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("taken back twice: %v", err)
		}
		if err := d.RemoveCoop(t.Context(), "nayra", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		var gone *directory.GoneError
		if err := d.MoveCoop(t.Context(), "nayra", home, "test"); !errors.As(err, &gone) {
			t.Errorf("a removed co-op: %v", err)
		}
		if err := d.MoveCoop(t.Context(), "directory", home, "test"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("the directory: %v", err)
		}
	})
}

func moveTo(t *testing.T, d *directory.Directory, from, to directory.Peer) {
	t.Helper()
	if err := d.MoveFollower(t.Context(), heard(from, "Move", activity(from)), to); err != nil {
		t.Fatal(err)
	}
}

func TestMovedFollowerLosesNothingAndHearsNothingTwice(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, home, mate := stranger("ann"), peer("ann"), peer("mate")
		for _, handle := range []string{"sange", "nayra", "camba"} {
			follow(t, d, ann, handle, activity(ann))
		}
		follow(t, d, home, "camba", activity(home))  // who she has become follows one of them already
		follow(t, d, mate, "igalia", activity(mate)) // and somebody there follows others
		follow(t, d, mate, "nayra", activity(mate))
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		expectTold(t, d, "before", ann.Inbox, "sange changed")
		held := lease(t, d, "down") // her old server does not answer any more
		curate(t, d, "sange", map[string]string{"founded": "2000"})
		curate(t, d, "nayra", map[string]string{"founded": "2001"})
		curate(t, d, "camba", map[string]string{"founded": "2002"})
		publish(t, d, "igalia", directory.Draft{Text: "Hello", Mentions: naming(ann)})
		old := lease(t, d, "down")
		if len(held) != 0 || old[ann.Inbox].URL == "" {
			t.Fatal("the old inbox is not due")
		}
		other := old[shared] // the new one is ahead of the old one
		for _, c := range []string{"nayra changed", "camba changed", "igalia posted"} {
			changes, err := d.OwedChanges(t.Context(), other, 1)
			if err != nil || len(changes) != 1 || changes[0].Handle+" "+string(changes[0].Kind) != c {
				t.Fatalf("owed %+v, want %s (%v)", changes, c, err)
			}
			receipt := directory.Receipt{ChangeID: changes[0].ID, InboxID: other.ID, Outcome: directory.Told}
			if err := d.Took(t.Context(), &other, changes[0].ID, []directory.Receipt{receipt}, time.Minute); err != nil {
				t.Fatal(err)
			}
		}
		letGo(t, d, map[string]directory.Inbox{shared: other})
		moveTo(t, d, ann, home)
		if err := d.Release(t.Context(), old[ann.Inbox]); err != nil {
			t.Fatal(err)
		}
		receipts, err := d.Receipts(t.Context(), "sange", 1)
		if err != nil || len(receipts[0].Awaited) != 1 || receipts[0].Awaited[0].Inbox != shared {
			t.Errorf("who awaits the change that she missed: %+v, %v", receipts, err)
		}
		expectTold(t, d, "after the move", shared, "sange changed", ann.Inbox, "igalia posted")
		for _, handle := range []string{"sange", "nayra", "camba"} {
			followers, err := d.Followers(t.Context(), handle)
			if err != nil || slices.ContainsFunc(followers, func(f directory.Follower) bool { return f.PeerID == ann.ID }) ||
				!slices.ContainsFunc(followers, func(f directory.Follower) bool { return f.PeerID == home.ID }) {
				t.Errorf("@%s is followed by %+v, %v", handle, followers, err)
			}
			events, err := d.Events(t.Context(), handle, 1)
			if err != nil || events[0].Type != "Move" || events[0].Effect != "follows as "+home.Handle || events[0].Object != home.ID {
				t.Errorf("@%s heard %+v, %v", handle, events, err)
			}
		}
		curate(t, d, "sange", map[string]string{"founded": "2003"})
		expectTold(t, d, "after the next change", shared, "sange changed")
		moveTo(t, d, home, ann)
		curate(t, d, "sange", map[string]string{"founded": "2004"})
		curate(t, d, "camba", map[string]string{"founded": "2004"})
		expectTold(t, d, "after she went back", ann.Inbox, "sange changed, camba changed")
	})
}

func TestFollowerMovesToANewServer(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, home := stranger("ann"), stranger("home")
		follow(t, d, ann, "sange", activity(ann))
		deliver(t, d)
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		curate(t, d, "igalia", map[string]string{"founded": "1999"})
		moveTo(t, d, ann, home)
		curate(t, d, "sange", map[string]string{"founded": "2000"})
		expectTold(t, d, "after the move", home.Inbox, "sange changed, sange changed")
		for _, inbox := range lease(t, d, "one") {
			t.Errorf("%s is still due", inbox.URL)
		}
		if byKey(t, d, home.KeyID).ID != home.ID {
			t.Error("who she has become is not remembered")
		}
		if err := d.MoveFollower(t.Context(), heard(home, "Move", activity(home)), home); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("a move to itself: %v", err)
		}
		if n, err := d.FollowerCount(t.Context(), "sange"); err != nil || n != 1 {
			t.Errorf("%d followers (%v)", n, err)
		}
	})
}

func TestFollowerMovesWithinTheirServer(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		follow(t, d, peer("ann"), "sange", activity(peer("ann")))
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		moveTo(t, d, peer("ann"), peer("anne"))
		curate(t, d, "sange", map[string]string{"founded": "2000"})
		expectTold(t, d, "after the move", shared, "sange changed, sange changed")
		followers, err := d.Followers(t.Context(), "sange")
		if err != nil || len(followers) != 1 || followers[0].AcceptedAt == nil {
			t.Errorf("who she has become did not ask, and is owed an Accept: %+v, %v", followers, err)
		}
	})
}

// TestMoveOfAFollowerToWhereThePostIsKnown: an inbox that was told of a post
// because somebody is named in it is not told of it again for a new follower.
func TestMoveOfAFollowerToWhereThePostIsKnown(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, home := stranger("ann"), stranger("home")
		follow(t, d, ann, "sange", activity(ann))
		deliver(t, d)
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		publish(t, d, "sange", directory.Draft{Text: "Hello", Mentions: naming(home)})
		down := lease(t, d, "down")
		for url, inbox := range down {
			if url == ann.Inbox {
				continue
			}
			if err := d.Release(t.Context(), inbox); err != nil {
				t.Fatal(err)
			}
		}
		expectTold(t, d, "who is named", home.Inbox, "sange posted")
		moveTo(t, d, ann, home)
		expectTold(t, d, "after the move", home.Inbox, "sange changed")
	})
}
