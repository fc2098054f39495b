package federation

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/clock"
	"coopverse/directory/storetest"
	"coopverse/federation/fediverse"
	"coopverse/federation/signature"
)

// Whatever waits for its time while the clock is set by an hour, right or wrong, is done
// all the same, and soon: what failed, what a server asked to be left alone for, what a
// server is left alone for that failed again and again, and what was just owed.
func TestClockIsSetWhileWeDeliver(t *testing.T) {
	troubles := []fediverse.Behaviour{
		{},
		{Status: http.StatusInternalServerError, Times: 2},
		{Status: http.StatusTooManyRequests, RetryAfter: time.Hour / 2, Times: 1},
		{Status: http.StatusBadGateway, Times: 5},
		{Hang: true, Times: 1},
	}
	for name, sets := range map[string][]time.Duration{
		"slow, then right":             {-time.Hour, time.Hour},
		"fast, then right":             {time.Hour, -time.Hour},
		"right, then slow":             {0, -time.Hour},
		"right, then fast, then right": {0, time.Hour, -time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Alone(t)
			storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
				var all time.Duration
				defer func() { clock.Set(-all) }()
				a := newAudience(t, db, fediverse.Config{Hosts: len(troubles)}, 1, true)
				a.us.federation.retry = 20 * time.Millisecond
				for host, b := range troubles {
					a.Behave(b, host)
				}
				var ids []string
				for i, by := range sets {
					clock.Set(by)
					all += by
					ids = append(ids, a.post(fmt.Sprint(i)))
					if i == 0 {
						a.deliver()
					}
					a.waitUntil("each was asked", func() bool {
						for host := range troubles {
							if a.Seen(host) == 0 {
								return false
							}
						}
						return true
					})
					time.Sleep(2 * sweepEvery)
				}
				a.Behave(fediverse.Behaviour{}, 4)
				began := time.Now()
				a.everybodyTook(len(ids), a.inboxes...)
				if took := time.Since(began); took > 30*time.Second {
					t.Errorf("it took %s", took)
				}
				if v := a.Judge(ids, a.inboxes...); len(v.Lost)+len(v.Doubled)+len(v.OutOfOrder)+len(v.Unexpected) > 0 {
					t.Error(v)
				}
			})
		})
	}
}

// A clock that was set back while nobody was here is noticed when we begin.
func TestClockWasSetBackBeforeWeBegin(t *testing.T) {
	storetest.Alone(t)
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		a := newAudience(t, db, fediverse.Config{Hosts: 1}, 1, true)
		clock.Set(time.Hour)
		id := a.post("Hello")
		if err := a.us.directory.WakeInboxes(t.Context()); err != nil {
			t.Fatal(err)
		}
		if leased, err := a.us.directory.LeaseInboxes(t.Context(), "who died", 1, 2*time.Second); err != nil || len(leased) != 1 {
			t.Fatal(leased, err)
		}
		clock.Set(-time.Hour)
		a.us.federation.lease = 2 * time.Second
		a.deliver()
		a.everybodyTook(1, a.inboxes...)
		if v := a.Judge([]string{id}, a.inboxes...); !v.Good() {
			t.Error(v)
		}
	})
}

// A clock of ours that is an hour off keeps nobody from being heard. With one that is off
// by more nobody is: as soon as that is noticed all are
// told to come later, the log says why, and who comes again when the clock is right is heard.
func TestOurOwnClockIsWrong(t *testing.T) {
	storetest.Alone(t)
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		log := us.logs()
		ann := other.actor("ann")
		like := func(n int) int {
			status, _ := us.post("/inbox", activityJSON(fmt.Sprintf("%s#%d", ann, n), "Like", ann, us.site.Post("sange", 0)), other.keys[ann], nil)
			return status
		}
		servers := 0
		strangers := func(want int) { // two, who were not there before
			for range 2 {
				servers++
				who := fmt.Sprintf("https://server%d.example/users/bo", servers)
				key := &signature.Key{ID: who + "#key", Private: other.keys[ann].Private}
				if status, _ := us.post("/inbox", activityJSON(who+"#1", "Like", who, us.site.Post("sange", 0)), key, nil); status != want {
					t.Errorf("%s: %d, want %d", who, status, want)
				}
			}
		}
		for _, off := range []time.Duration{-time.Hour, time.Hour} {
			clock.Set(off)
			if status := like(int(off)); status != http.StatusAccepted {
				t.Errorf("with a clock that is off by %s: %d", off, status)
			}
			clock.Set(-off)
		}
		clock.Set(-2 * time.Hour)
		strangers(http.StatusUnauthorized)
		if like(0) != http.StatusServiceUnavailable || strings.Count(log.String(), "is this machine's clock right?") != 1 || !strings.Contains(log.String(), "off=2h0m0s") {
			t.Errorf("with a clock that is two hours slow the log says\n%s", log)
		}
		strangers(http.StatusServiceUnavailable)
		clock.Set(2 * time.Hour)
		for n := range 2 {
			if status := like(n); status != http.StatusAccepted {
				t.Errorf("with the right clock: %d", status)
			}
		}
		clock.Set(-2 * time.Hour)
		strangers(http.StatusUnauthorized) // two may be wrong, and ours right, as somebody's was
		clock.Set(2 * time.Hour)
		if n := strings.Count(log.String(), "is this machine's clock right?"); n != 1 {
			t.Errorf("said %d times:\n%s", n, log)
		}
	})
}
