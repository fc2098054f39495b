package directory

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

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
// last one that it has taken now, and extends the lease. What was addressed to
// it later than its turn does not move it back. ErrLeaseLost: another process
// has the inbox.
func (d *Directory) Took(ctx context.Context, inbox *Inbox, taken int64, receipts []Receipt, lease time.Duration) error {
	taken = max(taken, inbox.Taken)
	for i := range receipts {
		receipts[i].Detail = asText(receipts[i].Detail)
	}
	err := d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		err := holding(tx, *inbox, map[string]any{
			"taken": taken, "leased_until": now().Add(lease), "failures": 0, "failing_since": nil, "gone": false, "last_error": "",
		})
		if err != nil || len(receipts) == 0 {
			return err
		}
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&receipts).Error
	})
	if err != nil {
		return fmt.Errorf("note what %s took: %w", inbox.Host, err)
	}
	inbox.Taken = taken
	return nil
}

// GiveUp writes off everything that an inbox is owed, after it has failed for
// days. Its followers stay, and the next change is tried again. ErrLeaseLost:
// another process has the inbox.
func (d *Directory) GiveUp(ctx context.Context, inbox Inbox, status int, why string) error {
	return d.writeOff(ctx, inbox, status, why, func(tx *gorm.DB) error { return owedNothing(tx, inbox) })
}

// owedNothing has an inbox be owed nothing that is for it alone.
func owedNothing(tx *gorm.DB, inbox Inbox) error {
	if err := tx.Model(&Follower{}).Where("own_inbox_id = ? AND accepted_at IS NULL", inbox.ID).Update("accepted_at", now()).Error; err != nil {
		return err
	}
	if err := tx.Model(&Follower{}).Where("inbox_id = ? AND mirrors", inbox.ID).Update("rung", ownLogSize(tx)).Error; err != nil {
		return err
	}
	return tx.Model(&Answer{}).Where("inbox_id = ? AND sent_at IS NULL", inbox.ID).Update("sent_at", now()).Error
}

// ForgetInbox ends every following through an inbox that is gone, with a
// receipt for what it was still owed. ErrLeaseLost: another process has the inbox.
func (d *Directory) ForgetInbox(ctx context.Context, inbox Inbox, status int, why string) error {
	return d.writeOff(ctx, inbox, status, why, func(tx *gorm.DB) error {
		if err := tx.Where("inbox_id = ? OR own_inbox_id = ?", inbox.ID, inbox.ID).Delete(&Follower{}).Error; err != nil {
			return err
		}
		return tx.Where("inbox_id = ? AND sent_at IS NULL", inbox.ID).Delete(&Answer{}).Error
	})
}

// writeOff gives everything that the inbox is owed a receipt, forgets what else
// it is owed, and lets go of it.
func (d *Directory) writeOff(ctx context.Context, inbox Inbox, status int, why string, forget func(tx *gorm.DB) error) error {
	err := d.db.betweenChanges(ctx, func(tx *gorm.DB) error {
		head, err := lastChange(tx)
		if err != nil {
			return err
		}
		err = holding(tx, inbox, map[string]any{
			"taken": head, "due_at": nil, "leased_until": nil, "failures": 0, "failing_since": nil, "last_error": asText(why),
		})
		if err != nil {
			return err
		}
		owed, err := owedChanges(tx, inbox, all)
		if err != nil {
			return err
		}
		var receipts []Receipt
		for _, c := range owed {
			receipts = append(receipts, Receipt{c.ID, inbox.ID, GivenUp, status, asText(why), now()})
		}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&receipts, 100).Error; err != nil {
			return err
		}
		return forget(tx)
	})
	if err != nil {
		return fmt.Errorf("write off what %s is owed: %w", inbox.Host, err)
	}
	return nil
}
