// Package list reads and writes the Markdown list of tech worker co-ops, the
// one that people keep by hand on GitHub.
//
// A list is headings (“### Europe”) with a table under each, one co-op a line,
// followed by sections of links: networks, handbooks, talks, chat rooms. Many
// hands have written it, so hardly two rows are alike: cells are missing,
// pipes stand where none should, an address lost a slash. The package reads
// every row as its author meant it, and Findings says what is odd, where, and
// how it would be put right.
//
// Nothing is lost: Parse keeps the file line by line, and Bytes gives the same
// bytes back. Changing one cell of one row changes that cell and nothing else,
// so that an edit made here is a one-line change in the list's history.
//
// One thing is put right at once. A list whose letters were decoded once too
// often (“Ã©” for “é”) is repaired while it is read; Repaired says in how many
// places.
package list
