package fetch

import (
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestWhatToDoAfterAnAnswer(t *testing.T) {
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(r.URL.Path[1:])
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("Sorry,\r\n\x1b[31m\xffnot\x00 today" + strings.Repeat(".", 10_000)))
	})
	c := p.client(t)
	for kind, statuses := range map[error][]int{
		ErrTemporary: {401, 408, 429, 500, 502, 503, 504, 520, 599},
		ErrGone:      {404, 410},
		ErrFinal:     {304, 400, 402, 403, 405, 406, 409, 413, 415, 422, 451},
	} {
		for _, status := range statuses {
			address := "https://a.example/" + strconv.Itoa(status)
			for what, err := range map[string]error{"POST": c.Post(t.Context(), address, nil, nil), "GET": get(c, address)} {
				if what == "POST" && status == http.StatusNotModified {
					continue // which answers no POST
				}
				wantKind(t, what+" "+address, err, kind, "status "+strconv.Itoa(status))
				var e *Error
				if !errors.As(err, &e) {
					continue
				}
				if wait := 2 * time.Minute; e.Status != status || (kind == ErrTemporary) != (e.RetryAfter == wait) {
					t.Errorf("%s %d: status %d, retry after %s", what, status, e.Status, e.RetryAfter)
				}
				if status != 304 && (!strings.HasPrefix(e.Excerpt, "Sorry, [31m not today...") || len(e.Excerpt) > 500) {
					t.Errorf("%s %d: excerpt %q", what, status, e.Excerpt)
				}
			}
		}
	}
	for _, status := range []int{200, 201, 202, 204} {
		wantKind(t, "POST", c.Post(t.Context(), "https://a.example/"+strconv.Itoa(status), nil, nil), nil, "")
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 9, 1, 10, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"":                              0,
		"0":                             0,
		"30":                            30 * time.Second,
		"86400":                         24 * time.Hour,
		"2147483647":                    24 * time.Hour,
		"99999999999999999999":          0,
		"-5":                            0,
		"soon":                          0,
		"Tue, 01 Sep 2026 10:05:00 GMT": 5 * time.Minute,
		"Tue, 01 Sep 2026 09:00:00 GMT": 0,
		"Sat, 01 Sep 2096 10:00:00 GMT": 24 * time.Hour,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestNoAnswerIsTemporary(t *testing.T) {
	p := newPeer(t, "127.0.0.1", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	c := p.client(t)
	wantKind(t, "connection cut", get(c, "https://a.example/"), ErrTemporary, "")
	wantKind(t, "certificate of another", get(c, "https://other.test/"), ErrTemporary, "certificate")

	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	nobody := clientOf(t, Config{AllowPrivate: loopback}, hasty)
	wantKind(t, "nobody listens", get(nobody, "https://"+listener.Addr().String()+"/"), ErrTemporary, "refused")

	strangers := newClient(Config{AllowPrivate: loopback, ConnectTo: []Override{p.override("")}}, hasty, nil)
	wantKind(t, "certificate of an unknown authority", get(strangers, "https://a.example/"), ErrTemporary, "certificate")
}

func TestErrorsSayWhatHappened(t *testing.T) {
	cause := errors.New("cause")
	err := error(&Error{Kind: ErrFinal, Status: 400, Excerpt: "no such thing", Err: cause})
	if want := "not wanted: status 400: cause (no such thing)"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	if !errors.Is(err, ErrFinal) || !errors.Is(err, cause) || errors.Is(err, ErrGone) {
		t.Error("errors.Is is wrong about it")
	}
}
