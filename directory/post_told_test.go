package directory_test

import (
	"slices"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// respond has p like, boost and answer a post and be given leave to quote it.
func respond(t *testing.T, d *directory.Directory, p directory.Peer, post directory.Post) {
	t.Helper()
	for _, kind := range []string{directory.Like, directory.Announce} {
		if err := d.React(t.Context(), heard(p, kind, activity(p), post.Handle), post.Handle, post.ID); err != nil {
			t.Fatal(err)
		}
	}
	answer(t, d, p, post)
	quote(t, d, p, post)
}

func TestWhoIsNamedHearsOfPostEditAndDeletionOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben, fan := stranger("ann"), stranger("ben"), stranger("fan")
		follow(t, d, fan, "sange", "https://fan.example/1")
		deliver(t, d)
		post := publish(t, d, "sange", directory.Draft{Text: "Hello @ann@ann.example", Mentions: naming(ann, fan)})
		expectTold(t, d, "after the post", ann.Inbox, "sange posted", fan.Inbox, "sange posted")
		expectTold(t, d, "with nothing new")
		receipts, err := d.Receipts(t.Context(), "sange", 1)
		if err != nil || len(receipts[0].Told) != 2 || len(receipts[0].Awaited) != 0 {
			t.Errorf("receipts %+v, %v", receipts, err)
		}
		edit(t, d, post, directory.Draft{Text: "Hello @ben@ben.example", Mentions: naming(ben)})
		expectTold(t, d, "after an edit that names another", ann.Inbox, "sange post edited", ben.Inbox, "sange post edited", fan.Inbox, "sange post edited")
		edit(t, d, post, directory.Draft{Text: "Hello", Mentions: naming(ben)})
		expectTold(t, d, "after the next edit", ben.Inbox, "sange post edited", fan.Inbox, "sange post edited")
		publish(t, d, "sange", directory.Draft{Text: "Something else"})
		expectTold(t, d, "after another post", fan.Inbox, "sange posted")
		remove(t, d, post)
		expectTold(t, d, "after the deletion", ann.Inbox, "sange post deleted", ben.Inbox, "sange post deleted", fan.Inbox, "sange post deleted")
	})
}

func TestActorOfOursIsNamedAndToldNothing(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		named := []directory.DraftMention{{Account: "igalia@coops.example", Handle: "igalia", Peer: directory.Peer{ID: "https://coops.example/coops/igalia", URL: "https://coops.example/coops/igalia"}}}
		post := publish(t, d, "sange", directory.Draft{Text: "Hello @igalia@coops.example", Mentions: named})
		if len(post.Mentions) != 1 || post.Mentions[0].InboxID != nil {
			t.Errorf("mentions %+v", post.Mentions)
		}
		remove(t, d, post)
		expectTold(t, d, "of a co-op named by another")
	})
}

func TestWhoeverRespondedHearsOfEditAndDeletion(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben, cat, dan := stranger("ann"), stranger("ben"), stranger("cat"), stranger("dan")
		post := publish(t, d, "sange", directory.Draft{Text: "one"})
		other := publish(t, d, "sange", directory.Draft{Text: "another"})
		if err := d.React(t.Context(), heard(ann, directory.Like, activity(ann)), "sange", post.ID); err != nil {
			t.Fatal(err)
		}
		answer(t, d, ben, post)
		quote(t, d, cat, post)
		respond(t, d, dan, other)
		deliver(t, d)
		edit(t, d, post, directory.Draft{Text: "two"})
		expectTold(t, d, "after the edit", ann.Inbox, "sange post edited", ben.Inbox, "sange post edited", cat.Inbox, "sange post edited")
		remove(t, d, post)
		expectTold(t, d, "after the deletion", ann.Inbox, "sange post deleted", ben.Inbox, "sange post deleted", cat.Inbox, "sange post deleted")
	})
}

func TestDeletionReachesWhereverThePostWasTold(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		left, stayed, reader, down := stranger("left"), stranger("stayed"), stranger("reader"), stranger("down")
		follow(t, d, down, "sange", "https://down.example/1")
		follow(t, d, left, "sange", "https://left.example/1")
		follow(t, d, stayed, "sange", "https://stayed.example/1")
		follow(t, d, reader, "directory", "https://reader.example/1")
		deliver(t, d)
		post := publish(t, d, "sange", directory.Draft{Text: "one", Boost: true})
		deliver(t, d)
		for _, p := range []directory.Peer{left, reader} {
			for _, handle := range []string{"sange", "directory"} {
				if err := d.RemoveFollower(t.Context(), heard(p, "Undo Follow", activity(p)), handle, ""); err != nil {
					t.Fatal(err)
				}
			}
		}
		edit(t, d, post, directory.Draft{Text: "two"})
		due := lease(t, d, "one")
		if err := d.TryAgain(t.Context(), due[down.Inbox], true, "gone", time.Now().Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
		if err := d.ForgetInbox(t.Context(), lease(t, d, "one")[down.Inbox], 410, "gone"); err != nil {
			t.Fatal(err)
		}
		if err := d.Release(t.Context(), due[stayed.Inbox]); err != nil {
			t.Fatal(err)
		}
		expectTold(t, d, "after the edit", stayed.Inbox, "sange post edited")
		remove(t, d, post)
		expectTold(t, d, "after the deletion", left.Inbox, "sange post deleted", stayed.Inbox, "sange post deleted", reader.Inbox, "sange post deleted")
	})
}

func TestPostDeletedBeforeItWasToldIsKnownToNobody(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben := stranger("ann"), stranger("ben")
		follow(t, d, ann, "sange", "https://ann.example/1")
		follow(t, d, ben, "directory", "https://ben.example/1")
		deliver(t, d)
		early := publish(t, d, "sange", directory.Draft{Text: "one", Boost: true})
		deliver(t, d)
		late := publish(t, d, "sange", directory.Draft{Text: "two", Boost: true})
		remove(t, d, late)
		for url, inbox := range lease(t, d, "one") {
			for _, outcome := range []directory.Outcome{directory.Withdrawn, directory.Refused} {
				for post, want := range map[int64]bool{early.ID: false, late.ID: true} {
					if never, err := d.NeverTold(t.Context(), inbox, directory.Post{ID: post}); err != nil || never != want {
						t.Errorf("%s was never told of post %d: %v, want %v (%v)", url, post, never, want, err)
					}
				}
				changes, err := d.OwedChanges(t.Context(), inbox, 1)
				if err != nil || len(changes) != 1 {
					t.Fatalf("owed %+v, %v", changes, err)
				}
				if err := d.Took(t.Context(), &inbox, changes[0].ID, []directory.Receipt{{ChangeID: changes[0].ID, InboxID: inbox.ID, Outcome: outcome}}, time.Minute); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func TestDirectoryAndTopicsBoost(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		fan := peer("fan")
		for _, handle := range []string{"sange", "directory", "finland", "europe", "hosting", "france"} {
			follow(t, d, fan, handle, "https://peer.example/"+handle)
		}
		deliver(t, d)
		post := publish(t, d, "sange", directory.Draft{Text: "one", Boost: true})
		boosted := []string{"directory boosted", "europe boosted", "finland boosted", "hosting boosted"}
		if told := deliver(t, d)[shared]; told[0] != "sange posted" || !slices.Equal(slices.Sorted(slices.Values(told[1:])), boosted) {
			t.Errorf("told %q", told)
		}
		for _, handle := range []string{"directory", "finland", "europe", "hosting"} {
			if outbox, err := d.Outbox(t.Context(), handle, 0, 10); err != nil || len(outbox) != 1 || outbox[0].ID != post.ID || outbox[0].Handle != "sange" {
				t.Errorf("@%s's outbox: %+v, %v", handle, outbox, err)
			}
		}
		for _, text := range []string{"two", "three"} {
			edit(t, d, post, directory.Draft{Text: text, Boost: true})
			inbox := lease(t, d, "one")[shared]
			changes, err := d.OwedChanges(t.Context(), inbox, 100)
			if err != nil || len(changes) != 5 || changes[0].Handle != "sange" {
				t.Fatalf("owed %+v, %v", changes, err)
			}
			for i, c := range changes {
				before, err := d.ToldBefore(t.Context(), inbox, c)
				if err != nil || before != (i > 0) {
					t.Errorf("%s of @%s was told before: %v (%v)", c.Kind, c.Handle, before, err)
				}
				if err := d.Took(t.Context(), &inbox, c.ID, []directory.Receipt{{ChangeID: c.ID, InboxID: inbox.ID, Outcome: directory.Told}}, time.Minute); err != nil {
					t.Fatal(err)
				}
			}
			letGo(t, d, map[string]directory.Inbox{shared: inbox})
		}
	})
}

func TestWhatIsNotBoosted(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		curate(t, d, "nayra", map[string]string{"status": "unlisted"})
		publish(t, d, "sange", directory.Draft{Text: "not asked for"})
		publish(t, d, "sange", directory.Draft{Text: "an answer", Boost: true, InReplyTo: "https://ann.example/1"})
		publish(t, d, "nayra", directory.Draft{Text: "not listed", Boost: true})
		publish(t, d, "quilted", directory.Draft{Text: "closed", Boost: true})
		curate(t, d, "sange", map[string]string{"website": "https://sange.example"}) // an automatic post
		for _, handle := range []string{"directory", "finland", "hosting", "argentina"} {
			if n, err := d.OutboxCount(t.Context(), handle); err != nil || n != 0 {
				t.Errorf("@%s boosted %d posts (%v)", handle, n, err)
			}
		}
	})
}
