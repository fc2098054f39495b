package directory

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
)

// Ahead is how far what was written last is ahead of the clock: 0 unless it was set back
// meanwhile, or another process's machine has another time.
func (d *Directory) Ahead(ctx context.Context) (time.Duration, error) {
	var last []Change
	if err := d.db.read.WithContext(ctx).Select("at").Order("id DESC").Limit(1).Find(&last).Error; err != nil {
		return 0, fmt.Errorf("read when something was changed last: %w", err)
	}
	if len(last) == 0 {
		return 0, nil
	}
	return max(0, last[0].At.Sub(now())), nil
}

// ClockWasSetBack has what waits for other servers tried at once, since the times at which
// that was to happen were those of another clock: inboxes, servers that were left alone,
// and the origins of mirrors. An inbox of a process that died is free after a lease.
func (d *Directory) ClockWasSetBack(ctx context.Context, lease time.Duration) error {
	at := now()
	err := d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		for _, late := range []struct {
			table, column string
			until, to     time.Time
		}{
			{"inboxes", "leased_until", at.Add(lease), at.Add(lease)},
			{"inboxes", "due_at", at, at},
			{"peer_hosts", "closed_until", at, at},
			{"mirrors", "next_at", at, at},
		} {
			which := late.column + " > @until"
			if late.table == "inboxes" {
				which = d.db.inOrder(which)
			}
			err := tx.Exec("UPDATE "+late.table+" SET "+late.column+" = @to WHERE "+which, map[string]any{"until": late.until, "to": late.to}).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("try again what waits by another clock: %w", err)
	}
	return nil
}

// RenewLeases gives those whose names begin with prefix their leases of inboxes anew, from
// now on.
func (d *Directory) RenewLeases(ctx context.Context, prefix string, lease time.Duration) error {
	err := d.db.write.WithContext(ctx).Exec("UPDATE inboxes SET leased_until = @until WHERE "+d.db.inOrder("leased_until IS NOT NULL AND SUBSTR(leased_by, 1, @length) = @prefix"),
		map[string]any{"until": now().Add(lease), "length": utf8.RuneCountInString(prefix), "prefix": prefix}).Error
	if err != nil {
		return fmt.Errorf("renew the leases of inboxes: %w", err)
	}
	return nil
}
