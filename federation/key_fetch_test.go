package federation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// However many of a slow host's actors come, keys of others are fetched beside them.
func TestSlowKeysOfOneHostLeaveOthersRoom(t *testing.T) {
	l := newLimits()
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var may atomic.Int32
	var group sync.WaitGroup
	for i := range 2 * maxFetches {
		group.Go(func() {
			if _, err := l.mayFetch(short, fmt.Sprintf("https://slow.example/users/a%d#main-key", i)); err == nil {
				may.Add(1) // and it is never done
			} else if !errors.Is(err, errLater) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := may.Load(); n != maxFetchesOfHost {
		t.Errorf("%d keys of the slow host are fetched, want %d", n, maxFetchesOfHost)
	}
	for i := range 2 * maxFetches {
		soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		if _, err := l.mayFetch(soon, fmt.Sprintf("https://h%d.hosts.example/users/ann#main-key", i)); err == nil {
			may.Add(1)
		}
		cancel()
	}
	if n := may.Load() - maxFetchesOfHost; n != maxFetchesOfDomain {
		t.Errorf("%d keys below one domain are fetched, want %d", n, maxFetchesOfDomain)
	}
	end, err := l.mayFetch(t.Context(), "https://fine.example/users/ann#main-key")
	if err != nil {
		t.Fatal(err)
	}
	end()
	if _, kept := l.fetching.of["host fine.example"]; kept {
		t.Error("a host that nobody asks any more is remembered")
	}
}

// Many requests with one key that cannot be had cost its server one request, and are
// welcome later.
func TestManyWithAKeyThatCannotBeHad(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann := other.actor("ann")
		answers, asked, down := other.Config.Handler, atomic.Int32{}, atomic.Bool{}
		down.Store(true)
		other.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if down.Load() {
				asked.Add(1)
				time.Sleep(50 * time.Millisecond)
				http.Error(w, "not now", http.StatusServiceUnavailable)
				return
			}
			answers.ServeHTTP(w, r)
		})
		like := func(n int) int {
			status, _ := us.post("/inbox", activityJSON(fmt.Sprintf("%s#%d", ann, n), "Like", ann, us.site.Post("sange", 0)), other.keys[ann], nil)
			return status
		}
		var group sync.WaitGroup
		for n := range 20 {
			group.Go(func() {
				if status := like(n); status != http.StatusServiceUnavailable {
					t.Errorf("%d, want 503", status)
				}
			})
		}
		group.Wait()
		if status := like(20); status != http.StatusServiceUnavailable || asked.Load() != 1 {
			t.Errorf("%d; asked %d times, want once", status, asked.Load())
		}
		down.Store(false)
		us.federation.away = newNegative(awayTime) // as if that time were over
		if status := like(0); status != http.StatusAccepted {
			t.Errorf("when it is there again: %d", status)
		}
	})
}

// Three thousand activities a second of ten senders are heard for ten seconds, and
// somebody who says more alone is told to slow down.
func TestBurstsOfFewSendersAreHeard(t *testing.T) {
	l := newLimits()
	for sender := range 10 {
		for n := range 3_000 {
			if !l.Allow(fmt.Sprint("sender ", sender), senderPace) || !l.Allow("host", hostPace) {
				t.Fatalf("activity %d of sender %d is refused", n, sender)
			}
		}
	}
	heard := 0
	for l.Allow("somebody", senderPace) && heard < 10_000 {
		heard++
	}
	if heard >= 6_000 {
		t.Errorf("%d activities of one sender are heard at once", heard)
	}
}
