package main

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Who sends headers byte by byte is cut off, and as many as like to do so hold up nobody.
func TestSlowHeaders(t *testing.T) {
	server := newServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	if server.ReadHeaderTimeout <= 0 || server.ReadHeaderTimeout > 15*time.Second || server.ReadTimeout <= 0 || server.IdleTimeout <= 0 || server.MaxHeaderBytes > 1<<20 {
		t.Errorf("no limit: %+v", server)
	}
	server.ReadHeaderTimeout = 300 * time.Millisecond // or the test would take as long
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	var slow []net.Conn
	for range 200 {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
		slow = append(slow, conn)
	}
	answer, err := http.Get("http://" + listener.Addr().String())
	if err != nil || answer.StatusCode != http.StatusNoContent {
		t.Fatalf("%v, %v", answer, err)
	}
	answer.Body.Close()
	for _, conn := range slow {
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := io.ReadAll(conn); err != nil {
			t.Fatalf("it is not cut off: %v", err)
		}
	}
}

// Whose body does not come is cut off, who says that it is shorter than it is is heard for
// as long as they said, and neither holds up anybody.
func TestBodiesThatAreNotAsLongAsTheySay(t *testing.T) {
	server := newServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	server.ReadTimeout = 500 * time.Millisecond // or the test would take as long
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	var waiting []net.Conn
	for range 100 {
		conn := dial()
		_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\nlittle")
		waiting = append(waiting, conn)
	}
	long := dial()
	_, _ = io.WriteString(long, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nlittle")
	var taken atomic.Int64
	go func() {
		more := strings.Repeat("x", 64<<10)
		for taken.Load() < 1<<30 {
			n, err := io.WriteString(long, more)
			if taken.Add(int64(n)); err != nil {
				return
			}
		}
	}()
	answers := bufio.NewReader(long)
	if answer, err := http.ReadResponse(answers, nil); err != nil || answer.StatusCode != http.StatusAccepted {
		t.Fatalf("%v, %v", answer, err)
	}
	_ = long.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.Copy(io.Discard, answers); errors.Is(err, os.ErrDeadlineExceeded) { // what came after the body is no request
		t.Error("it is not cut off")
	}
	if n := taken.Load(); n > 16<<20 { // what fits into buffers on the way
		t.Errorf("%d bytes were taken", n)
	}
	for _, conn := range waiting {
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		if answer, err := io.ReadAll(conn); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400") {
			t.Fatalf("it is not cut off: %.40q, %v", answer, err)
		}
	}
}
