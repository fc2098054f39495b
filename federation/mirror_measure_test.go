package federation

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation/document"
	"coopverse/federation/fetch"

	"github.com/gorilla/mux"
	"github.com/klauspost/compress/gzhttp"
)

// What is allowed, in bytes of all that a mirror sends and
// receives, below TLS: requests, headers and compressed bodies.
const (
	firstCopyBytes   = 1_500_000 // of 10,000 co-ops
	changeBytes      = 150       // for each of many changed entries
	timesFewerBytes  = 20        // than fetching the actor of each changed entry
	changesOnOneTrip = 500
	nothingNewBytes  = 800 // request and answer with all their headers
)

// counted counts what passes a listener's connections, and the requests.
type counted struct {
	net.Listener
	sent, received, requests atomic.Int64
}

func (c *counted) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	return countedConn{conn, c}, err
}

type countedConn struct {
	net.Conn
	c *counted
}

func (c countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.c.received.Add(int64(n))
	return n, err
}

func (c countedConn) Write(p []byte) (int, error) {
	c.c.sent.Add(int64(len(p))) // before the other side goes on
	return c.Conn.Write(p)
}

// since are the bytes and requests since it was last called.
func (c *counted) since() (bytes, requests int64) {
	return c.sent.Swap(0) + c.received.Swap(0), c.requests.Swap(0)
}

// served is a directory at an address where what passes is counted.
func served(t testing.TB, d *directory.Directory) (string, *counted) {
	t.Helper()
	var handler atomic.Pointer[mux.Router]
	wire := new(counted)
	server := httptest.NewUnstartedServer(gzhttp.GzipHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wire.requests.Add(1)
		handler.Load().ServeHTTP(w, r)
	})))
	wire.Listener = server.Listener
	server.Listener = wire
	server.Start()
	t.Cleanup(server.Close)
	router := mux.NewRouter()
	speaking(d, server.URL).Routes(router)
	handler.Store(router)
	return server.URL, wire
}

// speaking is a directory at an address.
func speaking(d *directory.Directory, address string) *Federation {
	return New(d, Config{
		Site:   document.Site{Origin: address, Name: "Far Co-ops", Contact: "hello@coops.example", Version: "test"},
		Client: fetch.New(fetch.Config{UserAgent: "coopverse/test", AllowHTTP: true, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}),
	})
}

// measuring is two directories of one kind of database, and the wire between them.
type measuring struct {
	t       testing.TB
	home    *directory.Directory
	address string
	wire    *counted
	f       *Federation
	m       directory.Mirror
}

// pulled are the bytes and requests that bringing the copy up to date takes.
func (s *measuring) pulled() (bytes, requests int64, took time.Duration) {
	s.t.Helper()
	var err error
	if s.m, err = s.f.directory.Mirror(s.t.Context(), s.m.Host); err != nil {
		s.t.Fatal(err)
	}
	s.wire.since()
	began := time.Now()
	if err := s.f.PullMirror(s.t.Context(), s.m, nil); err != nil {
		s.t.Fatal(err)
	}
	took = time.Since(began)
	bytes, requests = s.wire.since()
	return bytes, requests, took
}

// actor are the bytes that reading one co-op's actor takes, signed.
func (s *measuring) actor(handle string) int64 {
	s.t.Helper()
	s.wire.since()
	if _, err := s.f.client.Dereference(s.t.Context(), s.address+"/coops/"+handle, (&asking{Federation: s.f}).sign); err != nil {
		s.t.Fatal(err)
	}
	bytes, _ := s.wire.since()
	return bytes
}

// measure has a mirror make a first copy, and follow changes of one cell each. It
// returns how long the first copy took.
func measure(t testing.TB, open func(testing.TB) *directory.Database, coops, changes int) time.Duration {
	t.Helper()
	s := &measuring{t: t, home: directory.New(open(t))}
	storetest.ImportList(t, s.home, storetest.Drawn(t, coops, changes, 0), nil)
	extendLog(t, s.home)
	s.address, s.wire = served(t, s.home)
	s.f = speaking(directory.New(open(t)), "http://mirror.example")
	var err error
	if s.m, err = s.f.MirrorAt(t.Context(), directory.Actor{}, s.address, ""); err != nil {
		t.Fatal(err)
	}
	bytes, requests, took := s.pulled()
	t.Logf("first copy: %d bytes for each of %d co-ops, %d requests, %d ms", bytes/int64(coops), coops, requests, took.Milliseconds())
	if bytes*10_000 > firstCopyBytes*int64(coops) {
		t.Errorf("the first copy of %d co-ops takes %d bytes", coops, bytes)
	}
	if m, err := s.f.directory.Mirror(t.Context(), s.m.Host); err != nil || m.Received >= bytes || m.Received < bytes/2 {
		t.Errorf("the operators see %d bytes of %d, %v", m.Received, bytes, err)
	}
	storetest.ImportList(t, s.home, storetest.Drawn(t, coops, changes, 1), nil)
	changed := extendLog(t, s.home)
	bytes, requests, _ = s.pulled()
	t.Logf("catching up: %d bytes for each of %d changes, %d requests", bytes/changed, changed, requests)
	if bytes > changeBytes*changed || requests > changed/changesOnOneTrip+2 || changed < int64(changes) {
		t.Errorf("%d changes take %d bytes in %d requests", changed, bytes, requests)
	}
	changedCoops, err := s.home.ChangesAfter(t.Context(), 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	var actors int64
	s.actor(changedCoops[0].Handle) // the first one makes the connection
	for _, c := range changedCoops {
		actors += s.actor(c.Handle)
	}
	perActor := actors / int64(len(changedCoops))
	t.Logf("fetching the actor instead: %d bytes, %.1f times as many", perActor, float64(perActor*changed)/float64(bytes))
	if perActor*changed < timesFewerBytes*bytes {
		t.Errorf("an actor takes %d bytes, a changed entry %d", perActor, bytes/changed)
	}
	bytes, requests, _ = s.pulled()
	t.Logf("nothing new: %d bytes with all headers, %d requests", bytes, requests)
	if requests != 1 || bytes > nothingNewBytes {
		t.Errorf("nothing new takes %d bytes in %d requests", bytes, requests)
	}
	return took
}

func extendLog(t testing.TB, d *directory.Directory) int64 {
	t.Helper()
	n, err := d.ExtendLog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// What a copy takes on the wire is bounded for each entry and each change, and
// is a small part of what reading each changed actor would take.
func TestMirroringIsCheap(t *testing.T) {
	measure(t, storetest.SQLite, 800, 700)
}

// BenchmarkMirroring is the same for 10,000 co-ops and 5,000 changes, on both
// databases, each on both sides.
func BenchmarkMirroring(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *directory.Database{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				took := measure(b, open, 10_000, 5_000)
				b.ReportMetric(took.Seconds(), "s/first-copy")
			}
		})
	}
}
