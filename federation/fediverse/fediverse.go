package fediverse

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"coopverse/federation/fetch"
	"coopverse/federation/signature"
)

// Config says what kind of fediverse it is.
type Config struct {
	Hosts    int
	TLS      bool // https, with certificates of an authority of its own
	HTTP2    bool // with TLS: whoever asks for HTTP/2 gets it
	Trusting bool // it does not verify who sent what it takes
}

// Fediverse is many hosts behind one address.
type Fediverse struct {
	tls      bool
	trusting bool
	server   *httptest.Server
	root     *x509.Certificate
	key      *signature.Key // of every actor, but for its ID
	keyPEM   string
	keys     keys
	closing  chan struct{} // ends what waits

	mu      sync.Mutex
	changed chan struct{} // ends what hangs: hosts behave in another way
	hosts   []host
	inboxes map[string]*inbox
	count   int // of what they took
	faults  []string
}

type host struct {
	behaviour Behaviour
	seen      int // deliveries since it behaves so
	asked     int // how often it was asked for an actor since then
	now, most int // deliveries that wait for an answer, and the most that ever did
}

// domain is that of all hosts, which are h0, h1 and so on below it.
const domain = "fediverse.example"

// New starts a fediverse and ends it with the test.
func New(t testing.TB, c Config) *Fediverse {
	t.Helper()
	private, err := signature.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	public, err := signature.MarshalPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	f := &Fediverse{
		tls: c.TLS, trusting: c.Trusting, key: &signature.Key{Private: private}, keyPEM: public, keys: newKeys(),
		closing: make(chan struct{}), changed: make(chan struct{}), hosts: make([]host, c.Hosts), inboxes: make(map[string]*inbox),
	}
	f.server = httptest.NewUnstartedServer(f)
	f.server.Config.ErrorLog = log.New(io.Discard, "", 0) // connections that are broken off
	f.server.Config.IdleTimeout = 5 * time.Minute
	if c.TLS {
		certificate, root, err := authority("*." + domain)
		if err != nil {
			t.Fatal(err)
		}
		f.root, f.server.EnableHTTP2 = root, c.HTTP2
		f.server.TLS = &tls.Config{
			Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, CurvePreferences: []tls.CurveID{tls.X25519},
			GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) { f.greet(hello.ServerName); return nil, nil },
		}
		f.server.StartTLS()
	} else {
		f.server.Start()
	}
	t.Cleanup(f.close)
	return f
}

func (f *Fediverse) close() {
	close(f.closing)
	f.server.CloseClientConnections()
	f.server.Close()
}

// greet holds the handshake up if the host is slow at it.
func (f *Fediverse) greet(name string) {
	if wait := f.behaviourOf(name).SlowTLS; wait > 0 {
		f.sleep(wait)
	}
}

// Client is how to reach the fediverse: every name leads to it.
func (f *Fediverse) Client() fetch.Config {
	address, port, _ := net.SplitHostPort(f.Address())
	roots := x509.NewCertPool()
	if f.tls {
		roots.AddCert(f.root)
	}
	return fetch.Config{
		UserAgent: "coopverse/test (+https://coops.example/)", RootCAs: roots, AllowHTTP: !f.tls, AllowPrivate: loopback,
		ConnectTo: []fetch.Override{{ToHost: address, ToPort: port}},
	}
}

// Address is where all hosts are reached.
func (f *Fediverse) Address() string { return f.server.Listener.Addr().String() }

// Authority is the certificate of the authority whose certificates they have, as PEM.
func (f *Fediverse) Authority() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.root.Raw})
}

// Host is the name of the host with that number, from 0.
func (f *Fediverse) Host(i int) string { return fmt.Sprintf("h%d.%s", i, domain) }

// number is the number of a host, or -1.
func (f *Fediverse) number(name string) int {
	bare, _, _ := strings.Cut(name, ":")
	digits, found := strings.CutSuffix(strings.TrimPrefix(bare, "h"), "."+domain)
	if n, err := strconv.Atoi(digits); found && err == nil && n >= 0 && n < len(f.hosts) {
		return n
	}
	return -1
}

func (f *Fediverse) behaviourOf(name string) Behaviour {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := f.number(name); n >= 0 {
		return f.hosts[n].behaviour
	}
	return Behaviour{}
}

// origin is where a host is found.
func (f *Fediverse) origin(i int) string {
	if f.tls {
		return "https://" + f.Host(i)
	}
	return "http://" + f.Host(i)
}

// Actor is the id of an actor.
func (f *Fediverse) Actor(host int, name string) string { return f.origin(host) + "/users/" + name }

// Inbox is an actor's own inbox.
func (f *Fediverse) Inbox(host int, name string) string { return f.Actor(host, name) + "/inbox" }

// SharedInbox is a host's inbox for all its actors.
func (f *Fediverse) SharedInbox(host int) string { return f.origin(host) + "/inbox" }

// KeyID is the name of an actor's key.
func (f *Fediverse) KeyID(host int, name string) string { return f.Actor(host, name) + "#main-key" }

// KeyPEM is the public key of every actor.
func (f *Fediverse) KeyPEM() string { return f.keyPEM }

// sleep waits, but not longer than there is a fediverse.
func (f *Fediverse) sleep(wait time.Duration) {
	select {
	case <-time.After(wait):
	case <-f.closing:
	}
}

// ServeHTTP is all hosts.
func (f *Fediverse) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := f.number(r.Host)
	switch {
	case n < 0:
		http.Error(w, "no such host", http.StatusMisdirectedRequest)
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/inbox"):
		f.receive(w, r, n)
	case r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/users/"):
		f.show(w, r, n, strings.TrimPrefix(r.URL.Path, "/users/"))
	default:
		http.NotFound(w, r)
	}
}
