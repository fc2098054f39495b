package website

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"coopverse/federation/fetch"
)

const (
	token = "MFRGGZDFMZTWQ2LKNNWG23TPOA"
	other = "NFXGC3DUMFXGI2LOMRSWK4TFMU"
	acme  = "https://example.com/"
	page  = "https://coops.example/coops/acme"
)

// zone answers for the name servers.
type zone map[string][]string

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	if records, has := z[name]; has {
		return records, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, Server: "10.0.0.53:53", IsNotFound: true}
}

// deadZone has no name server that answers.
type deadZone struct{}

func (deadZone) LookupTXT(_ context.Context, name string) ([]string, error) {
	return nil, &net.DNSError{Err: "server misbehaving", Name: name, Server: "10.0.0.53:53", IsTemporary: true}
}

// serve starts a server at a loopback address, with a certificate for all of
// example.com.
func serve(t testing.TB, listen string, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Listener.Close()
	var err error
	if server.Listener, err = new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(listen, "0")); err != nil {
		t.Skip("cannot listen: ", err)
	}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// to leads a name to a server.
func to(name string, server *httptest.Server) fetch.Override {
	host, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	return fetch.Override{Host: name, ToHost: host, ToPort: port}
}

// prover asks this server. It may ask 127.0.0.1, and nothing else of the machine.
func prover(t testing.TB, server *httptest.Server, resolver Resolver, elsewhere ...fetch.Override) *Prover {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	for _, name := range []string{"example.com", "www.example.com", "shop.example.com", "example.org", "127.0.0.1"} {
		elsewhere = append(elsewhere, to(name, server))
	}
	client := fetch.New(fetch.Config{UserAgent: "coopverse/test", RootCAs: roots,
		AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, ConnectTo: elsewhere})
	t.Cleanup(client.CloseIdleConnections)
	p := New(client, resolver)
	p.each, p.total = time.Second, 3*time.Second
	return p
}

// files are a website: each path, or host and path, with its content type and
// body, or with "->" and where it leads.
type files map[string][2]string

func (f files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, has := f[r.Host+r.URL.Path]
	if !has {
		file, has = f[r.URL.Path]
	}
	switch {
	case !has:
		http.NotFound(w, r)
	case file[0] == "->":
		w.Header().Set("Location", file[1])
		w.WriteHeader(http.StatusFound)
	default:
		w.Header().Set("Content-Type", file[0])
		_, _ = io.WriteString(w, file[1])
	}
}

func htmlPage(body string) [2]string {
	return [2]string{"text/html; charset=utf-8", "<!doctype html><title>Acme</title>" + body}
}

func textFile(body string) [2]string { return [2]string{"text/plain; charset=utf-8", body} }

func linkTo(address string) string { return `<a rel="me" href="` + address + `">us</a>` }

// wantNot checks that there is no proof, and that a sentence says why.
func wantNot(t *testing.T, what string, proof Proof, err error, words string) *NotProved {
	t.Helper()
	var missing *NotProved
	if !errors.As(err, &missing) {
		t.Errorf("%s: proof %+v, error %v; want no proof", what, proof, err)
		return &NotProved{}
	}
	if !strings.Contains(strings.Join(missing.Seen, "\n"), words) {
		t.Errorf("%s: seen %q, want %q", what, missing.Seen, words)
	}
	for _, inner := range []string{"127.0.0.1", "127.0.0.2", "10.0.0.53", "prohibited"} {
		if strings.Contains(strings.Join(missing.Seen, "\n"), inner) {
			t.Errorf("%s: seen %q tells of our network", what, missing.Seen)
		}
	}
	return missing
}

func wantProof(t *testing.T, what string, proof Proof, err error, want Proof) {
	t.Helper()
	if err != nil || proof != want {
		t.Errorf("%s: %+v, %v; want %+v", what, proof, err, want)
	}
}
