package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"coopverse/directory"
)

// crowd is people of many servers who follow co-ops, and a curator who gives
// co-ops the names Co-op 1, Co-op 2 and so on.
type crowd struct {
	*strict
	t          *testing.T
	db         *directory.Database
	people     int // the number of the last person
	edits      int
	names      map[string]string // by handle, of those that were edited
	unanswered []following       // Follows that had no answer, to be sent again
	accepted   []following       // Follows that were answered with 202
}

// following is a Follow that somebody sends.
type following struct {
	actor, handle string
	activity      map[string]any
}

// newCrowd imports the bundled list into an empty database, and follows nobody yet.
func newCrowd(t *testing.T, a *authority, database []string, flags ...string) *crowd {
	t.Helper()
	c := &crowd{t: t, strict: newStrict(t, a), names: make(map[string]string)}
	c.meet(newInstance(t, database, a, append(flags, c.anywhere())...))
	c.db = openDatabase(t, database)
	return c
}

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

// person is the person with the last number, on one of 16 servers.
func (c *crowd) person() string {
	return fmt.Sprintf("https://p%d.test/users/%d", c.people%16, c.people)
}

// lookUp reads a co-op's profile, as people do before they follow. Its key is
// made at that moment, which takes a while.
func (c *crowd) lookUp(handle string) {
	c.t.Helper()
	if _, err := c.keyOfOurs(ourOrigin + "/coops/" + handle); err != nil {
		c.t.Fatal(err)
	}
}

// follow sends a Follow and keeps it for later if it has no answer.
func (c *crowd) follow(f following) {
	if f.activity == nil {
		f.activity = c.activity("Follow", f.actor, ourOrigin+"/coops/"+f.handle)
	}
	switch status, answer := c.post(f.actor, ourOrigin+"/coops/"+f.handle+"/inbox", f.activity); status {
	case http.StatusAccepted:
		c.accepted = append(c.accepted, f)
	case 0:
		c.unanswered = append(c.unanswered, f)
	default:
		c.t.Errorf("a Follow is answered with %d %s", status, answer)
	}
}

// followAgain sends the Follows that had no answer, until ctx ends.
func (c *crowd) followAgain(ctx context.Context) {
	again := c.unanswered
	c.unanswered = nil
	for i, f := range again {
		if ctx.Err() != nil {
			c.unanswered = append(c.unanswered, again[i:]...)
			return
		}
		c.follow(f)
	}
}

// edit gives a co-op its next name.
func (c *crowd) edit(handle string) {
	c.edits++
	name := fmt.Sprintf("Co-op %d", c.edits)
	edit := directory.Edit{Source: directory.FromCurator, Origin: fromCommandLine, Set: map[string]string{"name": name}}
	_, _, err := directory.New(c.db).EditCoop(c.t.Context(), handle, edit)
	if err != nil && !errors.Is(err, context.Canceled) {
		c.t.Errorf("edit: %v", err)
	}
	c.names[handle] = name
}

// heard is what an actor has been told of a co-op, by the record of its server.
// It remembers ids and passes over an activity that it has seen, as others do.
type heard struct {
	accepted      bool
	profile, note string
	twice         int
	wrong         []string // what must not be
}

func (c *crowd) heard(f following) (h heard) {
	seen := make(map[string][2]int64) // after how many kills each id came
	last := 0
	for _, a := range c.record(f.actor) {
		if a.Actor != ourOrigin+"/coops/"+f.handle {
			continue
		}
		if a.Object.Type == "Organization" {
			n, err := strconv.Atoi(strings.TrimPrefix(a.Object.Name, "Co-op "))
			if err != nil || n < last {
				h.wrong = append(h.wrong, fmt.Sprintf("%q came after Co-op %d", a.Object.Name, last))
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
			h.accepted = h.accepted || a.Object.ID == f.activity["id"]
		case a.Object.Type == "Organization":
			h.profile = a.Object.Name
		case a.Object.Type == "Note":
			h.note = a.Object.Content
		}
	}
	return h
}

// missing lists who has not heard what they must hear: the Accept, and the last
// name of the co-op in its profile and in a note.
func (c *crowd) missing(all []following) []string {
	var missing []string
	for _, f := range all {
		h, name := c.heard(f), c.names[f.handle]
		if !h.accepted || name != "" && (h.profile != name || !strings.Contains(h.note, name+".")) {
			missing = append(missing, fmt.Sprintf("%s has %+v of %s, which is %s", f.actor, h, f.handle, name))
		}
	}
	return missing
}

// judge reports what was told wrongly, and counts what was told twice.
func (c *crowd) judge() (twice int) {
	for _, f := range c.accepted {
		h := c.heard(f)
		twice += h.twice
		if len(h.wrong) > 0 {
			c.t.Errorf("%s: %d things are wrong, such as: %s", f.actor, len(h.wrong), h.wrong[0])
		}
	}
	return twice
}
