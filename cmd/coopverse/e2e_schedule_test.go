package main

import (
	"fmt"
	"testing"
	"time"

	"coopverse/directory"
)

// Two servers on one database publish what is due once, in time, and late if
// there was no server then; also if one is killed meanwhile.
func TestServersPublishScheduledPostsOnce(t *testing.T) {
	const each = 8
	onEachDatabase(t, func(t *testing.T, database []string) {
		a := newAuthority(t, ourDomain)
		first := newInstance(t, database, a)
		second := anotherServer(t, database, a)
		first.start()
		second.start()
		p := program{Data: database[1]}
		if database[0] == "--database" {
			p = program{Database: database[1]}
		}
		db, err := p.openExisting(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		d := directory.New(db)
		ann := editorOf(t, d, "igalia", "Ann")
		schedule := func(text string, due time.Time) {
			t.Helper()
			if _, err := d.Schedule(t.Context(), ann, "igalia", directory.Draft{Text: text}, due); err != nil {
				t.Fatal(err)
			}
		}
		posted := func(want int, patience time.Duration) {
			t.Helper()
			eventually(t, patience, "posted", func() (bool, any) {
				posts, err := d.Posts(t.Context(), "igalia", 0, 100)
				return err == nil && len(posts) == want, fmt.Sprintf("%d posts, %v", len(posts), err)
			})
		}

		due := time.Now().Add(4 * time.Second)
		for i := range each {
			schedule(fmt.Sprintf("Number %d", i), due)
		}
		schedule("@nobody@nowhere.test", due)
		ben := editorOf(t, d, "igalia", "Ben")
		removed, err := d.Schedule(t.Context(), ben, "igalia", directory.Draft{Text: "Mine"}, due)
		if err == nil {
			err = d.RemoveMember(t.Context(), operator, "igalia", ben.PersonID)
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(due))
		posted(each, 5*time.Second)

		due = time.Now().Add(3 * time.Second)
		for i := range each {
			schedule(fmt.Sprintf("Another %d", i), due)
		}
		time.Sleep(time.Until(due))
		first.kill()
		posted(2*each, 5*time.Second)

		second.stop()
		due = time.Now().Add(2 * time.Second)
		schedule("Late", due)
		time.Sleep(time.Until(due))
		first.start()
		second.start()
		posted(2*each+1, 5*time.Second)

		time.Sleep(2 * time.Second) // for a second copy to come
		posted(2*each+1, time.Second)
		waiting, err := d.ScheduledPosts(t.Context(), "igalia")
		if err != nil || len(waiting) != 2 {
			t.Fatalf("waiting are %+v, %v", waiting, err)
		}
		for _, s := range waiting {
			if gone := s.ID == removed.ID; s.Tries == 0 || s.Why == "" || gone != (s.FailedAt != nil) || gone != (s.Why == directory.ErrNotMember.Error()) {
				t.Errorf("one that cannot be published: %+v", s)
			}
		}
	})
}

// editorOf makes somebody an editor of a co-op.
func editorOf(t *testing.T, d *directory.Directory, handle, name string) directory.Actor {
	t.Helper()
	who, err := d.AddPerson(t.Context(), name, directory.Passkey{ID: name, Credential: "{}"})
	if err != nil {
		t.Fatal(err)
	}
	by := directory.Actor{PersonID: who.ID, Name: name}
	token, err := d.Invite(t.Context(), operator, handle, directory.Editor)
	if err == nil {
		_, err = d.AcceptInvitation(t.Context(), token, by)
	}
	if err != nil {
		t.Fatal(err)
	}
	return by
}
