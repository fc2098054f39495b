package directory_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// What comes together has the effects that it has one after the other: each activity
// once, one like and one answer of each, a hundred answers of one sender, nothing of
// who is blocked, and nothing about what is gone.
func TestActivitiesThatComeTogether(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		ann, ben, cem := peer("ann"), peer("ben"), peer("cem")
		if err := d.React(t.Context(), heard(cem, directory.Like, "https://peer.example/first", "sange"), "sange", 0); err != nil {
			t.Fatal(err)
		}
		if err := d.BlockSender(t.Context(), directory.Actor{}, "sange", cem.ID); err != nil {
			t.Fatal(err)
		}
		all := sync.WaitGroup{}
		then := func(what string, want error, do func() error) {
			all.Go(func() {
				if err := do(); !errors.Is(err, want) || want == nil && err != nil {
					t.Errorf("%s: %v, want %v", what, err, want)
				}
			})
			time.Sleep(time.Millisecond)
		}
		id := func(n int) string { return fmt.Sprintf("https://peer.example/activities/%d", n) }
		react := func(p directory.Peer, n int) func() error {
			return func() error { return d.React(t.Context(), heard(p, directory.Like, id(n), "sange"), "sange", 0) }
		}
		reply := func(p directory.Peer, n, note int) func() error {
			return func() error {
				r := directory.Reply{ID: fmt.Sprintf("%s/notes/%d", p.ID, note), Handle: "sange", Content: "Bravo!", PublishedAt: time.Now(), UpdatedAt: time.Now()}
				return d.AddReply(t.Context(), heard(p, "Create", id(n), "sange"), r)
			}
		}
		release := hold(t, db)
		then("a first", nil, func() error { return d.Note(t.Context(), heard(ann, "Like", id(0), "sange"), "noted") })
		time.Sleep(50 * time.Millisecond) // it is being written, and the others come together
		then("a like", nil, react(ann, 1))
		then("the same like in another activity", nil, react(ann, 2))
		then("the same activity", directory.ErrRepeated, react(ann, 1))
		then("of somebody else", nil, react(ben, 3))
		then("of who is blocked", nil, react(cem, 4))
		then("an answer", nil, reply(ann, 5, 1))
		then("the same answer", nil, reply(ann, 6, 1))
		then("an answer of who is blocked", nil, reply(cem, 7, 1))
		then("a like of nobody", directory.ErrNotFound, func() error {
			return d.React(t.Context(), heard(ann, directory.Like, id(8), "sange"), "nobody", 0)
		})
		then("a Follow", nil, func() error {
			return d.AddFollower(t.Context(), heard(ann, "Follow", id(9), "sange"), "sange", activity(ann))
		})
		then("a second Follow", nil, func() error {
			return d.AddFollower(t.Context(), heard(ann, "Follow", id(10), "sange"), "sange", activity(ann))
		})
		then("a Follow of who is blocked", nil, func() error {
			return d.AddFollower(t.Context(), heard(cem, "Follow", id(11), "sange"), "sange", activity(cem))
		})
		for n := range 110 {
			then("one of many answers", nil, reply(ben, 100+n, n))
		}
		release()
		all.Wait()
		if got, err := d.Responses(t.Context(), "sange", 0); err != nil || got[0] != (directory.Response{Likes: 3, Replies: 101}) {
			t.Errorf("%+v, %v", got[0], err)
		}
		followers, err := d.Followers(t.Context(), "sange")
		if err != nil || len(followers) != 1 || followers[0].FollowID != id(10) {
			t.Errorf("%+v follow, %v", followers, err)
		}
		events, err := d.Events(t.Context(), "sange", 1000)
		if err != nil {
			t.Fatal(err)
		}
		effects := map[string]int{}
		for _, e := range events {
			effects[e.Effect]++
		}
		want := map[string]int{"noted": 1, "counted": 3, "counted already": 1, "blocked": 3, "shown": 101, "shown already": 1, "too many replies": 10, "follows": 2}
		if fmt.Sprint(effects) != fmt.Sprint(want) {
			t.Errorf("effects are %v, want %v", effects, want)
		}
		if err := react(ann, 8)(); err != nil {
			t.Errorf("what had no effect comes again: %v", err)
		}
	})
}
