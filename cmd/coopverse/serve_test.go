package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
)

// output is what a command prints, readable while it runs.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// started is a server command under way.
type started struct {
	out, log *output
	stop     context.CancelFunc
	exit     chan int
}

func start(t *testing.T, args ...string) *started {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	s := &started{out: &output{}, log: &output{}, stop: stop, exit: make(chan int, 1)}
	go func() { s.exit <- run(ctx, args, streams{strings.NewReader(""), s.out, s.log}) }()
	t.Cleanup(stop)
	return s
}

// end tells the command to stop, as SIGTERM does, and returns its exit code.
func (s *started) end(t *testing.T) int {
	t.Helper()
	s.stop()
	select {
	case code := <-s.exit:
		return code
	case <-time.After(drainTime):
		t.Fatalf("it did not stop; its log:\n%s", s.log)
		return 0
	}
}

// ready waits until address answers and returns how long that took.
func (s *started) ready(t *testing.T, address string) time.Duration {
	t.Helper()
	begin := time.Now()
	for time.Since(begin) < 10*time.Second {
		if res, err := http.Get("http://" + address + "/healthz"); err == nil {
			res.Body.Close()
			return time.Since(begin)
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("not ready; its log:\n%s", s.log)
	return 0
}

func freeAddress(t *testing.T) string {
	t.Helper()
	_, port, _ := net.SplitHostPort(freePort(t))
	return "localhost:" + port
}

func get(t *testing.T, address, path, host string, header http.Header) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	if header != nil {
		req.Header = header
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestTryIsReadyInTwoSeconds(t *testing.T) {
	address, data := freeAddress(t), t.TempDir()
	s := start(t, "try", "--listen", address, "--data", data)
	if took := s.ready(t, address); took > 2*time.Second {
		t.Errorf("ready after %s", took)
	}
	if _, page := get(t, address, "/", "", nil); !strings.Contains(page, "139") {
		t.Error("the front page does not count 139 co-ops")
	}
	if code := s.end(t); code != 0 {
		t.Errorf("exit code %d; its log:\n%s", code, s.log)
	}
	_, port, _ := net.SplitHostPort(address)
	for _, want := range []string{"http://localhost:" + port, "coopverse operators add --data " + data} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("it printed no %s:\n%s", want, s.out)
		}
	}
	other := start(t, "try", "--listen", freeAddress(t), "--data", data)
	if code := <-other.exit; code != exitRefused || !strings.Contains(other.log.String(), otherAddress(port)) {
		t.Errorf("another port on the same data: exit code %d, %s", code, other.log)
	}
}

func otherAddress(port string) string { return "made for another address: http://localhost:" + port }

var serveArgs = []string{"serve", "--domain", "coops.example", "--contact", "hello@coops.example", "--behind-proxy", "127.0.0.1"}

func TestServeIsBoundToItsDomain(t *testing.T) {
	data, address := t.TempDir(), freeAddress(t)
	s := start(t, append(serveArgs, "--data", data, "--listen", address)...)
	s.ready(t, address)
	if res, _ := get(t, address, "/about", "coops.example", nil); res.StatusCode != http.StatusOK || res.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("its own domain: %s with %v", res.Status, res.Header)
	}
	res, _ := get(t, address, "/about?a=b", "other.example", nil)
	if res.StatusCode != http.StatusPermanentRedirect || res.Header.Get("Location") != "https://coops.example/about?a=b" {
		t.Errorf("another name: %s to %s", res.Status, res.Header.Get("Location"))
	}
	if code := s.end(t); code != 0 {
		t.Errorf("exit code %d; its log:\n%s", code, s.log)
	}
	if !strings.Contains(s.log.String(), "origin=https://coops.example") {
		t.Errorf("its log does not name the origin:\n%s", s.log)
	}
	elsewhere := append([]string{}, serveArgs...)
	elsewhere[2] = "other.example"
	refused := start(t, append(elsewhere, "--data", data, "--listen", freeAddress(t))...)
	if code := <-refused.exit; code != exitRefused || !strings.Contains(refused.log.String(), "https://coops.example, not https://other.example") {
		t.Errorf("another domain: exit code %d, %s", code, refused.log)
	}
	db, err := directory.OpenSQLite(filepath.Join(data, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if origin, err := directory.New(db).Origin(t.Context()); err != nil || origin != "https://coops.example" {
		t.Errorf("the origin is now %q, %v", origin, err)
	}
}

func TestOpenRequestsFinishAfterTheSignal(t *testing.T) {
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	arrived, release := make(chan bool), make(chan bool)
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		_, _ = io.WriteString(w, "finished")
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- serveUntil(ctx, slog.New(slog.DiscardHandler), newServer(handler), listener) }()
	answer := make(chan string, 1)
	go func() {
		_, body := get(t, listener.Addr().String(), "/", "", nil)
		answer <- body
	}()
	<-arrived
	stop()
	if _, err := net.DialTimeout("tcp", listener.Addr().String(), time.Second); err == nil {
		time.Sleep(100 * time.Millisecond) // the listener closes right after the signal
	}
	if _, err := net.DialTimeout("tcp", listener.Addr().String(), time.Second); err == nil {
		t.Error("it still takes new connections while draining")
	}
	close(release)
	if body := <-answer; body != "finished" {
		t.Errorf("the open request got %q", body)
	}
	if err := <-ended; err != nil && !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}

func TestOnlyTheProxyIsBelieved(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct{ peer, forwarded, want string }{
		{"10.0.0.1", "203.0.113.7", "203.0.113.7"},
		{"10.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"}, // what the client wrote itself comes first
		{"10.0.0.1", "203.0.113.7, 10.0.0.2", "203.0.113.7"},     // two proxies of ours
		{"203.0.113.9", "198.51.100.1", "203.0.113.9"},
		{"10.0.0.1", "", "10.0.0.1"},
		{"10.0.0.1", "nonsense", "10.0.0.1"},
		{"::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"},
	} {
		var got string
		handler := fromProxy(proxies, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got, _, _ = net.SplitHostPort(r.RemoteAddr)
		}))
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = net.JoinHostPort(c.peer, "1234")
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		handler.ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("from %s with X-Forwarded-For %q: %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}
