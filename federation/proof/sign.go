package proof

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// What a proof of ours says of its kind.
const (
	kind    = "DataIntegrityProof"
	suite   = "eddsa-jcs-2022"
	purpose = "assertionMethod"
)

// proofContexts define the terms of a proof. Fedify finds no proof without one
// of them. The first is the one that older readers know too; both together are
// an error in JSON-LD, since each forbids to define its terms otherwise.
var proofContexts = []string{
	"https://w3id.org/security/data-integrity/v1",
	"https://w3id.org/security/data-integrity/v2",
}

// Sign adds a proof to a document, and to its @context the one that defines the
// terms of a proof. All else stays as it is. The time is told to the second;
// the same document, key and time make the same bytes.
//
// The proof says the @context once more, as section 3.3.1 has it: Mastodon
// takes it from there and Fedify from the document. Mastodon also wants it to
// be a list.
//
// A document that has a proof or a signature is refused, and so is one that has
// no canonical form: with a number that JavaScript cannot hold, or half of a
// surrogate pair.
func Sign(document []byte, key Key, at time.Time) ([]byte, error) {
	var signed members
	if err := json.Unmarshal(document, &signed); err != nil {
		return nil, fmt.Errorf("read the document to sign: %w", err)
	}
	switch {
	case signed.has("proof") || signed.has("signature"):
		return nil, errors.New("the document is signed already")
	case key.ID == "" || len(key.Private) != ed25519.PrivateKeySize:
		return nil, fmt.Errorf("%w: %q with %d bytes", ErrKey, key.ID, len(key.Private))
	}
	context, err := withProofContext(signed["@context"])
	if err != nil {
		return nil, err
	}
	signed["@context"] = context
	proof := members{"@context": context}
	for name, value := range map[string]string{
		"type": kind, "cryptosuite": suite, "proofPurpose": purpose,
		"verificationMethod": key.ID, "created": at.UTC().Format(time.RFC3339),
	} {
		if proof[name], err = write(value); err != nil {
			return nil, err
		}
	}
	of, err := proof.hash()
	if err != nil {
		return nil, err
	}
	what, err := signed.hash()
	if err != nil {
		return nil, fmt.Errorf("the document has no canonical form: %w", err)
	}
	if proof["proofValue"], err = write(sign(key, slices.Concat(of, what))); err != nil {
		return nil, err
	}
	if signed["proof"], err = write(proof); err != nil {
		return nil, err
	}
	return write(signed)
}

// sign makes a proofValue.
func sign(key Key, text []byte) string { return encode(ed25519.Sign(key.Private, text)) }

// withProofContext returns a @context as a list that has one of proofContexts
// in it.
func withProofContext(context json.RawMessage) (json.RawMessage, error) {
	all := list(context)
	if len(all) == 0 {
		return nil, errors.New("the document has no @context")
	}
	for _, one := range all {
		var name string
		if json.Unmarshal(one, &name) == nil && slices.Contains(proofContexts, name) {
			return write(all)
		}
	}
	name, err := write(proofContexts[0])
	if err != nil {
		return nil, err
	}
	return write(append(all, name))
}
