package fediverse

import (
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"

	"coopverse/federation/signature"
)

// Activity is what an inbox was brought.
type Activity struct {
	ID     string          `json:"id"`
	Type   string          `json:"type"`
	Actor  string          `json:"actor"`
	Object json.RawMessage `json:"object"`
}

// maxBody is how long an activity may be, in bytes: Misskey takes 64 kB.
const maxBody = 64 << 10

// receive takes what is brought to an inbox of a host, or does not.
func (f *Fediverse) receive(w http.ResponseWriter, r *http.Request, n int) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		f.fault("%s%s: body: %v", r.Host, r.URL.Path, err)
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	address := f.origin(n) + r.URL.Path
	f.mu.Lock()
	f.hosts[n].seen++
	f.hosts[n].now++
	f.hosts[n].most = max(f.hosts[n].most, f.hosts[n].now)
	b, nth, changed := f.hosts[n].behaviour, f.hosts[n].seen, f.changed
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.hosts[n].now--
	}()
	if b.Before != nil {
		b.Before(address, nth)
	}
	troubled := b.troubled(nth)
	if troubled && b.Late > 0 {
		f.sleep(b.Late)
	}
	if troubled && b.Hang {
		select {
		case <-r.Context().Done():
		case <-f.closing:
		case <-changed:
		}
		panic(http.ErrAbortHandler)
	}
	if b.Only != "" && schemeOf(r) != b.Only {
		http.Error(w, "cannot read the signature", b.unread())
		return
	}
	activity, err := f.verify(r, body)
	if err != nil {
		f.fault("%s: %v", address, err)
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	if troubled && b.Status != 0 {
		if b.RetryAfter > 0 {
			w.Header().Set("Retry-After", fmt.Sprint(int(b.RetryAfter.Seconds())))
		}
		w.WriteHeader(b.Status)
		return
	}
	if b.Refuse != nil {
		if status := b.Refuse(activity); status != 0 {
			f.refused(address, activity)
			w.WriteHeader(status)
			return
		}
	}
	answered := !troubled || !b.Reset && b.Drip == 0
	f.took(address, activity, answered)
	switch {
	case answered:
		w.WriteHeader(http.StatusAccepted)
	case b.Reset:
		reset(w)
	default:
		f.drip(w, r, b.Drip)
	}
}

// reset breaks the connection off, as a server does that is killed.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // HTTP/2, whose streams are reset by themselves
		panic(http.ErrAbortHandler)
	}
	if secured, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secured.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // nothing is said before it is closed
	}
	_ = conn.Close()
}

// drip answers a byte at a time, for as long as somebody listens.
func (f *Fediverse) drip(w http.ResponseWriter, r *http.Request, pause time.Duration) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		f.sleep(time.Minute)
		return
	}
	defer conn.Close()
	for _, c := range []byte("HTTP/1.1 202 Accepted\r\nX-Slow: " + strings.Repeat("x", 1000) + "\r\n\r\n") {
		if _, err := conn.Write([]byte{c}); err != nil || r.Context().Err() != nil {
			return
		}
		f.sleep(pause)
	}
}

// verify is the gate of a strict server.
func (f *Fediverse) verify(r *http.Request, body []byte) (Activity, error) {
	var said struct {
		Activity
		Context any `json:"@context"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return Activity{}, fmt.Errorf("not JSON: %w", err)
	}
	a := said.Activity
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case kind != "application/activity+json":
		return a, fmt.Errorf("Content-Type %q", r.Header.Get("Content-Type"))
	case a.ID == "" || a.Type == "" || a.Actor == "":
		return a, errors.New("no id, type or actor")
	case !strings.Contains(fmt.Sprint(said.Context), "https://www.w3.org/ns/activitystreams"):
		return a, fmt.Errorf("@context %v", said.Context)
	case f.trusting:
		return a, nil
	}
	claim, err := signature.Read(r, body, time.Now())
	if err != nil {
		return a, err
	}
	owner, err := f.keys.verified(r.Context(), claim.KeyID, claim.Verify)
	switch {
	case err != nil:
		return a, err
	case owner != a.Actor:
		return a, fmt.Errorf("signed by %s, said by %s", owner, a.Actor)
	}
	return a, nil
}

// verifying checks a signature with a key.
type verifying func(crypto.PublicKey) error
