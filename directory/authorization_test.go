package directory_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// ask has p ask for leave, and returns its answer. Without one it is nil.
func ask(t *testing.T, d *directory.Directory, p directory.Peer, a directory.Authorization) *directory.Answer {
	t.Helper()
	h := heard(p, "Request", activity(p), a.Handle)
	if err := d.Authorize(t.Context(), h, a, `{"id":"`+h.ActivityID+`"}`); err != nil {
		t.Fatal(err)
	}
	return newestAnswer(t, d, p)
}

// newestAnswer notes that all that p is owed was sent, and returns the last of it.
func newestAnswer(t *testing.T, d *directory.Directory, p directory.Peer) (newest *directory.Answer) {
	t.Helper()
	for url, inbox := range lease(t, d, "answers") {
		answers, err := d.OwedAnswers(t.Context(), inbox.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range answers {
			if url == p.Inbox || url == p.SharedInbox {
				newest = &a
			}
			if err := d.Answered(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.LetGo(t.Context(), inbox); err != nil {
			t.Fatal(err)
		}
	}
	return newest
}

func quoteOf(p directory.Peer, handle string, post int64) directory.Authorization {
	return directory.Authorization{Handle: handle, Type: directory.QuoteAuthorization, PostID: post, Interacting: fmt.Sprintf("%s/quotes/%d", p.ID, post)}
}

func featuring(p directory.Peer, handle string) directory.Authorization {
	return directory.Authorization{Handle: handle, Type: directory.FeatureAuthorization, Interacting: p.ID + "/collection"}
}

// quote has p be given leave to quote a post.
func quote(t *testing.T, d *directory.Directory, p directory.Peer, post directory.Post) {
	t.Helper()
	if a := ask(t, d, p, quoteOf(p, post.Handle, post.ID)); a == nil || a.Type != "Accept" {
		t.Fatalf("%s may not quote post %d: %+v", p.ID, post.ID, a)
	}
}

func TestPolicyGivesLeaveAndTakesItBack(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := peer("ann")
		post := publish(t, d, "sange", directory.Draft{Text: "one"})
		quote := ask(t, d, ann, quoteOf(ann, "sange", post.ID))
		if quote.Type != "Accept" || quote.Handle != "sange" || !strings.Contains(quote.Request, ann.ID) || quote.AuthorizationID == 0 {
			t.Fatalf("asked to quote: %+v", quote)
		}
		leave, err := d.Authorization(t.Context(), "sange", quote.AuthorizationID)
		if err != nil || leave.Interacting != quoteOf(ann, "", post.ID).Interacting || leave.PeerID != ann.ID || leave.PostID != post.ID {
			t.Errorf("the leave is %+v, %v", leave, err)
		}
		if again := ask(t, d, ann, quoteOf(ann, "sange", post.ID)); again == nil || again.AuthorizationID != quote.AuthorizationID {
			t.Errorf("asked again: %+v, want the same leave", again)
		}
		if a := ask(t, d, ann, featuring(ann, "sange")); a.Type != "Reject" || a.AuthorizationID != 0 {
			t.Errorf("asked to feature a co-op that has not said yes: %+v", a)
		}
		curate(t, d, "sange", map[string]string{"featurable": "true"})
		feature := ask(t, d, ann, featuring(ann, "sange"))
		if feature.Type != "Accept" || feature.AuthorizationID == quote.AuthorizationID {
			t.Fatalf("asked to feature: %+v", feature)
		}
		if _, err := d.Authorization(t.Context(), "nayra", quote.AuthorizationID); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("another's leave: %v", err)
		}

		curate(t, d, "sange", map[string]string{"quotable": "false"})
		if a := newestAnswer(t, d, ann); a == nil || a.Type != "Delete" || a.AuthorizationID != quote.AuthorizationID {
			t.Errorf("nobody was told that the leave is taken back: %+v", a)
		}
		if _, err := d.Authorization(t.Context(), "sange", quote.AuthorizationID); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("leave that was taken back: %v", err)
		}
		if a, err := d.AuthorizationByID(t.Context(), quote.AuthorizationID); err != nil || a.RevokedAt == nil {
			t.Errorf("what its Delete is about: %+v, %v", a, err)
		}
		if _, err := d.Authorization(t.Context(), "sange", feature.AuthorizationID); err != nil {
			t.Errorf("the other leave: %v", err)
		}
		if a := ask(t, d, ann, quoteOf(ann, "sange", post.ID)); a.Type != "Reject" {
			t.Errorf("asked to quote who does not want it: %+v", a)
		}
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		if a := newestAnswer(t, d, ann); a != nil {
			t.Errorf("told twice: %+v", a)
		}
		curate(t, d, "sange", map[string]string{"quotable": "true"})
		if a := ask(t, d, ann, quoteOf(ann, "sange", post.ID)); a.Type != "Accept" || a.AuthorizationID != quote.AuthorizationID {
			t.Errorf("asked when it is wanted again: %+v", a)
		}
		if _, err := d.Authorization(t.Context(), "sange", quote.AuthorizationID); err != nil {
			t.Errorf("leave that was given again: %v", err)
		}
	})
}

func TestWhoMayBeQuotedAndFeatured(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := peer("ann")
		curate(t, d, "nayra", map[string]string{"featurable": "true"})
		if err := d.MoveCoop(t.Context(), "nayra", "https://nayra.example/actor", "test"); err != nil {
			t.Fatal(err)
		}
		if err := d.RemoveCoop(t.Context(), "camba", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			asked directory.Authorization
			want  string
		}{
			{quoteOf(ann, "sange", 0), "Accept"},
			{quoteOf(ann, "directory", 0), "Accept"},
			{quoteOf(ann, "nayra", 0), "Accept"}, // what it has said here is here
			{featuring(ann, "nayra"), "Reject"},
			{featuring(ann, "directory"), "Accept"},
			{featuring(ann, "france"), "Accept"},
			{featuring(ann, "instance"), "Reject"},
		} {
			if a := ask(t, d, ann, c.asked); a == nil || a.Type != c.want {
				t.Errorf("%s of %s: %+v, want %s", c.asked.Type, c.asked.Handle, a, c.want)
			}
		}
		var gone *directory.GoneError
		for asked, want := range map[directory.Authorization]func(error) bool{
			quoteOf(ann, "sange", 7):    func(err error) bool { return errors.Is(err, directory.ErrNotFound) },
			quoteOf(ann, "instance", 0): func(err error) bool { return errors.Is(err, directory.ErrNotFound) },
			featuring(ann, "nobody"):    func(err error) bool { return errors.Is(err, directory.ErrNotFound) },
			featuring(ann, "camba"):     func(err error) bool { return errors.As(err, &gone) },
			quoteOf(ann, "camba", 0):    func(err error) bool { return errors.As(err, &gone) },
		} {
			if err := d.Authorize(t.Context(), heard(ann, "Request", activity(ann)), asked, "{}"); !want(err) {
				t.Errorf("%s of %s: %v", asked.Type, asked.Handle, err)
			}
		}
		err := d.Authorize(t.Context(), heard(ann, "Request", activity(ann)), quoteOf(ann, "sange", 0), strings.Repeat("x", 50_000))
		if !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("a request that no answer could hold: %v", err)
		}
	})
}

func TestLeaveEndsWithWhatItIsFor(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben := peer("ann"), peer("ben")
		curate(t, d, "sange", map[string]string{"featurable": "true"})
		post := publish(t, d, "sange", directory.Draft{Text: "one"})
		quote := ask(t, d, ann, quoteOf(ann, "sange", post.ID)).AuthorizationID
		other := ask(t, d, ben, quoteOf(ben, "sange", post.ID)).AuthorizationID
		feature := ask(t, d, ben, featuring(ben, "sange")).AuthorizationID
		if err := d.ForgetNote(t.Context(), heard(ann, "Delete", activity(ann)), quoteOf(ann, "", post.ID).Interacting); err != nil {
			t.Fatal(err)
		}
		if events, err := d.Events(t.Context(), "sange", 1); err != nil || events[0].Effect != "forgotten" {
			t.Errorf("the co-op does not see it: %+v, %v", events, err)
		}
		stands := func(when string, want map[int64]bool) {
			t.Helper()
			for id, stands := range want {
				if _, err := d.Authorization(t.Context(), "sange", id); stands != (err == nil) {
					t.Errorf("%s, leave %d: %v, want it to stand: %v", when, id, err, stands)
				}
			}
		}
		stands("after the quote was deleted", map[int64]bool{quote: false, other: true, feature: true})
		remove(t, d, post)
		stands("after the post was deleted", map[int64]bool{other: false, feature: true})
		if err := d.RemoveCoop(t.Context(), "sange", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		var gone *directory.GoneError
		if _, err := d.Authorization(t.Context(), "sange", feature); !errors.As(err, &gone) {
			t.Errorf("leave of a removed co-op: %v", err)
		}
	})
}
