package directory

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
)

// KindErased is the kind of a change after which nothing is left of what an entry
// said before.
const KindErased Kind = "erased"

// contactField is often the address of a person: once it is taken away or
// replaced, nothing tells of it any more.
const contactField = "contact"

// EraseHistory takes back for good what an entry said before: the texts in its
// history, and its earlier records in the public log. What it says now stays.
// Errors: ErrNotFound, *GoneError.
func (d *Directory) EraseHistory(ctx context.Context, by Actor, handle, origin string) error {
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		c, err := coopByHandle(tx, handle)
		if err != nil {
			return err
		}
		if err := eraseTexts(tx.Where("field <> ?", postField), c.Handle); err != nil {
			return err
		}
		if err := audit(tx, by, "erased what it said before", c.Handle, ""); err != nil {
			return err
		}
		c.Version++
		c.UpdatedAt = later(now(), c.UpdatedAt)
		if err := tx.Save(&c).Error; err != nil {
			return err
		}
		return tx.Create(&Change{Handle: c.Handle, Version: c.Version, At: c.UpdatedAt, Kind: KindErased, Source: FromCurator, Origin: origin, Effective: true}).Error
	})
	if err != nil {
		return fmt.Errorf("erase what %s said before: %w", handle, err)
	}
	return nil
}

func eraseTexts(tx *gorm.DB, handle string) error {
	return tx.Model(&Change{}).Where("handle = ?", handle).Updates(map[string]any{"before": "", "after": ""}).Error
}

// eraseContact erases the contact that an edit has taken away or replaced from
// the history.
func (e *edit) eraseContact(tx *gorm.DB) error {
	for _, c := range e.changes {
		if c.Field == contactField && c.Effective && c.Before != "" {
			return eraseTexts(tx.Where("field = ?", contactField), e.coop.Handle)
		}
	}
	return nil
}

// hadOtherContact says whether the newest of an entry's records names a contact
// that it has no longer.
func (w *logWriter) hadOtherContact(c Coop) (bool, error) {
	var texts []string
	err := w.tx.Model(&logRow{}).Where("log_id = ? AND handle = ? AND ended IS NULL AND record IS NOT NULL", w.id, c.Handle).Pluck("record", &texts).Error
	if err != nil || len(texts) == 0 {
		return false, err
	}
	var r LogRecord
	if err := json.Unmarshal([]byte(texts[0]), &r); err != nil || r.Entry == nil {
		return false, err
	}
	return r.Entry.Contact != "" && r.Entry.Contact != c.Contact, nil
}
