package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func gzipped(t *testing.T, body string) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := io.WriteString(w, body); err != nil {
		t.Fatal(err)
	}
	w.Close()
	return packed.Bytes()
}

func ofSize(n int) string { return `{"x":"` + strings.Repeat("a", n-8) + `"}` }

func TestSizeOfADocument(t *testing.T) {
	bomb := gzipped(t, ofSize(64<<20))
	tight := gzipped(t, ofSize(maxDocument))
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", activityJSON)
		switch r.URL.Path {
		case "/fits":
			_, _ = io.WriteString(w, ofSize(maxDocument))
		case "/streamed":
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, ofSize(maxDocument+1))
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		case "/packed":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(tight)
		case "/refused":
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write(tight)
		case "/empty":
			w.Header().Set("Content-Encoding", "gzip")
		case "/twice":
			w.Header().Set("Content-Encoding", "gzip, gzip")
			_, _ = w.Write(tight)
		case "/br":
			w.Header().Set("Content-Encoding", "br")
			_, _ = w.Write(tight)
		case "/promised":
			w.Header().Set("Content-Length", "1048577")
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case "/endless":
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, ofSize(maxDocument))
			}
		case "/headers":
			w.Header().Set("X-Long", strings.Repeat("a", 2*maxHeaders))
			_, _ = io.WriteString(w, `{}`)
		}
	})
	c := clientOf(t, Config{AllowPrivate: loopback, ConnectTo: []Override{p.override("")}}, ourPatience)
	for _, path := range []string{"/fits", "/packed"} {
		wantKind(t, path, get(c, "https://a.example"+path), nil, "")
	}
	for path, words := range map[string]string{"/promised": "1048577 bytes are more",
		"/streamed": "more than 1048576", "/bomb": "more than 1048576", "/endless": "more than 1048576",
		"/twice": "content encoding", "/br": "content encoding"} {
		wantKind(t, path, get(c, "https://a.example"+path), ErrRefused, words)
	}
	wantKind(t, "/headers", get(c, "https://a.example/headers"), ErrTemporary, "")
	for path, wire := range map[string]int{"/fits": maxDocument, "/packed": len(tight)} {
		if d, err := c.Get(t.Context(), "https://a.example"+path, "", maxDocument); err != nil || len(d.Body) != maxDocument || d.Wire != int64(wire) {
			t.Errorf("%s: %d bytes on the wire, want %d; %v", path, d.Wire, wire, err)
		}
	}
	refused := new(Error)
	if err := get(c, "https://a.example/refused"); !errors.As(err, &refused) || !strings.HasPrefix(refused.Excerpt, `{"x":"aaa`) {
		t.Errorf("a packed refusal: %v", err)
	}
	if d, err := c.Get(t.Context(), "https://a.example/empty", "", 1000); err != nil || len(d.Body) != 0 {
		t.Errorf("nothing, packed: %v", err)
	}
	if _, err := c.Get(t.Context(), "https://a.example/fits", "image/png", 1000); !errors.Is(err, ErrRefused) {
		t.Errorf("more than the caller takes: %v", err)
	}
}

// whoever sends a byte now and then keeps us for as long as anybody else.
func TestSlowDrip(t *testing.T) {
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", activityJSON)
		if r.URL.Path == "/hang" {
			<-r.Context().Done()
			return
		}
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, " ")
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	})
	for _, path := range []string{"/drip", "/hang"} {
		began := time.Now()
		wantKind(t, path, get(p.client(t), "https://a.example"+path), ErrTemporary, "deadline")
		if took := time.Since(began); took > 2*hasty.get {
			t.Errorf("%s held us for %s", path, took)
		}
	}
	began := time.Now()
	wantKind(t, "POST, hanging", p.client(t).Post(t.Context(), "https://a.example/hang", nil, nil), ErrTemporary, "deadline")
	if took := time.Since(began); took > 2*hasty.post {
		t.Errorf("POST held us for %s", took)
	}
	began = time.Now()
	wantKind(t, "POST, taken, but the answer drips", p.client(t).Post(t.Context(), "https://a.example/drip", nil, nil), nil, "")
	if took := time.Since(began); took > hasty.post/2 {
		t.Errorf("an answer of 200 held us for %s", took)
	}
}

// Redirects do not add up: the deadline is for all hops together.
func TestSlowRedirects(t *testing.T) {
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(hasty.get * 2 / 5)
		hops(w, r)
	})
	began := time.Now()
	wantKind(t, "three slow hops", get(p.client(t), "https://a.example/3"), ErrTemporary, "deadline")
	if took := time.Since(began); took > 2*hasty.get {
		t.Errorf("held us for %s", took)
	}
}

// A server that takes connections but never says hello.
func TestSilentServer(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	unhurried := hasty
	unhurried.get = time.Minute
	c := clientOf(t, Config{AllowPrivate: loopback}, unhurried)
	began := time.Now()
	wantKind(t, "silence", get(c, "https://"+listener.Addr().String()+"/"), ErrTemporary, "handshake timeout")
	if took := time.Since(began); took > 5*unhurried.connect {
		t.Errorf("held us for %s", took)
	}
}

func TestWeMayGiveUp(t *testing.T) {
	p := newPeer(t, "127.0.0.1", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	began := time.Now()
	_, err := p.client(t).Document(ctx, "https://a.example/", nil)
	wantKind(t, "GET", err, ErrTemporary, "")
	wantKind(t, "POST", p.client(t).Post(ctx, "https://a.example/", nil, nil), ErrTemporary, "")
	if !errors.Is(err, context.Canceled) || time.Since(began) > hasty.get/2 {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}

func TestFourConnectionsToAHost(t *testing.T) {
	for _, h2 := range []bool{true, false} {
		var mu sync.Mutex
		open := map[string]bool{}
		p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
			if (r.ProtoMajor == 2) != h2 {
				t.Errorf("%s", r.Proto)
			}
			mu.Lock()
			open[r.RemoteAddr] = true
			mu.Unlock()
			time.Sleep(10 * time.Millisecond)
			w.WriteHeader(http.StatusAccepted)
		})
		c := clientOf(t, Config{AllowPrivate: loopback, ConnectTo: []Override{p.override("")}}, ourPatience)
		if !h2 {
			withoutHTTP2(c)
		}
		var failed atomic.Int32
		var all sync.WaitGroup
		for range 300 {
			all.Go(func() {
				if err := c.Post(t.Context(), "https://a.example/inbox", []byte("{}"), nil); err != nil {
					failed.Add(1)
					t.Log(err)
				}
			})
		}
		all.Wait()
		if failed.Load() > 0 || len(open) > maxConnections {
			t.Errorf("HTTP/2 %v: %d failed, %d connections", h2, failed.Load(), len(open))
		}
	}
}

// TestIdleConnectionsAreFew shows that whoever tells many servers, one after the
// other, keeps few connections, also of HTTP/2.
func TestIdleConnectionsAreFew(t *testing.T) {
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("%s", r.Proto)
		}
		w.WriteHeader(http.StatusAccepted)
	})
	c := p.client(t)
	c.open.most = 10
	for n := range 50 {
		inbox := fmt.Sprintf("https://%c.example/inbox%d", 'a'+n%25, n)
		wantKind(t, inbox, c.Post(t.Context(), inbox, []byte("{}"), nil), nil, "")
		if open := c.open.open.Load(); open > 11 {
			t.Fatalf("%d connections are open after %d servers", open, n+1)
		}
	}
}

// TestIdleConnectionsAreClosed shows that what nobody uses is not kept for long.
func TestIdleConnectionsAreClosed(t *testing.T) {
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	for _, h2 := range []bool{false, true} {
		c := p.client(t)
		if !h2 {
			withoutHTTP2(c)
		}
		wantKind(t, "inbox", c.Post(t.Context(), "https://a.example/inbox", []byte("{}"), nil), nil, "")
		for end := time.Now().Add(10 * time.Second); c.open.open.Load() > 0; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("HTTP/2 %v: the connection is still open", h2)
			}
		}
	}
}

func TestConnectionsAreKept(t *testing.T) {
	var mu sync.Mutex
	open := map[string]bool{}
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		open[r.RemoteAddr] = true
		mu.Unlock()
		w.WriteHeader(map[string]int{"/gone": http.StatusGone}[r.URL.Path] | map[string]int{"/inbox": http.StatusAccepted}[r.URL.Path])
		_, _ = io.WriteString(w, strings.Repeat("thanks ", 200))
	})
	c := p.client(t)
	withoutHTTP2(c)
	for range 5 {
		wantKind(t, "inbox", c.Post(t.Context(), "https://a.example/inbox", []byte("{}"), nil), nil, "")
		wantKind(t, "gone", c.Post(t.Context(), "https://a.example/gone", []byte("{}"), nil), ErrGone, "thanks")
	}
	if len(open) != 1 {
		t.Errorf("%d connections for one after the other", len(open))
	}
}

func withoutHTTP2(c *Client) {
	c.transport.ForceAttemptHTTP2 = false
	c.transport.TLSClientConfig.NextProtos = []string{"http/1.1"}
}

// What is left to do on our side does not count as the server's.
func TestSlowSigningLeavesTheServerItsTime(t *testing.T) {
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, _ *http.Request) { document(w, `{}`) })
	err := p.client(t).Post(t.Context(), "https://a.example/inbox", []byte("{}"), func(*http.Request) error {
		time.Sleep(hasty.post + 50*time.Millisecond)
		return nil
	})
	wantKind(t, "signed slowly", err, nil, "")
}

// TestAnswerThatEndsAsWeLeave has a body that comes to a proper end, half said,
// when the asker's patience does.
func TestAnswerThatEndsAsWeLeave(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	asked, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://peer.test/", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer := &http.Response{Request: asked, ContentLength: -1, Body: io.NopCloser(io.MultiReader(
		strings.NewReader(`{"half":`),
		endOf(leave),
	))}
	if body, _, err := readAll(answer, maxDocument); !errors.Is(err, ErrTemporary) || !errors.Is(err, context.Canceled) {
		t.Errorf("%q, %v", body, err)
	}
}

// endOf is a body that ends, and says so to somebody first.
type endOf func()

func (e endOf) Read([]byte) (int, error) {
	e()
	return 0, io.EOF
}
