package signature

import "errors"

// What can be wrong with the signature of a request. Callers answer all of them
// with 401, a failure of the cryptography included: there is no error after
// which a request counts as signed.
var (
	// ErrUnsigned means that the request carries no signature at all.
	ErrUnsigned = errors.New("request is not signed")
	// ErrMalformed means that the signature cannot be read, or is one of
	// several, or uses what we do not understand.
	ErrMalformed = errors.New("signature cannot be read")
	// ErrCoverage means that something was left out of the signature that
	// could then be changed on the way.
	ErrCoverage = errors.New("signature does not cover enough")
	// ErrStale means that the request was signed too long ago, or is dated in
	// the future, or has expired.
	ErrStale = errors.New("signature is not of now")
	// ErrDigest means that the body is not the one that was signed.
	ErrDigest = errors.New("body does not match its digest")
	// ErrKey means that a key is of no kind or size that we use.
	ErrKey = errors.New("key cannot be used")
	// ErrSignature means that the signature was not made with this key, or not
	// for this request.
	ErrSignature = errors.New("signature does not match")
)
