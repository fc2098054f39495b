package federation

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func contextWithCancel(t testing.TB) (context.Context, context.CancelFunc) {
	return context.WithCancel(context.WithoutCancel(t.Context()))
}

// followedSange is a directory that tells, and a server whose Ann follows
// @sange and has been accepted.
func followedSange(t *testing.T, d *directory.Directory) (*ourServer, *otherServer) {
	t.Helper()
	us, other := serveOurs(t, d), newOtherServer(t)
	us.deliver()
	other.follow(us, other.actor("ann"), "sange")
	other.waitFor(1)
	other.forget()
	return us, other
}

// lines writes what was taken as one line each.
func lines(took []received) string {
	var text []string
	for _, r := range took {
		text = append(text, r.String())
	}
	return strings.Join(text, "\n")
}

func TestFollowerHearsOfEdits(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		us.deliver()
		ann, ben := other.actor("ann"), other.actor("ben")
		other.follow(us, ann, "sange")
		other.follow(us, ben, "sange")
		took := other.waitFor(2)
		for _, r := range took {
			follow, ok := r.Body["object"].(map[string]any)
			if r.Body["type"] != "Accept" || !ok || follow["object"] != us.site.Actor("sange") || r.Inbox != "/users/"+follow["actor"].(string)[strings.LastIndex(follow["actor"].(string), "/")+1:]+"/inbox" {
				t.Errorf("Accept: %v", r)
			}
		}
		other.forget()
		us.edit("sange", map[string]string{"services": "hosting,training"})
		want := "/inbox: Update Organization\n/inbox: Create Note" // once for both, at the shared inbox
		took = other.waitFor(2)
		if lines(took) != want {
			t.Errorf("took\n%s\nwant\n%s", lines(took), want)
		}
		note := took[1].Body["object"].(map[string]any)
		if content := note["content"].(string); !strings.Contains(content, "Now also offers training") {
			t.Errorf("the note says %q", content)
		}
		told, err := d.Receipts(t.Context(), "sange", 2)
		if err != nil || len(told) != 2 || len(told[0].Told) != 1 || len(told[1].Told) != 1 || len(told[0].Awaited) != 0 {
			t.Errorf("receipts %+v, %v", told, err)
		}
	})
}

func TestSlowListenerGetsTheLastStateOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		us.deliver()
		ann := other.actor("ann")
		other.follow(us, ann, "sange")
		other.waitFor(1)
		us.stop()
		other.forget()
		for year := 1990; year < 2000; year++ {
			us.edit("sange", map[string]string{"founded": fmt.Sprint(year)})
		}
		us.edit("sange", map[string]string{"services": "hosting,training"})
		us.edit("sange", map[string]string{"website": "https://sange.example"})
		us.deliver()
		took := other.waitFor(3)
		if want := "/inbox: Update Organization\n/inbox: Create Note\n/inbox: Update Note"; lines(took) != want {
			t.Fatalf("took\n%s\nwant\n%s", lines(took), want)
		}
		if actor := fmt.Sprint(took[0].Body["object"]); !strings.Contains(actor, "1999") || !strings.Contains(actor, "https://sange.example") {
			t.Errorf("the profile is not the last one: %s", actor)
		}
		told, err := d.Receipts(t.Context(), "sange", 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range told {
			if c.Kind != directory.KindAdded && len(c.Told) != 1 {
				t.Errorf("change %d %s is not told: %+v", c.Change, c.Field, c)
			}
		}
	})
}

func TestFreshNoteIsEditedAndAnEmptyOneDeleted(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := followedSange(t, d)
		us.edit("sange", map[string]string{"services": "hosting,training"})
		other.waitFor(2)
		us.edit("sange", map[string]string{"website": "https://sange.example"})
		other.waitFor(4)
		us.edit("sange", map[string]string{"website": "http://www.sange.fi/", "services": "hosting"})
		want := "/inbox: Update Organization\n/inbox: Create Note\n/inbox: Update Organization\n/inbox: Update Note\n/inbox: Update Organization\n/inbox: Delete Tombstone"
		if took := other.waitFor(6); lines(took) != want {
			t.Errorf("took\n%s\nwant\n%s", lines(took), want)
		}
	})
}

func TestFailingServerIsTriedAgainInOrder(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := followedSange(t, d)
		other.mu.Lock()
		other.answer = func(n int, _ received) int {
			return []int{http.StatusInternalServerError, http.StatusTooManyRequests, http.StatusUnauthorized, http.StatusAccepted}[min(n, 3)]
		}
		other.mu.Unlock()
		us.edit("sange", map[string]string{"services": "hosting,training"})
		want := "/inbox: Update Organization\n/inbox: Create Note"
		if took := other.waitFor(2); lines(took) != want {
			t.Errorf("took\n%s\nwant\n%s", lines(took), want)
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := followedSange(t, d)
		other.mu.Lock()
		other.header.Set("Retry-After", "2")
		other.answer = func(n int, _ received) int {
			if n == 0 {
				return http.StatusTooManyRequests
			}
			return http.StatusAccepted
		}
		other.mu.Unlock()
		began := time.Now()
		us.edit("sange", map[string]string{"founded": "1999"})
		other.waitFor(1)
		if took := time.Since(began); took < 2*time.Second {
			t.Errorf("tried again after %s, asked to wait 2 s", took)
		}
	})
}

func TestRefusedActivityIsPassedOver(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := followedSange(t, d)
		other.mu.Lock()
		other.answer = func(_ int, r received) int {
			if r.Body["type"] == "Update" {
				return http.StatusUnprocessableEntity
			}
			return http.StatusAccepted
		}
		other.mu.Unlock()
		us.edit("sange", map[string]string{"services": "hosting,training"})
		if took := other.waitFor(1); lines(took) != "/inbox: Create Note" {
			t.Errorf("took %s", lines(took))
		}
		told, err := d.Receipts(t.Context(), "sange", 2)
		if err != nil || len(told[0].Told) != 1 || len(told[1].Refused) != 1 || told[1].Refused[0].Status != http.StatusUnprocessableEntity {
			t.Errorf("receipts %+v, %v", told, err)
		}
	})
}

func TestGoneInboxIsAskedTwiceAndForgotten(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		us.deliver()
		other.follow(us, other.actor("ann"), "sange")
		other.waitFor(1)
		other.mu.Lock()
		other.seen, other.answer = 0, func(int, received) int { return http.StatusGone }
		other.mu.Unlock()
		us.edit("sange", map[string]string{"founded": "1999"})
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if n, err := d.FollowerCount(t.Context(), "sange"); err == nil && n == 0 {
				break
			}
		}
		other.mu.Lock()
		seen := other.seen
		other.mu.Unlock()
		if n, err := d.FollowerCount(t.Context(), "sange"); err != nil || n != 0 || seen != 2 {
			t.Errorf("%d followers after %d tries (%v), want none after 2", n, seen, err)
		}
		told, err := d.Receipts(t.Context(), "sange", 1)
		if err != nil || len(told[0].Refused) != 1 || told[0].Refused[0].Outcome != directory.GivenUp {
			t.Errorf("receipts %+v, %v", told, err)
		}
	})
}

func TestRemovedCoopSaysGoodbye(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := followedSange(t, d)
		if err := d.RemoveCoop(t.Context(), "sange", "asked", "test"); err != nil {
			t.Fatal(err)
		}
		if took := other.waitFor(1); took[0].Body["type"] != "Delete" || took[0].Body["object"] != us.site.Actor("sange") {
			t.Errorf("took %v", took[0].Body)
		}
	})
}
