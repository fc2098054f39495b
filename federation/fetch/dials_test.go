package fetch

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
)

// A server that takes leave as soon as it is asked something is not asked on and on.
func TestServerThatTakesLeaveOfEverybody(t *testing.T) {
	leaf := certificate(authority(), "*.example")
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{*leaf}, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var asked atomic.Int32
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go takeLeave(conn, &asked)
		}
	}()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	c := clientOf(t, Config{
		AllowPrivate: loopback, RootCAs: authorities(),
		ConnectTo: []Override{{Host: "a.example", Port: "443", ToHost: "127.0.0.1", ToPort: port}},
	}, patience{connect: time.Second, get: 5 * time.Second, post: 5 * time.Second, goodbye: time.Second})
	for what, ask := range map[string]func() error{
		"POST": func() error { return c.Post(t.Context(), "https://a.example/inbox", []byte("{}"), nil) },
		"GET":  func() error { return get(c, "https://a.example/") },
	} {
		asked.Store(0)
		if err := ask(); !errors.Is(err, ErrTemporary) {
			t.Errorf("%s: %v", what, err)
		}
		if n := asked.Load(); n == 0 || n > maxDials {
			t.Errorf("%s: asked on %d connections", what, n)
		}
	}
}

// takeLeave waits for a request and answers that none was taken.
func takeLeave(conn net.Conn, asked *atomic.Int32) {
	defer conn.Close()
	if _, err := io.CopyN(io.Discard, conn, int64(len(http2.ClientPreface))); err != nil {
		return
	}
	framer := http2.NewFramer(conn, conn)
	_ = framer.WriteSettings()
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return
		}
		if _, request := frame.(*http2.HeadersFrame); request {
			asked.Add(1)
			_ = framer.WriteGoAway(0, http2.ErrCodeNo, nil)
		}
	}
}
