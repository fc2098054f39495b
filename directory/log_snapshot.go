package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"coopverse/directory/publiclog"

	"gorm.io/gorm"
)

// snapshotAfter is how many records a log has grown by, at least, when it gets
// another snapshot.
const snapshotAfter = 512

// addSnapshot adds a snapshot when the log has grown by as many records as
// entries stood in the last one, so that what a new reader need not have is
// never more than what he must.
func (w *logWriter) addSnapshot() error {
	if w.size == 0 {
		return nil
	}
	if w.snapshot != nil {
		last, err := snapshotAt(w.tx, w.id, *w.snapshot)
		if err != nil || w.size-last.Size <= max(snapshotAfter, last.Entries) {
			return err
		}
	}
	s, err := snapshotOf(w.tx, w.id, w.size, io.Discard)
	if err != nil {
		return err
	}
	s.At = now()
	return w.add(LogRecord{Snapshot: &s})
}

// snapshotAt is the snapshot that the record at that leaf is, or ErrNotFound.
func snapshotAt(tx *gorm.DB, id, leaf int64) (LoggedSnapshot, error) {
	var texts []string
	err := tx.Model(&logRow{}).Where("log_id = ? AND leaf = ? AND record IS NOT NULL", id, leaf).Pluck("record", &texts).Error
	var r LogRecord
	if err == nil && len(texts) == 1 {
		err = json.Unmarshal([]byte(texts[0]), &r)
	}
	if err != nil {
		return LoggedSnapshot{}, fmt.Errorf("read record %d of log %d: %w", leaf, id, err)
	}
	if r.Snapshot == nil {
		return LoggedSnapshot{}, notFound("snapshot: %d", leaf)
	}
	return *r.Snapshot, nil
}

// snapshotOf writes the text of a snapshot of the log's first records, as many as
// size, and returns what is to be said of it.
func snapshotOf(tx *gorm.DB, id, size int64, text io.Writer) (LoggedSnapshot, error) {
	s := LoggedSnapshot{Size: size}
	hash := sha256.New()
	both := io.MultiWriter(hash, text)
	// What was withdrawn before its text came here has no handle, but an end.
	rows, err := tx.Model(&logRow{}).Select("leaf, commitment").
		Where("log_id = ? AND leaf < ? AND (ended >= ? OR ended IS NULL AND handle <> '')", id, size, size).Order("leaf").Rows()
	if err != nil {
		return s, fmt.Errorf("read what stands in log %d at %d: %w", id, size, err)
	}
	defer rows.Close()
	var leaf int64
	var commitment, line []byte
	for rows.Next() {
		if err := rows.Scan(&leaf, &commitment); err != nil {
			return s, fmt.Errorf("read what stands in log %d at %d: %w", id, size, err)
		}
		line = publiclog.AppendStanding(line[:0], leaf, commitment)
		if _, err := both.Write(line); err != nil {
			return s, fmt.Errorf("write the snapshot of log %d at %d: %w", id, size, err)
		}
		s.Entries++
	}
	s.Hash = hex.EncodeToString(hash.Sum(nil))
	return s, rows.Err()
}

// Snapshot is the newest snapshot in the log, or ErrNotFound.
func (l Log) Snapshot(ctx context.Context) (LoggedSnapshot, error) {
	var state logState
	if err := l.db.read.WithContext(ctx).Take(&state, "id = ?", l.id).Error; err != nil {
		return LoggedSnapshot{}, fmt.Errorf("look for a snapshot of log %d: %w", l.id, err)
	}
	if state.Snapshot == nil {
		return LoggedSnapshot{}, notFound("snapshot of log %d", l.id)
	}
	return snapshotAt(l.db.read.WithContext(ctx), l.id, *state.Snapshot)
}

// WriteSnapshot writes which records stand in the snapshot of that size, as
// publiclog.AppendStanding does. ErrNotFound: the log has no such snapshot, or
// lacks yet what stood in it.
func (l Log) WriteSnapshot(ctx context.Context, size int64, text io.Writer) error {
	if err := l.hasSnapshot(ctx, size); err != nil {
		return err
	}
	_, err := snapshotOf(l.db.read.WithContext(ctx), l.id, size, text)
	return err
}

// LinesSince returns the log's records as Lines does, but those that had ended
// before the snapshot of that size without their texts. Errors: those of
// WriteSnapshot.
func (l Log) LinesSince(ctx context.Context, size, from, to int64) ([]publiclog.Line, error) {
	if err := l.hasSnapshot(ctx, size); err != nil {
		return nil, err
	}
	rows, err := l.rows(ctx, from, to)
	return asLines(rows, size), err
}

func (l Log) hasSnapshot(ctx context.Context, size int64) error {
	tx := l.db.read.WithContext(ctx)
	if _, err := snapshotAt(tx, l.id, size); err != nil {
		return err
	}
	var later int64
	if err := tx.Model(&Mirror{}).Where("id = ? AND snapshot > ?", l.id, size).Count(&later).Error; err != nil {
		return fmt.Errorf("look where the copy %d began: %w", l.id, err)
	}
	if later > 0 {
		return notFound("snapshot: %d, of which not everything is here yet", size)
	}
	return nil
}
