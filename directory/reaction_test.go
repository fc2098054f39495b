package directory_test

import (
	"errors"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestLikesAndBoostsCountOnceForEach(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben := peer("ann"), peer("ben")
		post := publish(t, d, "sange", directory.Draft{Text: "one"})
		react := func(p directory.Peer, kind, id string, on int64, want error) {
			t.Helper()
			if err := d.React(t.Context(), heard(p, kind, id, "sange"), "sange", on); !errors.Is(err, want) {
				t.Errorf("%s of %s: %v, want %v", kind, p.ID, err, want)
			}
		}
		expect := func(when string, likes, boosts int) {
			t.Helper()
			if got := responses(t, d, "sange", post.ID); got.Likes != likes || got.Boosts != boosts || got.Replies != 0 {
				t.Errorf("%s: %+v, want %d likes and %d boosts", when, got, likes, boosts)
			}
		}
		react(ann, directory.Like, "https://peer.example/like", post.ID, nil)
		react(ann, directory.Like, "https://peer.example/like", post.ID, directory.ErrRepeated)
		react(ann, directory.Like, "https://peer.example/like again", post.ID, nil)
		react(ben, "EmojiReact", "https://peer.example/ben", post.ID, nil)
		react(ann, directory.Announce, "https://peer.example/boost", post.ID, nil)
		react(ann, "Dislike", "https://peer.example/dislike", post.ID, directory.ErrInvalid)
		expect("two like it and one boosts it", 2, 1)
		react(ann, directory.Like, "https://peer.example/introduction", 0, nil)
		if got := responses(t, d, "sange", 0); got.Likes != 1 {
			t.Errorf("the introduction has %+v", got)
		}
		if found, known, err := d.ReactionTo(t.Context(), ann.ID, "https://peer.example/boost"); err != nil || !known || found.Type != directory.Announce || found.PostID != post.ID {
			t.Errorf("what the boost was: %+v, %v, %v", found, known, err)
		}
		undo := func(p directory.Peer, kind, undone, handle string, post int64) {
			t.Helper()
			if err := d.Unreact(t.Context(), heard(p, "Undo "+kind, activity(p), "sange"), kind, undone, handle, post); err != nil {
				t.Error(err)
			}
		}
		undo(ben, directory.Announce, "https://peer.example/boost", "sange", post.ID)
		expect("after an Undo of what somebody else did", 2, 1)
		undo(ann, directory.Announce, "https://peer.example/boost", "", 0)
		expect("after an Undo by its id", 2, 0)
		undo(ann, directory.Like, "https://peer.example/unknown", "sange", post.ID)
		expect("after an Undo by its object", 1, 0)
		if _, known, err := d.ReactionTo(t.Context(), ann.ID, "https://peer.example/like"); err != nil || known {
			t.Errorf("what was undone is still known: %v", err)
		}
		if got := responses(t, d, "sange", 0); got.Likes != 1 {
			t.Errorf("the introduction has %+v after the Undo of another like", got)
		}
		if counted, err := d.Responses(t.Context(), "sange"); err != nil || len(counted) != 0 {
			t.Errorf("the responses to nothing: %+v, %v", counted, err)
		}
		events, err := d.Events(t.Context(), "sange", 2)
		if err != nil || events[0].Effect != "not counted any more" || events[1].Effect != "not counted any more" {
			t.Errorf("events %+v, %v", events, err)
		}
	})
}
