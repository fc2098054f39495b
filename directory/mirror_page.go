package directory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"coopverse/directory/publiclog"

	"golang.org/x/mod/sumdb/tlog"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ErrTampered means that what came from a mirrored directory is not what its
// signed head says.
var ErrTampered = errors.New("not what the signed head says")

// HeldBackError means that a mirrored log lacks records that were not withdrawn.
// It is an ErrTampered.
type HeldBackError struct {
	Leaves int64
	First  int64
}

func (e *HeldBackError) Error() string {
	return fmt.Sprintf("%v: %d records are held back and were not withdrawn, the first of them number %d", ErrTampered, e.Leaves, e.First)
}

// Is says that the error is an ErrTampered.
func (e *HeldBackError) Is(target error) bool { return target == ErrTampered }

// LogPage is a page of a mirrored log.
type LogPage struct {
	From   int64
	Head   tlog.Tree // at the page's end, whose signature was verified
	Signed string    // the head as signed
	Lines  []publiclog.Line
	Bytes  int // that came for it
}

// mirroredHead is a head of a mirrored log, to be served on.
type mirroredHead struct {
	MirrorID int64 `gorm:"primaryKey;autoIncrement:false"`
	Size     int64 `gorm:"primaryKey;autoIncrement:false"`
	Head     string
}

// mirroredEntry is an entry of a mirrored directory.
type mirroredEntry struct {
	MirrorID int64  `gorm:"primaryKey;autoIncrement:false"`
	Handle   string `gorm:"primaryKey"`
	Version  int64
	Leaf     int64
	Name     string
	Entry    string
}

// TakePage adds a page to the copy of a log, if the records on it and all that
// came before are what the page's head says, and else nothing. Errors:
// ErrTampered; ErrConflict if the copy has gone on meanwhile.
func (d *Directory) TakePage(ctx context.Context, m Mirror, page LogPage) error {
	rows, withdrawn, err := readPage(page)
	if err != nil {
		return err
	}
	err = d.db.change(ctx, func(tx *gorm.DB) error {
		var state logState
		if err := tx.Take(&state, "id = ?", m.ID).Error; err != nil {
			return err
		}
		if state.Size != page.From {
			return fmt.Errorf("%w: it has %d records, and the page begins at %d", ErrConflict, state.Size, page.From)
		}
		log := logWriter{tx: tx, id: m.ID, size: page.From}
		for _, row := range rows {
			log.put(row)
		}
		if err := log.keep(); err != nil {
			return err
		}
		root, err := tlog.TreeHash(log.size, logTiles(tx, m.ID))
		if err != nil {
			return err
		}
		if root != page.Head.Hash {
			return fmt.Errorf("%w: its first %d records have another hash", ErrTampered, log.size)
		}
		if err := log.withdraw(withdrawn); err != nil {
			return err
		}
		head := mirroredHead{m.ID, log.size, page.Signed}
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&head).Error; err != nil {
			return err
		}
		return tx.Model(&Mirror{}).Where("id = ?", m.ID).Updates(map[string]any{"head": page.Signed, "received": gorm.Expr("received + ?", page.Bytes)}).Error
	})
	if err != nil {
		return fmt.Errorf("take a page of %s: %w", m.Host, err)
	}
	return nil
}

// readPage reads the records of a page, and which earlier ones they withdraw.
func readPage(page LogPage) (rows []logRow, withdrawn []int64, err error) {
	if page.Head.N != page.From+int64(len(page.Lines)) {
		return nil, nil, fmt.Errorf("%w: the page has %d records, and its head says %d", ErrTampered, len(page.Lines), page.Head.N-page.From)
	}
	for i, line := range page.Lines {
		leaf := page.From + int64(i)
		commitment, salt, err := line.Committed()
		if err != nil {
			return nil, nil, fmt.Errorf("%w: record %d: %w", ErrTampered, leaf, err)
		}
		row := logRow{Commitment: commitment, Salt: []byte{}}
		if line.Record != nil {
			record, err := readRecord(line.Record)
			if err != nil {
				return nil, nil, fmt.Errorf("%w: record %d: %w", ErrTampered, leaf, err)
			}
			if w := record.Withdrawn; w != nil {
				for _, earlier := range w.Leaves {
					if earlier < 0 || earlier >= leaf {
						return nil, nil, fmt.Errorf("%w: record %d withdraws record %d", ErrTampered, leaf, earlier)
					}
				}
				withdrawn = append(withdrawn, w.Leaves...)
			}
			if record.Entry != nil {
				row.Handle = record.Entry.Handle
			}
			text := string(line.Record)
			row.Salt, row.Record = salt, &text
		}
		rows = append(rows, row)
	}
	return rows, withdrawn, nil
}

// readRecord reads a record, which says exactly one thing.
func readRecord(text []byte) (LogRecord, error) {
	var r LogRecord
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&r); err != nil {
		return LogRecord{}, err
	}
	said := 0
	for _, is := range []bool{r.Entry != nil, r.Removed != nil, r.Withdrawn != nil} {
		if is {
			said++
		}
	}
	switch {
	case said != 1:
		return LogRecord{}, fmt.Errorf("it says %d things, and not one", said)
	case r.Entry != nil && (!IsCoop(r.Entry.Handle) || r.Entry.Version < 1 || r.Entry.Name == ""):
		return LogRecord{}, fmt.Errorf("an entry without a handle, a version or a name: %.100q", r.Entry.Handle)
	case r.Removed != nil && !IsCoop(r.Removed.Handle):
		return LogRecord{}, fmt.Errorf("a removal of %.100q", r.Removed.Handle)
	}
	return r, nil
}

// FillIn adds records to the copy of a log that were held back when their page
// was taken. They are known by their commitments.
func (d *Directory) FillIn(ctx context.Context, m Mirror, page LogPage) error {
	err := d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		rows, _, err := readPage(page)
		if err != nil {
			return err
		}
		for i, row := range rows {
			if row.Record == nil {
				continue
			}
			err := tx.Model(&logRow{}).Where("log_id = ? AND leaf = ? AND commitment = ? AND record IS NULL AND NOT withdrawn", m.ID, page.From+int64(i), row.Commitment).
				Updates(map[string]any{"handle": row.Handle, "salt": row.Salt, "record": row.Record}).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("fill in what %s held back: %w", m.Host, err)
	}
	return nil
}

// ApplyMirror shows what the copy of a log says, once all of it is there: no
// record may be missing that was not withdrawn. *HeldBackError if one is.
func (d *Directory) ApplyMirror(ctx context.Context, m Mirror) error {
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		var held HeldBackError
		err := tx.Model(&logRow{}).Select("COUNT(*) AS leaves, COALESCE(MIN(leaf), 0) AS first").Where("log_id = ? AND record IS NULL AND NOT withdrawn", m.ID).Scan(&held).Error
		if err != nil {
			return err
		}
		if held.Leaves > 0 {
			return &held
		}
		if err := tx.Take(&m, "id = ?", m.ID).Error; err != nil {
			return err
		}
		for {
			var rows []logRow
			if err := tx.Where("log_id = ? AND leaf >= ?", m.ID, m.Applied).Order("leaf").Limit(changesAtOnce).Find(&rows).Error; err != nil {
				return err
			}
			if len(rows) == 0 {
				return tx.Model(&Mirror{}).Where("id = ?", m.ID).Updates(map[string]any{"applied": m.Applied, "state": MirrorCurrent}).Error
			}
			if err := apply(tx, m, rows); err != nil {
				return err
			}
			m.Applied += int64(len(rows))
		}
	})
	if err != nil {
		return fmt.Errorf("show the copy of %s: %w", m.Host, err)
	}
	return nil
}

func apply(tx *gorm.DB, m Mirror, rows []logRow) error {
	fresh := make(map[string]mirroredEntry)
	var gone []string
	var withdrawn []int64
	for _, row := range rows {
		if row.Record == nil {
			continue
		}
		r, err := readRecord([]byte(*row.Record))
		if err != nil {
			return err
		}
		switch {
		case r.Entry != nil:
			entry, err := json.Marshal(r.Entry)
			if err != nil {
				return err
			}
			fresh[r.Entry.Handle] = mirroredEntry{m.ID, r.Entry.Handle, r.Entry.Version, row.Leaf, r.Entry.Name, string(entry)}
		case r.Removed != nil:
			delete(fresh, r.Removed.Handle)
			gone = append(gone, r.Removed.Handle)
		default:
			withdrawn = append(withdrawn, r.Withdrawn.Leaves...)
		}
	}
	for _, leaf := range withdrawn { // of entries that were not removed as well
		for handle, e := range fresh {
			if e.Leaf == leaf {
				delete(fresh, handle)
			}
		}
	}
	for some := range slices.Chunk(gone, rowsAtOnce) {
		if err := tx.Where("mirror_id = ? AND handle IN ?", m.ID, some).Delete(&mirroredEntry{}).Error; err != nil {
			return err
		}
	}
	for some := range slices.Chunk(withdrawn, rowsAtOnce) {
		if err := tx.Where("mirror_id = ? AND leaf IN ?", m.ID, some).Delete(&mirroredEntry{}).Error; err != nil {
			return err
		}
	}
	var entries []mirroredEntry
	for _, e := range fresh {
		entries = append(entries, e)
	}
	if len(entries) == 0 {
		return nil
	}
	return tx.Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(&entries, rowsAtOnce).Error
}
