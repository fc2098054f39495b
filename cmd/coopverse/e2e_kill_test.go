package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// killLease is how long an inbox waits here for a process that was killed.
const killLease = 3 * time.Second

// readCoops have one reader each.
var readCoops = []string{"agaric", "baseline", "brierwood", "caravan", "catalyst", "colab", "hypha", "koumbit", "vulk", "zinc"}

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

// TestKillsLoseNothing kills the program again and again, while people follow
// and while their servers are told of edits. Every Follow that was answered with
// 202 must be followed by an Accept and by the last edit, in the record of the
// server that followed; and nothing comes twice without a kill between.
//
// Some co-ops have one reader each, and are edited again when the reader has
// heard of the last edit: what a kill loses there, no later edit makes up for.
// Others begin to follow igalia meanwhile, which is edited once in a round.
func TestKillsLoseNothing(t *testing.T) {
	rounds := killRounds(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		c := newCrowd(t, newAuthority(t, ourDomain, "*.test"), database, "--lease", killLease.String())
		c.us.start()
		c.lookUp("igalia")
		for _, handle := range readCoops {
			c.lookUp(handle)
			c.people++
			c.follow(following{actor: c.person(), handle: handle})
		}
		readers := slices.Clone(c.accepted)
		c.us.stop()
		c.slow.Store(int64(20 * time.Millisecond)) // so that kills come while servers think
		for range rounds {
			c.round(readers)
		}
		c.us.start()
		c.followAgain(t.Context())
		c.edit("igalia")
		eventually(t, 30*time.Second, "told what they must hear", func() (bool, any) {
			missing := c.missing(c.accepted)
			return len(missing) == 0, fmt.Sprintf("%d of %d wait: %s", len(missing), len(c.accepted), missing[:min(3, len(missing))])
		})
		if least := len(readCoops) + rounds; len(c.accepted) < least {
			t.Errorf("only %d Follows were answered, not %d", len(c.accepted), least)
		}
		t.Logf("%d kills, %d Follows answered, %d edits, %d deliveries, %d of them twice", rounds, len(c.accepted), c.edits, c.total(), c.judge())
	})
}

// round starts the program and kills it a moment later, when it is telling
// somebody something; readers are those who
// followed before.
func (c *crowd) round(readers []following) {
	c.t.Helper()
	c.us.start()
	ctx, stop := context.WithCancel(c.t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		c.followAgain(ctx)
		for range 2 {
			if ctx.Err() == nil {
				c.people++
				c.follow(following{actor: c.person(), handle: "igalia"})
			}
		}
	})
	group.Go(func() {
		c.edit("igalia")
		for ctx.Err() == nil {
			for i, f := range readers {
				if len(c.missing(readers[i:i+1])) == 0 {
					c.edit(f.handle)
				}
			}
			time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
		}
	})
	time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
	for patience := 300; patience > 0 && c.busy.Load() == 0; patience-- {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
	c.us.kill()
	stop()
	group.Wait()
	c.settle()
	c.kills.Add(1)
}
