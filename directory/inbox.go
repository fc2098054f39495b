package directory

import (
	"context"
	"errors"
	"fmt"
	"strconv"
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
func rowOfInbox(tx *gorm.DB, url string) (Inbox, error) {
	taken, err := lastChange(tx)
	if err != nil {
		return Inbox{}, err
	}
	inbox := Inbox{URL: url, Host: hostOf(url), Taken: taken}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&inbox).Error; err != nil {
		return Inbox{}, err
	}
	return inbox, tx.Where("url = ?", url).Take(&inbox).Error
}

// wakeInbox makes the inbox due now, because an Accept is owed.
func wakeInbox(tx *gorm.DB, url string) (Inbox, error) {
	inbox, err := rowOfInbox(tx, url)
	if err != nil {
		return Inbox{}, err
	}
	return inbox, tx.Model(&inbox).Updates(map[string]any{"wakes": gorm.Expr("wakes + 1"), "due_at": now()}).Error
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
	var swept delivery
	if err := d.db.read.WithContext(ctx).Take(&swept).Error; err != nil {
		return fmt.Errorf("read how far inboxes were woken: %w", err)
	}
	head, err := d.LastChange(ctx)
	if err != nil || head == swept.Swept {
		return err
	}
	err = d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		err := tx.Exec(`UPDATE inboxes SET wakes = wakes + 1, due_at = CASE WHEN failures > 0 THEN due_at ELSE @now END
			WHERE id IN (SELECT f.inbox_id FROM followers f JOIN changes c ON c.handle = f.handle
				WHERE c.id > @swept AND c.id <= @head AND c.id > f.since AND c.effective)`,
			map[string]any{"now": now(), "swept": swept.Swept, "head": head}).Error
		if err != nil {
			return err
		}
		return tx.Exec("UPDATE delivery SET swept = ? WHERE id = 1 AND swept < ?", head, head).Error
	})
	if err != nil {
		return fmt.Errorf("wake inboxes: %w", err)
	}
	return nil
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

// OwedAccepts lists the Follows that the inbox has not been sent an Accept for.
func (d *Directory) OwedAccepts(ctx context.Context, inboxID int64) ([]Follower, error) {
	var owed []Follower
	err := d.db.read.WithContext(ctx).Where("own_inbox_id = ? AND accepted_at IS NULL", inboxID).Order("followed_at").Limit(100).Find(&owed).Error
	if err != nil {
		return nil, fmt.Errorf("read the owed Accepts: %w", err)
	}
	return owed, nil
}

// OwedChanges lists, in order, up to limit changes that the inbox has not
// taken: those of whom its followers follow, after each one's Follow.
func (d *Directory) OwedChanges(ctx context.Context, inbox Inbox, limit int) ([]Change, error) {
	return owedChanges(d.db.read.WithContext(ctx), inbox, limit)
}

func owedChanges(tx *gorm.DB, inbox Inbox, limit int) ([]Change, error) {
	var owed []Change
	err := tx.Where(`id > ? AND effective AND EXISTS (SELECT 1 FROM followers f
		WHERE f.inbox_id = ? AND f.handle = changes.handle AND f.since < changes.id)`, inbox.Taken, inbox.ID).
		Order("id").Limit(limit).Find(&owed).Error
	if err != nil {
		return nil, fmt.Errorf("read what %s is owed: %w", inbox.Host, err)
	}
	return owed, nil
}

// Accepted notes that the follower's inbox took the Accept of that Follow.
func (d *Directory) Accepted(ctx context.Context, f Follower) error {
	err := d.db.write.WithContext(ctx).Model(&Follower{}).
		Where("handle = ? AND peer_id = ? AND follow_id = ?", f.Handle, f.PeerID, f.FollowID).Update("accepted_at", now()).Error
	if err != nil {
		return fmt.Errorf("note the Accept of %s: %w", f.PeerID, err)
	}
	return nil
}

// Outcome says how telling an inbox about a change ended.
type Outcome string

// The outcomes.
const (
	Told    Outcome = "told"
	Refused Outcome = "refused"  // the server said no, for good
	GivenUp Outcome = "given up" // no answer for days, or the inbox is gone

	Withdrawn Outcome = "withdrawn" // a post that was deleted before it was sent
)

// Receipt is the end of telling one inbox about one change.
type Receipt struct {
	ChangeID int64 `gorm:"primaryKey"`
	InboxID  int64 `gorm:"primaryKey"`
	Outcome  Outcome
	Status   int // HTTP status; 0: no answer
	Detail   string
	At       time.Time
}

// Took moves the inbox past the changes of the receipts, which end with the
// last one that it has taken now, and extends the lease. ErrLeaseLost: another
// process has the inbox.
func (d *Directory) Took(ctx context.Context, inbox *Inbox, taken int64, receipts []Receipt, lease time.Duration) error {
	err := d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		held := tx.Model(&Inbox{}).Where("id = ? AND leased_by = ?", inbox.ID, inbox.LeasedBy).Updates(map[string]any{
			"taken": taken, "leased_until": now().Add(lease), "failures": 0, "failing_since": nil, "gone": false, "last_error": "",
		})
		if held.Error != nil {
			return held.Error
		}
		if held.RowsAffected == 0 {
			return ErrLeaseLost
		}
		if len(receipts) == 0 {
			return nil
		}
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&receipts).Error
	})
	if err != nil {
		return fmt.Errorf("note what %s took: %w", inbox.Host, err)
	}
	inbox.Taken = taken
	return nil
}

// LetGo ends the lease of an inbox that has caught up with inbox.Taken. If
// something became owed meanwhile the inbox stays due.
func (d *Directory) LetGo(ctx context.Context, inbox Inbox) error {
	err := d.db.write.WithContext(ctx).Exec(`UPDATE inboxes SET taken = @taken, leased_until = NULL, failures = 0, failing_since = NULL, gone = FALSE, last_error = '',
		due_at = CASE WHEN wakes = @wakes THEN NULL ELSE due_at END WHERE id = @id AND leased_by = @holder`,
		map[string]any{"taken": inbox.Taken, "wakes": inbox.Wakes, "id": inbox.ID, "holder": inbox.LeasedBy}).Error
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
		map[string]any{"now": now(), "gone": gone, "why": why, "at": at.UTC().Truncate(time.Millisecond), "id": inbox.ID, "holder": inbox.LeasedBy}).Error
	if err != nil {
		return fmt.Errorf("put off %s: %w", inbox.Host, err)
	}
	return nil
}

// NeverTold says whether the inbox has not been sent the post in any form.
func (d *Directory) NeverTold(ctx context.Context, inbox Inbox, p Post) (bool, error) {
	var n int64
	err := d.db.read.WithContext(ctx).Model(&Receipt{}).Joins("JOIN changes ON changes.id = receipts.change_id").
		Where("receipts.inbox_id = ? AND receipts.outcome = ?", inbox.ID, Told).
		Where("changes.handle = ? AND changes.field = ? AND changes.after = ?", p.Handle, postField, strconv.FormatInt(p.ID, 10)).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("look whether %s knows post %d: %w", inbox.Host, p.ID, err)
	}
	return n == 0, nil
}

// GiveUp writes off everything that an inbox is owed, after it has failed for
// days. Its followers stay, and the next change is tried again.
func (d *Directory) GiveUp(ctx context.Context, inbox Inbox, status int, why string) error {
	err := d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		taken, err := writeOff(tx, inbox, status, why)
		if err != nil {
			return err
		}
		if err := tx.Model(&Follower{}).Where("own_inbox_id = ? AND accepted_at IS NULL", inbox.ID).Update("accepted_at", now()).Error; err != nil {
			return err
		}
		return tx.Model(&Inbox{}).Where("id = ? AND leased_by = ?", inbox.ID, inbox.LeasedBy).Updates(map[string]any{
			"taken": taken, "due_at": nil, "leased_until": nil, "failures": 0, "failing_since": nil, "last_error": why,
		}).Error
	})
	if err != nil {
		return fmt.Errorf("give up on %s: %w", inbox.Host, err)
	}
	return nil
}

// ForgetInbox ends every following through an inbox that is gone, with a
// receipt for what it was still owed.
func (d *Directory) ForgetInbox(ctx context.Context, inbox Inbox, status int, why string) error {
	err := d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		taken, err := writeOff(tx, inbox, status, why)
		if err != nil {
			return err
		}
		if err := tx.Where("inbox_id = ? OR own_inbox_id = ?", inbox.ID, inbox.ID).Delete(&Follower{}).Error; err != nil {
			return err
		}
		return tx.Model(&Inbox{}).Where("id = ?", inbox.ID).Updates(map[string]any{
			"taken": taken, "due_at": nil, "leased_until": nil, "last_error": why,
		}).Error
	})
	if err != nil {
		return fmt.Errorf("forget the inbox on %s: %w", inbox.Host, err)
	}
	return nil
}

// writeOff gives everything that the inbox is owed a receipt, and returns the
// number of the last change there is.
func writeOff(tx *gorm.DB, inbox Inbox, status int, why string) (head int64, err error) {
	if head, err = lastChange(tx); err != nil {
		return 0, err
	}
	owed, err := owedChanges(tx, inbox, -1)
	if err != nil || len(owed) == 0 {
		return head, err
	}
	receipts := make([]Receipt, len(owed))
	for i, c := range owed {
		receipts[i] = Receipt{c.ID, inbox.ID, GivenUp, status, why, now()}
	}
	return head, tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&receipts, 100).Error
}
