package fediverse

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"time"

	"coopverse/federation/signature"
)

// loopback is where the hosts are.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// show is the document of an actor, with a shared inbox.
func (f *Fediverse) show(w http.ResponseWriter, r *http.Request, host int, name string) {
	f.mu.Lock()
	f.hosts[host].asked++
	b := f.hosts[host].behaviour
	f.mu.Unlock()
	if b.Secure && !f.mayRead(w, r, b) {
		return
	}
	id := f.Actor(host, name)
	w.Header().Set("Content-Type", "application/activity+json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"@context": []string{"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"},
		"id":       id, "type": "Person", "preferredUsername": name, "inbox": id + "/inbox",
		"endpoints": map[string]any{"sharedInbox": f.SharedInbox(host)},
		"publicKey": map[string]any{"id": f.KeyID(host, name), "owner": id, "publicKeyPem": f.keyPEM},
	})
}

// mayRead answers whoever does not sign in a way that the host can read.
func (f *Fediverse) mayRead(w http.ResponseWriter, r *http.Request, b Behaviour) bool {
	if b.Only != "" && schemeOf(r) != b.Only {
		http.Error(w, "cannot read the signature", b.unread())
		return false
	}
	claim, err := signature.Read(r, nil, time.Now())
	if err == nil {
		_, err = f.keys.verified(r.Context(), claim.KeyID, claim.Verify)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
	}
	return err == nil
}

// Signed is a request that brings an activity of an actor to an inbox elsewhere.
func (f *Fediverse) Signed(ctx context.Context, host int, name, inbox string, activity map[string]any) (*http.Request, error) {
	activity["@context"], activity["actor"] = "https://www.w3.org/ns/activitystreams", f.Actor(host, name)
	body, err := json.Marshal(activity)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, inbox, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/activity+json")
	return r, signature.Sign(r, body, f.as(host, name), time.Now())
}

// Send brings it there, and returns the status of the answer.
func (f *Fediverse) Send(ctx context.Context, host int, name, inbox string, activity map[string]any) (status int, err error) {
	r, err := f.Signed(ctx, host, name, inbox, activity)
	if err != nil {
		return 0, err
	}
	res, err := f.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}

// as is the key of an actor.
func (f *Fediverse) as(host int, name string) *signature.Key {
	return &signature.Key{ID: f.KeyID(host, name), Private: f.key.Private}
}
