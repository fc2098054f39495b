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

// TestKillsLoseNothing kills the program again and again, while people follow
// and while their servers are told of edits. Every Follow that was answered with
// 202 must be followed by an Accept and by the last edit, in the record of the
// server that followed; and nothing comes twice without a kill between.
//
// Two readers follow some co-ops, of which each is edited again when both have
// heard of its last edit: what a kill loses there, no later edit makes up for.
// Others begin to follow igalia meanwhile, which is edited all the time.
func TestKillsLoseNothing(t *testing.T) {
	rounds := killRounds(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		t.Parallel()
		c := newCrowd(t, newAuthority(t, ourDomain, "*.test"), database, "--lease", killLease.String())
		c.us.start()
		ann, bea := c.newPerson(), c.newPerson()
		for _, handle := range []string{"agaric", "baseline", "brierwood", "caravan", "catalyst", "c4tech", "colab", "cooperatus"} {
			c.follow(following{actor: ann, handle: handle})
			c.follow(following{actor: bea, handle: handle})
		}
		read := slices.Clone(c.accepted)
		c.us.stop()
		for range rounds {
			c.round(read)
		}
		c.us.start()
		c.followAgain(t.Context())
		c.edit("igalia")
		eventually(t, 60*time.Second, "told what they must hear", func() (bool, any) {
			missing := c.missing(c.accepted)
			return len(missing) == 0, fmt.Sprintf("%d of %d wait: %s", len(missing), len(c.accepted), missing[:min(3, len(missing))])
		})
		if least := 2*8 + rounds; len(c.accepted) < least {
			t.Errorf("only %d Follows were answered, not %d", len(c.accepted), least)
		}
		t.Logf("%d kills, %d Follows answered, %d edits, %d deliveries, %d of them twice", rounds, len(c.accepted), c.edits, c.total(), c.judge())
	})
}

// round starts the program and kills it a moment later; read are the Follows of
// the two readers.
func (c *crowd) round(read []following) {
	c.t.Helper()
	c.us.start()
	ctx, stop := context.WithCancel(c.t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		c.followAgain(ctx)
		for range 3 {
			if ctx.Err() == nil {
				c.follow(following{actor: c.newPerson(), handle: "igalia"})
			}
		}
	})
	group.Go(func() {
		for ctx.Err() == nil {
			c.edit("igalia")
			both := rand.IntN(len(read)/2) * 2
			if len(c.missing(read[both:both+2])) == 0 {
				c.edit(read[both].handle)
			}
			time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond)
		}
	})
	time.Sleep(time.Duration(rand.IntN(500)) * time.Millisecond)
	c.us.kill()
	stop()
	group.Wait()
	c.settle()
	c.kills.Add(1)
}
