package directory_test

import (
	"errors"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/clock"
	"coopverse/directory/storetest"
)

// setClock sets the clock, and right again when the test ends.
func setClock(t *testing.T, by time.Duration) {
	t.Helper()
	clock.Set(by)
	t.Cleanup(func() { clock.Set(-by) })
}

// A scheduled post is published once, whichever way the clock is set around its time.
func TestScheduledPostIsPublishedOnceWhenTheClockIsSet(t *testing.T) {
	storetest.Alone(t)
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := owner(t, d, "sange", "Ann")
		s, err := d.Schedule(t.Context(), ann, "sange", directory.Draft{Text: "Soon"}, time.Now().Add(30*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		due := func() int {
			t.Helper()
			posts, err := d.DuePosts(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return len(posts)
		}
		setClock(t, -time.Hour)
		if n := due(); n != 0 {
			t.Errorf("with a slow clock %d are due", n)
		}
		setClock(t, 2*time.Hour)
		if n := due(); n != 1 {
			t.Errorf("with a fast clock %d are due", n)
		}
		if _, err := publishDue(t, d, s); err != nil {
			t.Fatal(err)
		}
		for _, by := range []time.Duration{-time.Hour, 2 * time.Hour} {
			setClock(t, by)
			if n := due(); n != 0 {
				t.Errorf("after it was published %d are due", n)
			}
		}
		if _, err := publishDue(t, d, s); !errors.Is(err, directory.ErrNotFound) && !errors.Is(err, directory.ErrConflict) {
			t.Errorf("published again: %v", err)
		}
	})
}

// What is edited is later than it was, also by a clock that was set back: others keep the
// later one.
func TestEditIsLaterWhenTheClockIsSetBack(t *testing.T) {
	storetest.Alone(t)
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		post := publish(t, d, "sange", directory.Draft{Text: "one"})
		before := change(t, d, "sange", map[string]string{"founded": "1999"})
		setClock(t, -time.Hour)
		edited, err := d.EditPost(t.Context(), operator, "sange", post.ID, directory.Draft{Text: "two"}, "test")
		if err != nil || !edited.UpdatedAt.After(post.UpdatedAt) {
			t.Errorf("the post is of %s, then of %s (%v)", post.UpdatedAt, edited.UpdatedAt, err)
		}
		after := change(t, d, "sange", map[string]string{"founded": "2001"})
		if !after.UpdatedAt.After(before.UpdatedAt) {
			t.Errorf("the entry is of %s, then of %s", before.UpdatedAt, after.UpdatedAt)
		}
	})
}

// change edits an entry as a curator.
func change(t *testing.T, d *directory.Directory, handle string, set map[string]string) directory.Coop {
	t.Helper()
	c, _, err := d.EditCoop(t.Context(), handle, directory.Edit{Source: directory.FromCurator, Origin: "test", Set: set})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Who is signed in stays so, a mirror is asked again, and nobody has an inbox for longer
// than a lease.
func TestNothingWaitsForAClockThatWasSetBack(t *testing.T) {
	storetest.Alone(t)
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		sessions := d.Sessions()
		if err := sessions.CommitCtx(t.Context(), "token", []byte("x"), time.Now().Add(directory.IdleSignIn)); err != nil {
			t.Fatal(err)
		}
		m, err := d.AddMirror(t.Context(), operator, directory.Mirror{Host: "far.example", Origin: "https://far.example", Source: "https://far.example"})
		if err != nil {
			t.Fatal(err)
		}
		follow(t, d, peer("ann"), "sange", "https://peer.example/1")
		if err := d.MirrorAsked(t.Context(), m, "", 0); err != nil {
			t.Fatal(err)
		}
		if leased, err := d.LeaseInboxes(t.Context(), "who dies", 1, time.Minute); err != nil || len(leased) != 1 {
			t.Fatal(leased, err)
		}
		change(t, d, "sange", map[string]string{"founded": "1999"})
		setClock(t, -time.Hour)
		if ahead, err := d.Ahead(t.Context()); err != nil || ahead < 59*time.Minute || ahead > time.Hour {
			t.Errorf("ahead by %s, %v", ahead, err)
		}
		if err := d.ClockWasSetBack(t.Context(), time.Minute); err != nil {
			t.Fatal(err)
		}
		setClock(t, 61*time.Second)
		if due, err := d.MirrorsDue(t.Context(), time.Minute); err != nil || len(due) != 1 {
			t.Errorf("mirrors that are due: %v, %v", due, err)
		}
		if leased, err := d.LeaseInboxes(t.Context(), "who goes on", 1, time.Minute); err != nil || len(leased) != 1 {
			t.Errorf("leased: %v, %v", leased, err)
		}
		setClock(t, time.Hour)
		if _, found, err := sessions.FindCtx(t.Context(), "token"); err != nil || !found {
			t.Errorf("the session is gone: %v", err)
		}
	})
}
