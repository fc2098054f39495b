package federation

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/pace"
	"coopverse/directory/storetest"
	"coopverse/federation/signature"
)

// Who says that a gigabyte comes is answered before the first byte of it, who does not
// say so after a megabyte, and many of them at once do not fill the memory.
func TestGigabytesAreRefusedEarly(t *testing.T) {
	us := serveOurs(t, directory.New(storetest.SQLite(t)))
	address := strings.TrimPrefix(us.URL, "http://")
	for name, length := range map[string]string{"said": "Content-Length: 1073741824", "unsaid": "Transfer-Encoding: chunked"} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST /inbox HTTP/1.1\r\nHost: %s\r\nContent-Type: application/activity+json\r\n%s\r\n\r\n", address, length)
		var sent atomic.Int64
		if name == "unsaid" {
			go func() {
				chunk := fmt.Sprintf("%x\r\n%s\r\n", 64<<10, strings.Repeat("x", 64<<10))
				for sent.Load() < 1<<30 {
					n, err := io.WriteString(conn, chunk)
					if sent.Add(int64(n)); err != nil {
						return
					}
				}
			}()
		}
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || answer.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %v, %v", name, answer, err)
		}
		if sent.Load() > 16<<20 { // what fits into buffers on the way
			t.Errorf("%s: %d bytes were taken", name, sent.Load())
		}
	}

	body, waits := strings.Repeat("x", MaxActivity-1), make(chan struct{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 200 {
		go func() {
			slow := io.MultiReader(strings.NewReader(body), waiting(waits))
			r, err := http.NewRequest(http.MethodPost, us.URL+"/inbox", slow)
			if err != nil {
				return
			}
			r.Header.Set("Content-Type", "application/activity+json")
			if answer, err := http.DefaultClient.Do(r); err == nil {
				answer.Body.Close()
			}
		}()
	}
	for end := time.Now().Add(10 * time.Second); len(us.federation.limits.large) < maxLarge && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond)
	runtime.ReadMemStats(&after)
	close(waits)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 200<<20 {
		t.Errorf("200 large bodies take %d MB", grown>>20)
	}
}

// waiting is a reader that has nothing to say until the channel is closed.
type waiting chan struct{}

func (w waiting) Read([]byte) (int, error) { <-w; return 0, io.EOF }

// A body is taken as it comes: what would be a gigabyte if it were unpacked is not
// unpacked.
func TestPackedBodiesStayPacked(t *testing.T) {
	us, other := serveOurs(t, directory.New(storetest.SQLite(t))), newOtherServer(t)
	ann := other.actor("ann")
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	for range 256 {
		_, _ = w.Write(make([]byte, 1<<20))
	}
	_ = w.Close()
	status, _ := us.post("/inbox", packed.Bytes(), other.keys[ann], func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") })
	if status != http.StatusBadRequest {
		t.Errorf("%d, want 400", status)
	}
}

// Long lists in an activity cost little, and only a few of those on them are looked at.
func TestLongListsCostLittle(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann := other.actor("ann")
		other.follow(us, ann, "sange")
		many := `[` + strings.Repeat(`"`+us.site.Actor("sange")+`",`, 15_000) + `"https://www.w3.org/ns/activitystreams#Public"]`
		for i, body := range []string{
			`{"type":"Flag","object":` + many,
			`{"type":"Like","object":"` + us.site.Post("sange", 0) + `","to":` + many,
			`{"type":"Create","object":{"type":"Note","id":"` + ann + `/n","attributedTo":"` + ann + `","content":"x","to":` + many + `}`,
			`{"type":"Add","object":{"type":"OrderedCollection","totalItems":1000000,"orderedItems":` + many + `}`,
		} {
			began := time.Now()
			status, answer := us.post("/inbox", []byte(strings.Replace(body, "{", `{"id":"`+fmt.Sprintf("%s#%d", ann, i)+`","actor":"`+ann+`",`, 1)+"}"), other.keys[ann], nil)
			if status != http.StatusAccepted && status != http.StatusBadRequest {
				t.Errorf("%.20s: %d %s", body, status, answer)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("%.20s took %s", body, took)
			}
		}
		if events, err := d.Events(t.Context(), "sange", 100); err != nil || len(events) > 4 {
			t.Errorf("%d events, %v", len(events), err)
		}
	})
}

// A host with ever new actors is told to slow down, and others are heard meanwhile.
func TestManyFollowsFromOneHost(t *testing.T) {
	storetest.Alone(t)
	usual := strangersOfHost
	strangersOfHost = pace.Pace{AtOnce: 20, Every: time.Hour} // as if 10,000 came, of whom 3,000 may
	t.Cleanup(func() { strangersOfHost = usual })
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, crowd, fine := serveOurs(t, d), newOtherServer(t), newOtherServer(t)
		asked := us.named(map[string]*otherServer{"crowd.example": crowd, "fine.example": fine})
		key := crowd.keys[crowd.actor("a0")].Private
		for i := range 60 {
			id := fmt.Sprintf("%s/users/a%d", crowd.URL, i)
			crowd.mu.Lock()
			crowd.keys[id] = &signature.Key{ID: id + "#main-key", Private: key}
			crowd.mu.Unlock()
			want := http.StatusAccepted
			if i >= 20 {
				want = http.StatusTooManyRequests
			}
			status, answer := us.post("/inbox", activityJSON(id+"#f", "Follow", id, us.site.Actor("sange")), crowd.keys[id], nil)
			if status != want {
				t.Fatalf("Follow %d: %d %s, want %d", i, status, answer, want)
			}
		}
		if n := asked.Load(); n != 20 {
			t.Errorf("the host was asked %d times", n)
		}
		fine.follow(us, fine.actor("ann"), "sange")
		if status, _ := us.post("/inbox", activityJSON(crowd.URL+"/users/a0#like", "Like", crowd.URL+"/users/a0", us.site.Post("sange", 0)), crowd.keys[crowd.URL+"/users/a0"], nil); status != http.StatusAccepted {
			t.Errorf("somebody there whom we know: %d", status)
		}
	})
}

// Whoever follows may say more than others, and is told to slow down at last.
func TestSendersAreSlowedDown(t *testing.T) {
	storetest.Alone(t)
	usual, usualFollower := senderPace, followerPace
	senderPace, followerPace = pace.Pace{AtOnce: 5, Every: time.Hour}, pace.Pace{AtOnce: 5, Every: time.Hour}
	t.Cleanup(func() { senderPace, followerPace = usual, usualFollower })
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann, ben := other.actor("ann"), other.actor("ben")
		other.follow(us, ann, "sange")
		like := func(actor string, n int) int {
			status, _ := us.post("/inbox", activityJSON(fmt.Sprintf("%s#%d", actor, n), "Like", actor, us.site.Post("sange", 0)), other.keys[actor], nil)
			return status
		}
		for actor, may := range map[string]int{ann: 9, ben: 5} { // ann's Follow was the first of ten
			for n := range may {
				if status := like(actor, n); status != http.StatusAccepted {
					t.Errorf("%s, activity %d: %d", actor, n, status)
				}
			}
			if status := like(actor, may); status != http.StatusTooManyRequests {
				t.Errorf("%s, one too many: %d", actor, status)
			}
		}
	})
}

// A request that somebody has kept is refused after its time, and what it said is heard
// once, whenever it comes again.
func TestReplay(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann := other.actor("ann")
		body := activityJSON(ann+"#like", "Like", ann, us.site.Post("sange", 0))
		at := func(ago time.Duration) func(*http.Request) {
			return func(r *http.Request) { _ = signature.Sign(r, body, other.keys[ann], time.Now().Add(-ago)) }
		}
		for _, c := range []struct {
			name   string
			ago    time.Duration
			status int
		}{
			{"the first time, by a clock that is an hour slow", time.Hour, 202},
			{"again at once", time.Hour, 202},
			{"after its time", signature.MaxAge + time.Minute, 401},
			{"by a clock that is an hour fast", -time.Hour, 202},
			{"before its time", -signature.MaxAhead - time.Minute, 401},
			{"signed anew", 0, 202},
		} {
			if status, answer := us.post("/inbox", body, other.keys[ann], at(c.ago)); status != c.status {
				t.Errorf("%s: %d %s, want %d", c.name, status, answer, c.status)
			}
		}
		if events, err := d.Events(t.Context(), "sange", 10); err != nil || len(events) != 1 {
			t.Errorf("heard %d times (%v)", len(events), err)
		}
	})
}

// Who cannot be fetched any more can still say that they block us or are gone.
func TestTheLastWordOfWhoIsGone(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann, ben := other.actor("ann"), other.actor("ben")
		other.follow(us, ann, "sange")
		other.follow(us, ben, "sange")
		var asked atomic.Int32
		other.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			http.Error(w, "gone", http.StatusGone)
		})
		for actor, body := range map[string][]byte{
			ann: activityJSON(ann+"#block", "Block", ann, us.site.Actor("sange")),
			ben: activityJSON(ben+"#delete", "Delete", ben, ben),
		} {
			if status, answer := us.post("/inbox", body, other.keys[actor], nil); status != http.StatusAccepted {
				t.Errorf("%.40s: %d %s", body, status, answer)
			}
		}
		if n, err := d.FollowerCount(t.Context(), "sange"); err != nil || n != 0 || asked.Load() != 0 {
			t.Errorf("%d followers are left (%v), asked %d times", n, err, asked.Load())
		}
	})
}

// What is kept of strangers before anybody knows who they are is short, however long the
// names are that they give themselves.
func TestLongNamesTakeLittleRoom(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		private := other.keys[other.actor("ann")].Private
		long := "https://" + strings.Repeat("x", 7000) + ".example/"
		for _, ago := range []time.Duration{0, 24 * time.Hour} {
			body := activityJSON("https://stranger.example/1", "Like", long, us.site.Post("sange", 0))
			key := &signature.Key{ID: long, Private: private}
			late := func(r *http.Request) { _ = signature.Sign(r, body, key, time.Now().Add(-ago)) }
			if status, answer := us.post("/inbox", body, key, late); status != http.StatusUnauthorized {
				t.Errorf("%d %s", status, answer)
			}
		}
		if host := hostOf(long); host != "" {
			t.Errorf("%d bytes are kept to slow somebody down", len(host))
		}
		for name := range us.federation.skew.off {
			if len(name) > 500 {
				t.Errorf("%d bytes are kept of somebody's clock", len(name))
			}
		}
	})
}
