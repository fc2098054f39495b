package federation

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation/signature"
)

// counting is a border that counts what passes: pages of the log by GET, and
// activities by POST.
func (b *border) counting() (pages, activities func() int) {
	var mu sync.Mutex
	seen := map[string]int{}
	next := b.Config.Handler
	b.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		if strings.HasPrefix(r.URL.Path, "/log/records/") || r.Method == http.MethodPost {
			seen[r.Method]++
		}
		mu.Unlock()
		next.ServeHTTP(w, r)
	})
	of := func(method string) func() int {
		return func() int {
			mu.Lock()
			defer mu.Unlock()
			return seen[method]
		}
	}
	return of(http.MethodGet), of(http.MethodPost)
}

// keeps does something beside the test until it ends.
func keeps(t *testing.T, do ...func(context.Context)) {
	t.Helper()
	ctx, cancel := contextWithCancel(t)
	var group sync.WaitGroup
	for _, one := range do {
		group.Go(func() { one(ctx) })
	}
	t.Cleanup(func() { cancel(); group.Wait() })
}

func within(t *testing.T, patience time.Duration, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %s not yet: %s", patience, what)
		}
	}
}

// Two directories mirror each other. A change at the one is in the other's copy
// soon, though neither asks for news by itself, and then nothing more is sent or read.
func TestChangesArriveByBellAndLoopsEnd(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, border, home := serveOurs(t, d), newBorder(t), far(t)
		pages, activities := border.counting()
		they := border.leadTo(home)
		us.federation.mirrorEvery, they.mirrorEvery = time.Hour, time.Hour
		extend(t, d)
		us.pulls(mirrorOf(t, us, border.URL))
		if err := they.PullMirror(t.Context(), mirrorOf(t, &ourServer{t: t, federation: they}, us.URL), nil); err != nil {
			t.Fatal(err)
		}
		keeps(t, us.federation.Deliver, us.federation.KeepLog, us.federation.KeepMirrors, they.Deliver, they.KeepLog, they.KeepMirrors)
		following := func(d *directory.Directory) bool {
			all, err := d.Mirrors(t.Context())
			return err == nil && len(all) == 1 && all[0].Following == directory.IsFollowing
		}
		within(t, 10*time.Second, "both follow", func() bool { return following(d) && following(home) })
		time.Sleep(time.Second) // each reads once more when it may follow
		asked, told := pages(), activities()
		began := time.Now()
		if _, _, err := home.EditCoop(t.Context(), "sange", directory.Edit{Source: directory.FromCurator, Origin: "test", Set: map[string]string{"summary": "Rung"}}); err != nil {
			t.Fatal(err)
		}
		m, err := d.Mirror(t.Context(), strings.TrimPrefix(border.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		within(t, 10*time.Second, "the change is in the copy", func() bool { return us.summaryAt(m, "sange") == "Rung" })
		t.Logf("%s: in the copy after %s", t.Name(), time.Since(began).Round(time.Millisecond))
		time.Sleep(3 * time.Second)
		if pages()-asked != 1 || activities()-told != 0 {
			t.Errorf("after one edit the log was asked %d times, and the origin was told %d things", pages()-asked, activities()-told)
		}
	})
}

// Who is not the directory that is mirrored can ring as they like, and whoever rings
// without end has its log read twice a second at most.
func TestBellsAreAnsweredSparingly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border, home := serveOurs(t, d), newBorder(t), far(t)
		pages, _ := border.counting()
		they := border.leadTo(home)
		us.federation.mirrorEvery = time.Hour
		us.pulls(mirrorOf(t, us, border.URL))
		keeps(t, us.federation.KeepMirrors)
		directoryKeys, err := they.keys.of(t.Context(), directory.DirectoryHandle)
		if err != nil {
			t.Fatal(err)
		}
		coopKeys, err := they.keys.of(t.Context(), "sange")
		if err != nil {
			t.Fatal(err)
		}
		other := newOtherServer(t)
		mallory := other.actor("mallory")
		time.Sleep(time.Second)
		before := pages()
		ring := func(actor string, key *signature.Key) {
			t.Helper()
			object := map[string]any{"type": "PublicLog", "id": border.URL + "/log", "records": 1_000_000, "checkpoint": "x"}
			id := border.URL + "/1"
			if actor == mallory {
				id = other.URL + "/1"
			}
			if status, answer := us.post("/inbox", activityJSON(id, "Update", actor, object), key, nil); status != http.StatusAccepted {
				t.Fatalf("a bell by %s: %d %s", actor, status, answer)
			}
		}
		ring(mallory, other.keys[mallory])
		ring(they.site.Actor("sange"), &coopKeys[0].request)
		time.Sleep(2 * listenEvery)
		if n := pages() - before; n != 0 {
			t.Errorf("strangers had the log read %d times", n)
		}
		for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
			ring(they.site.Actor(directory.DirectoryHandle), &directoryKeys[0].request)
			time.Sleep(10 * time.Millisecond) // faster would be too fast
		}
		time.Sleep(time.Second)
		if n := pages() - before; n < 2 || n > 6 {
			t.Errorf("in two seconds of ringing the log was read %d times", n)
		}
		before = pages()
		if err := d.BlockSender(t.Context(), directory.Actor{Name: "test"}, directory.DirectoryHandle, they.site.Actor(directory.DirectoryHandle)); err != nil {
			t.Fatal(err)
		}
		ring(they.site.Actor(directory.DirectoryHandle), &directoryKeys[0].request)
		time.Sleep(time.Second)
		if n := pages() - before; n != 0 {
			t.Errorf("whom our directory has blocked had the log read %d times", n)
		}
	})
}

// An origin that says no to the Follow, or nothing, is read all the same; one that
// says yes is left with an Undo, also when its copy is adopted.
func TestFollowOfAnOriginIsAnswered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border, home := serveOurs(t, d), newBorder(t), far(t)
		they := border.leadTo(home)
		ours := us.site.Actor(directory.DirectoryHandle)
		stand := func() directory.Mirror {
			all, err := d.Mirrors(t.Context())
			if err != nil || len(all) != 1 {
				t.Fatal(all, err)
			}
			return all[0]
		}
		mirrorOf(t, us, border.URL)
		keeps(t, us.federation.Deliver, us.federation.KeepMirrors, they.Deliver)
		within(t, 10*time.Second, "accepted", func() bool { return stand().Following == directory.IsFollowing })
		if err := home.BlockSender(t.Context(), directory.Actor{Name: "test"}, directory.DirectoryHandle, ours); err != nil {
			t.Fatal(err)
		}
		within(t, 10*time.Second, "refused", func() bool { return stand().Following == directory.MayNotFollow })
		if m := stand(); m.WantsFollow(true) || m.State == directory.MirrorFrozen {
			t.Errorf("after the refusal it is %+v", m)
		}
		us.pulls(stand())
		if err := home.UnblockSender(t.Context(), directory.Actor{Name: "test"}, directory.DirectoryHandle, ours); err != nil {
			t.Fatal(err)
		}
		host := stand().Host
		if err := d.RemoveMirror(t.Context(), directory.Actor{Name: "test"}, host); err != nil {
			t.Fatal(err)
		}
		mirrorOf(t, us, border.URL)
		within(t, 10*time.Second, "accepted again", func() bool { return stand().Following == directory.IsFollowing })
		takenBack := func() bool {
			n, err := home.FollowerCount(t.Context(), directory.DirectoryHandle)
			return err == nil && n == 0
		}
		if err := d.RemoveMirror(t.Context(), directory.Actor{Name: "test"}, host); err != nil {
			t.Fatal(err)
		}
		within(t, 10*time.Second, "the Follow is taken back", takenBack)
		us.pulls(mirrorOf(t, us, border.URL))
		within(t, 10*time.Second, "accepted once more", func() bool { return stand().Following == directory.IsFollowing })
		if _, err := d.AdoptMirror(t.Context(), directory.Actor{Name: "test"}, stand(), nil); err != nil {
			t.Fatal(err)
		}
		within(t, 10*time.Second, "the Follow is taken back when the copy is adopted", takenBack)
		if m := stand(); m.Following != directory.NotFollowing {
			t.Errorf("once it is adopted it is %+v", m)
		}
	})
}

// The origin's bell reaches a mirror of a mirror before the copy that it reads is up
// to date: the log is read again until that must have caught up.
func TestMirrorOfAMirrorIsRungByTheOrigin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		last, border, home := serveOurs(t, d), newBorder(t), far(t)
		second := serveOurs(t, directory.New(storetest.SQLite(t)))
		they := border.leadTo(home)
		last.federation.mirrorEvery, second.federation.mirrorEvery = time.Hour, 1500*time.Millisecond
		m := mirrorOf(t, second, border.URL)
		second.pulls(m)
		copied := mirrorOf(t, last, second.URL+"/mirrors/"+m.Host)
		last.pulls(copied)
		keeps(t, last.federation.Deliver, last.federation.KeepMirrors, they.Deliver, second.federation.KeepMirrors)
		within(t, 10*time.Second, "followed", func() bool {
			now, err := d.Mirror(t.Context(), m.Host)
			return err == nil && now.Following == directory.IsFollowing
		})
		time.Sleep(4 * time.Second) // what it reads because it may follow now
		curate(t, home, "sange", map[string]string{"summary": "Rung"})
		within(t, 5*time.Second, "the change is in the copy's copy", func() bool { return last.summaryAt(copied, "sange") == "Rung" })
	})
}
