package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/federation"
	"coopverse/federation/document"
	"coopverse/web"
)

// answering is all that serve puts in front of a directory.
func answering(t testing.TB, db *directory.Database, logger *slog.Logger) http.Handler {
	t.Helper()
	d, cmd := directory.New(db), &serveCommand{Domain: ourDomain}
	client, err := cmd.client(ourOrigin, false)
	if err != nil {
		t.Fatal(err)
	}
	site := document.Site{Origin: ourOrigin, Name: "Coopverse", Contact: "hello@" + ourDomain, Version: "test"}
	f := federation.New(d, federation.Config{Site: site, Client: client, Logger: logger})
	proofs, err := cmd.prover(client)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := handler(d, f, proofs, client, web.Config{Origin: ourOrigin, Name: site.Name, Contact: site.Contact, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	return fromProxy([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, atHome(ourDomain, answers))
}

// servedHere has a directory answer on loopback, with the bundled list. It returns the
// address, and handles of co-ops.
func servedHere(t testing.TB, db *directory.Database) (address string, handles []string) {
	t.Helper()
	d := directory.New(db)
	storetest.ImportSeed(t, d)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(answering(t, db, slog.New(slog.DiscardHandler)))
	go func() { _ = server.Serve(listener) }() // until it is closed
	t.Cleanup(func() { _ = server.Close() })
	coops, err := d.Search(t.Context(), directory.Query{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range coops.Coops {
		handles = append(handles, c.Handle)
	}
	return listener.Addr().String(), handles
}

// asker is a connection that is kept, with no more work for each answer than to find
// its end.
type asker struct {
	net.Conn
	answers *bufio.Reader
}

func newAsker(ctx context.Context, address string) (*asker, error) {
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &asker{connection, bufio.NewReaderSize(connection, 16<<10)}, nil
}

// ask sends a request that is written already and returns the status of the answer.
func (a *asker) ask(request []byte, bodiless bool) (status int, err error) {
	if _, err := a.Write(request); err != nil {
		return 0, err
	}
	length := 0
	for first := true; ; first = false {
		line, err := a.answers.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		text := textproto.TrimBytes(line)
		switch {
		case first:
			if status, err = strconv.Atoi(string(text[len("HTTP/1.1 "):][:3])); err != nil {
				return 0, err
			}
		case len(text) == 0:
			if bodiless {
				return status, nil
			}
			_, err = a.answers.Discard(length)
			return status, err
		default:
			if name, value, _ := strings.Cut(string(text), ": "); name == "Content-Length" {
				if length, err = strconv.Atoi(value); err != nil {
					return 0, err
				}
			}
		}
	}
}

// BenchmarkServing measures how often other servers can ask who an actor is, by all
// that stands between the network and the database, while whoever asks is on the
// same cores: the document, that it has not changed, its headers, and WebFinger.
func BenchmarkServing(b *testing.B) {
	const askers = 64
	for name, open := range map[string]func(testing.TB) *directory.Database{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			address, handles := servedHere(b, open(b))
			handles = handles[:20]
			tags := make(map[string]string)
			for _, handle := range handles {
				r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://"+address+"/coops/"+handle, nil)
				if err != nil {
					b.Fatal(err)
				}
				r.Host = ourDomain
				r.Header.Set("Accept", document.ActivityType)
				res, err := http.DefaultClient.Do(r)
				if err != nil || res.StatusCode != http.StatusOK {
					b.Fatal(res, err)
				}
				_, _ = io.Copy(io.Discard, res.Body)
				res.Body.Close()
				tags[handle] = res.Header.Get("ETag")
			}
			request := func(method, path string, more ...string) []byte {
				lines := append([]string{method + " " + path + " HTTP/1.1", "Host: " + ourDomain, "User-Agent: Mastodon/4.5", "Accept: " + document.ActivityType}, more...)
				return []byte(strings.Join(lines, "\r\n") + "\r\n\r\n")
			}
			for _, kind := range []struct {
				name    string
				status  int
				request func(handle string) []byte
			}{
				{"actor", http.StatusOK, func(handle string) []byte { return request("GET", "/coops/"+handle) }},
				{"not modified", http.StatusNotModified, func(handle string) []byte {
					return request("GET", "/coops/"+handle, "If-None-Match: "+tags[handle])
				}},
				{"HEAD", http.StatusOK, func(handle string) []byte { return request("HEAD", "/coops/"+handle) }},
				{"WebFinger", http.StatusOK, func(handle string) []byte {
					return request("GET", "/.well-known/webfinger?resource=acct:"+handle+"@"+ourDomain)
				}},
			} {
				b.Run(kind.name, func(b *testing.B) {
					var requests [][]byte
					for _, handle := range handles {
						requests = append(requests, kind.request(handle))
					}
					took := make([]time.Duration, b.N)
					var next atomic.Int64
					var group sync.WaitGroup
					began := time.Now()
					for range askers {
						group.Go(func() {
							a, err := newAsker(b.Context(), address)
							if err != nil {
								b.Error(err)
								return
							}
							defer a.Close()
							for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
								sent := time.Now()
								status, err := a.ask(requests[i%len(requests)], kind.name == "HEAD")
								if err != nil || status != kind.status {
									b.Error(fmt.Errorf("%d, %w", status, err))
									return
								}
								took[i] = time.Since(sent)
							}
						})
					}
					group.Wait()
					b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "requests/s")
					slices.Sort(took)
					b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
					b.ReportMetric(0, "ns/op")
				})
			}
		})
	}
}
