package publiclog

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Width is how many hashes or commitments a full tile holds.
const Width = 256

// Entries is the level of a tile that holds commitments, and not hashes of the
// tree.
const Entries = -1

// maxLevel is the highest level that an address can name (tlog-tiles).
const maxLevel = 63

// Tile names a run of up to Width hashes at one level of the tree, of which each
// stands for a full tile below.
type Tile struct {
	Level  int // from 0, which has the leaves; or Entries
	Number int64
	Width  int // 1 to 256
}

// Path is the tile's address below that of the log.
func (t Tile) Path() string {
	level := "entries"
	if t.Level != Entries {
		level = strconv.Itoa(t.Level)
	}
	number := fmt.Sprintf("%03d", t.Number%1000)
	for rest := t.Number / 1000; rest > 0; rest /= 1000 {
		number = fmt.Sprintf("x%03d/%s", rest%1000, number)
	}
	path := "tile/" + level + "/" + number
	if t.Width < Width {
		path += fmt.Sprintf(".p/%d", t.Width)
	}
	return path
}

// ParsePath reads a tile's address. Each tile has exactly one.
func ParsePath(path string) (Tile, bool) {
	parts := strings.SplitN(path, "/", 3)
	if len(parts) != 3 || parts[0] != "tile" {
		return Tile{}, false
	}
	t := Tile{Level: Entries, Width: Width}
	var err error
	if parts[1] != "entries" {
		if t.Level, err = strconv.Atoi(parts[1]); err != nil || t.Level < 0 || t.Level > maxLevel {
			return Tile{}, false
		}
	}
	number, width, partial := strings.Cut(parts[2], ".p/")
	if partial {
		if t.Width, err = strconv.Atoi(width); err != nil || t.Width < 1 || t.Width >= Width {
			return Tile{}, false
		}
	}
	digits := strings.ReplaceAll(strings.ReplaceAll(number, "x", ""), "/", "")
	n, err := strconv.ParseUint(digits, 10, 63)
	if err != nil {
		return Tile{}, false
	}
	t.Number = int64(n)
	return t, t.Path() == path
}

// In says whether a tree of that size has the tile, whole or as the beginning of
// one that has grown since.
func (t Tile) In(size int64) bool {
	for range max(t.Level, 0) {
		size /= Width
	}
	return t.Number >= 0 && t.Number <= size/Width && t.Number*Width+int64(t.Width) <= size
}

// Bundle is what a tile of commitments holds (tlog-tiles): each after its
// length in two bytes.
func Bundle(commitments [][]byte) []byte {
	var bundle []byte
	for _, c := range commitments {
		bundle = append(binary.BigEndian.AppendUint16(bundle, uint16(len(c))), c...)
	}
	return bundle
}
