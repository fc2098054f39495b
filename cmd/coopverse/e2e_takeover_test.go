package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"coopverse/directory/storetest"
)

// TestAnotherProcessTakesOver runs two processes on one database and kills the
// one that is telling slow servers of an edit. The other one goes on when the
// lease has run out: nothing is lost, each inbox hears things in order, and what
// comes twice was under way at the kill.
func TestAnotherProcessTakesOver(t *testing.T) {
	const (
		people = 12
		lease  = 4 * time.Second
		slow   = 400 * time.Millisecond
	)
	database := []string{"--database", storetest.EmptyPostgresDSN(t)}
	a := newAuthority(t, ourDomain, "*.test")
	c := newCrowd(t, a, database, "--lease", lease.String())
	first, second := c.us, anotherServer(t, database, a, c.anywhere(), "--lease", lease.String())
	first.start()
	second.start()
	c.lookUp("igalia")
	for range people {
		c.people++
		c.follow(following{actor: c.person(), handle: "igalia"})
	}
	eventually(t, 20*time.Second, "accepted", func() (bool, any) {
		return len(c.missing(c.accepted)) == 0 && len(c.accepted) == people, c.missing(c.accepted)
	})

	c.slow.Store(int64(slow))
	c.edit("igalia")
	holds := func(i *instance) (n int) {
		query := "SELECT count(*) FROM inboxes WHERE leased_until > now() AND leased_by LIKE '%/' || $1 || '/%'"
		if err := c.db.SQL().QueryRowContext(t.Context(), query, fmt.Sprint(i.process.Process.Pid)).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	eventually(t, 5*time.Second, "telling", func() (bool, any) { return c.busy.Load() > people/3, c.busy.Load() })
	dying, living := first, second
	if holds(second) > holds(first) {
		dying, living = second, first
	}
	left := holds(dying)
	dying.kill()
	killed := time.Now()
	if left == 0 {
		t.Fatal("nobody was telling anything")
	}
	c.meet(living)
	c.settle()
	c.kills.Add(1)
	c.edit("igalia")
	c.edit("igalia")
	eventually(t, lease+15*time.Second, "told by the other process", func() (bool, any) {
		missing := c.missing(c.accepted)
		return len(missing) == 0, strings.Join(missing, "\n")
	})
	took, twice := time.Since(killed), c.judge()
	if twice > left {
		t.Errorf("%d deliveries came twice, of %d inboxes that were being told", twice, left)
	}
	t.Logf("%d of %d inboxes were taken over; all were up to date %s after the kill, with a lease of %s; %d deliveries came twice", left, people, took.Round(time.Millisecond), lease, twice)
}
