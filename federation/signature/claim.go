package signature

import (
	"crypto"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Claim is what a request says about its signature. It is true only after
// Verify.
type Claim struct {
	// KeyID names the key, as sent: mostly the address of an actor with a
	// fragment (https://host/coops/acme#main-key). GoToSocial's has no fragment
	// and is a page of its own (https://host/users/acme/main-key).
	KeyID string
	// At is when the request was signed, by the sender's clock, to the second.
	At time.Time

	signature  []byte
	algorithms []algorithm // any of these may have been used
	bases      [][]byte    // any of these texts may have been signed
}

// Read checks everything about a request's signature that can be checked
// without knowing the key. The body is that of the request, which the caller
// has read and limited in size; Read touches neither it nor the request.
//
// A signature must cover the method, the address, the host and the time, and
// with a body (or any method but GET and HEAD) the digest of the body. The
// digest must be that of the body, and the time between MaxAge ago and MaxAhead
// from now. There must be exactly one signature, so that nobody is ever shown
// another one than we checked.
//
// Errors are ErrUnsigned, ErrMalformed, ErrCoverage, ErrStale and ErrDigest.
func Read(r *http.Request, body []byte, now time.Time) (*Claim, error) {
	headers := r.Header.Values("Signature")
	authorization, authorized := signatureAuthorization(r)
	switch {
	case len(r.Header.Values("Signature-Input")) > 0 && !authorized:
		return readRFC9421(r, body, now)
	case len(headers) == 1 && !authorized:
		return readCavage(r, headers[0], body, now)
	case len(headers) == 0 && authorized && len(r.Header.Values("Signature-Input")) == 0:
		return readCavage(r, authorization, body, now)
	case len(headers) == 0 && !authorized:
		return nil, ErrUnsigned
	}
	return nil, fmt.Errorf("%w: more than one signature", ErrMalformed)
}

// signatureAuthorization returns the parameters of “Authorization: Signature …”
// (draft-cavage-http-signatures-12, section 3). Other schemes, such as Bearer,
// are none of ours.
func signatureAuthorization(r *http.Request) (parameters string, found bool) {
	for _, value := range r.Header.Values("Authorization") {
		scheme, rest, _ := strings.Cut(strings.TrimSpace(value), " ")
		if !strings.EqualFold(scheme, "Signature") {
			continue
		}
		if found { // two of them: nothing that can be parsed
			return "", true
		}
		parameters, found = rest, true
	}
	return parameters, found
}

// Verify reports whether the signature was made with the private half of key,
// an *rsa.PublicKey or an ed25519.PublicKey. It returns nil if so, ErrKey if the
// key is of another kind or an unfit size, and else ErrSignature.
func (c *Claim) Verify(key crypto.PublicKey) error {
	if err := fit(key); err != nil {
		return err
	}
	return c.match(key)
}

func (c *Claim) match(key crypto.PublicKey) error {
	for _, base := range c.bases {
		for _, a := range c.algorithms {
			if a.verify(key, base, c.signature) {
				return nil
			}
		}
	}
	return ErrSignature
}

// needsDigest reports whether a request has a body that must be signed.
func needsDigest(method string, body []byte) bool {
	return len(body) > 0 || method != http.MethodGet && method != http.MethodHead
}
