package directory_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

var activities atomic.Int64

// activity is the id of a new activity of p.
func activity(p directory.Peer) string {
	return fmt.Sprintf("%s/activities/%d", p.ID, activities.Add(1))
}

func replyOf(p directory.Peer, n any, handle string, post int64) directory.Reply {
	at := time.Now().UTC().Truncate(time.Millisecond)
	return directory.Reply{
		ID: fmt.Sprintf("%s/notes/%v", p.ID, n), Handle: handle, PostID: post, InReplyTo: "https://coops.example/post", URL: p.ID + "/page",
		Content: fmt.Sprintf("<p>%v</p>", n), Language: "en", PublishedAt: at, UpdatedAt: at,
	}
}

// answer has p answer a post, and returns the answer's id.
func answer(t *testing.T, d *directory.Directory, p directory.Peer, post directory.Post) string {
	t.Helper()
	reply := replyOf(p, activities.Add(1), post.Handle, post.ID)
	if err := d.AddReply(t.Context(), heard(p, "Create", activity(p), post.Handle), reply); err != nil {
		t.Fatal(err)
	}
	return reply.ID
}

func replies(t *testing.T, d *directory.Directory, handle string, post int64, hidden bool) (content []string) {
	t.Helper()
	found, err := d.Replies(t.Context(), handle, post, hidden, "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range found {
		content = append(content, r.Content)
	}
	return content
}

func responses(t *testing.T, d *directory.Directory, handle string, post int64) directory.Response {
	t.Helper()
	counted, err := d.Responses(t.Context(), handle, post, post+1000)
	if err != nil {
		t.Fatal(err)
	}
	return counted[post]
}

func TestReplyIsItsAuthors(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben := peer("ann"), peer("ben")
		ann.Name = "Ann"
		post := publish(t, d, "sange", directory.Draft{Text: "one"})
		reply := replyOf(ann, 1, "sange", post.ID)
		first := heard(ann, "Create", activity(ann), "sange")
		if err := d.AddReply(t.Context(), first, reply); err != nil {
			t.Fatal(err)
		}
		if err := d.AddReply(t.Context(), first, reply); !errors.Is(err, directory.ErrRepeated) {
			t.Errorf("the same activity again: %v", err)
		}
		forged := reply
		forged.Content = "forged"
		forged.UpdatedAt = forged.UpdatedAt.Add(time.Second)
		for _, act := range []error{
			d.AddReply(t.Context(), heard(ann, "Create", activity(ann)), forged),
			d.EditReply(t.Context(), heard(ben, "Update", activity(ben)), forged),
			d.ForgetNote(t.Context(), heard(ben, "Delete", activity(ben)), reply.ID),
		} {
			if act != nil {
				t.Error(act)
			}
		}
		found, err := d.ReplyByID(t.Context(), reply.ID)
		if err != nil || found.Content != "<p>1</p>" || found.Author.Name != "Ann" || found.PostID != post.ID || found.HeardAt.IsZero() || !found.UpdatedAt.Equal(reply.UpdatedAt) {
			t.Errorf("shown as %+v, %v", found, err)
		}
		later, earlier := reply, reply
		later.Content, later.Warning, later.UpdatedAt = "later", "careful", reply.UpdatedAt.Add(2*time.Second)
		earlier.Content, earlier.UpdatedAt = "earlier", reply.UpdatedAt.Add(time.Second)
		for _, edited := range []directory.Reply{later, earlier} {
			if err := d.EditReply(t.Context(), heard(ann, "Update", activity(ann), "sange"), edited); err != nil {
				t.Fatal(err)
			}
		}
		if found, err = d.ReplyByID(t.Context(), reply.ID); err != nil || found.Content != "later" || found.Warning != "careful" || !found.UpdatedAt.Equal(later.UpdatedAt) {
			t.Errorf("after the edits: %+v, %v", found, err)
		}
		if err := d.ForgetNote(t.Context(), heard(ann, "Delete", activity(ann)), reply.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := d.ReplyByID(t.Context(), reply.ID); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("after its deletion: %v", err)
		}
		events, err := d.Events(t.Context(), "sange", 10)
		if err != nil || events[0].Type != "Delete" || events[0].Effect != "forgotten" || events[1].Effect != "nothing older of that author is shown" {
			t.Errorf("events %+v, %v", events, err)
		}
	})
}

func TestHiddenReply(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := peer("ann")
		post := publish(t, d, "sange", directory.Draft{Text: "one"})
		id := answer(t, d, ann, post)
		answer(t, d, ann, post)
		before, err := d.ReplyByID(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.HideReply(t.Context(), operator, "nayra", id, true); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("somebody else hid it: %v", err)
		}
		for _, hide := range []bool{true, false} {
			if err := d.HideReply(t.Context(), operator, "Sange", id, hide); err != nil {
				t.Fatal(err)
			}
			want := 2
			if hide {
				want = 1
			}
			all, err := d.AllReplies(t.Context(), "Sange", 10)
			if shown := replies(t, d, "sange", post.ID, false); len(shown) != want || len(replies(t, d, "sange", post.ID, true)) != 2 || err != nil || len(all) != 2 {
				t.Errorf("hidden %v: %q are shown of %d (%v)", hide, shown, len(all), err)
			}
			if got := responses(t, d, "sange", post.ID).Replies; got != want {
				t.Errorf("hidden %v: %d replies are counted, want %d", hide, got, want)
			}
		}
		if after, err := d.ReplyByID(t.Context(), id); err != nil || !after.UpdatedAt.Equal(before.UpdatedAt) {
			t.Errorf("hiding it counted as an edit: %+v, %v", after, err)
		}
		for handle, want := range map[string]error{"nobody": directory.ErrNotFound, "directory": nil} {
			if _, err := d.AllReplies(t.Context(), handle, 10); !errors.Is(err, want) {
				t.Errorf("replies to %s: %v, want %v", handle, err, want)
			}
		}
	})
}

func TestRepliesComePageByPage(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		for i := range 7 {
			if err := d.AddReply(t.Context(), heard(peer("ann"), "Create", activity(peer("ann"))), replyOf(peer("ann"), i*3%7, "sange", 0)); err != nil {
				t.Fatal(err)
			}
		}
		age(t, db, "replies", "heard_at", 1) // all heard at the same moment
		late := replyOf(peer("ann"), "0 late", "sange", 0)
		if err := d.AddReply(t.Context(), heard(peer("ann"), "Create", activity(peer("ann"))), late); err != nil {
			t.Fatal(err)
		}
		var walked []string
		for after := ""; ; {
			page, err := d.Replies(t.Context(), "sange", 0, false, after, 3)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				walked = append(walked, strings.Trim(r.Content, "</p>"))
				after = r.ID
			}
			if len(walked) == 3 { // what is hidden is still a place in the order
				if err := d.HideReply(t.Context(), operator, "sange", after, true); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := strings.Join(walked, ","); got != "0,1,2,3,4,5,6,0 late" {
			t.Errorf("walked %s", got)
		}
		for _, unknown := range []string{"https://peer.example/nothing", "\x00\xff"} {
			if _, err := d.Replies(t.Context(), "sange", 0, false, unknown, 3); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("after %q: %v, want ErrNotFound", unknown, err)
			}
		}
	})
}

func TestRepliesOfOneAuthorHaveAnEnd(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann, ben := peer("ann"), peer("ben")
		post := publish(t, d, "sange", directory.Draft{Text: "one"})
		for range 101 {
			answer(t, d, ann, post)
		}
		answer(t, d, ben, post)
		if err := d.AddReply(t.Context(), heard(ann, "Create", activity(ann)), replyOf(ann, "elsewhere", "sange", 0)); err != nil {
			t.Fatal(err)
		}
		if n := responses(t, d, "sange", post.ID).Replies; n != 101 {
			t.Errorf("%d replies, want 100 of one and one of another", n)
		}
		if n := responses(t, d, "sange", 0).Replies; n != 1 {
			t.Errorf("%d replies to the introduction", n)
		}
		events, err := d.Events(t.Context(), "sange", 2)
		if err != nil || events[1].Effect != "too many replies" || events[0].Effect != "shown" {
			t.Errorf("events %+v, %v", events, err)
		}
	})
}

func TestRepliesToWhatIsNotThere(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ann := peer("ann")
		post := publish(t, d, "sange", directory.Draft{Text: "one"})
		if err := d.RemoveCoop(t.Context(), "igalia", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		var gone *directory.GoneError
		for _, c := range []struct {
			handle string
			post   int64
		}{{"sange", post.ID + 1}, {"nayra", post.ID}, {"nobody", 0}, {"instance", 0}, {"nobody", post.ID}} {
			if err := d.AddReply(t.Context(), heard(ann, "Create", activity(ann)), replyOf(ann, 1, c.handle, c.post)); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("to post %d of %s: %v", c.post, c.handle, err)
			}
		}
		if err := d.AddReply(t.Context(), heard(ann, "Create", activity(ann)), replyOf(ann, 1, "igalia", 0)); !errors.As(err, &gone) {
			t.Errorf("to a removed co-op: %v", err)
		}
		for _, handle := range []string{"directory", "france"} {
			if err := d.AddReply(t.Context(), heard(ann, "Create", activity(ann)), replyOf(ann, handle, handle, 0)); err != nil {
				t.Errorf("to the introduction of @%s: %v", handle, err)
			}
		}
	})
}
