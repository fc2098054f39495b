package directory

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Answer is something that one inbox alone is owed: the Accept or Reject of a
// request, the Delete of leave that was given, the Create of a message, a Block, or
// the Follow of a directory that we mirror, what takes these two back, and a report.
type Answer struct {
	ID              int64
	InboxID         int64
	Handle          string // who answers
	Type            string // Accept, Reject, Delete, Create, Block, Follow, Undo or Flag
	Request         string // the activity that is answered, as received; or a Message, LogFollow or LogReport
	AuthorizationID int64  // that an Accept grants or a Delete takes back; 0: none
	BlockID         int64  // that a Block or an Undo tells of; 0: none
	MadeAt          time.Time
	SentAt          *time.Time // nil: it is owed
}

// maxRequest is the length of the longest request that is kept to be sent back,
// in bytes. An answer that holds it whole must not be larger than others take.
const maxRequest = 48_000

// keptRequest is a request in the form in which it is kept, or ErrInvalid.
func keptRequest(request string) (string, error) {
	if len(request) > maxRequest {
		return "", fmt.Errorf("%w: the request has %d bytes; one that is to be answered takes %d", ErrInvalid, len(request), maxRequest)
	}
	return asText(request), nil
}

// owe has an answer sent to an inbox.
func owe(tx *gorm.DB, inbox string, a Answer) error {
	row, err := rowOfInbox(tx, inbox)
	if err != nil {
		return err
	}
	if a.Request, err = keptRequest(a.Request); err != nil {
		return err
	}
	return oweInbox(tx, row.ID, a)
}

func oweInbox(tx *gorm.DB, inboxID int64, a Answer) error {
	a.InboxID, a.MadeAt = inboxID, now()
	if err := tx.Create(&a).Error; err != nil {
		return fmt.Errorf("owe a %s of %s: %w", a.Type, a.Handle, err)
	}
	return wake(tx, inboxID)
}

// OwedAnswers lists, oldest first, up to OwedAtOnce answers that the inbox has not
// been sent.
func (d *Directory) OwedAnswers(ctx context.Context, inboxID int64) ([]Answer, error) {
	var owed []Answer
	err := d.db.read.WithContext(ctx).Where("inbox_id = ? AND sent_at IS NULL", inboxID).Order("id").Limit(OwedAtOnce).Find(&owed).Error
	if err != nil {
		return nil, fmt.Errorf("read the owed answers: %w", err)
	}
	return owed, nil
}

// Answered notes that an answer was sent, or will never be taken.
func (d *Directory) Answered(ctx context.Context, a Answer) error {
	err := d.db.together(ctx, func(tx *gorm.DB) error { return tx.Model(&a).Update("sent_at", now()).Error })
	if err != nil {
		return fmt.Errorf("note that answer %d was sent: %w", a.ID, err)
	}
	return nil
}
