package publiclog

import (
	"crypto/sha256"
	"math/bits"
	"math/rand/v2"
	"strconv"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// root is the Merkle tree hash as RFC 6962, section 2.1, defines it.
func root(leaves []tlog.Hash) tlog.Hash {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	}
	k := 1 << (bits.Len(uint(len(leaves)-1)) - 1)
	left, right := root(leaves[:k]), root(leaves[k:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// shelf keeps tiles by level and number.
type shelf map[[2]int64][]byte

func (s shelf) read(level int, number int64) ([]byte, error) {
	return s[[2]int64{int64(level), number}], nil
}

func (s shelf) grow(t testing.TB, size int64, leaves []tlog.Hash) {
	t.Helper()
	changed, err := ReadTile(s.read).Grow(size, leaves)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changed {
		s[[2]int64{int64(c.Level), c.Number}] = c.Hashes
	}
}

func leaves(n int) []tlog.Hash {
	all := make([]tlog.Hash, n)
	for i := range all {
		all[i] = Leaf(Commit([]byte("0123456789abcdef"), strconv.Itoa(i)))
	}
	return all
}

// However a tree grows, it has the head that its definition gives it, and each
// head can be shown to extend every earlier one.
func TestTreeGrowsAsItsDefinition(t *testing.T) {
	const most = 66_000 // more than one full tile of level 1
	all := leaves(most)
	for _, step := range []int{1, 100, 255, 256, 257, 70_000} {
		tiles, size, sizes := shelf{}, 0, []int64{0}
		for size < most && (step > 1 || size < 1000) {
			to := min(size+step, most)
			tiles.grow(t, int64(size), all[size:to])
			size = to
			sizes = append(sizes, int64(size))
		}
		reader := ReadTile(tiles.read)
		for range 40 {
			n := sizes[rand.IntN(len(sizes))]
			m := sizes[rand.IntN(len(sizes))]
			before, now := min(n, m), max(n, m)
			head, err := tlog.TreeHash(now, reader)
			if err != nil || head != root(all[:now]) {
				t.Fatalf("step %d: the head at %d is %v, %v", step, now, head, err)
			}
			if before == 0 {
				continue
			}
			proof, err := tlog.ProveTree(now, before, reader)
			if err != nil || tlog.CheckTree(proof, now, head, before, root(all[:before])) != nil {
				t.Errorf("step %d: %d does not extend %d: %v", step, now, before, err)
			}
		}
	}
}

// The tiles are those of tlog-tiles: a full tile has a hash one level up, a
// partial one has not. The sizes are the document's example.
func TestTilesAreThoseOfTheSpecification(t *testing.T) {
	tiles := shelf{}
	tiles.grow(t, 0, leaves(70_000))
	want := map[[2]int64]int{{0, 272}: 256, {0, 273}: 112, {1, 0}: 256, {1, 1}: 17, {2, 0}: 1}
	for at, width := range want {
		if got := len(tiles[at]) / tlog.HashSize; got != width {
			t.Errorf("tile %v has %d hashes, want %d", at, got, width)
		}
	}
	if len(tiles) != 274+2+1 {
		t.Errorf("%d tiles", len(tiles))
	}
	// sumdb names tiles in its own way, and hashes them in the same.
	for _, tile := range tlog.NewTiles(height, 0, 70_000) {
		data, err := tlog.ReadTileData(tile, ReadTile(tiles.read))
		if err != nil || string(data) != string(tiles[[2]int64{int64(tile.L), tile.N}]) {
			t.Errorf("sumdb has another tile %d of level %d: %v", tile.N, tile.L, err)
		}
	}
}

// A tile that was lost or cut is noticed before anything grows from it.
func TestLostTilesAreNoticed(t *testing.T) {
	tiles := shelf{}
	tiles.grow(t, 0, leaves(300))
	tiles[[2]int64{0, 1}] = tiles[[2]int64{0, 1}][:32]
	if _, err := ReadTile(tiles.read).Grow(300, leaves(1)); err == nil {
		t.Error("a tree grows from a tile that was cut")
	}
	if _, err := tlog.TreeHash(300, ReadTile(tiles.read)); err == nil {
		t.Error("a head is made from a tile that was cut")
	}
}

func TestTileAddresses(t *testing.T) {
	for path, want := range map[string]Tile{
		"tile/0/000":                  {0, 0, 256},
		"tile/2/067.p/1":              {2, 67, 1},
		"tile/0/x001/x234/067":        {0, 1234067, 256},
		"tile/entries/x001/000.p/255": {Entries, 1000, 255},
	} {
		if got, ok := ParsePath(path); !ok || got != want || want.Path() != path {
			t.Errorf("%s is %+v, %t, and written %s", path, got, ok, want.Path())
		}
	}
	for _, path := range []string{
		"", "tile", "tile/0", "tile/0/", "tile/00/000", "tile/-1/000", "tile/64/000", "tile/0/0", "tile/0/1000", "tile/0/001/234", "tile/0/x000/001",
		"tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/+1", "tile/0/-01", "tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/000/", "/tile/0/000",
	} {
		if got, ok := ParsePath(path); ok {
			t.Errorf("%q is taken for %+v", path, got)
		}
	}
}

func TestTreeHasOnlyItsTiles(t *testing.T) {
	for _, c := range []struct {
		tile Tile
		size int64
		in   bool
	}{
		{Tile{0, 0, 1}, 1, true}, {Tile{0, 0, 2}, 1, false}, {Tile{0, 0, 256}, 256, true}, {Tile{0, 1, 1}, 256, false}, {Tile{0, 0, 9}, 70_000, true},
		{Tile{Entries, 273, 112}, 70_000, true}, {Tile{Entries, 273, 113}, 70_000, false}, {Tile{2, 0, 1}, 70_000, true}, {Tile{2, 0, 1}, 65_535, false},
		{Tile{1, 1, 17}, 70_000, true}, {Tile{0, 1 << 60, 1}, 70_000, false}, {Tile{63, 0, 1}, 70_000, false},
	} {
		if got := c.tile.In(c.size); got != c.in {
			t.Errorf("%+v in a tree of %d: %t", c.tile, c.size, got)
		}
	}
}
