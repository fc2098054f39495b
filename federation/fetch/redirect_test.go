package fetch

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"coopverse/federation/signature"
)

// hops redirects from /n to /n-1, down to /0.
func hops(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
	if n == 0 {
		document(w, `{}`)
		return
	}
	http.Redirect(w, r, fmt.Sprintf("/%d", n-1), []int{301, 302, 303, 307, 308}[n%5])
}

func TestThreeRedirectsAreFollowed(t *testing.T) {
	p := newPeer(t, "127.0.0.1", hops)
	c := p.client(t)
	d, err := c.Document(t.Context(), "https://a.example/3", nil)
	if err != nil || d.URL != "https://a.example/0" {
		t.Errorf("three redirects: %+v, %v", d, err)
	}
	p.hits.Store(0)
	wantKind(t, "four", get(c, "https://a.example/4"), ErrRefused, "more than 3 redirects")
	if n := p.hits.Load(); n != 4 {
		t.Errorf("%d requests", n)
	}
}

func TestRedirectsThatAreNotFollowed(t *testing.T) {
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/self":
			http.Redirect(w, r, "/self#again", http.StatusFound)
		case "/there":
			http.Redirect(w, r, "/back", http.StatusFound)
		case "/back":
			http.Redirect(w, r, "https://A.EXAMPLE:443/there", http.StatusFound)
		case "/down":
			http.Redirect(w, r, "http://a.example/", http.StatusFound)
		case "/file":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		case "/user":
			http.Redirect(w, r, "https://user@a.example/", http.StatusFound)
		case "/nonsense":
			w.Header().Set("Location", "https://%zz/")
			w.WriteHeader(http.StatusFound)
		case "/nowhere":
			w.WriteHeader(http.StatusFound)
		}
	})
	c := p.client(t)
	for path, words := range map[string]string{
		"/self": "go round", "/there": "go round", "/down": "not https", "/file": "not an address", "/user": "user name", "/nonsense": "redirect",
	} {
		p.hits.Store(0)
		wantKind(t, path, get(c, "https://a.example"+path), ErrRefused, words)
		if n := p.hits.Load(); n > 2 {
			t.Errorf("%s: %d requests", path, n)
		}
	}
	wantKind(t, "a redirect without an address", get(c, "https://a.example/nowhere"), ErrFinal, "status 302")
}

// Where http is allowed at all, https must still not lead down to it.
func TestNoWayDownFromHTTPS(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { document(w, `{}`) }))
	defer plain.Close()
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, plain.URL, http.StatusFound) })
	c := clientOf(t, Config{AllowPrivate: loopback, AllowHTTP: true}, hasty)
	wantKind(t, "http, allowed", get(c, plain.URL), nil, "")
	wantKind(t, "from https to http", get(c, p.URL), ErrRefused, "down to")
}

// Each hop is signed for its own host and path.
func TestEachHopIsSignedAnew(t *testing.T) {
	private, err := signature.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	key := &signature.Key{ID: "https://coop.example/actor#main-key", Private: private}
	var mu sync.Mutex
	var signed []string
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		claim, err := signature.Read(r, nil, time.Now())
		if err == nil {
			err = claim.Verify(&private.PublicKey)
		}
		if err != nil {
			t.Errorf("%s%s: %v", r.Host, r.URL, err)
		}
		mu.Lock()
		signed = append(signed, r.Host+r.URL.Path)
		mu.Unlock()
		if r.Host == "a.example" {
			http.Redirect(w, r, "https://b.example/users/b?x=1", http.StatusMovedPermanently)
			return
		}
		document(w, `{}`)
	})
	d, err := p.client(t).Document(t.Context(), "https://a.example/users/a", func(r *http.Request) error {
		return signature.Sign(r, nil, key, time.Now())
	})
	if err != nil || d.URL != "https://b.example/users/b?x=1" {
		t.Errorf("%+v, %v", d, err)
	}
	if !slices.Equal(signed, []string{"a.example/users/a", "b.example/users/b"}) {
		t.Errorf("signed: %v", signed)
	}
}

func TestPostNeverFollows(t *testing.T) {
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/inbox" {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}
	})
	wantKind(t, "redirect", p.client(t).Post(t.Context(), "https://a.example/inbox", []byte("{}"), nil), ErrTemporary, "status 307")
	if n := p.hits.Load(); n != 1 {
		t.Errorf("%d requests", n)
	}
}
