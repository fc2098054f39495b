// Package signature proves who sent a request.
//
// When a co-op's page is fetched or a message arrives in its inbox, nobody
// types a password. Instead the sender signs the request with a private key,
// and publishes the matching public key on its profile. Whoever holds the
// public key can tell that this very request, with this very body, to this very
// address, was made by the owner of the key a short while ago.
//
// Two ways of writing such a signature are in use. The older one, a draft by
// Mark Cavage and others, is spoken by nearly every server and is what Sign
// writes. The newer one is RFC 9421, which SignRFC9421 writes for servers that
// understand nothing else. Both are read.
//
// Checking has two steps, because the key is somewhere else:
//
//	claim, err := signature.Read(request, body, now) // all that needs no key
//	key := …                                         // of claim.KeyID
//	err = claim.Verify(key)
//
// Read refuses whatever a key could not save: a signature that leaves out the
// address or the body, one that is too old, a body that is not the one that was
// signed. So a key is fetched only for requests that might be good. After
// Verify the request is known to come from the owner of the key, and no more
// than that: that the key belongs to the actor of the message is for the caller
// to check, and so is that the request was meant for a host of ours, since a
// signature for another host verifies as long as the Host header names that
// other host.
package signature
