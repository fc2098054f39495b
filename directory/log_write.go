package directory

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"coopverse/directory/publiclog"

	"golang.org/x/mod/sumdb/tlog"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// rowsAtOnce is how many rows one statement writes.
const rowsAtOnce = 500

// logWriter adds records to a log, and does what they say to earlier ones. What
// was added since keep was last called is not in the database yet.
type logWriter struct {
	tx   *gorm.DB
	id   int64
	size int64 // with what was added

	rows      []logRow
	standing  map[string]int   // of rows, the one that stands for an entry
	ended     map[string]int64 // the record that ends what stood for an entry before
	withdrawn map[int64]int64  // earlier records, and which had ended them
	snapshot  *int64
}

func newLogWriter(tx *gorm.DB, state logState) *logWriter {
	w := &logWriter{tx: tx, id: state.ID, size: state.Size, snapshot: state.Snapshot}
	w.begin()
	return w
}

func (w *logWriter) begin() {
	w.rows, w.standing, w.ended, w.withdrawn = nil, make(map[string]int), make(map[string]int64), make(map[int64]int64)
}

// put adds a record, or, with nil, one whose text is not known.
func (w *logWriter) put(row logRow, r *LogRecord) {
	row.LogID, row.Leaf = w.id, w.size
	switch {
	case r == nil:
	case r.Entry != nil:
		row.Handle = r.Entry.Handle
		w.end(row.Handle, row.Leaf)
		w.standing[row.Handle] = len(w.rows)
	case r.Removed != nil:
		row.Handle, row.Ended = r.Removed.Handle, &row.Leaf
		w.end(row.Handle, row.Leaf)
	case r.Withdrawn != nil:
		for i, leaf := range r.Withdrawn.Leaves {
			w.withdrawn[leaf] = r.Withdrawn.endOf(i, row.Leaf)
		}
	case r.Snapshot != nil:
		w.snapshot = &row.Leaf
	}
	w.size++
	w.rows = append(w.rows, row)
}

// endOf is the record that had ended the i-th one that is withdrawn, by the
// record at that leaf.
func (w LoggedWithdrawal) endOf(i int, leaf int64) int64 {
	if len(w.Ends) == 0 {
		return leaf
	}
	return w.Ends[i]
}

// end notes that a record ends what stood for an entry.
func (w *logWriter) end(handle string, leaf int64) {
	if i, ok := w.standing[handle]; ok {
		w.rows[i].Ended = &leaf
		delete(w.standing, handle)
		return
	}
	if _, ok := w.ended[handle]; !ok {
		w.ended[handle] = leaf
	}
}

// keep writes the records that were added since it was last called, adds their
// leaves to the tree, and does what they say.
func (w *logWriter) keep() error {
	if len(w.rows) == 0 {
		return nil
	}
	if err := w.endEarlier(); err != nil {
		return err
	}
	if err := w.tx.CreateInBatches(&w.rows, rowsAtOnce).Error; err != nil {
		return err
	}
	if err := w.withdraw(); err != nil {
		return err
	}
	leaves := make([]tlog.Hash, len(w.rows))
	for i, row := range w.rows {
		leaves[i] = publiclog.Leaf(row.Commitment)
	}
	changed, err := logTiles(w.tx, w.id).Grow(w.rows[0].Leaf, leaves)
	if err != nil {
		return err
	}
	w.begin()
	for _, t := range changed {
		row := logTile{w.id, t.Level, t.Number, t.Hashes}
		if err := w.tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
			return err
		}
	}
	return w.tx.Model(&logState{}).Where("id = ?", w.id).Updates(map[string]any{"size": w.size, "snapshot": w.snapshot}).Error
}

// endEarlier says of the records of which the new ones are the end that they have
// ended. In a first copy there is none.
func (w *logWriter) endEarlier() error {
	for some := range slices.Chunk(slices.Sorted(maps.Keys(w.ended)), rowsAtOnce) {
		leaves, err := amongHandles(w.tx, some, "SELECT leaf FROM log_records WHERE log_id = ? AND handle = said.column1 AND ended IS NULL LIMIT 1", w.id)
		if err != nil {
			return fmt.Errorf("look for earlier records: %w", err)
		}
		if len(leaves) == 0 {
			continue
		}
		var standing []logRow
		if err := w.tx.Select("leaf", "handle").Where("log_id = ? AND leaf IN ?", w.id, leaves).Find(&standing).Error; err != nil {
			return fmt.Errorf("read earlier records: %w", err)
		}
		ends := make([]string, len(standing))
		for i, row := range standing {
			ends[i] = fmt.Sprintf("(%d, %d)", row.Leaf, w.ended[row.Handle])
		}
		err = w.tx.Exec("UPDATE log_records SET ended = said.column2 FROM (VALUES "+strings.Join(ends, ", ")+") AS said WHERE log_id = ? AND leaf = said.column1", w.id).Error
		if err != nil {
			return fmt.Errorf("end earlier records: %w", err)
		}
	}
	return nil
}

// withdraw takes text and salt of earlier records away for good.
func (w *logWriter) withdraw() error {
	for some := range slices.Chunk(slices.Sorted(maps.Keys(w.withdrawn)), rowsAtOnce) {
		ends := make([]string, len(some))
		for i, leaf := range some {
			ends[i] = fmt.Sprintf("(%d, %d)", leaf, w.withdrawn[leaf])
		}
		err := w.tx.Exec("UPDATE log_records SET salt = ?, record = NULL, withdrawn = ?, ended = said.column2 FROM (VALUES "+strings.Join(ends, ", ")+") AS said WHERE log_id = ? AND leaf = said.column1", []byte{}, true, w.id).Error
		if err != nil {
			return fmt.Errorf("withdraw earlier records: %w", err)
		}
	}
	return nil
}
