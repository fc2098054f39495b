package proof

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/gowebpki/jcs"
)

// maxProofs is how many proofs a document may have, those that we do not
// understand among them. FEP-8b32 has one in mind.
const maxProofs = 3

// Read checks everything about the proofs of a document that can be checked
// without knowing the keys. The caller has limited the document in size and in
// values (fetch.Plain). There are no claims if there is no proof; a proof that we
// do not understand, or that has expired, counts as none, as FEP-8b32 has it.
//
// A document with a proof is held to I-JSON (RFC 7493): it is UTF-8, says no
// name twice and has no number that JavaScript cannot hold. Otherwise two
// readers could find different things in it, and the proof be of only one.
//
// Errors are ErrMalformed, ErrPurpose, ErrFuture and ErrContext.
func Read(body []byte, now time.Time) ([]Claim, error) {
	if _, proofs, err := parse(body); err != nil || len(proofs) == 0 {
		return nil, err
	}
	canonical, err := jcs.Transform(body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	document, proofs, err := parse(canonical)
	if err != nil {
		return nil, err
	}
	var claims []Claim
	for _, proof := range proofs {
		expired, err := proof.expired(now)
		if err != nil {
			return nil, err
		}
		if expired {
			continue
		}
		claim, err := proof.claim(document, now)
		if err != nil {
			return nil, err
		}
		claims = append(claims, claim)
	}
	return claims, nil
}

// parse returns what a proof covers of a document, and the proofs that we
// understand. A “signature” is one of Linked Data, which is made after the
// proof and does not belong to what it covers (FEP-8b32, “Backward
// compatibility”).
func parse(text []byte) (document members, proofs []members, err error) {
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	all := list(document["proof"])
	if len(all) > maxProofs {
		return nil, nil, fmt.Errorf("%w: %d proofs", ErrMalformed, len(all))
	}
	for _, one := range all {
		var proof members
		if err := json.Unmarshal(one, &proof); err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		// A proof with previousProof covers other proofs too; nobody in the
		// fediverse makes such chains.
		if proof.text("type") == kind && proof.text("cryptosuite") == suite && !proof.has("previousProof") {
			proofs = append(proofs, proof)
		}
	}
	delete(document, "proof")
	delete(document, "signature")
	return document, proofs, nil
}
