package fediverse

import (
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"coopverse/federation/signature"
)

// keys are those of senders, fetched from them once, and once more when a
// signature does not fit.
type keys struct {
	client *http.Client
	mu     *sync.Mutex
	known  map[string]senderKey // by key id
}

type senderKey struct {
	owner string
	key   crypto.PublicKey
}

func newKeys(client *http.Client) keys {
	return keys{client, &sync.Mutex{}, make(map[string]senderKey)}
}

// verified says whose key it is that verifies: the known one, or else the one
// that the sender shows now.
func (k keys) verified(ctx context.Context, id string, verify verifying) (owner string, err error) {
	k.mu.Lock()
	known, ok := k.known[id]
	k.mu.Unlock()
	if ok && verify(known.key) == nil {
		return known.owner, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if known, ok := k.known[id]; ok && verify(known.key) == nil { // fetched by another one meanwhile
		return known.owner, nil
	}
	if known, err = k.fetch(ctx, id); err != nil {
		return "", fmt.Errorf("fetch the key %s: %w", id, err)
	}
	k.known[id] = known
	return known.owner, verify(known.key)
}

func (k keys) fetch(ctx context.Context, id string) (senderKey, error) {
	address, _, _ := strings.Cut(id, "#")
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return senderKey{}, err
	}
	r.Header.Set("Accept", "application/activity+json")
	res, err := k.client.Do(r)
	if err != nil {
		return senderKey{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return senderKey{}, err
	}
	var actor struct {
		ID        string `json:"id"`
		PublicKey struct {
			ID    string `json:"id"`
			Owner string `json:"owner"`
			PEM   string `json:"publicKeyPem"`
		} `json:"publicKey"`
	}
	if err := json.Unmarshal(body, &actor); err != nil {
		return senderKey{}, fmt.Errorf("status %d: %w", res.StatusCode, err)
	}
	if actor.PublicKey.ID != id || actor.PublicKey.Owner != actor.ID {
		return senderKey{}, fmt.Errorf("%s shows the key %s of %s", actor.ID, actor.PublicKey.ID, actor.PublicKey.Owner)
	}
	key, err := signature.ParsePublicKey(actor.PublicKey.PEM)
	return senderKey{actor.ID, key}, err
}
