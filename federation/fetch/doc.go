// Package fetch is the one door through which we speak to other servers.
//
// A directory must ask others all day long: for the profile of whoever follows
// a co-op, for the key behind a signature, for an image; and it must bring news
// to the inboxes of followers. Anybody can make us do so by writing an address
// into a message. So each address may be a trap: one that leads back into our
// own network, one that never ends, one that answers a few bytes which unfold
// to gigabytes, one that shows a document of somebody else as its own.
//
// Everything here goes through Client, which looks at the address it is about
// to connect to (and not only at the name), follows few redirects and only over
// https, ends every exchange after a fixed time and a fixed size, and takes
// only the kinds of documents that were asked for.
//
// What went wrong is an *Error, and errors.Is tells what to do about it:
// ErrTemporary, try again later; ErrGone, it is no more; ErrFinal, do not try
// again; ErrRefused, we did not want to.
package fetch
