package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Kind says what sort of change a row of the change log is.
type Kind string

// The kinds of change.
const (
	KindAdded    Kind = "added"    // a new entry
	KindChanged  Kind = "changed"  // a field has another value
	KindRenamed  Kind = "renamed"  // the name has changed
	KindDefunct  Kind = "defunct"  // the co-op has closed
	KindReturned Kind = "returned" // listed again after being defunct or unlisted
	KindUnlisted Kind = "unlisted" // vanished from the list
	KindRemoved  Kind = "removed"  // taken out by a curator
	KindMerged   Kind = "merged"   // turned out to be another entry's co-op
)

// Change is one difference: one field of one co-op, at one moment. The rows
// are append-only and numbered in the order in which they became visible.
type Change struct {
	ID        int64
	Handle    string // whose entry
	Version   int64  // of the co-op; the rows of one edit share it
	At        time.Time
	Kind      Kind
	Field     string // "" for added, removed and merged
	Before    string
	After     string
	Source    Source
	Origin    string // which list, which person
	Effective bool   // false: a higher source stands, the entry looks as before
}

// History returns the changes of a co-op's entry, newest first.
func (d *Directory) History(ctx context.Context, handle string) ([]Change, error) {
	var changes []Change
	if err := d.db.read.WithContext(ctx).Where("handle = ? AND field <> ?", handle, postField).Order("id DESC").Find(&changes).Error; err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	return changes, nil
}

// HistoryBefore is a page of History: at most limit changes, which came before the one with
// the number before if that is not 0. The changes of one edit are not parted, unless they
// alone are more than that. More says whether there are earlier ones.
func (d *Directory) HistoryBefore(ctx context.Context, handle string, before int64, limit int) (changes []Change, more bool, err error) {
	tx := d.db.read.WithContext(ctx).Where("handle = ? AND field <> ?", handle, postField)
	if before > 0 {
		tx = tx.Where("id < ?", before)
	}
	if err := tx.Order("id DESC").Limit(limit + 1).Find(&changes).Error; err != nil {
		return nil, false, fmt.Errorf("read history: %w", err)
	}
	if len(changes) <= limit {
		return changes, false, nil
	}
	whole := limit
	for whole > 0 && changes[whole-1].Version == changes[limit].Version {
		whole--
	}
	if whole == 0 {
		whole = limit
	}
	return changes[:whole], true, nil
}

// Change returns one change of a co-op's entry, or ErrNotFound.
func (d *Directory) Change(ctx context.Context, handle string, id int64) (Change, error) {
	var c Change
	err := d.db.read.WithContext(ctx).Where("handle = ? AND id = ? AND field <> ?", handle, id, postField).Take(&c).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Change{}, notFound("change: %d of %s", id, handle)
	}
	if err != nil {
		return Change{}, fmt.Errorf("read change %d of %s: %w", id, handle, err)
	}
	return c, nil
}

// LastChangeOf returns the number of the newest change of one actor; 0 if there
// is none.
func (d *Directory) LastChangeOf(ctx context.Context, handle string) (int64, error) {
	return lastChange(d.db.read.WithContext(ctx).Where("handle = ?", handle))
}

// ChangesAfter returns up to limit changes that follow the given number, in order.
func (d *Directory) ChangesAfter(ctx context.Context, number int64, limit int) ([]Change, error) {
	var changes []Change
	if err := d.db.read.WithContext(ctx).Where("id > ?", number).Order("id").Limit(limit).Find(&changes).Error; err != nil {
		return nil, fmt.Errorf("read the change log: %w", err)
	}
	return changes, nil
}

func lastChange(tx *gorm.DB) (int64, error) {
	var id int64
	if err := tx.Model(&Change{}).Select("COALESCE(MAX(id), 0)").Scan(&id).Error; err != nil {
		return 0, fmt.Errorf("read the last change: %w", err)
	}
	return id, nil
}
