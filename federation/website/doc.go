// Package website looks at a co-op's website, and at its domain, for the proof
// that whoever claims the co-op's entry speaks for the co-op.
//
// Each claim has a token that nobody could know before. Whoever can make it
// appear on the website controls the website: in a link or a tag of the page,
// in a file beside it, or in the DNS of its domain. Instructions says what to
// put there, and Prover looks whether it is there.
//
// Others must not be able to make it appear. So a redirect to another site
// proves nothing, nor does a link that a visitor may have written, nor text
// that only looks like a tag. And where many have their pages on one host, only
// the page itself speaks for them: the host is somebody else's.
//
// Everything is asked through the guarded client of package fetch.
package website
