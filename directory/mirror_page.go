package directory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"coopverse/directory/publiclog"

	"github.com/gowebpki/jcs"
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
	Bytes  int // that came for it, compressed
	// Of what had ended before this snapshot there are only commitments; 0: the
	// page has all.
	Snapshot int64
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

// stillTaken makes sure that what is read for m may go into it: it may have been
// removed meanwhile, and another mirror may have its number, or it was frozen.
func stillTaken(tx *gorm.DB, m Mirror) error {
	standing, err := mirrorAt(tx, m.Host)
	switch {
	case err != nil:
		return err
	case standing.ID != m.ID || standing.Key != m.Key || standing.Source != m.Source:
		return notFound("mirror: %s, as it was", m.Host)
	case standing.State == MirrorFrozen:
		return fmt.Errorf("%w: the copy is frozen: %s", ErrInvalid, standing.Why)
	}
	return nil
}

// TakePage adds a page to the copy of a log, if the records on it and all that
// came before are what the page's head says, and else nothing. Errors:
// ErrTampered; ErrConflict if the copy has gone on meanwhile; ErrNotFound if it
// was removed, ErrInvalid if it was frozen.
func (d *Directory) TakePage(ctx context.Context, m Mirror, page LogPage) error {
	rows, records, err := readPage(page)
	if err != nil {
		return err
	}
	err = d.db.change(ctx, func(tx *gorm.DB) error {
		if err := stillTaken(tx, m); err != nil {
			return err
		}
		if page.Snapshot > 0 {
			if err := beganWith(tx, m, page.Snapshot); err != nil {
				return err
			}
		}
		var state logState
		if err := tx.Take(&state, "id = ?", m.ID).Error; err != nil {
			return err
		}
		if state.Size != page.From {
			return fmt.Errorf("%w: it has %d records, and the page begins at %d", ErrConflict, state.Size, page.From)
		}
		log := newLogWriter(tx, state)
		for i, row := range rows {
			log.put(row, records[i])
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
		if err := replayed(tx, m, page.From); err != nil {
			return err
		}
		head := mirroredHead{m.ID, log.size, page.Signed}
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&head).Error; err != nil {
			return err
		}
		taken := map[string]any{"head": page.Signed, "received": gorm.Expr("received + ?", page.Bytes)}
		if len(rows) > 0 { // and whoever takes it goes on, so no other process has to
			taken["next_at"], taken["failures"] = now(), 0
		}
		return tx.Model(&Mirror{}).Where("id = ?", m.ID).Updates(taken).Error
	})
	if err != nil {
		return fmt.Errorf("take a page of %s: %w", m.Host, err)
	}
	return nil
}

// replayed is ErrTampered if a record from that leaf on is an earlier one of its
// entry once more.
func replayed(tx *gorm.DB, m Mirror, from int64) error {
	var twice []int64
	err := tx.Raw(`SELECT again.leaf FROM log_records again JOIN log_records first
		ON first.log_id = again.log_id AND first.handle = again.handle AND first.leaf < again.leaf AND first.commitment = again.commitment
		WHERE again.log_id = ? AND again.leaf >= ? AND again.handle <> '' AND first.record IS NOT NULL LIMIT 1`, m.ID, from).Scan(&twice).Error
	if err == nil && len(twice) > 0 {
		err = fmt.Errorf("%w: record %d is an earlier one once more", ErrTampered, twice[0])
	}
	return err
}

// readPage reads the records of a page; nil where there is only a commitment.
func readPage(page LogPage) (rows []logRow, records []*LogRecord, err error) {
	if page.Head.N != page.From+int64(len(page.Lines)) {
		return nil, nil, fmt.Errorf("%w: the page has %d records, and its head says %d", ErrTampered, len(page.Lines), page.Head.N-page.From)
	}
	numbers := make([]int, len(page.Lines))
	for i := range numbers {
		numbers[i] = i
	}
	read := onAllCores(numbers, func(i int) lineRead { return readLogLine(page.Lines[i], page.From+int64(i), page.Snapshot) })
	for i, line := range read {
		if line.err != nil {
			return nil, nil, fmt.Errorf("%w: record %d: %w", ErrTampered, page.From+int64(i), line.err)
		}
		rows, records = append(rows, line.row), append(records, line.record)
	}
	return rows, records, nil
}

// lineRead is what a line says.
type lineRead struct {
	row    logRow
	record *LogRecord // nil: there is only a commitment
	err    error
}

func readLogLine(line publiclog.Line, leaf, snapshot int64) lineRead {
	commitment, salt, err := line.Committed()
	if err != nil {
		return lineRead{err: err}
	}
	row := logRow{Commitment: commitment, Salt: []byte{}}
	if line.Record == nil {
		if leaf < snapshot {
			row.Ended = &leaf
		}
		return lineRead{row: row}
	}
	record, err := readRecord(line.Record)
	if err == nil {
		err = record.check(leaf)
	}
	text := string(line.Record)
	row.Salt, row.Record = salt, &text
	return lineRead{row, &record, err}
}

// check says whether a record can be the one with that number.
func (r LogRecord) check(leaf int64) error {
	if r.Snapshot != nil && r.Snapshot.Size != leaf {
		return fmt.Errorf("it is a snapshot of %d records", r.Snapshot.Size)
	}
	if r.Withdrawn != nil {
		return r.Withdrawn.check(leaf)
	}
	return nil
}

// check says whether a record at that leaf may withdraw those.
func (w LoggedWithdrawal) check(leaf int64) error {
	if len(w.Leaves) > publiclog.MaxWithdrawn {
		return fmt.Errorf("it withdraws %d records; it may %d", len(w.Leaves), publiclog.MaxWithdrawn)
	}
	last := int64(-1)
	for _, earlier := range w.Leaves {
		if earlier <= last || earlier >= leaf {
			return fmt.Errorf("it withdraws record %d after %d", earlier, last)
		}
		last = earlier
	}
	if len(w.Ends) > 0 && len(w.Ends) != len(w.Leaves) {
		return fmt.Errorf("it names %d ends of %d records", len(w.Ends), len(w.Leaves))
	}
	for i, end := range w.Ends {
		if end <= w.Leaves[i] || end > leaf {
			return fmt.Errorf("it says that record %d ended record %d", end, w.Leaves[i])
		}
	}
	return nil
}

// readRecord reads a record, which says exactly one thing, in its one form: every
// reader finds the same in it, and it can be served on as it is.
func readRecord(text []byte) (LogRecord, error) {
	var r LogRecord
	switch canonical, err := jcs.Transform(text); {
	case err != nil:
		return r, err
	case !bytes.Equal(canonical, text):
		return r, errors.New("it is not in its form of RFC 8785")
	}
	return parseRecord(text)
}

// parseRecord reads a record that is in its one form.
func parseRecord(text []byte) (LogRecord, error) {
	var r LogRecord
	if err := json.Unmarshal(text, &r); err != nil {
		return LogRecord{}, err
	}
	said := 0
	for _, is := range []bool{r.Entry != nil, r.Removed != nil, r.Withdrawn != nil, r.Snapshot != nil} {
		if is {
			said++
		}
	}
	switch {
	case said != 1:
		return LogRecord{}, fmt.Errorf("it says %d things, and not one", said)
	case r.Entry != nil && (!wellFormedHandle.MatchString(r.Entry.Handle) || !IsCoop(r.Entry.Handle) || r.Entry.Version < 1 || r.Entry.Name == ""):
		return LogRecord{}, fmt.Errorf("an entry without a handle, a version or a name: %.100q", r.Entry.Handle)
	case r.Removed != nil && (!wellFormedHandle.MatchString(r.Removed.Handle) || !IsCoop(r.Removed.Handle)):
		return LogRecord{}, fmt.Errorf("a removal of %.100q", r.Removed.Handle)
	}
	return r, nil
}

// entryIn is the entry in a record as its home wrote it, with what we do not know
// of: written anew it could be many times as long.
func entryIn(record []byte) (string, error) {
	var r struct {
		Entry json.RawMessage `json:"entry"`
	}
	err := json.Unmarshal(record, &r)
	return string(r.Entry), err
}
