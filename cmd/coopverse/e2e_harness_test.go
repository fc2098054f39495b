package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"coopverse/directory/seed"
	"coopverse/directory/storetest"
)

// ourDomain is where the directory lives in these tests. Nothing of them leaves
// the machine: every program is told on which port of it the others are.
const (
	ourDomain = "coops.test"
	ourOrigin = "https://" + ourDomain
)

// onEachDatabase runs test on SQLite and on PostgreSQL. What it gets are the
// flags that name an empty database.
func onEachDatabase(t *testing.T, test func(t *testing.T, database []string)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, []string{"--data", t.TempDir()})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, []string{"--database", storetest.EmptyPostgresDSN(t)})
	})
}

// authority is a certificate authority of the test's own, with one certificate
// for all the servers in it.
type authority struct {
	pool          *x509.CertPool
	leaf          tls.Certificate
	ca, cert, key string // files
}

func newAuthority(t *testing.T, names ...string) *authority {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	a := &authority{pool: x509.NewCertPool()}
	since, until := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	folder := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(folder, name)
		must(os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
		return path
	}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of a test"}, NotBefore: since, NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	must(err)
	a.ca = write("ca.pem", "CERTIFICATE", der)
	parsed, err := x509.ParseCertificate(der)
	must(err)
	a.pool.AddCert(parsed)

	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, NotBefore: since, NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err = x509.CreateCertificate(rand.Reader, leaf, root, leafKey.Public(), rootKey)
	must(err)
	a.cert = write("leaf.pem", "CERTIFICATE", der)
	keyDER, err := x509.MarshalPKCS8PrivateKey(leafKey)
	must(err)
	a.key = write("leaf.key", "PRIVATE KEY", keyDER)
	a.leaf, err = tls.LoadX509KeyPair(a.cert, a.key)
	must(err)
	return a
}

// serve starts a server with TLS and returns its address, 127.0.0.1 and a port.
// Connections are marked by mark, if it is not nil.
func (a *authority) serve(t *testing.T, handler http.Handler, mark func(context.Context, net.Conn) context.Context) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{a.leaf}, MinVersion: tls.VersionTLS12}
	server.Config.ConnContext = mark
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes with programs that were killed
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// proxy ends TLS in front of our program, as operators let their web server do.
func (a *authority) proxy(t *testing.T, to string) string {
	t.Helper()
	return a.serve(t, &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: to})
		r.Out.Host = r.In.Host
		r.SetXForwarded()
	}}, nil)
}

// connectTo is the flag by which a program finds a domain of the test, or any
// domain if that is "".
func connectTo(domain, address string) string { return "--connect-to=" + domain + ":443:" + address }

// freePort is an address on this machine that nobody listens on. It is below
// the ports from which systems take those of outgoing connections (32768 on
// Linux, 49152 by IANA), so that none of these gets it before our server does.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 10_000+mathrand.IntN(22_000))
		if l, err := net.Listen("tcp", address); err == nil {
			l.Close()
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}

// instance is our program as its operators run it: processes of their own, on
// one database.
type instance struct {
	t        *testing.T
	database []string
	address  string // of the server, also after it was started anew
	flags    []string
	outgoing []string // how other servers are reached
	log      *output
	process  *exec.Cmd
	program  string // the one that serves; "": this very one, with the tests in it
}

// newInstance imports the bundled list into an empty database. The server is
// not started yet.
func newInstance(t *testing.T, database []string, a *authority, flags ...string) *instance {
	t.Helper()
	i := anotherServer(t, database, a, flags...)
	i.run("list", "import", i.list(nil))
	return i
}

// anotherServer is another server on a database that is there.
func anotherServer(t *testing.T, database []string, a *authority, flags ...string) *instance {
	t.Helper()
	i := &instance{t: t, database: database, address: freePort(t), log: &output{}}
	i.outgoing = append([]string{"--allow-private", "127.0.0.0/8", "--ca-file", a.ca}, flags...)
	i.flags = slices.Concat([]string{
		"serve", "--domain", ourDomain, "--contact", "hello@" + ourDomain, "--behind-proxy", "127.0.0.1", "--listen", i.address,
	}, i.outgoing, database)
	t.Cleanup(func() {
		i.stop()
		if t.Failed() {
			t.Logf("the program's log:\n%s", i.log)
		}
	})
	return i
}

// list writes the bundled list, changed by edit, into a file and returns its path.
func (i *instance) list(edit func(string) string) string {
	i.t.Helper()
	folder := i.t.TempDir()
	text := string(seed.List)
	if edit != nil {
		text = edit(text)
	}
	path := filepath.Join(folder, "README.md")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		i.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "DEFUNCT.md"), seed.Defunct, 0o600); err != nil {
		i.t.Fatal(err)
	}
	return path
}

// start starts the server and waits until it answers.
func (i *instance) start() {
	i.t.Helper()
	i.process = exec.Command(cmp.Or(i.program, "coopverse"), i.flags...)
	i.process.Stdout, i.process.Stderr = i.log, i.log
	if err := i.process.Start(); err != nil {
		i.t.Fatal(err)
	}
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if res, err := client.Get("http://" + i.address + "/healthz"); err == nil {
			res.Body.Close()
			return
		}
	}
	i.t.Fatalf("the program does not answer; its log:\n%s", i.log)
}

// kill ends the server as a power cut does.
func (i *instance) kill() {
	_ = i.process.Process.Kill()
	_ = i.process.Wait() // that it was killed
	i.process = nil
}

// stop ends the server as its operator does.
func (i *instance) stop() {
	i.t.Helper()
	if i.process == nil {
		return
	}
	_ = i.process.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(drainTime, func() { _ = i.process.Process.Kill() })
	defer late.Stop()
	if err := i.process.Wait(); err != nil {
		i.t.Errorf("the program ended with %v after SIGTERM", err)
	}
	i.process = nil
}

// run runs a command on the database in a process of its own and returns what
// it prints.
func (i *instance) run(args ...string) string {
	i.t.Helper()
	command := exec.Command("coopverse", append(args, i.database...)...)
	var out, log bytes.Buffer
	command.Stdout, command.Stderr = &out, &log
	if err := command.Run(); err != nil {
		i.t.Fatalf("coopverse %s: %v\n%s", strings.Join(args, " "), err, &log)
	}
	return out.String()
}

// speak runs a command that may have to ask other servers.
func (i *instance) speak(args ...string) string {
	i.t.Helper()
	return strings.TrimSpace(i.run(append(args, i.outgoing...)...))
}

// refuses runs a command that must be refused and returns what it says.
func (i *instance) refuses(args ...string) string {
	i.t.Helper()
	text, err := exec.Command("coopverse", append(args, i.database...)...).CombinedOutput()
	if failed := new(exec.ExitError); !errors.As(err, &failed) || failed.ExitCode() != exitRefused {
		i.t.Fatalf("coopverse %s: %v, not refused\n%s", strings.Join(args, " "), err, text)
	}
	return string(text)
}

// refusesToSpeak is refuses for a command that may have to ask other servers.
func (i *instance) refusesToSpeak(args ...string) string {
	i.t.Helper()
	return i.refuses(append(args, i.outgoing...)...)
}

// edit changes one field of a co-op, as a curator does.
func (i *instance) edit(handle, field, value string) {
	i.t.Helper()
	i.run("coop", "edit", handle, "--set", field+"="+value)
}

// followers are the actors that follow, by what our program says.
func (i *instance) followers(handle string) []string {
	i.t.Helper()
	var rows []struct{ Actor string }
	i.read(&rows, "coop", "followers", handle, "--json")
	actors := make([]string, len(rows))
	for n, row := range rows {
		actors[n] = row.Actor
	}
	return actors
}

// read runs a command that prints JSON.
func (i *instance) read(into any, args ...string) {
	i.t.Helper()
	if text := i.run(args...); json.Unmarshal([]byte(text), into) != nil {
		i.t.Fatalf("coopverse %s printed no such JSON:\n%s", strings.Join(args, " "), text)
	}
}

// eventually waits until what is asked for has come, and says what is there
// instead if it has not.
func eventually(t *testing.T, patience time.Duration, what string, ask func() (done bool, instead any)) {
	t.Helper()
	var instead any
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		var done bool
		if done, instead = ask(); done {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after %s not yet %s: %v", patience, what, fmt.Sprint(instead))
		}
	}
}
