package directory

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
)

// listMissing makes the entries of copies findable that are not: those that were
// copied before there was a list. Other writers come between each thousand.
func (d *Directory) listMissing(ctx context.Context) error {
	mirrors, err := d.Mirrors(ctx)
	if err != nil {
		return err
	}
	for _, m := range mirrors {
		for n := changesAtOnce; n == changesAtOnce; {
			err := d.db.change(ctx, func(tx *gorm.DB) (err error) {
				n, err = listSomeMissing(tx, m)
				return err
			})
			if err != nil {
				return fmt.Errorf("list the entries of %s: %w", m.Host, err)
			}
		}
	}
	return nil
}

func listSomeMissing(tx *gorm.DB, m Mirror) (n int, err error) {
	if now, err := mirrorAt(tx, m.Host); err != nil || now.ID != m.ID {
		return 0, err
	}
	var rows []mirroredEntry
	err = tx.Where("mirror_id = ? AND NOT EXISTS (SELECT 1 FROM listed l WHERE l.mirror_id = mirrored_entries.mirror_id AND l.handle = mirrored_entries.handle)", m.ID).
		Limit(changesAtOnce).Find(&rows).Error
	if err != nil {
		return 0, err
	}
	entries := make([]LoggedEntry, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal([]byte(row.Entry), &entries[i]); err != nil {
			return 0, err
		}
	}
	return len(rows), relistMirrored(tx, m, entries, nil)
}
