package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coopverse/federation/signature"
)

// strict is any number of other servers, written in Go, that take nothing on
// trust: what reaches their inboxes is verified with the key that the sender's
// own document names, and written down when it is answered with 202. Their
// record, not our database, says what was told. Every domain that ends in
// .test leads to them; each has the actors /users/…, who share a key pair.
type strict struct {
	t       *testing.T
	address string
	key     *rsa.PrivateKey
	public  string // the key in PEM
	us      *instance
	slow    atomic.Int64 // how long each delivery takes, in nanoseconds
	kills   atomic.Int64 // of our program so far
	busy    atomic.Int64 // deliveries that are being verified
	ids     atomic.Int64 // of activities

	mu       sync.Mutex
	keys     map[string]crypto.PublicKey // of our actors, by id
	arrivals map[string][]arrival        // by inbox, in order
	refused  []string                    // what was not in order with what we sent
}

// arrival is an activity that was answered with 202.
type arrival struct {
	ID, Type, Actor string
	Object          struct{ ID, Type, Name, Content, Object string }
	kills           [2]int64 // before the connection, and before the request
}

func newStrict(t *testing.T, a *authority) *strict {
	t.Helper()
	key, err := signature.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	s := &strict{t: t, key: key, keys: make(map[string]crypto.PublicKey), arrivals: make(map[string][]arrival)}
	if s.public, err = signature.MarshalPublicKey(&key.PublicKey); err != nil {
		t.Fatal(err)
	}
	s.address = a.serve(t, s, func(ctx context.Context, _ net.Conn) context.Context {
		return context.WithValue(ctx, killsBefore{}, s.kills.Load())
	})
	t.Cleanup(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, why := range s.refused[:min(5, len(s.refused))] {
			t.Errorf("a delivery was refused: %s", why)
		}
	})
	return s
}

// killsBefore is the key under which a connection knows how often our program
// had been killed when it began.
type killsBefore struct{}

// anywhere is the flag by which our program finds every domain here.
func (s *strict) anywhere() string { return connectTo("", s.address) }

// meet says whose inboxes and keys these servers ask for.
func (s *strict) meet(us *instance) { s.us = us }

// ServeHTTP answers for actors, of whom all exist but those named gone…, and for
// inboxes.
func (s *strict) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	actor := "https://" + r.Host + strings.TrimSuffix(r.URL.Path, "/inbox")
	switch {
	case !strings.HasPrefix(r.URL.Path, "/users/") || strings.HasPrefix(r.URL.Path, "/users/gone"):
		http.NotFound(w, r)
	case r.Method == http.MethodPost:
		s.take(w, r, actor+"/inbox")
	default:
		w.Header().Set("Content-Type", "application/activity+json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"@context": []string{"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"},
			"id":       actor, "type": "Person", "preferredUsername": actor[strings.LastIndex(actor, "/")+1:],
			"inbox": actor + "/inbox", "outbox": actor + "/outbox",
			"publicKey": map[string]string{"id": keyOf(actor), "owner": actor, "publicKeyPem": s.public},
		})
	}
}

func keyOf(actor string) string { return actor + "#main-key" }

// take verifies a delivery and writes it down.
func (s *strict) take(w http.ResponseWriter, r *http.Request, inbox string) {
	before, _ := r.Context().Value(killsBefore{}).(int64)
	s.busy.Add(1)
	defer s.busy.Add(-1)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // whoever sent it is gone
	}
	time.Sleep(time.Duration(s.slow.Load()))
	a, err := s.verified(r, body)
	if errors.Is(err, errNoKey) {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.refused = append(s.refused, fmt.Sprintf("%v: %.200s", err, body))
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	if r.Context().Err() == nil { // somebody still waits for the answer
		a.kills = [2]int64{before, s.kills.Load()}
		s.arrivals[inbox] = append(s.arrivals[inbox], a)
	}
	w.WriteHeader(http.StatusAccepted)
}

func (s *strict) verified(r *http.Request, body []byte) (a arrival, err error) {
	claim, err := signature.Read(r, body, time.Now())
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return a, err
	}
	if claim.KeyID != keyOf(a.Actor) || !strings.HasPrefix(a.ID, ourOrigin+"/") {
		return a, fmt.Errorf("%s signed %s by %s", claim.KeyID, a.ID, a.Actor)
	}
	key, err := s.keyOfOurs(a.Actor)
	if err != nil {
		return a, err
	}
	return a, claim.Verify(key)
}

// errNoKey means that our program does not answer: it was killed a moment ago.
var errNoKey = errors.New("its key cannot be fetched now")

// keyOfOurs is the key of one of our actors, which is asked for once: it never
// changes.
func (s *strict) keyOfOurs(actor string) (crypto.PublicKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key, ok := s.keys[actor]; ok {
		return key, nil
	}
	r, err := http.NewRequest(http.MethodGet, "http://"+s.us.address+strings.TrimPrefix(actor, ourOrigin), nil)
	if err != nil {
		return nil, err
	}
	r.Host = ourDomain
	r.Header.Set("Accept", "application/activity+json")
	var document struct {
		ID        string
		PublicKey struct{ ID, Owner, PublicKeyPem string }
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoKey, err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&document); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoKey, err)
	}
	key := document.PublicKey
	if document.ID != actor || key.Owner != actor || key.ID != keyOf(actor) {
		return nil, fmt.Errorf("%s does not own its key: %+v", actor, document)
	}
	s.keys[actor], err = signature.ParsePublicKey(key.PublicKeyPem)
	return s.keys[actor], err
}

// settle waits until what a killed program has still sent is written down.
func (s *strict) settle() {
	for {
		time.Sleep(20 * time.Millisecond) // for requests on their way through the system
		if s.busy.Load() == 0 {
			return
		}
	}
}

// record is what an inbox has taken so far.
func (s *strict) record(actor string) []arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.arrivals[actor+"/inbox"])
}

// total counts what all inboxes have taken so far.
func (s *strict) total() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.arrivals {
		n += len(a)
	}
	return n
}

// activity is one that an actor of these servers makes, with a new id.
func (s *strict) activity(kind, actor string, object any) map[string]any {
	return map[string]any{
		"@context": "https://www.w3.org/ns/activitystreams", "id": fmt.Sprintf("%s/%s/%d", actor, strings.ToLower(kind), s.ids.Add(1)),
		"type": kind, "actor": actor, "object": object,
	}
}

// request is a POST to one of our inboxes, signed as actor; spoil changes it
// before it is signed. Our proxy is left out: what it would pass on is sent.
func (s *strict) request(actor, inbox string, body []byte, spoil func(*http.Request)) *http.Request {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, inbox, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/activity+json")
	if spoil != nil {
		spoil(r)
	}
	if err := signature.Sign(r, body, &signature.Key{ID: keyOf(actor), Private: s.key}, time.Now()); err != nil {
		s.t.Fatal(err)
	}
	r.URL.Scheme, r.URL.Host = "http", s.us.address
	return r
}

// send sends a request and returns the status, 0 if there was no answer.
func (s *strict) send(r *http.Request) (status int, answer string) {
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 500))
	if err != nil {
		return 0, err.Error()
	}
	return res.StatusCode, strings.TrimSpace(string(text))
}

// post signs an activity of actor and sends it to one of our inboxes.
func (s *strict) post(actor, inbox string, activity any) (status int, answer string) {
	s.t.Helper()
	body, err := json.Marshal(activity)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.send(s.request(actor, inbox, body, nil))
}
