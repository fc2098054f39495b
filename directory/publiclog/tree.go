package publiclog

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// height is how many levels of the tree lie between two levels of tiles.
const height = 8

// ReadTile returns the hashes that a tile has so far, one after the other, none
// if there are none.
type ReadTile func(level int, number int64) ([]byte, error)

// ReadHashes returns hashes of the tree, each as numbered by tlog, so that tlog
// makes heads and proofs from tiles.
func (read ReadTile) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		level, number := tlog.SplitStoredHashIndex(index)
		hash, err := read.subtree(level, number)
		if err != nil {
			return nil, err
		}
		hashes[i] = hash
	}
	return hashes, nil
}

// subtree is the hash over the leaves below one place in the tree: that of one
// run of hashes of the nearest level of tiles below it.
func (read ReadTile) subtree(level int, number int64) (tlog.Hash, error) {
	run := int64(1) << (level % height)
	first := number * run
	tile, err := read(level/height, first/Width)
	if err != nil {
		return tlog.Hash{}, err
	}
	from := first % Width * tlog.HashSize
	if to := from + run*tlog.HashSize; int64(len(tile)) >= to {
		return fold(hashesIn(tile[from:to])), nil
	}
	return tlog.Hash{}, fmt.Errorf("tile %d of level %d has %d hashes, and not the one at %d", first/Width, level/height, len(tile)/tlog.HashSize, first)
}

// fold hashes a full run of 1, 2, 4, … hashes together.
func fold(run []tlog.Hash) tlog.Hash {
	if len(run) == 1 {
		return run[0]
	}
	half := len(run) / 2
	return tlog.NodeHash(fold(run[:half]), fold(run[half:]))
}

func hashesIn(tile []byte) []tlog.Hash {
	hashes := make([]tlog.Hash, len(tile)/tlog.HashSize)
	for i := range hashes {
		copy(hashes[i][:], tile[i*tlog.HashSize:])
	}
	return hashes
}

// Grown is a tile that has changed.
type Grown struct {
	Level  int
	Number int64
	Hashes []byte
}

// Grow adds leaves to a tree of that size, and returns the tiles that have
// changed by it, from the lowest level up.
func (read ReadTile) Grow(size int64, leaves []tlog.Hash) ([]Grown, error) {
	var changed []Grown
	for level := 0; len(leaves) > 0; level++ {
		var full []tlog.Hash
		for len(leaves) > 0 {
			number := size / Width
			tile, err := read(level, number)
			if err != nil {
				return nil, err
			}
			if have := int64(len(tile)); have != size%Width*tlog.HashSize {
				return nil, fmt.Errorf("tile %d of level %d has %d bytes, which are not those of a tree of its size", number, level, have)
			}
			added := min(len(leaves), int(Width-size%Width))
			tile = append([]byte(nil), tile...)
			for _, leaf := range leaves[:added] {
				tile = append(tile, leaf[:]...)
			}
			changed = append(changed, Grown{level, number, tile})
			if len(tile) == Width*tlog.HashSize {
				full = append(full, fold(hashesIn(tile)))
			}
			leaves, size = leaves[added:], size+int64(added)
		}
		// As many tiles as are full now and were not before belong to the level above.
		leaves, size = full, size/Width-int64(len(full))
	}
	return changed, nil
}
