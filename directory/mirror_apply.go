package directory

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ApplyMirror shows what the copy of a log says, once all of it is there: no
// record may be missing that was not withdrawn. *HeldBackError if one is. Other
// writers come between each thousand records.
func (d *Directory) ApplyMirror(ctx context.Context, m Mirror) error {
	for more := true; more; {
		err := d.db.change(ctx, func(tx *gorm.DB) (err error) {
			more, err = applySome(tx, m)
			return err
		})
		if err != nil {
			return fmt.Errorf("show the copy of %s: %w", m.Host, err)
		}
	}
	return nil
}

func applySome(tx *gorm.DB, m Mirror) (more bool, err error) {
	if err := stillTaken(tx, m); err != nil {
		return false, err
	}
	var held HeldBackError
	err = tx.Model(&logRow{}).Select("COUNT(*) AS leaves, COALESCE(MIN(leaf), 0) AS first").Where("log_id = ? AND record IS NULL AND NOT withdrawn AND ended IS NULL", m.ID).Scan(&held).Error
	if err != nil {
		return false, err
	}
	if held.Leaves > 0 {
		return false, &held
	}
	if err := tx.Take(&m, "id = ?", m.ID).Error; err != nil {
		return false, err
	}
	if m.Applied == 0 && m.Snapshot != nil {
		if err := checkBeginning(tx, m); err != nil {
			return false, err
		}
	}
	var rows []logRow
	if err := tx.Where("log_id = ? AND leaf >= ?", m.ID, m.Applied).Order("leaf").Limit(changesAtOnce).Find(&rows).Error; err != nil {
		return false, err
	}
	if err := apply(tx, m, rows); err != nil {
		return false, err
	}
	shown := map[string]any{"applied": m.Applied + int64(len(rows))}
	if more = len(rows) == changesAtOnce; !more {
		shown["state"] = MirrorCurrent
	}
	return more, tx.Model(&Mirror{}).Where("id = ?", m.ID).Updates(shown).Error
}

// saidInRow is what a record that was kept says; nothing if it was withdrawn.
type saidInRow struct {
	record *LogRecord
	entry  string // as its home wrote it
	err    error
}

func rowSaid(row logRow) (said saidInRow) {
	if row.Record == nil {
		return said
	}
	text := []byte(*row.Record)
	r, err := parseRecord(text)
	if err == nil && r.Entry != nil {
		said.entry, err = entryIn(text)
	}
	said.record, said.err = &r, err
	return said
}

func apply(tx *gorm.DB, m Mirror, rows []logRow) error {
	fresh, read := make(map[string]mirroredEntry), make(map[string]LoggedEntry)
	var gone []string
	var withdrawn []int64
	for i, said := range onAllCores(rows, rowSaid) {
		if said.err != nil {
			return said.err
		}
		row, r := rows[i], said.record
		switch {
		case r == nil:
		case r.Entry != nil:
			fresh[r.Entry.Handle] = mirroredEntry{m.ID, r.Entry.Handle, r.Entry.Version, row.Leaf, foreign(r.Entry.Name, MaxName), said.entry}
			read[r.Entry.Handle] = *r.Entry
		case r.Removed != nil:
			delete(fresh, r.Removed.Handle)
			gone = append(gone, r.Removed.Handle)
		case r.Withdrawn != nil:
			withdrawn = append(withdrawn, r.Withdrawn.Leaves...)
		case m.Snapshot == nil || r.Snapshot.Size > *m.Snapshot: // what stood before is not all here
			if err := checkSnapshot(tx, m, *r.Snapshot); err != nil {
				return err
			}
		}
	}
	slices.Sort(withdrawn)
	withdrawn = slices.Compact(withdrawn)
	// Of entries that were not removed as well.
	maps.DeleteFunc(fresh, func(_ string, e mirroredEntry) bool { _, is := slices.BinarySearch(withdrawn, e.Leaf); return is })
	for some := range slices.Chunk(withdrawn, rowsAtOnce) {
		var handles []string
		if err := tx.Model(&mirroredEntry{}).Where("mirror_id = ? AND leaf IN ?", m.ID, some).Pluck("handle", &handles).Error; err != nil {
			return err
		}
		gone = append(gone, handles...)
	}
	for some := range slices.Chunk(gone, rowsAtOnce) {
		if err := tx.Where("mirror_id = ? AND handle IN ?", m.ID, some).Delete(&mirroredEntry{}).Error; err != nil {
			return err
		}
	}
	var entries []mirroredEntry
	var shown []LoggedEntry
	for handle, e := range fresh {
		entries, shown = append(entries, e), append(shown, read[handle])
	}
	if len(entries) > 0 {
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(&entries, rowsAtOnce).Error; err != nil {
			return err
		}
	}
	return relistMirrored(tx, m, shown, gone)
}
