package directory_test

import (
	"errors"
	"slices"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

var curator = directory.Actor{Name: "a test"}

func block(t *testing.T, d *directory.Directory, handle string, p directory.Peer) {
	t.Helper()
	if err := d.BlockSender(t.Context(), curator, handle, p.ID); err != nil {
		t.Fatal(err)
	}
}

// effects are what came of what an actor heard, newest first.
func effects(t *testing.T, d *directory.Directory, handle string) (effects []string) {
	t.Helper()
	events, err := d.Events(t.Context(), handle, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		effects = append(effects, e.Type+" "+e.Effect)
	}
	return effects
}

func answersOwed(t *testing.T, d *directory.Directory, inbox string) (types []string) {
	t.Helper()
	for url, leased := range lease(t, d, t.Name()) {
		if url != inbox {
			continue
		}
		owed, err := d.OwedAnswers(t.Context(), leased.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range owed {
			types = append(types, a.Type)
		}
	}
	return types
}

// What a blocked sender had of a co-op ends, and what it says has no effect,
// while its neighbour and another co-op hear and are heard as before.
func TestBlockedSenderIsNotHeard(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben := peer("ann"), peer("ben")
		post, other := publish(t, d, "sange", directory.Draft{Text: "one"}), publish(t, d, "igalia", directory.Draft{Text: "two"})
		for _, p := range []directory.Peer{ann, ben} {
			follow(t, d, p, "sange", activity(p))
			answer(t, d, p, post)
		}
		answer(t, d, ann, other)
		block(t, d, "sange", ann)
		if err := d.BlockSender(t.Context(), curator, "sange", ann.ID); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("blocked twice: %v", err)
		}
		if got := answersOwed(t, d, ann.Inbox); !slices.Equal(got, []string{"Reject", "Block"}) {
			t.Errorf("it is told %v", got)
		}
		for i, act := range []error{
			d.AddFollower(t.Context(), heard(ann, "Follow", activity(ann), "sange"), "sange", `{"type":"Follow"}`),
			d.React(t.Context(), heard(ann, "Like", activity(ann), "sange"), "sange", post.ID),
			d.React(t.Context(), heard(ann, "Announce", activity(ann), "sange"), "sange", post.ID),
			d.AddReply(t.Context(), heard(ann, "Create", activity(ann), "sange", "igalia"), replyOf(ann, "after", "sange", post.ID)),
			d.Note(t.Context(), heard(ann, "Create", activity(ann), "sange"), "named"),
			d.Authorize(t.Context(), heard(ann, "QuoteRequest", activity(ann), "sange"), directory.Authorization{Handle: "sange", Type: directory.QuoteAuthorization, Interacting: ann.ID + "/quote", PostID: post.ID}, "{}"),
		} {
			if act != nil {
				t.Errorf("%d: %v", i, act)
			}
		}
		want := []string{"QuoteRequest blocked", "Create blocked", "Create blocked", "Announce blocked", "Like blocked", "Follow blocked"}
		if got := effects(t, d, "sange"); !slices.Equal(got[:len(want)], want) {
			t.Errorf("what came of it: %v", got)
		}
		if got := effects(t, d, "igalia")[0]; got != "Create named" {
			t.Errorf("who is named beside it hears %s", got)
		}
		if got := responses(t, d, "sange", post.ID); got != (directory.Response{Replies: 1}) || len(replies(t, d, "sange", post.ID, true)) != 1 {
			t.Errorf("shown: %+v", got)
		}
		if all, err := d.AllReplies(t.Context(), "sange", 10); err != nil || len(all) != 1 || all[0].PeerID != ben.ID {
			t.Errorf("at the desk: %+v, %v", all, err)
		}
		if len(replies(t, d, "igalia", other.ID, false)) != 1 {
			t.Error("another co-op lost its reply")
		}
		followers, err := d.Followers(t.Context(), "sange")
		if err != nil || len(followers) != 1 || followers[0].PeerID != ben.ID {
			t.Errorf("followers: %+v, %v", followers, err)
		}
	})
}

// A blocked sender can take back what it did.
func TestBlockedSenderTakesBack(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := peer("ann")
		post := publish(t, d, "sange", directory.Draft{Text: "one"})
		if err := d.React(t.Context(), heard(ann, "Like", "https://peer.example/like", "sange"), "sange", post.ID); err != nil {
			t.Fatal(err)
		}
		id := answer(t, d, ann, post)
		block(t, d, "sange", ann)
		if err := d.Unreact(t.Context(), heard(ann, "Undo Like", activity(ann), "sange"), directory.Like, "https://peer.example/like", "sange", post.ID); err != nil {
			t.Fatal(err)
		}
		if err := d.ForgetNote(t.Context(), heard(ann, "Delete", activity(ann)), id); err != nil {
			t.Fatal(err)
		}
		if got := effects(t, d, "sange")[:2]; !slices.Equal(got, []string{"Delete forgotten", "Undo Like not counted any more"}) {
			t.Errorf("what came of it: %v", got)
		}
		if got := responses(t, d, "sange", post.ID); got.Likes != 0 {
			t.Errorf("counted: %+v", got)
		}
	})
}

func TestUnblockShowsRepliesAgain(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := peer("ann")
		post := publish(t, d, "sange", directory.Draft{Text: "one"})
		follow(t, d, ann, "sange", activity(ann))
		answer(t, d, ann, post)
		block(t, d, "sange", ann)
		if err := d.UnblockSender(t.Context(), curator, "igalia", ann.ID); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("another co-op unblocks: %v", err)
		}
		if err := d.UnblockSender(t.Context(), curator, "Sange", ann.ID); err != nil {
			t.Fatal(err)
		}
		if len(replies(t, d, "sange", post.ID, false)) != 1 {
			t.Error("the reply is not shown again")
		}
		if n, err := d.FollowerCount(t.Context(), "sange"); err != nil || n != 0 {
			t.Errorf("%d follow again by themselves (%v)", n, err)
		}
		follow(t, d, ann, "sange", activity(ann))
		if blocks, err := d.Blocks(t.Context(), "sange"); err != nil || len(blocks) != 0 {
			t.Errorf("still blocked: %+v, %v", blocks, err)
		}
		log, err := d.AuditLog(t.Context(), "sange", 10)
		if err != nil || len(log) != 3 || log[0].Act != "unblocked a sender" || log[1].Act != "blocked a sender" || log[1].Detail != ann.ID || log[1].Who != curator.Name {
			t.Errorf("audited: %+v, %v", log, err)
		}
	})
}

// Whom a blocked sender becomes is blocked as well, and loses what it had.
func TestBlockSurvivesAMove(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, anna := peer("ann"), stranger("anna")
		follow(t, d, ann, "igalia", activity(ann))
		follow(t, d, anna, "sange", activity(anna))
		if err := d.React(t.Context(), heard(ann, "Like", activity(ann), "sange"), "sange", 0); err != nil {
			t.Fatal(err)
		}
		block(t, d, "sange", ann)
		if err := d.MoveFollower(t.Context(), heard(ann, "Move", activity(ann)), anna); err != nil {
			t.Fatal(err)
		}
		if err := d.AddFollower(t.Context(), heard(anna, "Follow", activity(anna), "sange"), "sange", `{"type":"Follow"}`); err != nil {
			t.Fatal(err)
		}
		for handle, want := range map[string]int{"sange": 0, "igalia": 1} {
			if n, err := d.FollowerCount(t.Context(), handle); err != nil || n != want {
				t.Errorf("%d follow %s (%v), want %d", n, handle, err, want)
			}
		}
		if got := effects(t, d, "sange")[:2]; !slices.Equal(got, []string{"Follow blocked", "Move blocked"}) {
			t.Errorf("what came of it: %v", got)
		}
		if log, err := d.AuditLog(t.Context(), "sange", 1); err != nil || log[0].Who != "Coopverse" {
			t.Errorf("audited: %+v, %v", log, err)
		}
	})
}

// Only the deletion of a post is told to somebody who liked it and was blocked;
// and the co-op names nobody whom it has blocked.
func TestBlockedSenderIsNotTold(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := peer("ann")
		post := publish(t, d, "sange", directory.Draft{Text: "one"})
		if err := d.React(t.Context(), heard(ann, "Like", activity(ann), "sange"), "sange", post.ID); err != nil {
			t.Fatal(err)
		}
		block(t, d, "sange", ann)
		if _, err := d.EditPost(t.Context(), operator, "sange", post.ID, directory.Draft{Text: "two"}, "test"); err != nil {
			t.Fatal(err)
		}
		if inbox, woken := lease(t, d, "after the edit")[ann.SharedInbox]; woken {
			t.Errorf("owed the edit: %v", owed(t, d, inbox))
		}
		naming := directory.Draft{Text: "Hello @ann@peer.example", Mentions: []directory.DraftMention{{Account: "ann@peer.example", Peer: ann}}}
		if _, err := d.Publish(t.Context(), operator, "sange", naming, "test"); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("named: %v", err)
		}
		if _, err := d.Publish(t.Context(), operator, "igalia", naming, "test"); err != nil {
			t.Errorf("named by another co-op: %v", err)
		}
		if err := d.DeletePost(t.Context(), operator, "sange", post.ID, "test"); err != nil {
			t.Fatal(err)
		}
		if got := owed(t, d, lease(t, d, "after the deletion")[ann.SharedInbox]); !slices.Contains(got, "sange post deleted post") {
			t.Errorf("owed %v", got)
		}
	})
}

// Leave that was given is taken back, and no more is given.
func TestBlockedSenderLosesLeave(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := peer("ann")
		ask := func(list string) {
			t.Helper()
			leave := directory.Authorization{Handle: directory.DirectoryHandle, Type: directory.FeatureAuthorization, Interacting: ann.ID + list}
			if err := d.Authorize(t.Context(), heard(ann, "FeatureRequest", activity(ann), directory.DirectoryHandle), leave, "{}"); err != nil {
				t.Fatal(err)
			}
		}
		ask("/one")
		if _, err := d.Authorization(t.Context(), directory.DirectoryHandle, 1); err != nil {
			t.Fatal(err)
		}
		block(t, d, directory.DirectoryHandle, ann)
		ask("/two")
		for id := range int64(2) {
			if _, err := d.Authorization(t.Context(), directory.DirectoryHandle, id+1); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("leave %d: %v", id+1, err)
			}
		}
	})
}
