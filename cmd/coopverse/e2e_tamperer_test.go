package main

import (
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"coopverse/directory/publiclog"
)

// tampering answers instead of a directory that has answered with that body.
type tampering func(w http.ResponseWriter, r *http.Request, body []byte)

// tamperer ends TLS in front of a directory, counts what passes, and does to it
// what it is told.
type tamperer struct {
	t       *testing.T
	to      string // where the directory listens
	address string

	mu     sync.Mutex
	change tampering        // nil: everything passes as it is
	passed map[string][]int // bytes of bodies as they were sent, by path
}

func (a *authority) tamperer(t *testing.T, to string) *tamperer {
	t.Helper()
	p := &tamperer{t: t, to: to, passed: make(map[string][]int)}
	p.address = a.serve(t, p, nil)
	return p
}

// does has the proxy do that to whatever it is asked from now on.
func (p *tamperer) does(change tampering) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.change = change
}

// taken are the bytes of each answer that has passed since it was last asked, by
// path.
func (p *tamperer) taken() map[string][]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	passed := p.passed
	p.passed = make(map[string][]int)
	return passed
}

// ServeHTTP asks the directory and answers with what it said, or with less.
func (p *tamperer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var said io.Reader
	if r.Method == http.MethodPost { // else a body that is read to its end can end the request with it
		said = r.Body
	}
	asked, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+p.to+r.URL.RequestURI(), said)
	if err != nil {
		p.t.Error(err)
		return
	}
	asked.Host, asked.Header = r.Host, r.Header.Clone()
	asked.Header.Set("X-Forwarded-Proto", "https")
	res, err := http.DefaultTransport.RoundTrip(asked)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway) // it is down
		return
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	p.mu.Lock()
	change := p.change
	p.passed[r.URL.Path] = append(p.passed[r.URL.Path], len(body))
	p.mu.Unlock()
	for name, values := range res.Header {
		w.Header()[name] = values
	}
	if change == nil || res.StatusCode != http.StatusOK || !strings.Contains(r.URL.Path, "/log/") {
		w.WriteHeader(res.StatusCode)
		_, _ = w.Write(body)
		return
	}
	if res.Header.Get("Content-Encoding") == "gzip" {
		body = unpacked(p.t, body)
		w.Header().Del("Content-Encoding")
	}
	w.Header().Del("Content-Length")
	w.Header().Del("ETag")
	change(w, r, body)
}

func unpacked(t *testing.T, body []byte) []byte {
	reader, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		body, err = io.ReadAll(reader)
	}
	if err != nil {
		t.Error(err)
	}
	return body
}

// ofPages is a tampering with the lines of pages: the head, and then the records.
// The last one is followed by an empty one.
func ofPages(change func(lines [][]byte) [][]byte) tampering {
	return func(w http.ResponseWriter, r *http.Request, body []byte) {
		if strings.Contains(r.URL.Path, "/records/") {
			body = bytes.Join(change(bytes.SplitAfter(body, []byte("\n"))), nil)
		}
		_, _ = w.Write(body)
	}
}

// ofRecord is a tampering with the last record of each page that has one.
func ofRecord(change func(line *publiclog.Line)) tampering {
	return ofPages(func(lines [][]byte) [][]byte {
		if len(lines) > 2 {
			lines[len(lines)-2] = rewritten(lines[len(lines)-2], change)
		}
		return lines
	})
}

func rewritten(text []byte, change func(line *publiclog.Line)) []byte {
	var line publiclog.Line
	if err := json.Unmarshal(text, &line); err != nil {
		panic(err)
	}
	change(&line)
	var written bytes.Buffer
	encoder := json.NewEncoder(&written)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(line); err != nil {
		panic(err)
	}
	return written.Bytes()
}

// endingAt is a tampering that promises a whole page and breaks off at a part of it.
func endingAt(part float64) tampering {
	return func(w http.ResponseWriter, r *http.Request, body []byte) {
		if !strings.Contains(r.URL.Path, "/records/") {
			_, _ = w.Write(body)
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body[:int(part*float64(len(body)))])
		panic(http.ErrAbortHandler)
	}
}

// silent never answers.
func silent(_ http.ResponseWriter, r *http.Request, _ []byte) { <-r.Context().Done() }

// dripping sends a byte a second.
func dripping(w http.ResponseWriter, r *http.Request, body []byte) {
	for at := range body {
		_, _ = w.Write(body[at : at+1])
		_ = http.NewResponseController(w).Flush()
		select {
		case <-time.After(time.Second):
		case <-r.Context().Done():
			return
		}
	}
}

// signedByAnother is a tampering that gives every head another signature. The
// stranger's key passes for the directory's only with those who do not look.
func signedByAnother(origin, key string) tampering {
	_, stranger, err := ed25519.GenerateKey(nil)
	if err != nil {
		panic(err)
	}
	return ofHeads(func(signed string) string {
		head, err := publiclog.OpenHead(origin, signed, key)
		if err == nil {
			signed, err = publiclog.SignHead(origin, head, stranger)
		}
		if err != nil {
			panic(err)
		}
		return signed
	})
}

// ofHeads is a tampering with the heads of pages.
func ofHeads(change func(signed string) string) tampering {
	return ofPages(func(lines [][]byte) [][]byte {
		var first struct {
			From       int64  `json:"from"`
			Checkpoint string `json:"checkpoint"`
		}
		err := json.Unmarshal(lines[0], &first)
		first.Checkpoint = change(first.Checkpoint)
		if err == nil {
			lines[0], err = json.Marshal(first)
		}
		if err != nil {
			panic(err)
		}
		lines[0] = append(lines[0], '\n')
		return lines
	})
}
