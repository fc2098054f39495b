package directory

import (
	"slices"

	"gorm.io/gorm"
)

// wakesLater is what the context of a transaction holds the inboxes under that are
// woken at its end.
type wakesLater struct{}

// wokenLater are the inboxes that are woken at the end of the transaction, or nil if
// its end is not ours.
func wokenLater(tx *gorm.DB) *[]int64 {
	later, _ := tx.Statement.Context.Value(wakesLater{}).(*[]int64)
	return later
}

// wake makes an inbox due now, because it is owed something at once. That is written
// at the end of the transaction if it knows what is heard or changed, for all its
// inboxes in order: two that woke them as they come could wait for each other.
func wake(tx *gorm.DB, inboxID int64) error {
	if later := wokenLater(tx); later != nil {
		*later = append(*later, inboxID)
		return nil
	}
	return tx.Model(&Inbox{ID: inboxID}).Updates(map[string]any{"wakes": gorm.Expr("wakes + 1"), "due_at": now()}).Error
}

// wakeNow makes inboxes due.
func (d *Database) wakeNow(tx *gorm.DB, ids []int64) error {
	slices.Sort(ids)
	for some := range slices.Chunk(slices.Compact(ids), wokenAtOnce) {
		err := tx.Exec("UPDATE inboxes SET wakes = wakes + 1, due_at = @now WHERE "+d.inOrder("id IN @some"),
			map[string]any{"now": now(), "some": padded(some)}).Error
		if err != nil {
			return err
		}
	}
	return nil
}
