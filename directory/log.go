package directory

import (
	"context"
	"fmt"

	"coopverse/directory/publiclog"

	"golang.org/x/mod/sumdb/tlog"
	"gorm.io/gorm"
)

// ownLog is the number of our own log among those that are kept here.
const ownLog = 0

// logState is how far a log has come.
type logState struct {
	ID       int64  `gorm:"primaryKey;autoIncrement:false"`
	Size     int64  // how many records there are
	ChangeID int64  // the last change of ours that they tell of
	Snapshot *int64 // the newest record that is a snapshot
}

// TableName names the table of logs.
func (logState) TableName() string { return "logs" }

// logRow is a record of a log.
type logRow struct {
	LogID      int64 `gorm:"primaryKey;autoIncrement:false"`
	Leaf       int64 `gorm:"primaryKey;autoIncrement:false"`
	Handle     string
	Commitment []byte
	Salt       []byte
	Record     *string
	Withdrawn  bool   // for good, by a later record
	Ended      *int64 // the record that ended it; nil while it stands
}

// TableName names the table of records.
func (logRow) TableName() string { return "log_records" }

// logTile is a run of hashes of a log's tree.
type logTile struct {
	LogID  int64 `gorm:"primaryKey;autoIncrement:false"`
	Level  int   `gorm:"primaryKey;autoIncrement:false"`
	Number int64 `gorm:"primaryKey;autoIncrement:false"`
	Hashes []byte
}

// Log is a public log that is kept here.
type Log struct {
	db *Database
	id int64
}

// OwnLog is the public log of our own entries.
func (d *Directory) OwnLog() Log { return Log{d.db, ownLog} }

// Size is how many records the log has.
func (l Log) Size(ctx context.Context) (int64, error) {
	var state logState
	if err := l.db.read.WithContext(ctx).Take(&state, "id = ?", l.id).Error; err != nil {
		return 0, fmt.Errorf("read the size of log %d: %w", l.id, err)
	}
	return state.Size, nil
}

// Tree is the tree over the log's first records, as many as that.
func (l Log) Tree(ctx context.Context, size int64) (tlog.Tree, error) {
	hash, err := tlog.TreeHash(size, logTiles(l.db.read.WithContext(ctx), l.id))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("hash the first %d records of log %d: %w", size, l.id, err)
	}
	return tlog.Tree{N: size, Hash: hash}, nil
}

// Tile returns a tile of the log, or its bundle of commitments, as tlog-tiles
// writes them; ErrNotFound if the log is not that large.
func (l Log) Tile(ctx context.Context, t publiclog.Tile) ([]byte, error) {
	size, err := l.Size(ctx)
	if err != nil {
		return nil, err
	}
	if !t.In(size) {
		return nil, notFound("tile: %s", t.Path())
	}
	tx := l.db.read.WithContext(ctx)
	if t.Level == publiclog.Entries {
		var commitments [][]byte
		first := t.Number * publiclog.Width
		err := tx.Model(&logRow{}).Where("log_id = ? AND leaf >= ? AND leaf < ?", l.id, first, first+int64(t.Width)).Order("leaf").Pluck("commitment", &commitments).Error
		return publiclog.Bundle(commitments), err
	}
	hashes, err := logTiles(tx, l.id)(t.Level, t.Number)
	if err != nil {
		return nil, fmt.Errorf("read tile %s of log %d: %w", t.Path(), l.id, err)
	}
	return hashes[:t.Width*tlog.HashSize], nil
}

// Lines returns the log's records from one leaf up to, and without, another.
func (l Log) Lines(ctx context.Context, from, to int64) ([]publiclog.Line, error) {
	rows, err := l.rows(ctx, from, to)
	return asLines(rows, 0), err
}

func (l Log) rows(ctx context.Context, from, to int64) ([]logRow, error) {
	var rows []logRow
	err := l.db.read.WithContext(ctx).Where("log_id = ? AND leaf >= ? AND leaf < ?", l.id, from, to).Order("leaf").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read log %d: %w", l.id, err)
	}
	return rows, nil
}

// asLines writes records as they are served. Of an entry's that had ended when
// the log had size records there is only the commitment.
func asLines(rows []logRow, size int64) []publiclog.Line {
	lines := make([]publiclog.Line, len(rows))
	for i, r := range rows {
		if r.Record == nil || r.hadEnded(size) {
			lines[i] = publiclog.Withdrawn(r.Commitment)
			continue
		}
		lines[i] = publiclog.Kept(r.Salt, *r.Record)
	}
	return lines
}

// hadEnded says whether what the record says of an entry was no longer so when
// the log had that many records. A removal is not said of an entry.
func (r logRow) hadEnded(size int64) bool {
	return r.Ended != nil && *r.Ended != r.Leaf && *r.Ended < size
}

func logTiles(tx *gorm.DB, id int64) publiclog.ReadTile {
	return func(level int, number int64) ([]byte, error) {
		var found []logTile
		err := tx.Where("log_id = ? AND level = ? AND number = ?", id, level, number).Find(&found).Error
		if err != nil || len(found) == 0 {
			return nil, err
		}
		return found[0].Hashes, nil
	}
}
