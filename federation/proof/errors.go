package proof

import "errors"

// What can be wrong with an integrity proof.
var (
	// ErrMalformed means that the proof, or the document that it stands in,
	// cannot be read.
	ErrMalformed = errors.New("integrity proof cannot be read")
	// ErrPurpose means that the proof was made for something other than saying
	// what the document says, such as signing in.
	ErrPurpose = errors.New("integrity proof is for another purpose")
	// ErrFuture means that the proof is dated in the future.
	ErrFuture = errors.New("integrity proof is not yet valid")
	// ErrContext means that the proof was made for a document with another
	// @context.
	ErrContext = errors.New("integrity proof is for another @context")
	// ErrKey means that a key is not an Ed25519 key.
	ErrKey = errors.New("key cannot be used")
	// ErrSignature means that the proof was not made with this key, or not for
	// this document.
	ErrSignature = errors.New("integrity proof does not match")
)
