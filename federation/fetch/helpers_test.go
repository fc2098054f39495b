package fetch

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// hasty is patience for tests.
var hasty = patience{connect: 400 * time.Millisecond, get: 800 * time.Millisecond, post: 800 * time.Millisecond, goodbye: 100 * time.Millisecond, idle: 800 * time.Millisecond}

// authority signs the certificates of the servers of these tests.
var authority = sync.OnceValue(func() *tls.Certificate {
	return certificate(nil, "an authority for tests")
})

// certificate makes a certificate for names, signed by parent or by itself.
func certificate(parent *tls.Certificate, names ...string) *tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: names[0]},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	signer, signerKey := template, any(key)
	if parent == nil {
		template.IsCA, template.BasicConstraintsValid = true, true
	} else {
		signer, signerKey = parent.Leaf, parent.PrivateKey
		for _, name := range names {
			if ip := net.ParseIP(name); ip != nil {
				template.IPAddresses = append(template.IPAddresses, ip)
			} else {
				template.DNSNames = append(template.DNSNames, name)
			}
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer, &key.PublicKey, signerKey)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func authorities() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(authority().Leaf)
	return pool
}

// peer is another server, which has the names *.example and the address it
// listens on.
type peer struct {
	*httptest.Server
	host, port string
	hits       atomic.Int32
}

func newPeer(t testing.TB, listen string, handler http.HandlerFunc) *peer {
	t.Helper()
	p := &peer{}
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.hits.Add(1)
		handler(w, r)
	}))
	p.Listener.Close()
	var err error
	if p.Listener, err = new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(listen, "0")); err != nil {
		t.Skip("cannot listen: ", err)
	}
	p.EnableHTTP2 = true
	p.Config.ErrorLog = log.New(io.Discard, "", 0)
	p.TLS = &tls.Config{Certificates: []tls.Certificate{*certificate(authority(), listen, "*.example", "xn--bll-sna.example")}}
	p.StartTLS()
	p.host, p.port, _ = net.SplitHostPort(p.Listener.Addr().String())
	t.Cleanup(p.Close)
	return p
}

// override sends every *.example, on any port, to the peer.
func (p *peer) override(name string) Override {
	return Override{Host: name, ToHost: p.host, ToPort: p.port}
}

// client speaks to the one peer, whatever name it asks for.
func (p *peer) client(t testing.TB) *Client {
	t.Helper()
	return clientOf(t, Config{UserAgent: "coopverse/test (+https://coop.example/)", AllowPrivate: loopback,
		ConnectTo: []Override{p.override("")}}, hasty)
}

func clientOf(t testing.TB, config Config, patience patience) *Client {
	t.Helper()
	config.RootCAs = authorities()
	c := newClient(config, patience, nil)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// document answers with an ActivityPub document.
func document(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", activityJSON)
	_, _ = w.Write([]byte(body))
}

func get(c *Client, address string) error {
	_, err := c.Document(context.Background(), address, nil)
	return err
}

// wantKind checks what to do after an error, and that its text has these words.
func wantKind(t *testing.T, what string, err, kind error, words string) {
	t.Helper()
	var typed *Error
	switch {
	case kind == nil && err == nil:
	case !errors.Is(err, kind), !errors.As(err, &typed):
		t.Errorf("%s: %v, want %v", what, err, kind)
	case !strings.Contains(err.Error(), words):
		t.Errorf("%s: %v, want %q", what, err, words)
	}
}
