// Package proof shows who wrote a document, wherever it is read.
//
// The signature of a request (package signature) says who brought a document,
// and is gone once it has been brought. An integrity proof stays in the
// document: whoever has the document and the author's public key can tell that
// nobody has changed it, even if it came by way of somebody else.
//
// This is FEP-8b32 with the one way of signing that the fediverse uses,
// “eddsa-jcs-2022” (https://www.w3.org/TR/vc-di-eddsa/, section 3.3). The
// document and what the proof says of itself are each brought into one
// canonical form of JSON (RFC 8785) and hashed, and both hashes together are
// signed with an Ed25519 key. That key is published as a Multikey (FEP-521a).
//
// Checking has two steps, because the key is somewhere else:
//
//	claims, err := proof.Read(document, now) // all that needs no key
//	key := …                                 // of claim.Method
//	err = claim.Verify(key)
//
// That the key belongs to the author whom the document names is for the caller
// to check. A proof covers the document that it stands in as a whole; one that
// stands further inside, in an object of an activity, is covered like
// everything else and not looked at.
package proof
