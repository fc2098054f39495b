// Package publiclog is the form of a directory's public log: an append-only list
// of records about its entries, of which nothing can be changed unnoticed.
//
// Each record has a leaf of a Merkle tree (RFC 6962), and the tree's head is
// signed. The tree is served as C2SP tlog-tiles writes it, so that other
// people's programs can check it. A leaf is only a commitment: the hash of the
// record and of a salt that nobody can guess. So a record can be withdrawn for
// good, and what is left says nothing of what it was.
package publiclog

// Path is where a directory has its log.
const Path = "/log"
