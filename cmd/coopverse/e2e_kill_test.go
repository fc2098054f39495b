package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"coopverse/directory"
)

// killLease is how long an inbox waits here for a process that was killed.
const killLease = 2 * time.Second

// killRounds is how often the program is killed on each database:
// COOPVERSE_KILL_ROUNDS times, else 50 in CI and 5 elsewhere.
func killRounds(t *testing.T) int {
	t.Helper()
	text, set := os.LookupEnv("COOPVERSE_KILL_ROUNDS")
	switch {
	case set:
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("COOPVERSE_KILL_ROUNDS: %v", err)
		}
		return n
	case os.Getenv("CI") != "":
		return 50
	}
	return 5
}

// TestKillsLoseNothing kills the program again and again, while people follow a
// co-op and while their servers are told of its edits. Every Follow that was
// answered with 202 must be followed by an Accept and by the last edit, in the
// record of the server that followed; and what arrives twice must have been
// under way at a kill.
func TestKillsLoseNothing(t *testing.T) {
	rounds := killRounds(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		t.Parallel()
		a := newAuthority(t, ourDomain, "*.test")
		c := newCrowd(t, a)
		c.meet(newInstance(t, database, a, c.anywhere(), "--lease", killLease.String()))
		c.directory = directory.New(openDatabase(t, database))
		for range rounds {
			c.round()
		}
		c.us.start()
		c.follow(t.Context(), len(c.unanswered))
		c.edit(t.Context())
		eventually(t, 30*time.Second, "told what they must hear", func() (bool, any) {
			missing := c.missing()
			return len(missing) == 0, fmt.Sprintf("%d of %d wait: %s", len(missing), len(c.accepted), missing[:min(3, len(missing))])
		})
		twice := 0
		for _, follow := range c.accepted {
			h := c.heard(follow)
			twice += h.twice
			for _, wrong := range h.wrong {
				t.Errorf("%s: %s", follow["actor"], wrong)
			}
		}
		if len(c.accepted) < rounds {
			t.Errorf("only %d Follows were answered in %d rounds", len(c.accepted), rounds)
		}
		t.Logf("%d kills, %d Follows answered, %d deliveries, %d of them twice", rounds, len(c.accepted), c.strict.total(), twice)
	})
}

// crowd is the people who follow igalia, and its curator.
type crowd struct {
	*strict
	t          *testing.T
	directory  *directory.Directory
	people     int
	edits      int
	unanswered []map[string]any // Follows that had no answer, to be sent again
	accepted   []map[string]any // Follows that were answered with 202
}

func newCrowd(t *testing.T, a *authority) *crowd { return &crowd{t: t, strict: newStrict(t, a)} }

// openDatabase opens the database beside the program, as its commands do.
func openDatabase(t *testing.T, database []string) *directory.Database {
	t.Helper()
	open := func() (*directory.Database, error) { return directory.OpenPostgres(database[1]) }
	if database[0] == "--data" {
		open = func() (*directory.Database, error) {
			return directory.OpenSQLite(filepath.Join(database[1], databaseFile))
		}
	}
	db, err := open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// round starts the program and kills it a moment later.
func (c *crowd) round() {
	c.t.Helper()
	c.us.start()
	ctx, stop := context.WithCancel(c.t.Context())
	var group sync.WaitGroup
	group.Go(func() { c.follow(ctx, len(c.unanswered)+3) })
	group.Go(func() {
		for ctx.Err() == nil {
			c.edit(c.t.Context())
			time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
		}
	})
	time.Sleep(time.Duration(rand.IntN(500)) * time.Millisecond)
	c.us.kill()
	stop()
	group.Wait()
	c.settle()
	c.kills.Add(1)
}

// follow sends n Follows, first those that had no answer, until ctx ends.
func (c *crowd) follow(ctx context.Context, n int) {
	again := c.unanswered
	c.unanswered = nil
	for range n {
		if ctx.Err() != nil {
			break
		}
		var follow map[string]any
		if len(again) > 0 {
			follow, again = again[0], again[1:]
		} else {
			c.people++
			follow = c.activity("Follow", fmt.Sprintf("https://p%d.test/users/%d", c.people%16, c.people), igalia)
		}
		switch status, answer := c.post(follow["actor"].(string), igaliaInbox, follow); status {
		case http.StatusAccepted:
			c.accepted = append(c.accepted, follow)
		case 0:
			c.unanswered = append(c.unanswered, follow)
		default:
			c.t.Errorf("a Follow is answered with %d %s", status, answer)
		}
	}
	c.unanswered = append(c.unanswered, again...)
}

// edit gives the co-op the next name, Igalia 1 and so on.
func (c *crowd) edit(ctx context.Context) {
	c.edits++
	edit := directory.Edit{Source: directory.FromCurator, Origin: fromCommandLine, Set: map[string]string{"name": c.name()}}
	if _, _, err := c.directory.EditCoop(ctx, "igalia", edit); err != nil && !errors.Is(err, context.Canceled) {
		c.t.Errorf("edit: %v", err)
	}
}

func (c *crowd) name() string { return fmt.Sprintf("Igalia %d", c.edits) }

// heard is what an actor has been told, by the record of its server. It
// remembers ids and passes over an activity that it has seen, as others do.
type heard struct {
	accepted      bool
	profile, note string
	twice         int
	wrong         []string // what must not be
}

func (c *crowd) heard(follow map[string]any) (h heard) {
	actor := follow["actor"].(string)
	seen := make(map[string]int64) // after how many kills each id came
	last := 0
	for _, a := range c.record(actor) {
		if a.Object.Type == "Organization" {
			n, err := strconv.Atoi(strings.TrimPrefix(a.Object.Name, "Igalia "))
			if err != nil || n < last {
				h.wrong = append(h.wrong, fmt.Sprintf("%q came after Igalia %d", a.Object.Name, last))
			}
			last = n
		}
		kills, before := seen[a.ID]
		seen[a.ID] = a.kills
		if before {
			h.twice++
			if kills == a.kills {
				h.wrong = append(h.wrong, a.ID+" came twice, and there was no kill between")
			}
			continue
		}
		switch {
		case a.Type == "Accept":
			h.accepted = h.accepted || a.Object.ID == follow["id"]
		case a.Object.Type == "Organization":
			h.profile = a.Object.Name
		case a.Object.Type == "Note":
			h.note = a.Object.Content
		}
	}
	return h
}

// missing are the actors that have not heard what they must hear.
func (c *crowd) missing() []string {
	var missing []string
	for _, follow := range c.accepted {
		h := c.heard(follow)
		if !h.accepted || h.profile != c.name() || !strings.Contains(h.note, c.name()+".") {
			missing = append(missing, fmt.Sprintf("%s has %+v", follow["actor"], h))
		}
	}
	return missing
}
