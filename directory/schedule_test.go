package directory_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// schedule has somebody schedule a post for tomorrow.
func schedule(t *testing.T, d *directory.Directory, by directory.Actor, handle string, draft directory.Draft) directory.ScheduledPost {
	t.Helper()
	s, err := d.Schedule(t.Context(), by, handle, draft, time.Now().Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if s, err = d.ScheduledPost(t.Context(), s.Handle, s.ID); err != nil {
		t.Fatal(err)
	}
	return s
}

// comeDue has the time of everything come that waits.
func comeDue(t *testing.T, db *directory.Database) []directory.ScheduledPost {
	t.Helper()
	age(t, db, "scheduled_posts", "try_at", 1)
	due, err := directory.New(db).DuePosts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return due
}

// publishDue publishes a post that waited.
func publishDue(t *testing.T, d *directory.Directory, s directory.ScheduledPost) (directory.Post, error) {
	t.Helper()
	draft, err := d.ScheduledDraft(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return d.Publish(t.Context(), s.By(), s.Handle, draft, "test")
}

func TestScheduledPostWaitsWithEverythingItHas(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann := owner(t, d, "sange", "Ann")
		draft := directory.Draft{Text: "*We move*\r\n#soon", Markdown: true, Language: "en", Boost: true, Pictures: []directory.DraftPicture{drawn("a", "A house"), drawn("b", "A door")}}
		s := schedule(t, d, ann, "Sange", draft)
		if due, err := d.DuePosts(t.Context()); err != nil || len(due) > 0 {
			t.Fatalf("due today: %+v, %v", due, err)
		}
		shown := publish(t, d, "sange", directory.Draft{Text: "The house", Pictures: []directory.DraftPicture{drawn("a", "A house")}})
		remove(t, d, shown)
		if n := rows(t, db, "pictures"); n != 2 {
			t.Errorf("%d pictures are kept while it waits", n)
		}
		due := comeDue(t, db)
		if len(due) != 1 || due[0].ID != s.ID {
			t.Fatalf("due: %+v", due)
		}
		post, err := publishDue(t, d, due[0])
		if err != nil || post.Body != "*We move*\n#soon" || !post.Markdown || post.Language != "en" || len(shows(post)) != 2 {
			t.Fatalf("posted %+v, %v", post, err)
		}
		if outbox, err := d.Outbox(t.Context(), directory.DirectoryHandle, 0, 1); err != nil || len(outbox) != 1 || outbox[0].ID != post.ID {
			t.Errorf("the directory passes on %+v, %v", outbox, err)
		}
		if left, err := d.ScheduledPosts(t.Context(), "sange"); err != nil || len(left) > 0 || rows(t, db, "scheduled_pictures") > 0 {
			t.Errorf("left are %+v, %v", left, err)
		}
		if log, err := d.AuditLog(t.Context(), "sange", 1); err != nil || log[0].Who != "Ann" || log[0].Act != "posted" {
			t.Errorf("the audit log says %+v, %v", log, err)
		}
	})
}

// Processes that find the same post due all try.
func TestScheduledPostIsPublishedOnce(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		s := schedule(t, d, owner(t, d, "sange", "Ann"), "sange", directory.Draft{Text: "We moved"})
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() {
				if _, err := publishDue(t, d, s); err != nil && !errors.Is(err, directory.ErrConflict) {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if posts, err := d.Posts(t.Context(), "sange", 0, 10); err != nil || len(posts) != 1 {
			t.Errorf("posted %+v, %v", posts, err)
		}
	})
}

func TestScheduledPostIsChangedAndCancelled(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d, later := directory.New(db), time.Now().Add(48*time.Hour)
		ann, ben := owner(t, d, "sange", "Ann"), member(t, d, "sange", "Ben", directory.Editor)
		old := schedule(t, d, ann, "sange", directory.Draft{Text: "one", Pictures: []directory.DraftPicture{drawn("a", "a"), drawn("b", "b")}})
		stale, err := d.ScheduledDraft(t.Context(), old)
		if err != nil {
			t.Fatal(err)
		}
		draft := directory.Draft{Text: "two", Pictures: []directory.DraftPicture{drawn("b", "B")}}
		if err := d.Reschedule(t.Context(), ben, "sange", old.ID, old.UpdatedAt, draft, later); err != nil {
			t.Fatal(err)
		}
		s, err := d.ScheduledPost(t.Context(), "sange", old.ID)
		if err != nil || s.Body != "two" || s.Who != "Ben" || len(s.Pictures) != 1 || s.Pictures[0].Alt != "B" || s.DueAt.Sub(later).Abs() > time.Second || rows(t, db, "pictures") != 1 {
			t.Errorf("it is %+v, %v, with %d pictures", s, err, rows(t, db, "pictures"))
		}
		refuses(t, "what somebody else has changed", d.Reschedule(t.Context(), ann, "sange", s.ID, old.UpdatedAt, draft, later), directory.ErrConflict)
		refuses(t, "what it said before", second(d.Publish(t.Context(), ann, "sange", stale, "test")), directory.ErrConflict)
		refuses(t, "another co-op's", d.Reschedule(t.Context(), ann, "igalia", s.ID, s.UpdatedAt, draft, later), directory.ErrNotFound)
		refuses(t, "another co-op's", d.Unschedule(t.Context(), ann, "igalia", s.ID), directory.ErrNotFound)
		if err := d.Unschedule(t.Context(), ann, "sange", s.ID); err != nil {
			t.Fatal(err)
		}
		refuses(t, "cancelled twice", d.Unschedule(t.Context(), ann, "sange", s.ID), directory.ErrNotFound)
		refuses(t, "a cancelled one", second(d.Publish(t.Context(), ann, "sange", stale, "test")), directory.ErrConflict)
		if rows(t, db, "pictures") > 0 {
			t.Error("its picture is kept")
		}
		expectAudit(t, d, "sange", "Ann claimed", "command line invited", "Ben accepted an invitation", "Ann scheduled a post", "Ben changed a scheduled post", "Ann cancelled a scheduled post")
	})
}

func TestScheduleHasLimits(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, draft := owner(t, d, "sange", "Ann"), directory.Draft{Text: "We moved"}
		for name, due := range map[string]time.Time{"past": time.Now().Add(-time.Second), "far": time.Now().AddDate(1, 0, 1), "never": {}} {
			refuses(t, name, second(d.Schedule(t.Context(), ann, "sange", draft, due)), directory.ErrInvalid)
		}
		refuses(t, "no text", second(d.Schedule(t.Context(), ann, "sange", directory.Draft{}, time.Now().Add(time.Hour))), directory.ErrInvalid)
		for range directory.MaxScheduled {
			schedule(t, d, ann, "sange", draft)
		}
		refuses(t, "too many", second(d.Schedule(t.Context(), ann, "sange", draft, time.Now().Add(time.Hour))), directory.ErrInvalid)
		schedule(t, d, ann, "igalia", draft)
	})
}

// Whoever was removed posts nothing any more, not even what waited.
func TestScheduledPostNeedsItsAuthor(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann, ben := owner(t, d, "sange", "Ann"), member(t, d, "sange", "Ben", directory.Editor)
		s := schedule(t, d, ben, "sange", directory.Draft{Text: "We moved"})
		if err := d.RemoveMember(t.Context(), ann, "sange", ben.PersonID); err != nil {
			t.Fatal(err)
		}
		refuses(t, "a removed author", second(publishDue(t, d, s)), directory.ErrNotMember)
		if err := d.NotPublished(t.Context(), s, directory.ErrNotMember.Error(), true); err != nil {
			t.Fatal(err)
		}
		kept, err := d.ScheduledPost(t.Context(), "sange", s.ID)
		if err != nil || kept.FailedAt == nil || !strings.Contains(kept.Why, "does not speak") || len(comeDue(t, db)) > 0 {
			t.Errorf("it is %+v, %v", kept, err)
		}
		if err := d.Reschedule(t.Context(), ann, "sange", s.ID, kept.UpdatedAt, directory.Draft{Text: "We moved"}, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if due := comeDue(t, db); len(due) != 1 || due[0].Who != "Ann" || due[0].Why != "" {
			t.Errorf("due: %+v", due)
		}
	})
}

func TestScheduledPostIsTriedForAWhile(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		schedule(t, d, owner(t, d, "sange", "Ann"), "sange", directory.Draft{Text: "@a@b.example"})
		tries := 0
		for due := comeDue(t, db); len(due) > 0; due = comeDue(t, db) {
			for range 2 { // two processes that have read the same
				if err := d.NotPublished(t.Context(), due[0], "no answer", false); err != nil {
					t.Fatal(err)
				}
			}
			if again, err := d.DuePosts(t.Context()); err != nil || len(again) > 0 {
				t.Fatalf("it is tried again at once: %v", err)
			}
			tries++
		}
		if s, err := d.ScheduledPosts(t.Context(), "sange"); tries != 10 || err != nil || len(s) != 1 || s[0].FailedAt == nil || s[0].Why != "no answer" {
			t.Errorf("after %d tries: %+v, %v", tries, s, err)
		}
	})
}

func TestRemovedEntryPublishesNothing(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann := owner(t, d, "sange", "Ann")
		s := schedule(t, d, ann, "sange", directory.Draft{Text: "We moved", Pictures: []directory.DraftPicture{drawn("a", "a")}})
		if err := d.MoveCoop(t.Context(), "sange", "https://sange.example/actor", "test"); err != nil {
			t.Fatal(err)
		}
		var moved *directory.MovedError
		if _, err := publishDue(t, d, s); !errors.As(err, &moved) {
			t.Errorf("a co-op that has moved: %v", err)
		}
		if err := d.RemoveCoop(t.Context(), "sange", "asked to", "test"); err != nil {
			t.Fatal(err)
		}
		if due := comeDue(t, db); len(due) > 0 || rows(t, db, "scheduled_pictures")+rows(t, db, "pictures") > 0 {
			t.Errorf("due: %+v", due)
		}
	})
}
