package directory_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// busy is a directory at which many things happen at the same time.
type busy struct {
	*directory.Directory
	t    *testing.T
	sent sync.Map // inbox and change to true
}

// act does one of the things that can happen, as one of a few people.
func (b *busy) act(ctx context.Context, random *rand.Rand) error {
	handles := []string{"sange", "igalia", "nayra", "directory", "hosting"}
	p, handle := peer(fmt.Sprint("p", random.IntN(6))), handles[random.IntN(len(handles))]
	if random.IntN(3) == 0 {
		p = stranger(fmt.Sprint("s", random.IntN(6)))
	}
	heard := func(kind string) directory.Heard { return heard(p, kind, activity(p), handle) }
	posts, err := b.Posts(ctx, handle, 0, 5)
	if err != nil {
		return err
	}
	var post directory.Post
	if len(posts) > 0 {
		post = posts[random.IntN(len(posts))]
	}
	switch random.IntN(12) {
	case 0, 1:
		return b.AddFollower(ctx, heard("Follow"), handle, "{}")
	case 2:
		return b.RemoveFollower(ctx, heard("Undo Follow"), handle, "")
	case 3:
		return b.MoveFollower(ctx, heard("Move"), stranger(fmt.Sprint("m", random.IntN(3))))
	case 4:
		return b.React(ctx, heard(directory.Like), handle, post.ID)
	case 5:
		return b.AddReply(ctx, heard("Create"), replyOf(p, activities.Add(1), handle, post.ID))
	case 6, 7:
		_, err := b.Publish(ctx, operator, handle, directory.Draft{Text: "#busy", Boost: true, Mentions: naming(p)}, "test")
		return err
	case 8:
		_, err := b.EditPost(ctx, operator, handle, post.ID, directory.Draft{Text: "edited"}, "test")
		return err
	case 9:
		return b.DeletePost(ctx, operator, handle, post.ID, "test")
	case 10:
		_, _, err := b.EditCoop(ctx, "sange", directory.Edit{Source: directory.FromCurator, Set: map[string]string{"services": []string{"hosting", "training"}[random.IntN(2)]}})
		return err
	default:
		return b.Tidy(ctx)
	}
}

// tell sends what is owed until there is nothing left, and sees whether it was
// sent before.
func (b *busy) tell(ctx context.Context, holder string) (n int, err error) {
	if err := b.WakeInboxes(ctx); err != nil {
		return 0, err
	}
	inboxes, err := b.LeaseInboxes(ctx, holder, 3, time.Minute)
	if err != nil {
		return 0, err
	}
	for _, inbox := range inboxes {
		for {
			head, err := b.LastChange(ctx)
			if err != nil {
				return 0, err
			}
			changes, err := b.OwedChanges(ctx, inbox, 3)
			if err != nil {
				return 0, err
			}
			if len(changes) == 0 {
				inbox.Taken = max(inbox.Taken, head)
				break
			}
			for _, c := range changes {
				if _, again := b.sent.LoadOrStore([2]int64{inbox.ID, c.ID}, true); again {
					b.t.Errorf("%s was told of change %d twice: @%s %s", inbox.URL, c.ID, c.Handle, c.Kind)
				}
				if err := b.Took(ctx, &inbox, c.ID, []directory.Receipt{{ChangeID: c.ID, InboxID: inbox.ID, Outcome: directory.Told, At: time.Now().UTC()}}, time.Minute); err != nil {
					return 0, err
				}
			}
		}
		if err := b.LetGo(ctx, inbox); err != nil {
			return 0, err
		}
	}
	return len(inboxes), nil
}

// TestEverythingAtOnce has people, curators and processes that deliver at work
// at the same time: nobody waits for another in a circle, and whoever is owed a
// change in the end was told of it once.
func TestEverythingAtOnce(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		b := &busy{Directory: directory.New(db), t: t}
		working, done := context.WithCancel(t.Context())
		var people, processes sync.WaitGroup
		for n := range uint64(6) {
			people.Go(func() {
				random := rand.New(rand.NewPCG(n, 2026))
				for range 40 {
					err := b.act(t.Context(), random)
					if err != nil && !errors.Is(err, directory.ErrNotFound) && !errors.Is(err, directory.ErrInvalid) {
						t.Error(err)
					}
				}
			})
		}
		for n := range 2 {
			processes.Go(func() {
				for sweep := 0; working.Err() == nil; sweep++ {
					if _, err := b.tell(t.Context(), fmt.Sprint(n, "/", sweep)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		people.Wait()
		done()
		processes.Wait()
		for sweep := 0; ; sweep++ {
			n, err := b.tell(t.Context(), fmt.Sprint("last/", sweep))
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
		var missed int
		err := db.SQL().QueryRow(`SELECT COUNT(*) FROM changes c JOIN followers f ON f.handle = c.handle AND f.since < c.id
			WHERE c.effective AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.change_id = c.id AND r.inbox_id = f.inbox_id)`).Scan(&missed)
		if err != nil || missed != 0 {
			t.Errorf("%d changes were not told to somebody who follows (%v)", missed, err)
		}
		err = db.SQL().QueryRow(`SELECT COUNT(*) FROM addressees a WHERE NOT EXISTS (SELECT 1 FROM receipts r WHERE r.change_id = a.change_id AND r.inbox_id = a.inbox_id)`).Scan(&missed)
		if err != nil || missed != 0 {
			t.Errorf("%d changes were not told to somebody whom they were addressed to (%v)", missed, err)
		}
	})
}
