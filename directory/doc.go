// Package directory is what we know: the co-ops, where they are, what they
// do, who said so, and every change since. Everything else in the program
// reads from here and asks here for changes.
//
// A co-op's entry is made of facts. Each fact has a source: the co-op itself,
// a curator, the list, or what we inferred from the list. For each field the
// highest source is shown, and the lower ones are kept beneath it. A change of
// a fact and its row in the change log are written in one transaction.
package directory
