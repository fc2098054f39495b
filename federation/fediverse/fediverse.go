package fediverse

import (
	"crypto/tls"
	"crypto/x509"
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
	Listen   string       // address of this machine; "": any free port of 127.0.0.1
	TLS      bool         // https, with certificates of an authority of its own
	HTTP2    bool         // with TLS: whoever asks for HTTP/2 gets it
	Trusting bool         // it does not verify who sent what it takes
	Client   *http.Client // by which it asks and tells others; nil: http.DefaultClient
}

// Fediverse is many hosts behind one address.
type Fediverse struct {
	tls      bool
	trusting bool
	server   *httptest.Server
	roots    []byte // its authority, PEM
	client   *http.Client
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
	f, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// Start starts a fediverse, or says why it cannot listen.
func Start(c Config) (*Fediverse, error) {
	private, err := signature.GenerateKey()
	if err != nil {
		return nil, err
	}
	public, err := signature.MarshalPublicKey(&private.PublicKey)
	if err != nil {
		return nil, err
	}
	if c.Client == nil {
		c.Client = http.DefaultClient
	}
	f := &Fediverse{
		tls: c.TLS, trusting: c.Trusting, client: c.Client, key: &signature.Key{Private: private}, keyPEM: public, keys: newKeys(c.Client),
		closing: make(chan struct{}), changed: make(chan struct{}), hosts: make([]host, c.Hosts), inboxes: make(map[string]*inbox),
	}
	f.server = httptest.NewUnstartedServer(f)
	if c.Listen != "" {
		f.server.Listener.Close()
		if f.server.Listener, err = net.Listen("tcp", c.Listen); err != nil {
			return nil, err
		}
	}
	f.server.Config.ErrorLog = log.New(io.Discard, "", 0) // connections that are broken off
	f.server.Config.IdleTimeout = 5 * time.Minute
	if !c.TLS {
		f.server.Start()
		return f, nil
	}
	var certificate tls.Certificate
	if certificate, f.roots, err = authority("*." + domain); err != nil {
		f.server.Listener.Close()
		return nil, err
	}
	f.server.EnableHTTP2 = c.HTTP2
	f.server.TLS = &tls.Config{
		Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256},
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) { f.greet(hello.ServerName); return nil, nil },
	}
	f.server.StartTLS()
	return f, nil
}

// Close ends it, and whatever waits for it.
func (f *Fediverse) Close() {
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
	roots.AppendCertsFromPEM(f.roots)
	return fetch.Config{
		UserAgent: "coopverse/test (+https://coops.example/)", RootCAs: roots, AllowHTTP: !f.tls, AllowPrivate: loopback,
		ConnectTo: []fetch.Override{{ToHost: address, ToPort: port}},
	}
}

// Address is where all its hosts are, an address and a port of this machine.
func (f *Fediverse) Address() string { return f.server.Listener.Addr().String() }

// Authority is the certificate of its authority, PEM; nothing without TLS.
func (f *Fediverse) Authority() []byte { return f.roots }

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
