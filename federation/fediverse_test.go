package federation

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/federation/document"
	"coopverse/federation/fediverse"
	"coopverse/federation/fetch"

	"github.com/gorilla/mux"
)

// audience is a fediverse of which each host has followers of @sange, and our
// server, which tells them.
type audience struct {
	*fediverse.Fediverse
	t       testing.TB
	db      *directory.Database
	us      *ourServer
	hosts   int
	inboxes []string // where they are told
}

// newAudience has that many on each host follow; without a shared inbox, each is
// told at an inbox of their own. The Accepts are taken as sent.
func newAudience(t testing.TB, db *directory.Database, c fediverse.Config, each int, shared bool) *audience {
	t.Helper()
	a := &audience{Fediverse: fediverse.New(t, c), t: t, db: db, hosts: c.Hosts}
	d := directory.New(db)
	since, err := d.LastChange(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var peers, inboxes, followers rows
	at := time.Now().UTC().Format("2006-01-02 15:04:05+00:00")
	for i := range c.Hosts {
		for n := range each {
			name := fmt.Sprintf("a%d", n)
			own, told := a.Inbox(i, name), a.Inbox(i, name)
			box := ""
			if shared {
				told, box = a.SharedInbox(i), a.SharedInbox(i)
			}
			if !shared || n == 0 {
				a.inboxes = append(a.inboxes, told)
				inboxes.add(told, a.Host(i), since, 0, "", 0, false, "")
			}
			peers.add(a.Actor(i, name), own, box, name, a.KeyID(i, name), a.KeyPEM(), at)
			followers.add("sange", a.Actor(i, name), len(a.inboxes), len(a.inboxes), a.Actor(i, name)+"#follow", "{}", since, at, at)
		}
	}
	inboxes.insert(t, db, "inboxes (url, host, taken, wakes, leased_by, failures, gone, last_error)")
	peers.insert(t, db, "peers (id, inbox, shared_inbox, handle, key_id, public_pem, fetched_at)")
	followers.insert(t, db, "followers (handle, peer_id, inbox_id, own_inbox_id, follow_id, follow, since, followed_at, accepted_at)")
	a.us = a.serve(d)
	return a
}

// serve serves our directory.
func (a *audience) serve(d *directory.Directory) *ourServer {
	router := mux.NewRouter()
	us := &ourServer{Server: httptest.NewServer(router), directory: d, stop: func() {}}
	us.site = document.Site{Origin: us.URL, Name: "Coopverse", Contact: "hello@coops.example", Version: "test"}
	us.federation = a.federation(us)
	us.federation.Routes(router)
	a.t.Cleanup(us.Close)
	a.t.Cleanup(func() { us.stop() })
	return us
}

func (a *audience) federation(us *ourServer) *Federation {
	return New(us.directory, Config{
		Site: us.site, Client: fetch.New(a.Client()), Retry: 100 * time.Millisecond,
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	})
}

// restart goes on telling with what the database knows, and nothing else.
func (a *audience) restart() {
	a.us.stop()
	a.us.federation.client.CloseIdleConnections()
	a.us.federation = a.federation(a.us)
	a.deliver()
}

// deliver tells until stop is called.
func (a *audience) deliver() {
	ctx, cancel := contextWithCancel(a.t)
	done := make(chan struct{})
	go func() { defer close(done); a.us.federation.Deliver(ctx) }()
	a.us.stop = func() { cancel(); <-done }
}

// post posts as @sange and returns the id of the activity that tells of it.
func (a *audience) post(text string) string {
	a.t.Helper()
	p, err := a.us.directory.Publish(a.t.Context(), directory.Actor{Name: "test"}, "sange", directory.Draft{Text: text}, "test")
	if err != nil {
		a.t.Fatal(err)
	}
	body, err := a.us.site.CreateNote(p, true)
	if err != nil {
		a.t.Fatal(err)
	}
	return idOf(a.t, body)
}

// receipts counts, by outcome, what came of telling of the last change.
func (a *audience) receipts() map[string]int {
	a.t.Helper()
	rows, err := a.db.SQL().QueryContext(a.t.Context(), "SELECT outcome, COUNT(*) FROM receipts WHERE change_id = (SELECT MAX(id) FROM changes) GROUP BY outcome")
	if err != nil {
		a.t.Fatal(err)
	}
	defer rows.Close()
	count := map[string]int{}
	for rows.Next() {
		var outcome string
		var n int
		if err := rows.Scan(&outcome, &n); err != nil {
			a.t.Fatal(err)
		}
		count[outcome] = n
	}
	return count
}

// settled waits until n inboxes have been told of the last change, and fails
// after the patience.
func (a *audience) settled(n int, patience time.Duration) {
	a.t.Helper()
	for end := time.Now().Add(patience); a.Count() < n && time.Now().Before(end); {
		time.Sleep(2 * time.Millisecond)
	}
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		count := a.receipts()
		if count[string(directory.Told)] >= n {
			return
		}
		if time.Now().After(end) {
			a.t.Fatalf("receipts %v, want %d told; %d taken", count, n, a.Count())
		}
	}
}

// rows are written to the database at once.
type rows struct {
	values []string
}

func (r *rows) add(columns ...any) {
	texts := make([]string, len(columns))
	for i, c := range columns {
		if text, ok := c.(string); ok {
			texts[i] = "'" + text + "'"
		} else {
			texts[i] = fmt.Sprint(c)
		}
	}
	r.values = append(r.values, "("+strings.Join(texts, ", ")+")")
}

func (r *rows) insert(t testing.TB, db *directory.Database, into string) {
	t.Helper()
	for len(r.values) > 0 {
		n := min(len(r.values), 500)
		if _, err := db.SQL().ExecContext(t.Context(), "INSERT INTO "+into+" VALUES "+strings.Join(r.values[:n], ", ")); err != nil {
			t.Fatal(err)
		}
		r.values = r.values[n:]
	}
}
