package directory_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestEventsSayWhoDidWhatAndWhatCameOfIt(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := peer("ann")
		follow(t, d, ann, "sange", "https://peer.example/1")
		h := heard(ann, "Flag", "https://peer.example/2", "sange", "directory")
		if err := d.Note(t.Context(), h, "no effect"); err != nil {
			t.Fatal(err)
		}
		if err := d.Note(t.Context(), h, "no effect"); !errors.Is(err, directory.ErrRepeated) {
			t.Errorf("the same again: %v", err)
		}
		if err := d.RefuseFollower(t.Context(), heard(ann, "Follow", "https://peer.example/3", "instance"), "instance", "{}"); err != nil {
			t.Fatal(err)
		}
		for handle, want := range map[string][]string{"sange": {"Flag: no effect", "Follow: follows"}, "Directory": {"Flag: no effect"}, "instance": {"Follow: rejected"}, "nayra": {}} {
			events, err := d.Events(t.Context(), handle, 10)
			if err != nil || len(events) != len(want) {
				t.Fatalf("@%s heard %+v, %v", handle, events, err)
			}
			for i, e := range events {
				if e.Type+": "+e.Effect != want[i] || e.PeerID != ann.ID || !strings.HasPrefix(e.ActivityID, "https://peer.example/") || e.Object != h.Object || e.At.IsZero() {
					t.Errorf("@%s heard %+v, want %s", handle, e, want[i])
				}
			}
		}
		if events, err := d.Events(t.Context(), "sange", 1); err != nil || len(events) != 1 {
			t.Errorf("%d events, want the newest (%v)", len(events), err)
		}
		if _, err := d.Events(t.Context(), "nobody", 1); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("events of nobody: %v", err)
		}
	})
}

// TestWhatOthersWriteNeedNotBeText: PostgreSQL takes neither zero bytes nor
// what is not UTF-8, and cuts nothing by itself.
func TestWhatOthersWriteNeedNotBeText(t *testing.T) {
	const bad, long = "a\x00b\xff", 2000
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := stranger("ann")
		ann.Name, ann.URL, ann.PublicPEM, ann.ProofKeys, ann.Handle = bad, bad, bad, bad, bad
		h := heard(ann, strings.Repeat("é", 100)+bad, "https://ann.example/1", "sange")
		h.Object = bad + strings.Repeat("é", long)
		if err := d.Note(t.Context(), h, "no effect"); err != nil {
			t.Error(err)
		}
		events, err := d.Events(t.Context(), "sange", 1)
		if err != nil || events[0].Type != strings.Repeat("é", 60) || !strings.HasPrefix(events[0].Object, "ab") || !utf8.ValidString(events[0].Object) {
			t.Errorf("kept as %+v, %v", events, err)
		}
		post := publish(t, d, "sange", directory.Draft{Text: "one", Mentions: []directory.DraftMention{{Account: bad, Peer: ann}}})
		reply := replyOf(ann, 1, "sange", post.ID)
		reply.InReplyTo, reply.URL, reply.Warning, reply.Content, reply.Language = bad, bad, bad, bad, bad
		follow := `{"id":"` + bad + `"}`
		for name, act := range map[string]error{
			"remember":  d.RememberPeer(t.Context(), ann),
			"follow":    d.AddFollower(t.Context(), heard(ann, "Follow", activity(ann)), "sange", follow),
			"refuse":    d.RefuseFollower(t.Context(), heard(ann, "Follow", activity(ann)), "instance", follow),
			"unfollow":  d.RemoveFollower(t.Context(), heard(ann, "Undo Follow", activity(ann)), bad, bad),
			"reply":     d.AddReply(t.Context(), heard(ann, "Create", activity(ann)), reply),
			"edit":      d.EditReply(t.Context(), heard(ann, "Update", activity(ann)), reply),
			"unreact":   d.Unreact(t.Context(), heard(ann, "Undo Like", activity(ann)), directory.Like, bad, "sange", 0),
			"authorize": d.Authorize(t.Context(), heard(ann, "QuoteRequest", activity(ann)), quoteOf(ann, "sange", post.ID), follow),
			"report":    d.AddReport(t.Context(), heard(ann, "Flag", activity(ann)), bad, []directory.ReportObject{{Object: bad}}),
			"forget":    d.ForgetNote(t.Context(), heard(ann, "Delete", activity(ann)), bad),
			"followed":  second(d.FollowedBy(t.Context(), ann.ID, bad)),
		} {
			if act != nil {
				t.Errorf("%s: %v", name, act)
			}
		}
		if _, _, err := d.ReactionTo(t.Context(), ann.ID, bad); err != nil {
			t.Errorf("a reaction: %v", err)
		}
		if p := byKey(t, d, bad); p.ID != "" {
			t.Errorf("a key: %+v", p)
		}
		for name, act := range map[string]error{
			"reply":   second(d.ReplyByID(t.Context(), bad)),
			"picture": second(d.Picture(t.Context(), bad)),
			"hide":    d.HideReply(t.Context(), operator, "sange", bad, true),
			"co-op":   second(d.Coop(t.Context(), bad)),
		} {
			if !errors.Is(act, directory.ErrNotFound) {
				t.Errorf("%s: %v, want ErrNotFound", name, act)
			}
		}
		for _, id := range []string{"https://ann.example/" + bad, "https://ann.example/" + strings.Repeat("x", long)} {
			p := ann
			p.ID = id
			badReply, badLeave := reply, quoteOf(ann, "sange", post.ID)
			badReply.ID, badLeave.Interacting = id, id
			for name, act := range map[string]error{
				"activity":  d.Note(t.Context(), heard(ann, "Like", id), ""),
				"actor":     d.Note(t.Context(), heard(p, "Like", activity(ann)), ""),
				"remember":  d.RememberPeer(t.Context(), p),
				"moved to":  d.MoveFollower(t.Context(), heard(ann, "Move", activity(ann)), p),
				"move":      d.MoveCoop(t.Context(), "sange", id, "test"),
				"reply":     d.AddReply(t.Context(), heard(ann, "Create", activity(ann)), badReply),
				"edit":      d.EditReply(t.Context(), heard(ann, "Update", activity(ann)), badReply),
				"authorize": d.Authorize(t.Context(), heard(ann, "QuoteRequest", activity(ann)), badLeave, "{}"),
			} {
				if !errors.Is(act, directory.ErrInvalid) {
					t.Errorf("%s %.40q: %v, want ErrInvalid", name, id, act)
				}
			}
		}
	})
}
