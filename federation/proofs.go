package federation

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"coopverse/directory"
	"coopverse/directory/clock"
	"coopverse/federation/fetch"
	"coopverse/federation/proof"
)

// checkProofs looks at the integrity proofs of an activity (FEP-8b32). Nobody
// needs one, since every request is signed; but one that is there and false is
// a forgery. The proof must be by a key that the sender calls its own
// (FEP-521a). A key that we do not know may be new: the sender is fetched once
// more, and returned as it is now.
func (f *Federation) checkProofs(ctx context.Context, sender directory.Peer, body []byte) (directory.Peer, error) {
	claims, err := proof.Read(body, clock.Now())
	if err != nil {
		return sender, fmt.Errorf("%w: %w", errUnverified, err)
	}
	for _, claim := range claims {
		if strings.HasPrefix(claim.Method, "did:") {
			continue // who that is we cannot tell
		}
		if !fetch.SameHost(claim.Method, sender.ID) { // also of a sender who names no key for proofs
			return sender, fmt.Errorf("%w: the proof is by %s, which is not on the host of %s", errUnverified, claim.Method, sender.ID)
		}
		multibase, known := proofKey(sender, claim.Method)
		if !known {
			fresh, err := f.fetchSigner(ctx, sender.KeyID)
			if err != nil {
				return sender, err
			}
			if err := f.directory.RememberPeer(ctx, fresh); err != nil {
				return sender, err
			}
			sender = fresh
			if sender.ProofKeys == "" {
				continue // its keys are only named, or it has none for proofs: there is nothing to hold the proof against
			}
			if multibase, known = proofKey(sender, claim.Method); !known {
				f.failed.note(sender.KeyID)
				return sender, fmt.Errorf("%w: %s does not call %s its key", errUnverified, sender.ID, claim.Method)
			}
		}
		key, err := proof.ParseMultikey(multibase)
		if err == nil {
			err = claim.Verify(key)
		}
		if err != nil {
			return sender, fmt.Errorf("%w: %w", errUnverified, err)
		}
	}
	return sender, nil
}

// proofKey is the actor's key with that id, in multibase form.
func proofKey(p directory.Peer, id string) (multibase string, known bool) {
	var keys map[string]string
	if p.ProofKeys == "" || json.Unmarshal([]byte(p.ProofKeys), &keys) != nil {
		return "", false
	}
	multibase, known = keys[id]
	return multibase, known
}
