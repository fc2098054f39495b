package fetch

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Limits of what one exchange may cost. Sizes are in bytes and of what is left
// after decompression.
const (
	maxDocument     = 1 << 20  // of a document; Mastodon takes the same
	maxHeaders      = 64 << 10 // of all headers of an answer
	maxRedirects    = 3        // followed for one GET
	maxConnections  = 4        // to one host at a time; others wait
	maxIdle         = 2048     // to all hosts, beyond which idle ones are closed
	readAhead       = 1 << 10  // bytes for each connection, most of which answer with less
	rememberedHosts = 4096     // TLS sessions that can be taken up again
)

// patience says how long we wait.
type patience struct {
	connect time.Duration // for a connection, and again for TLS
	get     time.Duration // for a GET with all its redirects, to the last byte
	post    time.Duration // for a POST
	goodbye time.Duration // for what follows after the status of an answer
	idle    time.Duration // for more to tell over a connection
}

// Mastodon's own patience is 5 s to connect and 10 s to read.
var ourPatience = patience{connect: 5 * time.Second, get: 10 * time.Second, post: 15 * time.Second, goodbye: time.Second, idle: 30 * time.Second}

// readAll reads the body of an answer and refuses one that is too long. Cutting
// it off would make another document of it, and so would believing what ends as
// our patience does: a server that sees us leave may end its answer in good order.
func readAll(resp *http.Response, limit int64) (body []byte, wire int64, err error) {
	if resp.ContentLength > limit {
		return nil, 0, refuse("%d bytes are more than %d", resp.ContentLength, limit)
	}
	came := &countingReader{from: resp.Body}
	text, err := unpacked(resp.Header.Get("Content-Encoding"), came)
	if err != nil {
		return nil, 0, err
	}
	body, err = io.ReadAll(io.LimitReader(text, limit+1))
	if err != nil {
		return nil, 0, broken(err)
	}
	if int64(len(body)) > limit {
		return nil, 0, refuse("more than %d bytes", limit)
	}
	if err := resp.Request.Context().Err(); err != nil {
		return nil, 0, broken(fmt.Errorf("GET %s: %w", resp.Request.URL, err))
	}
	return body, came.n, nil
}

// unpacked reads what came in an encoding that we ask for.
func unpacked(encoding string, came *countingReader) (io.Reader, error) {
	switch strings.ToLower(encoding) {
	case "", "identity":
		return came, nil
	case "gzip":
		text, err := gzip.NewReader(came)
		switch {
		case errors.Is(err, io.EOF): // nothing came, which is nothing in any encoding
			return came, nil
		case err != nil:
			return nil, broken(err)
		}
		return text, nil
	}
	return nil, refuse("content encoding %q", encoding)
}

// countingReader counts what is read from another.
type countingReader struct {
	from io.Reader
	n    int64
}

func (r *countingReader) Read(into []byte) (int, error) {
	n, err := r.from.Read(into)
	r.n += int64(n)
	return n, err
}
