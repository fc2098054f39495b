package directory

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// ownLogSize is how many records our own log has, for use in a statement.
func ownLogSize(tx *gorm.DB) *gorm.DB {
	return tx.Session(&gorm.Session{NewDB: true}).Model(&logState{}).Select("size").Where("id = ?", ownLog)
}

func logSize(tx *gorm.DB) (size int64, err error) {
	if err := ownLogSize(tx).Scan(&size).Error; err != nil {
		return 0, fmt.Errorf("read the size of the public log: %w", err)
	}
	return size, nil
}

// wakeMirrors makes the inboxes of those due who mirror our log, because it has
// grown. One that is failing keeps waiting for its next try.
func wakeMirrors(tx *gorm.DB) error {
	err := tx.Exec(`UPDATE inboxes SET wakes = wakes + 1, due_at = CASE WHEN failures > 0 THEN due_at ELSE @now END
		WHERE id IN (SELECT inbox_id FROM followers WHERE mirrors)`, map[string]any{"now": now()}).Error
	if err != nil {
		return fmt.Errorf("wake the mirrors: %w", err)
	}
	return nil
}

// MirrorFollowers lists those who mirror our log and hear of it through an inbox.
func (d *Directory) MirrorFollowers(ctx context.Context, inboxID int64) ([]Follower, error) {
	var found []Follower
	if err := d.db.read.WithContext(ctx).Where("inbox_id = ? AND mirrors", inboxID).Order("followed_at, peer_id").Find(&found).Error; err != nil {
		return nil, fmt.Errorf("read who mirrors the public log: %w", err)
	}
	return found, nil
}

// Rung notes that a mirror was told of the log's records before the one with that
// number, and extends the lease of its inbox. ErrLeaseLost: another process has it.
func (d *Directory) Rung(ctx context.Context, inbox Inbox, f Follower, record int64, lease time.Duration) error {
	err := d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		err := holding(tx, inbox, map[string]any{
			"leased_until": now().Add(lease), "failures": 0, "failing_since": nil, "gone": false, "last_error": "",
		})
		if err != nil {
			return err
		}
		return tx.Model(&Follower{}).Where("handle = ? AND peer_id = ? AND mirrors AND rung < ?", f.Handle, f.PeerID, record).
			Updates(map[string]any{"rung": record, "rung_at": now()}).Error
	})
	if err != nil {
		return fmt.Errorf("note that %s was told of the log: %w", f.PeerID, err)
	}
	return nil
}

// Listings says whose entries begin and whose end with the records of our log
// from one on to before another. Of an entry that begins and ends among them only
// the end is told.
func (d *Directory) Listings(ctx context.Context, from, to int64) (added, removed []string, err error) {
	tx := d.db.read.WithContext(ctx)
	err = tx.Raw(`SELECT DISTINCT r.handle FROM log_records r WHERE r.log_id = @log AND r.leaf >= @from AND r.leaf < @to
			AND r.record LIKE '{"entry":%' AND NOT EXISTS (SELECT 1 FROM log_records e WHERE e.log_id = r.log_id AND e.handle = r.handle AND e.leaf < @from)
		ORDER BY r.handle`, map[string]any{"log": ownLog, "from": from, "to": to}).Scan(&added).Error
	if err != nil {
		return nil, nil, fmt.Errorf("read whose entries begin: %w", err)
	}
	err = tx.Model(&logRow{}).Where(`log_id = ? AND leaf >= ? AND leaf < ? AND record LIKE '{"removed":%'`, ownLog, from, to).Order("handle").Pluck("handle", &removed).Error
	if err != nil {
		return nil, nil, fmt.Errorf("read whose entries end: %w", err)
	}
	return added, removed, nil
}

// ListedHandles lists, in order, the handles of up to limit co-ops that have an
// entry, of those after the one given; "" begins with the first.
func (d *Directory) ListedHandles(ctx context.Context, after string, limit int) ([]string, error) {
	handles := []string{}
	err := d.db.read.WithContext(ctx).Model(&Coop{}).Where("status <> ? AND handle > ?", Removed, asText(after)).Order("handle").Limit(limit).Pluck("handle", &handles).Error
	if err != nil {
		return nil, fmt.Errorf("list who has an entry: %w", err)
	}
	return handles, nil
}

// ListedCount counts the co-ops that have an entry.
func (d *Directory) ListedCount(ctx context.Context) (int, error) {
	var n int64
	if err := d.db.read.WithContext(ctx).Model(&Coop{}).Where("status <> ?", Removed).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count who has an entry: %w", err)
	}
	return int(n), nil
}
