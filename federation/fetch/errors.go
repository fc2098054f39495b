package fetch

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"code.dny.dev/ssrf"
)

// What to do after a failure. Each *Error is exactly one of them.
var (
	// ErrTemporary means that another attempt may succeed: no connection, no
	// answer in time, or one of 401, 408, 429 and 5xx; of a POST a redirect, too.
	ErrTemporary = errors.New("try again later")
	// ErrGone means that the other server says it has no such thing (404), or
	// no more (410).
	ErrGone = errors.New("gone")
	// ErrFinal means that the other server does not want this request, now or
	// later.
	ErrFinal = errors.New("not wanted")
	// ErrRefused means that we refuse: the address, where it leads, or what
	// came back.
	ErrRefused = errors.New("refused by us")
)

// ErrBlocked is the cause when it is the host with which we want nothing to do.
var ErrBlocked = errors.New("this directory has blocked the host, or speaks only with others")

// Error says why a request failed.
type Error struct {
	// Kind is ErrTemporary, ErrGone, ErrFinal or ErrRefused.
	Kind error
	// Status is that of the answer, or 0 if there was none.
	Status int
	// RetryAfter is how long the other server wants to be left alone, between 0
	// (it did not say) and a day.
	RetryAfter time.Duration
	// Excerpt is the beginning of the answer's body, at most 500 bytes of
	// printable text, for the log.
	Excerpt string
	// Err is the cause, or nil if it is the status.
	Err error
}

func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString(e.Kind.Error())
	if e.Status != 0 {
		fmt.Fprintf(&text, ": status %d", e.Status)
	}
	if e.Err != nil {
		fmt.Fprintf(&text, ": %v", e.Err)
	}
	if e.Excerpt != "" {
		fmt.Fprintf(&text, " (%s)", e.Excerpt)
	}
	return text.String()
}

// Unwrap lets errors.Is see both the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

func refuse(format string, arguments ...any) error {
	return &Error{Kind: ErrRefused, Err: fmt.Errorf(format, arguments...)}
}

// broken explains an exchange that brought no answer, or half of one.
func broken(err error) error {
	for _, guarded := range []error{ssrf.ErrProhibitedIP, ssrf.ErrProhibitedNetwork, ssrf.ErrInvalidHostPort} {
		if errors.Is(err, guarded) {
			return &Error{Kind: ErrRefused, Err: err}
		}
	}
	return &Error{Kind: ErrTemporary, Err: err}
}

// answered explains an answer other than 2xx.
func answered(resp *http.Response, now time.Time) *Error {
	e := &Error{Status: resp.StatusCode}
	if text, err := unpacked(resp.Header.Get("Content-Encoding"), &countingReader{from: resp.Body}); err == nil {
		e.Excerpt = excerpt(text)
	}
	switch {
	case resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusGone:
		e.Kind = ErrGone
	case resp.StatusCode == http.StatusUnauthorized, // Mastodon, as long as it cannot fetch our key
		resp.StatusCode == http.StatusRequestTimeout,
		resp.StatusCode == http.StatusTooManyRequests,
		resp.StatusCode >= 500:
		e.Kind = ErrTemporary
		e.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), now)
	default:
		e.Kind = ErrFinal
	}
	return e
}

// maxRetryAfter is how long another server may tell us to wait.
const maxRetryAfter = 24 * time.Hour

// retryAfter reads a Retry-After header, which is in seconds or a date
// (RFC 9110, section 10.2.3).
func retryAfter(header string, now time.Time) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if date, err := http.ParseTime(header); err == nil {
		wait = date.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}

// excerpt returns the beginning of an answer as one printable line.
func excerpt(body io.Reader) string {
	beginning, _ := io.ReadAll(io.LimitReader(body, 500)) // half an excerpt is an excerpt
	printable := strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) || r == '\uFFFD' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(string(beginning), " "))
	return strings.Join(strings.Fields(printable), " ")
}

// drain reads what little is left of an answer, so that the connection can be
// used again.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 16<<10) // if it fails the connection is closed, no more
	_ = body.Close()
}
