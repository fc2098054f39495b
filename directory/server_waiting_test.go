package directory_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// fails has everything that waits for peer.example fail until it is left alone; others
// take what they are told.
func fails(t *testing.T, d *directory.Directory) {
	t.Helper()
	for range 5 {
		due := lease(t, d, "one")
		letGo(t, d, only(due, "fine.example"))
		for _, inbox := range only(due, "peer.example") {
			failed := &directory.Failed{Why: "try again later: status 503", At: time.Now().UTC(), Server: true}
			settleOne(t, d, directory.Visit{Inbox: inbox, Failed: failed})
		}
	}
}

// What waits for a server that fails is listed with the reason and the time of the next
// try; it is tried at once when an operator says so.
func TestWhatWaitsIsListedAndTriedAtOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		crowdOf(t, d, 1)
		follow(t, d, stranger("fine"), "sange", "https://fine.example/f")
		for due := lease(t, d, "one"); len(due) > 0; due = lease(t, d, "one") {
			letGo(t, d, due)
		}
		post := publish(t, d, "sange", directory.Draft{Text: "Hello"})
		for range 6 {
			curate(t, d, "sange", map[string]string{"founded": fmt.Sprint(1990 + last(t, d)%30)})
		}
		fails(t, d)
		servers, err := d.Servers(t.Context(), directory.ServerQuery{Waiting: true, Limit: 10})
		if err != nil || len(servers) != 1 || servers[0].Host != "peer.example" {
			t.Fatalf("waiting: %+v, %v", servers, err)
		}
		s, err := d.Server(t.Context(), "peer.example")
		if err != nil || s.Waiting != 1 || s.State != "failing" || s.LeftUntil == nil || s.NextTry == nil || !s.NextTry.Equal(*s.LeftUntil) || s.LastError != "try again later: status 503" {
			t.Fatalf("%+v, %v", s, err)
		}
		waiting, err := d.WaitingAt(t.Context(), s, 10)
		if err != nil || len(waiting) != 1 || len(waiting[0].Changes) != 5 || !waiting[0].More || waiting[0].Changes[0].Post != post.ID || waiting[0].FailingSince == nil || !waiting[0].NextTry.Equal(*s.LeftUntil) {
			t.Fatalf("%+v, %v", waiting, err)
		}
		if due := lease(t, d, "one"); len(due) != 0 {
			t.Fatalf("tried although it is left alone: %+v", due)
		}
		if err := d.TryServer(t.Context(), curator, "peer.example"); err != nil {
			t.Fatal(err)
		}
		due := lease(t, d, "one")
		if len(due) != 1 {
			t.Errorf("tried at once: %+v", due)
		}
		for host, when := range map[string]string{"peer.example": "while it is being tried", "fine.example": "where nothing waits", "no.example": "at no server"} {
			if err := d.TryServer(t.Context(), curator, host); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("%s: %v", when, err)
			}
			if err := d.GiveUpServer(t.Context(), curator, host); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("%s: %v", when, err)
			}
		}
		if log, err := d.AuditLog(t.Context(), directory.DirectoryHandle, 10); err != nil || len(log) != 1 || log[0].Detail != "peer.example" {
			t.Errorf("audited: %+v, %v", log, err)
		}
	})
}

// only are the inboxes of one server.
func only(inboxes map[string]directory.Inbox, host string) map[string]directory.Inbox {
	found := make(map[string]directory.Inbox)
	for url, inbox := range inboxes {
		if inbox.Host == host {
			found[url] = inbox
		}
	}
	return found
}

// What operators let go of is not sent and stands among what was not taken; who follows
// stays, and is owed what changes next. What was told is not listed there.
func TestOperatorsLetGoOfWhatWaits(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		crowdOf(t, d, 2)
		curate(t, d, "sange", map[string]string{"founded": "1999"})
		change := last(t, d)
		fails(t, d)
		if err := d.GiveUpServer(t.Context(), curator, "peer.example"); err != nil {
			t.Fatal(err)
		}
		refused, err := d.RefusedAt(t.Context(), "peer.example", 0, 10)
		if err != nil || len(refused) != 1 || refused[0].Number != change || refused[0].Inboxes != 2 || refused[0].Outcome != directory.GivenUp || time.Since(refused[0].Ended) > time.Minute {
			t.Errorf("%+v, %v", refused, err)
		}
		if before, err := d.RefusedAt(t.Context(), "peer.example", change, 10); err != nil || len(before) != 0 {
			t.Errorf("the next page: %+v, %v", before, err)
		}
		if n, err := d.FollowerCount(t.Context(), "sange"); err != nil || n != 2 {
			t.Errorf("%d followers, %v", n, err)
		}
		curate(t, d, "sange", map[string]string{"founded": "2001"})
		if err := d.WakeInboxes(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s, err := d.Server(t.Context(), "peer.example"); err != nil || s.Waiting != 2 {
			t.Errorf("owed next: %+v, %v", s, err)
		}
		if log, err := d.AuditLog(t.Context(), directory.DirectoryHandle, 10); err != nil || len(log) != 1 || log[0].Act != "let go of what waits for a server" {
			t.Errorf("audited: %+v, %v", log, err)
		}
	})
}

// Servers are read a page at a time, each once, and found by part of a name.
func TestServersComeInPages(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		want := 0
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			follow(t, d, stranger(name), "sange", activity(stranger(name)))
			want++
		}
		blockDomain(t, d, "f.example")
		blockDomain(t, d, "a.example")
		seen := make(map[string]bool)
		q := directory.ServerQuery{Limit: 2}
		for {
			servers, err := d.Servers(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range servers {
				if seen[s.Host] || s.Host <= q.After {
					t.Errorf("%s again after %q", s.Host, q.After)
				}
				seen[s.Host], q.After = true, s.Host
			}
			if len(servers) < q.Limit {
				break
			}
		}
		if len(seen) != want+1 {
			t.Errorf("seen %v", seen)
		}
		for part, n := range map[string]int{"F.EX": 1, "example": 6, "%": 0, "_.example": 0, `\`: 0, "nothing": 0} {
			if found, err := d.Servers(t.Context(), directory.ServerQuery{Name: part, Limit: 10}); err != nil || len(found) != n {
				t.Errorf("%q: %+v, %v", part, found, err)
			}
		}
	})
}
