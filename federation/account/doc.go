// Package account lets people show who they are with an account that they have
// elsewhere in the fediverse.
//
// Their server is asked with OAuth, as Mastodon and GoToSocial have it (RFC
// 6749 with PKCE, RFC 7636): it asks them whether we may know who they are, and
// tells us. (Somebody whose server has no OAuth sends the directory's actor a
// code instead, which the package federation hears.)
//
// A server may lie about who came from it, so its word counts for its own
// accounts only, and only if WebFinger and the actor's own document say the
// same. We ask for the least that lets us know who somebody is, and give the
// token back at once.
//
// Everything is asked through the guarded client of package fetch.
package account
