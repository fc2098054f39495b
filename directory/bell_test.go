package directory_test

import (
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// mirrorFollows has somebody follow the directory's actor as a mirror of our log.
func mirrorFollows(t *testing.T, d *directory.Directory, p directory.Peer) {
	t.Helper()
	if err := d.AddMirrorFollower(t.Context(), heard(p, "Follow", activity(p), directory.DirectoryHandle), `{"type":"Follow"}`); err != nil {
		t.Fatal(err)
	}
}

func mirrorsThrough(t *testing.T, d *directory.Directory, inbox directory.Inbox) []directory.Follower {
	t.Helper()
	found, err := d.MirrorFollowers(t.Context(), inbox.ID)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func extendLog(t *testing.T, d *directory.Directory) int64 {
	t.Helper()
	if _, err := d.ExtendLog(t.Context()); err != nil {
		t.Fatal(err)
	}
	size, err := d.OwnLog().Size(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return size
}

// A mirror is woken when the log has grown, is told from where it stood, keeps its
// place when it follows again, and is owed nothing more once that was given up.
func TestMirrorHasAPlaceInTheLog(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		far := stranger("far")
		before := extendLog(t, d)
		mirrorFollows(t, d, far)
		letGo(t, d, lease(t, d, "one"))
		curate(t, d, "sange", map[string]string{"founded": "2000"})
		if due := lease(t, d, "one"); len(due) != 0 {
			t.Fatalf("a change alone wakes %v", due)
		}
		after := extendLog(t, d)
		inbox, due := lease(t, d, "one")[far.Inbox]
		if !due {
			t.Fatal("it is not due")
		}
		mirrorFollows(t, d, far)
		mirror := mirrorsThrough(t, d, inbox)
		if len(mirror) != 1 || mirror[0].Rung != before || after != before+1 {
			t.Fatalf("it stands at %+v; the log went from %d to %d", mirror, before, after)
		}
		if changes := owed(t, d, inbox); len(changes) != 0 {
			t.Errorf("it is owed %v besides", changes)
		}
		if err := d.Rung(t.Context(), inbox, mirror[0], after, time.Minute); err != nil || mirrorsThrough(t, d, inbox)[0].Rung != after {
			t.Errorf("after it was told it stands at %+v, %v", mirrorsThrough(t, d, inbox), err)
		}
		servers, err := d.Servers(t.Context(), directory.ServerQuery{Limit: 10})
		if err != nil || len(servers) != 1 || servers[0].Told == nil || time.Since(*servers[0].Told) > time.Minute {
			t.Errorf("the operators see %+v, %v", servers, err)
		}
		curate(t, d, "sange", map[string]string{"founded": "2001"})
		size := extendLog(t, d)
		if err := d.GiveUp(t.Context(), inbox, 503, "no answer"); err != nil || mirrorsThrough(t, d, inbox)[0].Rung != size {
			t.Errorf("given up, it stands at %+v, %v", mirrorsThrough(t, d, inbox), err)
		}
	})
}

// A mirror that was away and follows anew is tried again at once.
func TestMirrorThatIsBackIsTriedAtOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		far := peer("far")
		extendLog(t, d)
		mirrorFollows(t, d, far)
		letGo(t, d, lease(t, d, "one"))
		curate(t, d, "sange", map[string]string{"founded": "2000"})
		extendLog(t, d)
		inbox := lease(t, d, "one")[shared]
		if err := d.TryAgain(t.Context(), inbox, false, "no answer", time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if due := lease(t, d, "one"); len(due) != 0 {
			t.Fatalf("due is %v", due)
		}
		mirrorFollows(t, d, far)
		if _, due := lease(t, d, "one")[shared]; !due {
			t.Error("it waits for the next try")
		}
	})
}

// Who becomes somebody else by a Move mirrors no more: that, each says for itself.
func TestMovedMirrorIsAFollower(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		far, near := stranger("far"), stranger("near")
		mirrorFollows(t, d, far)
		moveTo(t, d, far, near)
		followers, err := d.Followers(t.Context(), directory.DirectoryHandle)
		if err != nil || len(followers) != 1 || followers[0].PeerID != near.ID || followers[0].Mirrors {
			t.Errorf("the followers are %+v, %v", followers, err)
		}
	})
}

// The Follow of a mirrored directory is owed once by however many processes, and
// again when there was no answer for a day, or a week after the last one.
func TestMirroredDirectoryIsFollowedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		by := directory.Actor{Name: "test"}
		far := stranger("far")
		m, err := d.AddMirror(t.Context(), by, directory.Mirror{Host: "far.example", Origin: "https://far.example", Source: "https://far.example"})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := d.FollowMirrored(t.Context(), m, far); err != nil {
				t.Fatal(err)
			}
		}
		followed, err := d.Mirror(t.Context(), m.Host)
		if err != nil || followed.Following != directory.AskedTo || followed.WantsFollow(true) {
			t.Fatalf("it is %+v, %v", followed, err)
		}
		if err := d.FollowAnswered(t.Context(), heard(far, "Accept", activity(far)), m.Origin, "another", true); err != nil {
			t.Fatal(err)
		}
		if m, err := d.Mirror(t.Context(), m.Host); err != nil || m.Following != directory.AskedTo {
			t.Errorf("by the answer to another Follow it is %s, %v", m.Following, err)
		}
		hours := time.Now().Add(-2 * time.Hour)
		if following := (directory.Mirror{Following: directory.IsFollowing, FollowedAt: &hours}); following.WantsFollow(false) || !following.WantsFollow(true) {
			t.Error("after two hours a bell that did not come makes no difference")
		}
		for asked, again := range map[time.Duration]map[directory.Following]bool{
			23 * time.Hour:     {},
			25 * time.Hour:     {directory.AskedTo: true},
			8 * 24 * time.Hour: {directory.AskedTo: true, directory.IsFollowing: true},
		} {
			for _, answer := range []directory.Following{directory.AskedTo, directory.IsFollowing, directory.MayNotFollow} {
				at := time.Now().Add(-asked)
				if got := (directory.Mirror{Following: answer, FollowedAt: &at}).WantsFollow(false); got != again[answer] {
					t.Errorf("%s, after %s: %v", answer, asked, got)
				}
			}
		}
		if err := d.RemoveMirror(t.Context(), by, m.Host); err != nil {
			t.Fatal(err)
		}
		answers, err := d.OwedAnswers(t.Context(), lease(t, d, "one")[far.Inbox].ID)
		var kinds []string
		for _, a := range answers {
			f, ok := a.LogFollow()
			if !ok || f.Name != followed.Follow || f.Origin != m.Origin {
				t.Errorf("owed is %+v", a)
			}
			kinds = append(kinds, a.Type)
		}
		if got := strings.Join(kinds, ", "); got != "Follow, Undo" || err != nil {
			t.Errorf("owed are %q, %v", got, err)
		}
	})
}
