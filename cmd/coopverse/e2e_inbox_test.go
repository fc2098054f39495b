package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"coopverse/federation/signature"
)

const igaliaInbox = igalia + "/inbox"

// Actors of the strict servers.
const (
	mallory = "https://mallory.test/users/mallory"
	bob     = "https://bob.test/users/bob"
	gone    = "https://mallory.test/users/gone"
)

// TestBadInputAtTheInbox sends what no well-behaved server sends. It is refused
// with a status that tells the sender why, or taken and forgotten, and nothing
// of it is stored. The program neither fails nor follows anybody's lead.
func TestBadInputAtTheInbox(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		a := newAuthority(t, ourDomain, "*.test")
		s := newStrict(t, a)
		us := newInstance(t, database, a, s.anywhere())
		s.meet(us)
		us.start()
		follow := s.activity("Follow", bob, igalia)
		if status, answer := s.post(bob, igaliaInbox, follow); status != http.StatusAccepted {
			t.Fatalf("bob's Follow: %d %s", status, answer)
		}
		for _, c := range badInput(s, follow) {
			status, answer := s.send(c.request)
			if status != c.status {
				t.Errorf("%s: %d %s, want %d", c.what, status, answer, c.status)
			}
			if status >= 400 && answer == "" {
				t.Errorf("%s: %d without a word", c.what, status)
			}
			for handle, want := range map[string][]string{"igalia": {bob}, "agaric": {}} {
				if got := us.followers(handle); !slices.Equal(got, want) {
					t.Fatalf("%s: now %s is followed by %v", c.what, handle, got)
				}
			}
		}
	})
}

// bad is a request and what it is to be answered.
type bad struct {
	what    string
	status  int
	request *http.Request
}

// badInput is what to send after bob's Follow.
func badInput(s *strict, follow map[string]any) []bad {
	encode := func(v any) []byte {
		data, err := json.Marshal(v)
		if err != nil {
			s.t.Fatal(err)
		}
		return data
	}
	// by is an activity of an actor, at the inbox of igalia.
	by := func(actor string, activity any) *http.Request {
		return s.request(actor, igaliaInbox, encode(activity), nil)
	}
	text := func(body string) *http.Request { return s.request(mallory, igaliaInbox, []byte(body), nil) }
	fine := encode(s.activity("Follow", mallory, igalia))
	spoiled := func(before, after func(*http.Request)) *http.Request {
		r := s.request(mallory, igaliaInbox, fine, before)
		if after != nil {
			after(r)
		}
		return r
	}
	with := func(activity map[string]any, name string, value any) map[string]any {
		activity[name] = value
		return activity
	}
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	without := func(name string) func(*http.Request) { return func(r *http.Request) { r.Header.Del(name) } }

	return append([]bad{
		{"not JSON", 400, text("follow me")},
		{"an array", 400, text("[" + string(fine) + "]")},
		{"half an activity", 400, text(string(fine[:len(fine)-1]))},
		{"two activities", 400, text(string(fine) + string(fine))},
		{"an actor said twice", 400, text(strings.Replace(string(fine), "{", `{"actor":"`+bob+`",`, 1))},
		{"no body", 400, text("")},
		{"3 MB", 413, text(`{"x":"` + strings.Repeat("x", 3<<20) + `"}`)},
		{"100,000 levels", 400, text(strings.Repeat(`{"x":`, 100_000) + "1" + strings.Repeat("}", 100_000))},
		{"100,000 levels of arrays", 400, text(`{"x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}")},
		{"another content type", 415, spoiled(header("Content-Type", "text/plain"), nil)},
		{"plain JSON", 415, spoiled(header("Content-Type", "application/json"), nil)},
		{"the inbox of nobody", 404, s.request(mallory, ourOrigin+"/coops/nobody/inbox", fine, nil)},
		{"a Follow of nobody", 400, s.request(mallory, ourOrigin+"/inbox", encode(s.activity("Follow", mallory, ourOrigin+"/coops/nobody")), nil)},

		{"no Date", 401, spoiled(nil, without("Date"))},
		{"another Date", 401, spoiled(nil, header("Date", time.Now().Add(-time.Minute).UTC().Format(http.TimeFormat)))},
		{"an old Date", 401, s.signedAt(mallory, fine, time.Now().Add(-12*time.Hour))},
		{"a Date to come", 401, s.signedAt(mallory, fine, time.Now().Add(12*time.Hour))},
		{"no Digest", 401, spoiled(nil, without("Digest"))},
		{"another Digest", 401, spoiled(nil, header("Digest", "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="))},
		{"unsigned", 401, spoiled(nil, without("Signature"))},
		{"a signature that is none", 401, spoiled(nil, header("Signature", "yes"))},
		{"another inbox than was signed", 401, spoiled(nil, func(r *http.Request) { r.URL.Path = "/inbox" })},
		{"a key that answers 404", 401, by(gone, s.activity("Follow", gone, igalia))},

		{"a Follow of somebody else at this inbox", 400, by(mallory, s.activity("Follow", mallory, agaric))},
		{"a Follow of who is not here", 400, by(mallory, s.activity("Follow", mallory, bob))},
		{"a Follow of nothing", 400, by(mallory, s.activity("Follow", mallory, nil))},
		{"somebody else's actor", 401, by(mallory, s.activity("Follow", alice, igalia))},
		{"a neighbour's actor", 401, by(mallory, s.activity("Follow", "https://mallory.test/users/nell", igalia))},
		{"our own actor", 401, by(mallory, s.activity("Follow", agaric, igalia))},
		{"an id on our host", 400, by(mallory, with(s.activity("Follow", mallory, igalia), "id", ourOrigin+"/follows/1"))},
		{"an id on another host", 400, by(mallory, with(s.activity("Follow", mallory, igalia), "id", bob+"/follows/1"))},
		{"no id", 400, by(mallory, with(s.activity("Follow", mallory, igalia), "id", ""))},
		{"a number as its type", 400, by(mallory, with(s.activity("Follow", mallory, igalia), "type", 7))},
	}, thatIsForgotten(s, follow, by)...)
}

// thatIsForgotten is what is well-formed and of no effect.
func thatIsForgotten(s *strict, follow map[string]any, by func(string, any) *http.Request) []bad {
	return []bad{
		{"an Undo of bob's Follow", 401, by(mallory, s.activity("Undo", mallory, follow))},
		{"an Undo of bob's Follow, by its id", 202, by(mallory, s.activity("Undo", mallory, follow["id"]))},
		{"an Undo of a Follow that never was", 202, by(mallory, s.activity("Undo", mallory, s.activity("Follow", mallory, igalia)))},
		{"a Block by somebody else", 202, by(mallory, s.activity("Block", mallory, igalia))},
		{"an Update of bob", 202, by(mallory, s.activity("Update", mallory, bob))},
		{"a Delete of bob", 202, by(mallory, s.activity("Delete", mallory, bob))},
		{"an unknown type", 202, by(mallory, s.activity("Yodel", mallory, igalia))},
		{"a Like", 202, by(mallory, s.activity("Like", mallory, igalia+"/introduction"))},
		{"a Delete of who is gone, with the key", 202, by(gone, s.activity("Delete", gone, gone))},
		{"bob's Follow once more", 202, by(bob, follow)},
	}
}

// signedAt is a Follow that was signed at another time.
func (s *strict) signedAt(actor string, body []byte, at time.Time) *http.Request {
	r := s.request(actor, igaliaInbox, body, nil)
	r.URL.Scheme, r.URL.Host = "https", ourDomain
	if err := signature.Sign(r, body, &signature.Key{ID: keyOf(actor), Private: s.key}, at); err != nil {
		s.t.Fatal(err)
	}
	r.URL.Scheme, r.URL.Host = "http", s.us.address
	return r
}

// TestRepeatedFollowIsAcceptedAgain follows twice, as servers do that have lost
// the answer: there is one follower, and an Accept of each Follow.
func TestRepeatedFollowIsAcceptedAgain(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		a := newAuthority(t, ourDomain, "*.test")
		s := newStrict(t, a)
		us := newInstance(t, database, a, s.anywhere())
		s.meet(us)
		us.start()
		var asked []string
		for n := range 2 {
			follow := s.activity("Follow", bob, igalia)
			asked = append(asked, follow["id"].(string))
			if status, answer := s.post(bob, igaliaInbox, follow); status != http.StatusAccepted {
				t.Fatalf("Follow %d: %d %s", n, status, answer)
			}
			eventually(t, promise, "accepted", func() (bool, any) {
				var accepted []string
				for _, a := range s.record(bob) {
					if a.Type == "Accept" && a.Actor == igalia {
						accepted = append(accepted, a.Object.ID)
					}
				}
				return slices.Equal(accepted, asked), accepted
			})
		}
		if got := us.followers("igalia"); !slices.Equal(got, []string{bob}) {
			t.Errorf("igalia is followed by %v", got)
		}
	})
}

// TestForgedRequestsDoNotLockTheRealActorOut has mallory send nonsense in the
// name of bob, whom we do not know yet. Bob can still follow.
func TestForgedRequestsDoNotLockTheRealActorOut(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		a := newAuthority(t, ourDomain, "*.test")
		s := newStrict(t, a)
		us := newInstance(t, database, a, s.anywhere())
		s.meet(us)
		us.start()
		key, err := s.key, error(nil)
		if s.key, err = signature.GenerateKey(); err != nil {
			t.Fatal(err)
		}
		follow := s.activity("Follow", bob, igalia)
		if status, answer := s.post(bob, igaliaInbox, follow); status != http.StatusUnauthorized {
			t.Errorf("a forged Follow: %d %s", status, answer)
		}
		s.key = key
		if status, answer := s.post(bob, igaliaInbox, follow); status != http.StatusAccepted {
			t.Errorf("bob's own Follow after a forged one: %d %s", status, answer)
		}
	})
}
