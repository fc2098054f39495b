// Package seed carries the list of tech worker co-ops that the program is
// shipped with. The list is in the public domain (CC0 1.0); see README.md
// beside this file.
package seed

import _ "embed"

// List is tech-coops.md, byte for byte as it was taken from its repository.
//
//go:embed tech-coops.md
var List []byte

// Defunct names the co-ops of the list that have closed, in the same tables.
//
//go:embed DEFUNCT.md
var Defunct []byte
