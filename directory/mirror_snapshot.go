package directory

import (
	"context"
	"errors"
	"fmt"
	"io"

	"gorm.io/gorm"
)

// SnapshotError means that a snapshot in a mirrored log is not of what stood in
// it. It is an ErrTampered.
type SnapshotError struct {
	Size   int64 // of the log when the snapshot was made
	Proven bool  // everything is here: its home signed what is not so
	Why    string
}

func (e *SnapshotError) Error() string {
	return fmt.Sprintf("%v: the snapshot of the first %d records is not of what stood in them: %s", ErrTampered, e.Size, e.Why)
}

// Is says that the error is an ErrTampered.
func (e *SnapshotError) Is(target error) bool { return target == ErrTampered }

// BeginMirror has an empty copy begin with a snapshot of its log: what had ended
// before it is read later. 0: the copy begins with the first record. A copy that
// is not empty goes on as it began.
func (d *Directory) BeginMirror(ctx context.Context, m Mirror, snapshot int64) error {
	var size any
	if snapshot > 0 {
		size = snapshot
	}
	empty := d.db.read.Model(&logState{}).Select("id").Where("size = 0")
	err := d.db.write.WithContext(ctx).Model(&Mirror{}).Where("id = ? AND host = ? AND id IN (?)", m.ID, m.Host, empty).Update("snapshot", size).Error
	if err != nil {
		return fmt.Errorf("begin the copy of %s: %w", m.Host, err)
	}
	return nil
}

// beganWith makes sure that the copy began with that snapshot.
func beganWith(tx *gorm.DB, m Mirror, snapshot int64) error {
	standing, err := mirrorAt(tx, m.Host)
	if err == nil && (standing.Snapshot == nil || *standing.Snapshot != snapshot) {
		err = fmt.Errorf("%w: it did not begin with the snapshot of %d records", ErrConflict, snapshot)
	}
	return err
}

// DistrustSnapshot has everything that was skipped for the snapshot with which a
// copy began read before anything more is shown.
func (d *Directory) DistrustSnapshot(ctx context.Context, m Mirror) error {
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		if err := stillTaken(tx, m); err != nil {
			return err
		}
		if err := skipped(tx, m).Update("ended", nil).Error; err != nil {
			return err
		}
		return tx.Model(&Mirror{}).Where("id = ?", m.ID).Update("snapshot", nil).Error
	})
	if err != nil {
		return fmt.Errorf("distrust the snapshot of %s: %w", m.Host, err)
	}
	return nil
}

// skipped are the records that a copy lacks because they had ended before the
// snapshot with which it began.
func skipped(tx *gorm.DB, m Mirror) *gorm.DB {
	return tx.Model(&logRow{}).Where("log_id = ? AND record IS NULL AND NOT withdrawn AND ended IS NOT NULL", m.ID)
}

func skippedSome(tx *gorm.DB, m Mirror) (bool, error) {
	var one []int64
	err := skipped(tx, m).Limit(1).Pluck("leaf", &one).Error
	return len(one) > 0, err
}

// Skipped counts the records that a copy lacks, since it began with a snapshot
// before which they had ended, and names the first of them.
func (d *Directory) Skipped(ctx context.Context, m Mirror) (records, first int64, err error) {
	var found struct{ Records, First int64 }
	err = skipped(d.db.read.WithContext(ctx), m).Select("COUNT(*) AS records, COALESCE(MIN(leaf), 0) AS first").Scan(&found).Error
	if err != nil {
		return 0, 0, fmt.Errorf("look for what the copy of %s lacks: %w", m.Host, err)
	}
	return found.Records, found.First, nil
}

// FillIn adds records to the copy of a log that were held back, or skipped, when
// their page was taken. They are known by their commitments. *SnapshotError if
// everything is here now, and the snapshot with which the copy began is not of
// it.
func (d *Directory) FillIn(ctx context.Context, m Mirror, page LogPage) error {
	rows, records, err := readPage(page)
	if err != nil {
		return err
	}
	err = d.db.change(ctx, func(tx *gorm.DB) error {
		if err := stillTaken(tx, m); err != nil {
			return err
		}
		lacking, err := lackingOn(tx, m, page)
		if err != nil {
			return err
		}
		f := filling{tx: tx, m: m, withdrawn: logWriter{tx: tx, id: m.ID, withdrawn: make(map[int64]int64)}}
		for i, row := range rows {
			row.LogID, row.Leaf = m.ID, page.From+int64(i)
			if row.Record == nil || lacking[row.Leaf] != string(row.Commitment) {
				continue
			}
			if err := f.add(row, *records[i]); err != nil {
				return err
			}
		}
		if err := f.end(); err != nil {
			return err
		}
		if err := tx.Model(&Mirror{}).Where("id = ?", m.ID).Update("received", gorm.Expr("received + ?", page.Bytes)).Error; err != nil {
			return err
		}
		return madeWhole(tx, m)
	})
	if err != nil {
		return fmt.Errorf("fill in what the copy of %s lacks: %w", m.Host, err)
	}
	return nil
}

// lackingOn are the commitments of which the text is not here and may come.
func lackingOn(tx *gorm.DB, m Mirror, page LogPage) (map[int64]string, error) {
	var rows []logRow
	err := tx.Where("log_id = ? AND leaf >= ? AND leaf < ? AND record IS NULL AND NOT withdrawn", m.ID, page.From, page.Head.N).Find(&rows).Error
	lacking := make(map[int64]string)
	for _, row := range rows {
		lacking[row.Leaf] = string(row.Commitment)
	}
	return lacking, err
}

// filling adds texts to records that are there.
type filling struct {
	tx        *gorm.DB
	m         Mirror
	handles   []string
	withdrawn logWriter
}

func (f *filling) add(row logRow, r LogRecord) error {
	switch {
	case r.Entry != nil:
		row.Handle, row.Ended = r.Entry.Handle, nil
		f.handles = append(f.handles, row.Handle)
	case r.Removed != nil:
		row.Handle, row.Ended = r.Removed.Handle, &row.Leaf
		f.handles = append(f.handles, row.Handle)
	case r.Withdrawn != nil:
		row.Ended = nil
		for i, leaf := range r.Withdrawn.Leaves {
			f.withdrawn.withdrawn[leaf] = r.Withdrawn.endOf(i, row.Leaf)
		}
	case r.Snapshot != nil:
		row.Ended = nil
		err := f.tx.Model(&logState{}).Where("id = ? AND (snapshot IS NULL OR snapshot < ?)", f.m.ID, row.Leaf).Update("snapshot", row.Leaf).Error
		if err != nil {
			return err
		}
	}
	return f.tx.Model(&logRow{}).Where("log_id = ? AND leaf = ?", row.LogID, row.Leaf).
		Updates(map[string]any{"handle": row.Handle, "salt": row.Salt, "record": row.Record, "ended": row.Ended}).Error
}

// end notes by what each record ended, as far as is known by now, and withdraws
// what is withdrawn.
func (f *filling) end() error {
	if len(f.handles) > 0 {
		err := f.tx.Exec(`UPDATE log_records SET ended = (
			SELECT MIN(later.leaf) FROM log_records later
			WHERE later.log_id = log_records.log_id AND later.handle = log_records.handle AND later.leaf > log_records.leaf AND later.record IS NOT NULL
		) WHERE log_id = ? AND handle IN ? AND record IS NOT NULL AND (ended IS NULL OR ended <> leaf)`, f.m.ID, f.handles).Error
		if err != nil {
			return err
		}
	}
	return f.withdrawn.withdraw()
}

// MirrorWhole notes that a copy lacks nothing any more, if that is so. Errors:
// those of FillIn.
func (d *Directory) MirrorWhole(ctx context.Context, m Mirror) error {
	err := d.db.change(ctx, func(tx *gorm.DB) error { return errors.Join(stillTaken(tx, m), madeWhole(tx, m)) })
	if err != nil {
		return fmt.Errorf("look whether the copy of %s is whole: %w", m.Host, err)
	}
	return nil
}

func madeWhole(tx *gorm.DB, m Mirror) error {
	m, err := mirrorAt(tx, m.Host)
	if err != nil || m.Snapshot == nil {
		return err
	}
	if some, err := skippedSome(tx, m); err != nil || some {
		return err
	}
	said, err := snapshotAt(tx, m.ID, *m.Snapshot)
	if err != nil {
		return err
	}
	if err := checkSnapshot(tx, m, said); err != nil {
		return err
	}
	return tx.Model(&Mirror{}).Where("id = ?", m.ID).Update("snapshot", nil).Error
}

// checkBeginning makes sure that what is here of a copy that began with a
// snapshot is what stood in it.
func checkBeginning(tx *gorm.DB, m Mirror) error {
	said, err := snapshotAt(tx, m.ID, *m.Snapshot)
	if errors.Is(err, ErrNotFound) {
		return &SnapshotError{Size: *m.Snapshot, Why: "there is none in the log"}
	}
	if err != nil {
		return err
	}
	return checkSnapshot(tx, m, said)
}

// checkSnapshot holds a snapshot against what stood in the log. *SnapshotError.
func checkSnapshot(tx *gorm.DB, m Mirror, said LoggedSnapshot) error {
	found, err := snapshotOf(tx, m.ID, said.Size, io.Discard)
	if err != nil {
		return err
	}
	if said.Entries == found.Entries && said.Hash == found.Hash {
		return nil
	}
	some, err := skippedSome(tx, m)
	if err != nil {
		return err
	}
	return &SnapshotError{said.Size, !some, fmt.Sprintf("%d entries with the hash %.64s, where it names %d with %.64s", found.Entries, found.Hash, said.Entries, said.Hash)}
}
