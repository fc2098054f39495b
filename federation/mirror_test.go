package federation

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/publiclog"
	"coopverse/directory/storetest"
	"coopverse/federation/document"
	"coopverse/federation/fetch"

	"github.com/gorilla/mux"
)

// border stands between a directory and its mirror. It can be given another
// directory to lead to, and can change what passes.
type border struct {
	*httptest.Server
	t      *testing.T
	behind atomic.Pointer[mux.Router]
	change atomic.Pointer[func(path string, body []byte) []byte]
}

func newBorder(t *testing.T) *border {
	b := &border{t: t}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		r.Header.Del("Accept-Encoding")
		b.behind.Load().ServeHTTP(answer, r)
		body := answer.Body.Bytes()
		if change := b.change.Load(); change != nil {
			body = (*change)(r.URL.Path, body)
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.Header().Del("Content-Length") // which may not be true any more
		w.WriteHeader(answer.Code)
		_, _ = w.Write(body)
	}))
	t.Cleanup(b.Close)
	return b
}

// leadTo lets the border lead to a directory, which takes it for its own address.
func (b *border) leadTo(d *directory.Directory) *Federation {
	f := New(d, Config{
		Site:   document.Site{Origin: b.URL, Name: "Far Co-ops", Contact: "hello@coops.example", Version: "test"},
		Client: fetch.New(fetch.Config{UserAgent: "coopverse/test", AllowHTTP: true, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}),
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	router := mux.NewRouter()
	f.Routes(router)
	b.behind.Store(router)
	return f
}

// tamper has what passes changed, or, with nil, left alone.
func (b *border) tamper(change func(path string, body []byte) []byte) {
	if change == nil {
		b.change.Store(nil)
		return
	}
	b.change.Store(&change)
}

// far is a directory elsewhere with the bundled list, and its log.
func far(t *testing.T) *directory.Directory {
	t.Helper()
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	extend(t, d)
	return d
}

func mirrorOf(t *testing.T, us *ourServer, address string) directory.Mirror {
	t.Helper()
	m, err := us.federation.MirrorAt(t.Context(), directory.Actor{Name: "test"}, address, "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// curate changes an entry and has the log tell of it.
func curate(t *testing.T, d *directory.Directory, handle string, set map[string]string) {
	t.Helper()
	if _, _, err := d.EditCoop(t.Context(), handle, directory.Edit{Source: directory.FromCurator, Origin: "test", Set: set}); err != nil {
		t.Fatal(err)
	}
	extend(t, d)
}

func (us *ourServer) summaryAt(m directory.Mirror, handle string) string {
	us.t.Helper()
	entry, err := us.directory.MirroredEntry(us.t.Context(), m, handle)
	if err != nil {
		return "none"
	}
	return entry.Summary
}

func (us *ourServer) pulls(m directory.Mirror) {
	us.t.Helper()
	if err := us.federation.PullMirror(us.t.Context(), m, nil); err != nil {
		us.t.Fatal(err)
	}
}

// A copy is whole, follows every change, and forgets what was removed.
func TestMirrorCarriesTheWholeDirectory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border, home := serveOurs(t, d), newBorder(t), far(t)
		border.leadTo(home)
		m := mirrorOf(t, us, border.URL)
		us.pulls(m)
		if n, err := d.MirroredCount(t.Context(), m); n != seeded || err != nil {
			t.Errorf("%d entries, %v", n, err)
		}
		curate(t, home, "sange", map[string]string{"summary": "A secret"})
		us.pulls(m)
		if got := us.summaryAt(m, "sange"); got != "A secret" {
			t.Errorf("after the edit %q", got)
		}
		if err := home.RemoveCoop(t.Context(), "sange", "The co-op asked for it.", "test"); err != nil {
			t.Fatal(err)
		}
		extend(t, home)
		us.pulls(m)
		if got := us.summaryAt(m, "sange"); got != "none" {
			t.Errorf("after the removal %q", got)
		}
		lines, err := d.MirrorLog(m).Lines(t.Context(), 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range lines {
			if bytes.Contains(line.Record, []byte("A secret")) {
				t.Errorf("record %d of the copy still says it", i)
			}
		}
		if m, err = d.Mirror(t.Context(), m.Host); err != nil || m.State != directory.MirrorCurrent || m.Why != "" || m.VerifiedAt == nil || m.Applied != int64(len(lines)) {
			t.Errorf("the mirror is %+v, %v", m, err)
		}
	})
}

// Whatever is changed on the way is found, on the first copy and later, and
// nothing of it is shown. When the way is clear again the copy goes on.
func TestTamperingIsFound(t *testing.T) {
	onPages := func(change func(lines [][]byte) [][]byte) func(string, []byte) []byte {
		return func(path string, body []byte) []byte {
			if !strings.Contains(path, "/records/") {
				return body
			}
			return bytes.Join(change(bytes.SplitAfter(body, []byte("\n"))), nil)
		}
	}
	var other []byte // a page that was sent before
	tamperings := map[string]func(string, []byte) []byte{
		"a word changed": onPages(func(l [][]byte) [][]byte {
			l[1] = bytes.Replace(l[1], []byte(`"name":"`), []byte(`"name":"Not `), 1)
			return l
		}),
		"a record dropped": onPages(func(l [][]byte) [][]byte { return append(l[:1], l[2:]...) }),
		"the last dropped": onPages(func(l [][]byte) [][]byte { return l[:len(l)-2] }),
		"records swapped":  onPages(func(l [][]byte) [][]byte { l[1], l[2] = l[2], l[1]; return l }),
		"a record twice":   onPages(func(l [][]byte) [][]byte { return append(l, l[1]) }),
		"no head":          onPages(func(l [][]byte) [][]byte { return l[1:] }),
		"a larger head":    onPages(func(l [][]byte) [][]byte { l[0] = bytes.Replace(l[0], []byte(`log\n1`), []byte(`log\n2`), 1); return l }),
		"a record held back": onPages(func(l [][]byte) [][]byte {
			l[1] = []byte(`{"commitment":"` + strings.Repeat("A", 43) + `"}` + "\n")
			return l
		}),
		"an old page": func(path string, body []byte) []byte {
			if strings.Contains(path, "/records/") {
				return other
			}
			return body
		},
		"cut short": onPages(func(l [][]byte) [][]byte { l[len(l)-2] = l[len(l)-2][:20]; return l }),
		"not JSON":  onPages(func([][]byte) [][]byte { return [][]byte{[]byte("<html>Sorry</html>")} }),
		"nothing":   onPages(func([][]byte) [][]byte { return nil }),
	}
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border, home := serveOurs(t, d), newBorder(t), far(t)
		border.leadTo(home)
		m := mirrorOf(t, us, border.URL)
		border.tamper(onPages(func(l [][]byte) [][]byte { other = bytes.Join(l, nil); return l }))
		check := func(when, what, want string) {
			t.Helper()
			if err := us.federation.PullMirror(t.Context(), m, nil); err == nil {
				t.Errorf("%s: %s is not found", when, what)
			}
			if got := us.summaryAt(m, "sange"); got != want {
				t.Errorf("%s: %s: shown is %q", when, what, got)
			}
			if now, err := d.Mirror(t.Context(), m.Host); err != nil || now.State == directory.MirrorFrozen || now.Why == "" {
				t.Errorf("%s: %s: the mirror is %s because %q, %v", when, what, now.State, now.Why, err)
			}
		}
		for what, change := range tamperings {
			if what != "an old page" { // there is none yet
				border.tamper(change)
				check("first copy", what, "none")
			}
		}
		border.tamper(onPages(func(l [][]byte) [][]byte { other = bytes.Join(l, nil); return l }))
		us.pulls(m)
		n := 0
		for what, change := range tamperings {
			before := us.summaryAt(m, "sange")
			n++
			curate(t, home, "sange", map[string]string{"summary": fmt.Sprint("Edit ", n)})
			curate(t, home, "igalia", map[string]string{"summary": fmt.Sprint("Edit ", n)})
			border.tamper(change)
			check("catching up", what, before)
			border.tamper(nil)
			us.pulls(m)
			if got := us.summaryAt(m, "sange"); got != fmt.Sprint("Edit ", n) {
				t.Errorf("%s: once the way is clear shown is %q", what, got)
			}
		}
	})
}

// Who holds a record back without withdrawing it, and signs that, is found too.
func TestRecordsAreNotHeldBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border, home := serveOurs(t, d), newBorder(t), far(t)
		border.leadTo(home)
		m := mirrorOf(t, us, border.URL)
		us.pulls(m)
		curate(t, home, "sange", map[string]string{"summary": "New"})
		border.tamper(withoutText(t, home, "/records/", logged))
		if err := us.federation.PullMirror(t.Context(), m, nil); err == nil || !strings.Contains(err.Error(), "held back") {
			t.Errorf("%v", err)
		}
		if got := us.summaryAt(m, "sange"); got != "" {
			t.Errorf("shown is %q", got)
		}
		before, err := d.Mirror(t.Context(), m.Host)
		if err != nil {
			t.Fatal(err)
		}
		if audit, err := d.AuditMirror(t.Context(), before); err != nil || !slices.Contains(audit.Wrong, fmt.Sprintf("record %d is missing, and was not withdrawn", logged)) {
			t.Errorf("the audit says %+v, %v", audit, err)
		}
		border.tamper(nil)
		us.pulls(m)
		if got := us.summaryAt(m, "sange"); got != "New" {
			t.Errorf("once the way is clear shown is %q", got)
		}
		curate(t, home, "sange", map[string]string{"summary": "More"})
		us.pulls(m)
		if audit, err := d.AuditMirror(t.Context(), before); !errors.Is(err, directory.ErrConflict) {
			t.Errorf("while the copy goes on the audit says %+v, %v", audit, err)
		}
	})
}

// withoutText is a tampering that leaves of one record only its commitment.
func withoutText(t *testing.T, home *directory.Directory, within string, leaf int64) func(string, []byte) []byte {
	t.Helper()
	lines, err := home.OwnLog().Lines(t.Context(), leaf, leaf+1)
	if err != nil {
		t.Fatal(err)
	}
	commitment, salt, err := lines[0].Committed()
	if err != nil {
		t.Fatal(err)
	}
	only, err := json.Marshal(publiclog.Withdrawn(commitment))
	if err != nil {
		t.Fatal(err)
	}
	return func(path string, body []byte) []byte {
		page := bytes.SplitAfter(body, []byte("\n"))
		for i, line := range page {
			if strings.Contains(path, within) && bytes.Contains(line, []byte(base64.RawURLEncoding.EncodeToString(salt))) {
				page[i] = append(only, '\n')
			}
		}
		return bytes.Join(page, nil)
	}
}

// An origin that signs another past than before is not believed any more: the
// copy stays as it was, and says why.
func TestRewrittenLogFreezesTheCopy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border, home := serveOurs(t, d), newBorder(t), far(t)
		border.leadTo(home)
		m := mirrorOf(t, us, border.URL)
		curate(t, home, "sange", map[string]string{"summary": "As published"})
		us.pulls(m)
		keys, err := home.Keys(t.Context(), directory.DirectoryHandle, nil)
		if err != nil {
			t.Fatal(err)
		}
		restored := far(t) // from a list, with the same keys and other salts
		if _, err := restored.Keys(t.Context(), directory.DirectoryHandle, func() (string, string, error) { return keys[0].PrivatePEM, keys[0].ProofPEM, nil }); err != nil {
			t.Fatal(err)
		}
		border.leadTo(restored)
		if err := us.federation.PullMirror(t.Context(), m, nil); err == nil {
			t.Error("another past is taken")
		}
		now, err := d.Mirror(t.Context(), m.Host)
		if err != nil || now.State != directory.MirrorFrozen || !strings.Contains(now.Why, "not those that it published before") {
			t.Errorf("the mirror is %+v, %v", now, err)
		}
		if due, err := d.MirrorsDue(t.Context(), 0); len(due) != 0 || err != nil {
			t.Errorf("a frozen mirror is asked again: %v, %v", due, err)
		}
		if got := us.summaryAt(m, "sange"); got != "As published" {
			t.Errorf("shown is %q", got)
		}
		if err := us.federation.PullMirror(t.Context(), m, nil); err == nil {
			t.Error("another past is taken, the second time")
		}
		us.deliver()
		var reports []directory.Report
		within(t, 10*time.Second, "the other operators are told", func() bool {
			reports, err = restored.Reports(t.Context(), false, 0, 10)
			return len(reports) > 0
		})
		time.Sleep(4 * sweepEvery)
		reports, err = restored.Reports(t.Context(), false, 0, 10)
		if err != nil || len(reports) != 1 || reports[0].PeerID != us.site.Actor(directory.DirectoryHandle) || reports[0].Content != now.Why {
			t.Errorf("they are told %+v, %v", reports, err)
		}
	})
}

// A directory that never answers holds up no copy but its own.
func TestSilentOriginHoldsUpNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, silent, border := serveOurs(t, d), newBorder(t), newBorder(t)
		silent.leadTo(far(t))
		border.leadTo(far(t))
		first, second := mirrorOf(t, us, silent.URL), mirrorOf(t, us, border.URL)
		hold := make(chan struct{})
		silent.tamper(func(_ string, body []byte) []byte { <-hold; return body })
		ctx, stop := context.WithCancel(t.Context())
		var group sync.WaitGroup
		us.federation.mirrorEvery = time.Nanosecond
		group.Go(func() { us.federation.KeepMirrors(ctx) })
		state := func(m directory.Mirror) directory.MirrorState {
			now, err := d.Mirror(t.Context(), m.Host)
			if err != nil {
				t.Fatal(err)
			}
			return now.State
		}
		for tries := 0; state(second) != directory.MirrorCurrent && tries < 300; tries++ {
			time.Sleep(10 * time.Millisecond)
		}
		if got, other := state(second), state(first); got != directory.MirrorCurrent || other != directory.MirrorCopying {
			t.Errorf("the copies are %s and %s", got, other)
		}
		stop()
		close(hold)
		group.Wait()
		if m, err := d.Mirror(t.Context(), first.Host); err != nil || m.Failures != 0 || m.Why != "" {
			t.Errorf("after we were told to stop: %+v, %v", m, err)
		}
	})
}

// What was read for a copy does not go into another one that has its number since,
// nor into one that is frozen.
func TestPageGoesOnlyWhereItBelongs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border, other := serveOurs(t, d), newBorder(t), newBorder(t)
		border.leadTo(far(t))
		other.leadTo(far(t))
		removed := mirrorOf(t, us, border.URL)
		page, err := us.federation.logPageAt(t.Context(), removed, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.RemoveMirror(t.Context(), directory.Actor{Name: "test"}, removed.Host); err != nil {
			t.Fatal(err)
		}
		m := mirrorOf(t, us, other.URL)
		if err := d.TakePage(t.Context(), removed, page); m.ID != removed.ID || !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("into the copy with the number %d instead of %d: %v", m.ID, removed.ID, err)
		}
		if err := d.FreezeMirror(t.Context(), m, "A test."); err != nil {
			t.Fatal(err)
		}
		if err := us.federation.PullMirror(t.Context(), m, nil); err == nil {
			t.Error("a frozen copy goes on")
		}
		if now, err := d.Mirror(t.Context(), m.Host); err != nil || now.State != directory.MirrorFrozen || now.Why != "A test." {
			t.Errorf("the mirror is %+v, %v", now, err)
		}
	})
}

// A directory that changes its keys takes its mirrors along, however often it does
// while they are not there. A key that somebody else shows on the way is not taken.
func TestMirrorFollowsNewKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border, home := serveOurs(t, d), newBorder(t), far(t)
		f := border.leadTo(home)
		m := mirrorOf(t, us, border.URL)
		us.pulls(m)
		for range 3 {
			if err := f.RotateKeys(t.Context(), directory.DirectoryHandle, "test"); err != nil {
				t.Fatal(err)
			}
		}
		curate(t, home, "sange", map[string]string{"summary": "Signed with a new key"})
		_, stranger, err := ed25519.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		for what, forged := range map[string]ed25519.PublicKey{"a stranger's": stranger.Public().(ed25519.PublicKey), "none": nil} {
			border.tamper(func(path string, body []byte) []byte {
				if path != publiclog.Path+"/keys" {
					return body
				}
				if forged == nil {
					return []byte("[]")
				}
				handover, err := publiclog.SignHandover(m.LogOrigin(), stranger, forged)
				if err == nil {
					body, err = json.Marshal([]string{handover})
				}
				if err != nil {
					t.Error(err)
				}
				return body
			})
			if err := us.federation.PullMirror(t.Context(), m, nil); !errors.Is(err, directory.ErrTampered) {
				t.Errorf("%s is taken: %v", what, err)
			}
			if now, err := d.Mirror(t.Context(), m.Host); err != nil || now.Key != m.Key {
				t.Errorf("the key is %s, %v", now.Key, err)
			}
		}
		border.tamper(nil)
		us.pulls(m)
		if now, err := d.Mirror(t.Context(), m.Host); err != nil || now.Key == m.Key || us.summaryAt(m, "sange") != "Signed with a new key" {
			t.Errorf("the key is still %s, %v", now.Key, err)
		}
	})
}
