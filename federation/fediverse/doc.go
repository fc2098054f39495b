// Package fediverse is a fediverse in one process, for tests and benchmarks:
// thousands of hosts with actors, behind one address of this machine, that
// sign what they send and verify strictly what they are sent.
//
// Each host behaves as it is told to: it answers late, or never, or a byte at a
// time, breaks connections off, refuses for a while, for ever, or one activity
// alone. What each inbox took is written down, and Judge says from that, and not
// from what the sender believes, what was lost, doubled or out of order.
//
// cmd/fediverse is such a fediverse as a program, for a directory that runs.
//
// It is cheap, so that whoever is measured against it is not held up: all
// actors share one key, and the keys of senders are fetched once.
package fediverse
