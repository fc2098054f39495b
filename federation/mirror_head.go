package federation

import (
	"context"
	"fmt"
	"time"

	"coopverse/directory"
	"coopverse/directory/publiclog"

	"golang.org/x/mod/sumdb/tlog"
)

// mirrorPatience is how long it may take to find out whether an origin has
// rewritten its log.
const mirrorPatience = 30 * time.Second

// rewritten looks, after an error, whether the origin signs a log that does not
// continue the one we have. It believes nothing but signed heads: a smaller one
// may be an old one that somebody shows again, and is only reported.
func (f *Federation) rewritten(ctx context.Context, m directory.Mirror) (proven bool, why string) {
	ctx, cancel := context.WithTimeout(ctx, mirrorPatience)
	defer cancel()
	log := f.directory.MirrorLog(m)
	size, err := log.Size(ctx)
	if err != nil || size == 0 {
		return false, ""
	}
	head, err := f.MirrorHead(ctx, m)
	if err != nil {
		return false, ""
	}
	common := min(size, head.N)
	ours, err := log.Tree(ctx, common)
	if err != nil {
		return false, ""
	}
	theirs, err := f.treeBelow(ctx, m, head, common)
	if err != nil {
		return false, ""
	}
	switch {
	case theirs != ours.Hash:
		return true, fmt.Sprintf("%s signs a log whose first %d records are not those that it published before, as after restoring a backup: their hash was %s and is %s now; the copy stays as it was last verified", m.Origin, common, ours.Hash, theirs)
	case head.N < size:
		return false, fmt.Sprintf("%s has published %d records and shows only the first %d now; was a backup restored there? The copy stays as it was last verified", m.Origin, size, head.N)
	}
	return false, ""
}

// treeBelow is the hash of a log's first records, as many as size, by the word of
// who signed its head: the tiles from which it is made are checked against that.
func (f *Federation) treeBelow(ctx context.Context, m directory.Mirror, head tlog.Tree, size int64) (tlog.Hash, error) {
	if size == head.N {
		return head.Hash, nil
	}
	return tlog.TreeHash(size, tlog.TileHashReader(head, remoteTiles{ctx, f, m}))
}

// MirrorHead is the newest head that a mirrored directory shows, verified.
func (f *Federation) MirrorHead(ctx context.Context, m directory.Mirror) (tlog.Tree, error) {
	found, err := f.client.Get(ctx, m.Source+publiclog.Path+"/checkpoint", "text/plain", 64<<10)
	if err != nil {
		return tlog.Tree{}, err
	}
	return publiclog.OpenHead(m.LogOrigin(), string(found.Body), m.Key)
}

// remoteTiles reads the tiles of another directory's log, for tlog, which checks
// them.
type remoteTiles struct {
	ctx context.Context //nolint:containedctx // tlog's interface has no place for it
	f   *Federation
	m   directory.Mirror
}

func (r remoteTiles) Height() int                         { return tileHeight }
func (r remoteTiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (r remoteTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, t := range tiles {
		path := publiclog.Tile{Level: t.L, Number: t.N, Width: t.W}.Path()
		found, err := r.f.client.Get(r.ctx, r.m.Source+publiclog.Path+"/"+path, "application/octet-stream", publiclog.Width*tlog.HashSize)
		if err != nil {
			return nil, err
		}
		data[i] = found.Body
	}
	return data, nil
}

// tileHeight is how many levels of the tree a tile spans (tlog-tiles).
const tileHeight = 8
