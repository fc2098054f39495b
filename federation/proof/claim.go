package proof

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// maxAhead is how far in the future a proof may be dated, and how long after it
// said it expires it is still taken: the difference there may be between two
// clocks.
const maxAhead = 5 * time.Minute

// Claim is what a document says about one of its proofs. It is true only after
// Verify.
type Claim struct {
	// Method names the key, as sent: mostly the address of an actor with a
	// fragment, but anything else may stand there, such as a DID.
	Method string

	signature []byte
	texts     [][]byte // any of these may have been signed
}

// expired says whether a proof of its own accord is none any more.
func (m members) expired(now time.Time) (bool, error) {
	if !m.has("expires") {
		return false, nil
	}
	expires, err := m.time("expires")
	return expires.Before(now.Add(-maxAhead)), err
}

// claim reads a proof of a document.
func (m members) claim(document members, now time.Time) (Claim, error) {
	if found := m.text("proofPurpose"); found != purpose {
		return Claim{}, fmt.Errorf("%w: %.40q", ErrPurpose, found)
	}
	if m.has("created") { // else it is not said when
		created, err := m.time("created")
		if err != nil {
			return Claim{}, err
		}
		if created.After(now.Add(maxAhead)) {
			return Claim{}, fmt.Errorf("%w: made at %s", ErrFuture, created.UTC().Format(time.RFC3339))
		}
	}
	claim := Claim{Method: m.text("verificationMethod")}
	if claim.Method == "" {
		return Claim{}, fmt.Errorf("%w: verificationMethod is no id", ErrMalformed)
	}
	var err error
	claim.signature, err = decode(m.text("proofValue"))
	if err != nil || len(claim.signature) != ed25519.SignatureSize {
		return Claim{}, fmt.Errorf("%w: proofValue is no signature", ErrMalformed)
	}
	claim.texts, err = m.texts(document)
	return claim, err
}

// time reads a time.
func (m members) time(name string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, m.text(name))
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: %s: %w", ErrMalformed, name, err)
	}
	return at, nil
}

// texts returns what may have been signed. A proof that says the @context was
// made for a document with just that one, which may have got more at its end
// since (section 3.3.2). One that does not was made either without a @context,
// as the standard has it, or with that of the document, as drafts of the
// standard had it.
func (m members) texts(document members) ([][]byte, error) {
	configuration := maps.Clone(m)
	delete(configuration, "proofValue")
	configurations := []members{configuration}
	if context := m["@context"]; m.has("@context") {
		if !startsWith(document["@context"], context) {
			return nil, ErrContext
		}
		document = maps.Clone(document)
		document["@context"] = context
	} else if document.has("@context") {
		whole := maps.Clone(configuration)
		whole["@context"] = document["@context"]
		configurations = append(configurations, whole)
	}
	what, err := document.hash()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	var texts [][]byte
	for _, configuration := range configurations {
		of, err := configuration.hash()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		texts = append(texts, slices.Concat(of, what))
	}
	return texts, nil
}

// startsWith says whether a @context begins with another one. Both are in
// canonical form, and so can be read and compared as text.
func startsWith(whole, beginning json.RawMessage) bool {
	all, first := list(whole), list(beginning)
	return len(first) <= len(all) &&
		slices.EqualFunc(first, all[:len(first)], func(a, b json.RawMessage) bool { return string(a) == string(b) })
}

// Verify reports whether the proof was made with the private half of key, for
// this document. It returns nil if so, ErrKey if that is no Ed25519 key, and
// else ErrSignature.
func (c Claim) Verify(key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize {
		return fmt.Errorf("%w: %d bytes", ErrKey, len(key))
	}
	for _, text := range c.texts {
		if ed25519.Verify(key, text, c.signature) {
			return nil
		}
	}
	return fmt.Errorf("%w: made by %s", ErrSignature, c.Method)
}
