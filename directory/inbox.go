package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Inbox is a listener: one inbox of another server, and how far it has been
// told. It is also the queue. Nothing is written for each delivery that is to
// be made: an inbox is behind when its followers' co-ops have changed since
// the change that it took last.
type Inbox struct {
	ID           int64
	URL          string
	Host         string
	Taken        int64      // number of the last change it has taken
	DueAt        *time.Time // when to try next; nil: nothing is owed
	Wakes        int64      // counts how often something new was owed
	LeasedUntil  *time.Time // a process is at it until then
	LeasedBy     string
	Failures     int // in a row
	FailingSince *time.Time
	Gone         bool // the last answer was that there is no such inbox
	LastError    string
}

// TableName names the table of inboxes.
func (Inbox) TableName() string { return "inboxes" }

// rowOfInbox returns the row of an inbox and makes it when it is missing. A
// new one has taken everything up to now: what its first follower is owed
// begins there.
func rowOfInbox(tx *gorm.DB, url string) (inbox Inbox, err error) {
	known := tx.Where("url = ?", url).Limit(1).Find(&inbox)
	if known.Error != nil || known.RowsAffected > 0 {
		return inbox, known.Error
	}
	taken, err := lastChange(tx)
	if err != nil {
		return Inbox{}, err
	}
	// Another process may be making it at this moment.
	made := Inbox{URL: url, Host: hostOf(url), Taken: taken}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&made).Error; err != nil {
		return Inbox{}, fmt.Errorf("make the inbox %s: %w", url, err)
	}
	err = tx.Where("url = ?", url).Take(&inbox).Error
	return inbox, err
}

// wake makes an inbox due now, because it is owed something at once.
func wake(tx *gorm.DB, inboxID int64) error {
	return tx.Model(&Inbox{ID: inboxID}).Updates(map[string]any{"wakes": gorm.Expr("wakes + 1"), "due_at": now()}).Error
}

// delivery is the one row that says how far the change log has been looked
// through for inboxes to wake.
type delivery struct {
	ID    int64
	Swept int64
}

// TableName names the table with the one row.
func (delivery) TableName() string { return "delivery" }

// WakeInboxes makes every inbox due that is owed one of the changes since the
// last call, by whichever process. An inbox that is failing keeps waiting for
// its next try. It writes as many rows as inboxes are owed something, and none
// for the others.
func (d *Directory) WakeInboxes(ctx context.Context) error {
	var from delivery
	if err := d.db.read.WithContext(ctx).Take(&from).Error; err != nil {
		return fmt.Errorf("read how far inboxes were woken: %w", err)
	}
	head, err := d.LastChange(ctx)
	if err != nil || head == from.Swept {
		return err
	}
	// What is heard waits meanwhile: a Follow that was not committed yet would
	// not be seen, and what it is owed not looked for a second time.
	err = d.db.change(ctx, func(tx *gorm.DB) error {
		swept := tx.Exec("UPDATE delivery SET swept = ? WHERE id = 1 AND swept = ?", head, from.Swept)
		if swept.Error != nil || swept.RowsAffected == 0 { // another process has looked through them
			return swept.Error
		}
		return wakeOwed(tx, from.Swept, head)
	})
	if err != nil {
		return fmt.Errorf("wake inboxes: %w", err)
	}
	return nil
}

// wakeOwed wakes whoever is owed one of the changes after from up to head. A
// farewell, which is rare, goes to every server that is there; asking for it
// apart spares every other sweep a walk through all inboxes.
func wakeOwed(tx *gorm.DB, from, head int64) error {
	// SQLite takes the tables of a CROSS JOIN in their order: few changes, then
	// those who follow. Otherwise it would begin with all followers.
	owed := `id IN (SELECT f.inbox_id FROM changes c CROSS JOIN followers f
			WHERE c.id > @from AND c.id <= @head AND c.effective AND f.handle = c.handle AND f.since < c.id AND ` + toldToMirrors + `
		UNION SELECT inbox_id FROM addressees WHERE change_id > @from AND change_id <= @head)`
	var farewell int64
	if err := tx.Model(&Change{}).Where("id > ? AND id <= ? AND kind IN ?", from, head, farewells).Count(&farewell).Error; err != nil {
		return err
	}
	if farewell > 0 {
		owed = "NOT gone AND NOT " + toldElsewhere("inboxes.url") + " OR " + owed
	}
	return tx.Exec("UPDATE inboxes SET wakes = wakes + 1, due_at = CASE WHEN failures > 0 THEN due_at ELSE @now END WHERE "+owed,
		map[string]any{"now": now(), "from": from, "head": head, "rekeyed": KindRekeyed}).Error
}

// LeaseInboxes takes up to n inboxes that are due, oldest first, for the
// holder alone until the lease ends.
func (d *Directory) LeaseInboxes(ctx context.Context, holder string, n int, lease time.Duration) ([]Inbox, error) {
	at := now()
	due := "SELECT id FROM inboxes WHERE due_at <= @now AND (leased_until IS NULL OR leased_until < @now) ORDER BY due_at LIMIT @n"
	var inboxes []Inbox
	// Mostly nothing is due. Asking does not wait for the one writer; taking does.
	err := d.db.read.WithContext(ctx).Raw(due, map[string]any{"now": at, "n": 1}).Scan(&inboxes).Error
	if err != nil || len(inboxes) == 0 {
		return nil, err
	}
	inboxes = nil
	if d.db.postgres {
		due += " FOR UPDATE SKIP LOCKED"
	}
	err = d.db.write.WithContext(ctx).Raw(
		"UPDATE inboxes SET leased_until = @until, leased_by = @holder WHERE id IN ("+due+") RETURNING *",
		map[string]any{"now": at, "until": at.Add(lease), "holder": holder, "n": n},
	).Scan(&inboxes).Error
	if err != nil {
		return nil, fmt.Errorf("lease inboxes: %w", err)
	}
	return inboxes, nil
}

// ErrLeaseLost means that another process has taken the inbox over.
var ErrLeaseLost = errors.New("the lease of the inbox is lost")

// holding writes to an inbox that its process still holds, else ErrLeaseLost.
func holding(tx *gorm.DB, inbox Inbox, columns map[string]any) error {
	held := tx.Model(&Inbox{}).Where("id = ? AND leased_by = ?", inbox.ID, inbox.LeasedBy).Updates(columns)
	if held.Error == nil && held.RowsAffected == 0 {
		return ErrLeaseLost
	}
	return held.Error
}

// LetGo ends the lease of an inbox that has caught up with inbox.Taken. If
// something became owed meanwhile the inbox stays due.
func (d *Directory) LetGo(ctx context.Context, inbox Inbox) error {
	err := d.db.together(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE inboxes SET taken = @taken, leased_until = NULL, failures = 0, failing_since = NULL, gone = FALSE, last_error = '',
			due_at = CASE WHEN wakes = @wakes THEN NULL ELSE due_at END WHERE id = @id AND leased_by = @holder`,
			map[string]any{"taken": inbox.Taken, "wakes": inbox.Wakes, "id": inbox.ID, "holder": inbox.LeasedBy}).Error
	})
	if err != nil {
		return fmt.Errorf("let go of %s: %w", inbox.Host, err)
	}
	return nil
}

// Release ends the lease of an inbox that is still behind, so that another
// process can go on at once.
func (d *Directory) Release(ctx context.Context, inbox Inbox) error {
	err := d.db.write.WithContext(ctx).Model(&Inbox{}).Where("id = ? AND leased_by = ?", inbox.ID, inbox.LeasedBy).Update("leased_until", nil).Error
	if err != nil {
		return fmt.Errorf("release %s: %w", inbox.Host, err)
	}
	return nil
}

// TryAgain ends the lease of an inbox that did not answer as hoped, until the
// given time. Gone says that the answer was that there is no such inbox.
func (d *Directory) TryAgain(ctx context.Context, inbox Inbox, gone bool, why string, at time.Time) error {
	err := d.db.write.WithContext(ctx).Exec(`UPDATE inboxes SET leased_until = NULL, failures = failures + 1,
		failing_since = COALESCE(failing_since, @now), gone = @gone, last_error = @why, due_at = @at WHERE id = @id AND leased_by = @holder`,
		map[string]any{"now": now(), "gone": gone, "why": asText(why), "at": asStored(at), "id": inbox.ID, "holder": inbox.LeasedBy}).Error
	if err != nil {
		return fmt.Errorf("put off %s: %w", inbox.Host, err)
	}
	return nil
}
