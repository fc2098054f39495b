package federation

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/publiclog"
	"coopverse/directory/storetest"
)

// What is no directory that can be mirrored is refused, with a reason and what to
// do, and leaves nothing behind.
func TestWhatIsNoDirectoryIsNotMirrored(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border := serveOurs(t, d), newBorder(t)
		border.leadTo(far(t))
		serving := func(contentType, body string) string {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", contentType)
				fmt.Fprint(w, body)
			}))
			t.Cleanup(server.Close)
			return server.URL
		}
		nothing := httptest.NewServer(http.NotFoundHandler())
		defer nothing.Close()
		alias := httptest.NewServer(http.RedirectHandler(us.URL+"/actors/directory", http.StatusMovedPermanently))
		defer alias.Close()
		ours, err := url.Parse(us.URL)
		if err != nil {
			t.Fatal(err)
		}
		key := "127.0.0.1/log+00000000+AAAA"
		for _, bad := range []struct{ address, key, want string }{
			{nothing.URL, "", "status 404"},
			{serving("text/html", "<html>A page</html>"), "", "content type"},
			{serving("application/activity+json", `{"id":"https://social.example/users/admin","assertionMethod":[]}`), "", "shows the actor"},
			{serving("application/activity+json", "{}"), "", "shows the actor"},
			{"http://127.0.0.1:1", "", "connection refused"},
			{us.URL, "", "this directory itself"},
			{strings.ToUpper(us.URL), "", "this directory itself"},
			{us.URL + "/", "", "this directory itself"},
			{"http://127.0.0.1:0" + ours.Port(), "", "this directory itself"},
			{border.URL + "/mirrors/" + ours.Host, "", "this directory itself"},
			{alias.URL, "", "this directory itself"},
			{border.URL + "/coops", "", `the path "/coops"`},
			{border.URL + "/?a=b", "", "after its path"},
			{border.URL + "/#a", "", "after its path"},
			{"ftp://coops.example", "", "begin with https://"},
			{"", "", "no address of a directory"},
			{"https://", "", "no address of a directory"},
			{"https://user:secret@coops.example", "", "user name"},
			{"https://a..b", "", "no address of a directory"},
			{"https://second.example/mirrors/a%0Ab", "", "of which there could be a copy"},
			{"https://second.example/mirrors/a/b", "", "of which there could be a copy"},
			{border.URL, "something", "no key of " + border.URL},
			{border.URL, key, "no key of " + border.URL},
		} {
			m, err := us.federation.MirrorAt(t.Context(), directory.Actor{}, bad.address, bad.key)
			if err == nil || !strings.Contains(err.Error(), bad.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%q: %+v, %v", bad.address, m, err)
			}
		}
		mirrorOf(t, us, border.URL)
		if _, err := us.federation.MirrorAt(t.Context(), directory.Actor{}, strings.ToUpper(border.URL)+"/", ""); err == nil || !strings.Contains(err.Error(), "already") {
			t.Errorf("twice: %v", err)
		}
		if all, err := d.Mirrors(t.Context()); len(all) != 1 || err != nil {
			t.Errorf("%d mirrors, %v", len(all), err)
		}
	})
}

// A name is written in one way, however somebody types it.
func TestMirrorsHaveOneName(t *testing.T) {
	us := serveOurs(t, directory.New(storetest.SQLite(t)))
	for typed, want := range map[string]string{
		"COOPS.Example": "coops.example", "https://coops.example:443/": "coops.example", "https://coops.example.": "coops.example",
		"https://bücher.example": "xn--bcher-kva.example", "https://coops.example:8443": "coops.example:8443",
		"https://second.example/mirrors/Bücher.example/": "xn--bcher-kva.example",
	} {
		if m, err := us.federation.mirrorOf(typed); err != nil || m.Host != want || m.Origin != "https://"+want {
			t.Errorf("%s: %+v, %v", typed, m, err)
		}
	}
	us.Close() // our own name is known without asking
	for _, own := range []string{strings.ToUpper(us.URL), "https://second.example/mirrors/" + strings.TrimPrefix(us.URL, "http://")} {
		own = strings.Replace(own, "https", "http", 1)
		if m, err := us.federation.mirrorOf(own); !errors.Is(err, errItself) {
			t.Errorf("%s: %+v, %v", own, m, err)
		}
	}
}

// Another key than that of the directory opens nothing.
func TestWrongKeyIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border := serveOurs(t, d), newBorder(t)
		border.leadTo(far(t))
		right := mirrorOf(t, us, border.URL)
		if err := d.RemoveMirror(t.Context(), directory.Actor{}, right.Host); err != nil {
			t.Fatal(err)
		}
		border.leadTo(far(t)) // which has a key of its own
		if _, err := us.federation.MirrorAt(t.Context(), directory.Actor{}, border.URL, right.Key); err == nil || !strings.Contains(err.Error(), "not with the one given") {
			t.Errorf("another key: %v", err)
		}
		border.tamper(func(path string, body []byte) []byte {
			if strings.HasPrefix(path, "/actors/") {
				return nil
			}
			return body
		})
		if _, err := us.federation.MirrorAt(t.Context(), directory.Actor{}, border.URL, right.Key); err == nil || !strings.Contains(err.Error(), "is not signed with the key") {
			t.Errorf("where only the log answers: %v", err)
		}
		if all, err := d.Mirrors(t.Context()); len(all) != 0 || err != nil {
			t.Errorf("%d mirrors, %v", len(all), err)
		}
	})
}

// Interrupted at whatever byte, a page is taken whole or not at all, and the copy
// goes on.
func TestInterruptedAtEveryByte(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border, home := serveOurs(t, d), newBorder(t), far(t)
		border.leadTo(home)
		m := mirrorOf(t, us, border.URL)
		us.pulls(m)
		if err := home.RemoveCoop(t.Context(), "sange", "It asked.", "test"); err != nil {
			t.Fatal(err)
		}
		extend(t, home)
		var whole int
		cut := func(at int) {
			border.tamper(func(path string, body []byte) []byte {
				if !strings.Contains(path, "/records/") {
					return body
				}
				whole = len(body)
				return body[:min(at, len(body))]
			})
		}
		cut(0)
		if err := us.federation.PullMirror(t.Context(), m, nil); err == nil || whole < 400 {
			t.Fatalf("of %d bytes none came: %v", whole, err)
		}
		for at := range whole - 1 { // the last one is a line's end, which says nothing
			cut(at)
			if err := us.federation.PullMirror(t.Context(), m, nil); err == nil {
				t.Errorf("after %d of %d bytes the page is taken", at, whole)
			}
		}
		if got := us.summaryAt(m, "sange"); got == "none" {
			t.Error("half a page is shown")
		}
		border.tamper(nil)
		us.pulls(m)
		if got := us.summaryAt(m, "sange"); got != "none" {
			t.Errorf("once the way is clear shown is %q", got)
		}
	})
}

// A record that is longer than one may be ends the page before anything of it is
// kept.
func TestHugeRecordsAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border, home := serveOurs(t, d), newBorder(t), far(t)
		border.leadTo(home)
		m := mirrorOf(t, us, border.URL)
		border.tamper(func(path string, body []byte) []byte {
			if !strings.Contains(path, "/records/") {
				return body
			}
			return bytes.Replace(body, []byte(`"name":"`), append([]byte(`"name":"`), bytes.Repeat([]byte("x"), 10<<20)...), 1)
		})
		err := us.federation.PullMirror(t.Context(), m, nil)
		if err == nil || !strings.Contains(err.Error(), "record 0 has more bytes than the 81920") {
			t.Errorf("%v", err)
		}
		if size, err := d.MirrorLog(m).Size(t.Context()); size != 0 || err != nil {
			t.Errorf("%d records were kept, %v", size, err)
		}
	})
}

// However many keys a hostile origin hands over to, one look at them is all that a
// pull takes.
func TestEndlessKeysAreNotFollowed(t *testing.T) {
	us, border, home := serveOurs(t, directory.New(storetest.SQLite(t))), newBorder(t), far(t)
	f := border.leadTo(home)
	m := mirrorOf(t, us, border.URL)
	us.pulls(m)
	keys, err := f.keys.of(t.Context(), directory.DirectoryHandle)
	if err != nil {
		t.Fatal(err)
	}
	last, asked := keys.newest().proof.Private, 0
	if err := f.RotateKeys(t.Context(), directory.DirectoryHandle, "test"); err != nil {
		t.Fatal(err)
	}
	border.tamper(func(path string, body []byte) []byte {
		if path != publiclog.Path+"/keys" || asked == 20 {
			return body
		}
		asked++
		public, private, err := ed25519.GenerateKey(nil)
		handover := ""
		if err == nil {
			handover, err = publiclog.SignHandover(m.LogOrigin(), last, public)
		}
		if err == nil {
			body, err = json.Marshal([]string{handover})
		}
		if err != nil {
			t.Error(err)
		}
		last = private
		return body
	})
	if err := us.federation.PullMirror(t.Context(), m, nil); !errors.Is(err, directory.ErrTampered) || asked != 1 {
		t.Errorf("%d keys are followed: %v", asked, err)
	}
}
