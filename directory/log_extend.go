package directory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"coopverse/directory/publiclog"

	"github.com/gowebpki/jcs"
	"gorm.io/gorm"
)

// changesAtOnce is how many changes one transaction writes to the public log.
const changesAtOnce = 1000

// ExtendLog writes what has changed since it was last called to the public log,
// in one transaction for each thousand changes, and returns how many records
// were added. Any number of processes may call it.
func (d *Directory) ExtendLog(ctx context.Context) (added int64, err error) {
	for {
		var n int64
		var more bool
		err := d.db.change(ctx, func(tx *gorm.DB) (err error) {
			n, more, err = extendLog(tx)
			return err
		})
		if err != nil {
			return added, fmt.Errorf("extend the public log: %w", err)
		}
		if added += n; !more {
			return added, nil
		}
	}
}

// LogIsBehind says whether there are changes that ExtendLog has not seen.
func (d *Directory) LogIsBehind(ctx context.Context) (bool, error) {
	var behind bool
	err := d.db.read.WithContext(ctx).Raw("SELECT (SELECT COALESCE(MAX(id), 0) FROM changes) > (SELECT change_id FROM logs WHERE id = ?)", ownLog).Scan(&behind).Error
	if err != nil {
		return false, fmt.Errorf("look how far the public log is behind: %w", err)
	}
	return behind, nil
}

func extendLog(tx *gorm.DB) (added int64, more bool, err error) {
	var head logState
	if err := tx.Take(&head, "id = ?", ownLog).Error; err != nil {
		return 0, false, err
	}
	var changes []Change
	if err := tx.Where("id > ?", head.ChangeID).Order("id").Limit(changesAtOnce).Find(&changes).Error; err != nil {
		return 0, false, err
	}
	if len(changes) == 0 {
		return 0, false, nil
	}
	log := newLogWriter(tx, head)
	seen, erased := make(map[string]bool), make(map[string]bool)
	for _, c := range changes {
		erased[c.Handle] = erased[c.Handle] || c.Kind == KindErased
	}
	for _, c := range changes {
		if seen[c.Handle] || !c.Effective || c.Field == postField || !IsCoop(c.Handle) {
			continue
		}
		seen[c.Handle] = true
		if err := log.tell(c.Handle, erased[c.Handle]); err != nil {
			return 0, false, fmt.Errorf("of %s: %w", c.Handle, err)
		}
	}
	if err := log.keep(); err != nil {
		return 0, false, err
	}
	if more = len(changes) == changesAtOnce; !more {
		if err := errors.Join(log.addSnapshot(), log.keep()); err != nil {
			return 0, false, err
		}
	}
	if log.size > head.Size {
		if err := wakeMirrors(tx); err != nil {
			return 0, false, err
		}
	}
	err = tx.Model(&logState{}).Where("id = ?", ownLog).Update("change_id", changes[len(changes)-1].ID).Error
	return log.size - head.Size, more, err
}

// tell adds what is to be said of a co-op's entry now, and withdraws what was said
// of it before if that is to be erased.
func (w *logWriter) tell(handle string, erase bool) error {
	var c Coop
	if err := w.tx.Where("handle = ?", handle).Take(&c).Error; err != nil {
		return err
	}
	if c.Status == Removed {
		return w.tellRemoval(c)
	}
	var places []Place
	if err := w.tx.Where("coop_id = ?", c.ID).Order("position").Find(&places).Error; err != nil {
		return err
	}
	facts, err := factsOf(w.tx, c.ID)
	if err != nil {
		return err
	}
	if !erase {
		if erase, err = w.hadOtherContact(c); err != nil {
			return err
		}
	}
	entry := w.size
	if err := w.add(LogRecord{Entry: &LoggedEntry{profile(c, places), facts.beyondList()}}); err != nil || !erase {
		return err
	}
	told, err := w.told(handle)
	if err != nil {
		return err
	}
	return w.tellWithdrawal(told, entry, c.UpdatedAt)
}

// beyondList lists the fields for which others speak than the list and what is
// read out of it, in the order in which they are shown.
func (k known) beyondList() map[Source][]string {
	said := make(map[Source][]string)
	for _, f := range fields {
		if fact, ok := k.standing(f.Name); ok && fact.Source.standsAbove(FromList) {
			said[fact.Source] = append(said[fact.Source], f.Name)
		}
	}
	return said
}

// tellRemoval adds that an entry is gone, and withdraws what was said of it. Of
// an entry of which nothing was said there is nothing to tell.
func (w *logWriter) tellRemoval(c Coop) error {
	told, err := w.told(c.Handle)
	if err != nil || len(told) == 0 {
		return err
	}
	removal := w.size
	if err := w.add(LogRecord{Removed: &LoggedRemoval{c.Handle, c.Version, c.UpdatedAt, c.RemovedReason, c.MergedInto}}); err != nil {
		return err
	}
	return w.tellWithdrawal(told, removal, c.UpdatedAt)
}

// told lists what was said of an entry and was not withdrawn. A removal is never
// withdrawn.
func (w *logWriter) told(handle string) (told []logRow, err error) {
	err = w.tx.Where("log_id = ? AND handle = ? AND record IS NOT NULL AND (ended IS NULL OR ended <> leaf)", w.id, handle).Order("leaf").Find(&told).Error
	return told, err
}

// tellWithdrawal adds that earlier records of an entry are gone for good. The one
// at last ended the one that still stands in the database.
func (w *logWriter) tellWithdrawal(told []logRow, last int64, at time.Time) error {
	for some := range slices.Chunk(told, publiclog.MaxWithdrawn) {
		said := LoggedWithdrawal{At: at}
		for _, row := range some {
			end := last
			if row.Ended != nil {
				end = *row.Ended
			}
			said.Leaves, said.Ends = append(said.Leaves, row.Leaf), append(said.Ends, end)
		}
		if err := w.add(LogRecord{Withdrawn: &said}); err != nil {
			return err
		}
	}
	return nil
}

func (w *logWriter) add(record LogRecord) error {
	encoded, err := json.Marshal(record)
	if err != nil {
		return err
	}
	// The one form that each JSON text has (RFC 8785), so that whoever reads it
	// as JSON can still check it.
	if encoded, err = jcs.Transform(encoded); err != nil {
		return err
	}
	if len(encoded) > publiclog.MaxRecord { // no mirror would take it, nor anything after it
		return fmt.Errorf("its record has %d bytes, and may have %d", len(encoded), publiclog.MaxRecord)
	}
	salt, text := publiclog.NewSalt(), string(encoded)
	w.put(logRow{Commitment: publiclog.Commit(salt, text), Salt: salt, Record: &text}, &record)
	return nil
}
