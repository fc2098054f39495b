package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// tap is a proxy in front of a program of ours that notes which activities are
// brought to it, and can lose them.
type tap struct {
	t    *testing.T
	lost atomic.Bool

	mu   sync.Mutex
	seen []string // "Update https://coops.test/log"
}

// tapped puts a tap in front of a program and returns its address.
func (a *authority) tapped(t *testing.T, to string) (*tap, string) {
	t.Helper()
	tapped := &tap{t: t}
	onward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: to})
		r.Out.Host = r.In.Host
		r.SetXForwarded()
	}}
	return tapped, a.serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			tapped.note(r)
			if tapped.lost.Load() {
				w.WriteHeader(http.StatusAccepted)
				return
			}
		}
		onward.ServeHTTP(w, r)
	}), nil)
}

func (p *tap) note(r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // whoever sent it is gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var brought struct {
		Type   string
		Object object
	}
	if err := json.Unmarshal(body, &brought); err != nil {
		p.t.Errorf("%v in %s", err, body)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = append(p.seen, strings.TrimSpace(brought.Type+" "+brought.Object.ID))
}

// brought are the activities that have come so far.
func (p *tap) brought() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen)
}

// finds tells a program on which port of this machine a domain is.
func (i *instance) finds(domain, address string) {
	i.flags = append(i.flags, connectTo(domain, address))
	i.outgoing = append(i.outgoing, connectTo(domain, address))
}

// copiedRecords is how many records of another directory's log a mirror serves.
func (i *instance) copiedRecords(mirror, home string) string {
	i.t.Helper()
	_, head := get(i.t, i.address, "/mirrors/"+home+"/log/checkpoint", mirror, nil)
	if lines := strings.Split(head, "\n"); len(lines) > 1 {
		return lines[1]
	}
	return "none"
}

// TestMirrorIsRung has a directory, its mirror, and somebody elsewhere who follows
// the directory. Changes are in the mirror's copy within two seconds, though it asks
// for news once an hour only; the other server sees none of how. A bell that is lost
// is made up for when the mirror asks.
func TestMirrorIsRung(t *testing.T) {
	needFedify(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		const second, log, actor = "second.test", ourOrigin + "/log", ourOrigin + "/actors/directory"
		a := newAuthority(t, ourDomain, second, "alice.test")
		them := newFedify(t, a, "alice.test", "alice")
		home := newInstance(t, database, a, connectTo("alice.test", them.address))
		copied := anotherServer(t, []string{"--data", t.TempDir()}, a).under(second)
		copied.flags = append(copied.flags, "--mirror-every", "1h")
		bells, mirrored := a.tapped(t, copied.address)
		served := a.proxy(t, home.address)
		home.finds(second, mirrored)
		copied.finds(ourDomain, served)
		copied.finds(second, mirrored)
		them.args = append(them.args, connectTo(ourDomain, served), connectTo("alice.test", them.address))
		for _, start := range []func(){home.start, copied.start, them.start} {
			start()
		}
		them.joins("alice", actor)
		copied.speak("mirror", "add", ourOrigin)
		eventually(t, 5*promise, "followed", func() (bool, any) {
			s := copied.mirrorStatus(ourDomain)
			return s.Following == "accepted", s
		})

		began := time.Now()
		home.edit("igalia", "founded", "2001")
		eventually(t, promise, "in the copy", func() (bool, any) {
			n := copied.copiedRecords(second, ourDomain)
			return n == "145", n
		})
		t.Logf("%s: in the copy %s after the edit was begun", t.Name(), time.Since(began).Round(time.Millisecond))
		home.speak("coop", "post", "igalia", "--language", "en", "--text", "We are hiring.")
		them.hears("Announce coops/igalia/posts/1 by actors/directory")
		home.run("coop", "remove", "sange", "--reason", "The co-op asked for it.")
		eventually(t, 5*promise, "told of the removal", func() (bool, any) {
			s := copied.mirrorStatus(ourDomain)
			return s.Entries == 143 && slices.Contains(bells.brought(), "Remove "+ourOrigin+"/coops/sange"), bells.brought()
		})
		if got := bells.brought(); slices.ContainsFunc(got, func(what string) bool { return strings.HasPrefix(what, "Announce") }) || !slices.Contains(got, "Update "+log) {
			t.Errorf("the mirror was brought %q", got)
		}

		copied.stop()
		copied.flags = append(copied.flags, "--mirror-every", "3s")
		copied.start()
		bells.lost.Store(true)
		before := len(bells.brought())
		records := copied.copiedRecords(second, ourDomain)
		home.edit("igalia", "founded", "2002")
		eventually(t, 10*promise, "made up for", func() (bool, any) {
			n := copied.copiedRecords(second, ourDomain)
			return n != records, n
		})
		eventually(t, 5*promise, "lost", func() (bool, any) { // which may take longer than to ask without it
			got := bells.brought()[before:]
			return slices.Contains(got, "Update "+log), got
		})
		bells.lost.Store(false)
		copied.run("mirror", "remove", ourDomain)
		eventually(t, 5*promise, "left", func() (bool, any) {
			got := home.followers("directory")
			return slices.Equal(got, []string{alice}), got
		})
		var record []delivery // not all of it can be verified, once an actor is gone
		them.ask("GET", "/deliveries", nil, &record)
		for _, what := range said(record) {
			if strings.Contains(what, " log") || strings.HasPrefix(what, "Add") || strings.HasPrefix(what, "Remove") {
				t.Errorf("the other server was brought %q", what)
			}
		}
		t.Logf("%s: the other server was brought %q", t.Name(), said(record))
	})
}
