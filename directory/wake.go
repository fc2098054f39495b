package directory

import (
	"slices"

	"gorm.io/gorm"
)

// wakesLater is what the context of a transaction holds the wakes under that are written
// at its end.
type wakesLater struct{}

// wakes are what is written at the end of a transaction, for all in order.
type wakes struct {
	inboxes []int64
	hosts   []string // of those who have spoken and are owed something
}

// wokenLater are the wakes of the transaction, or nil if its end is not ours.
func wokenLater(tx *gorm.DB) *wakes {
	later, _ := tx.Statement.Context.Value(wakesLater{}).(*wakes)
	return later
}

// wake makes an inbox due now, because it is owed something at once. That is written
// at the end of the transaction if it knows what is heard or changed, for all its
// inboxes in order: two that woke them as they come could wait for each other.
func wake(tx *gorm.DB, inboxID int64) error {
	if later := wokenLater(tx); later != nil {
		later.inboxes = append(later.inboxes, inboxID)
		return nil
	}
	return tx.Model(&Inbox{ID: inboxID}).Updates(map[string]any{"wakes": gorm.Expr("wakes + 1"), "due_at": now()}).Error
}

// wakeNow makes inboxes due, and has the servers tried again of which somebody spoke.
func (d *Database) wakeNow(tx *gorm.DB, woken *wakes) error {
	slices.Sort(woken.inboxes)
	for some := range slices.Chunk(slices.Compact(woken.inboxes), wokenAtOnce) {
		err := tx.Exec("UPDATE inboxes SET wakes = wakes + 1, due_at = @now WHERE "+d.inOrder("id IN @some"),
			map[string]any{"now": now(), "some": padded(some)}).Error
		if err != nil {
			return err
		}
	}
	for some := range slices.Chunk(distinct(woken.hosts), wokenAtOnce) {
		if err := d.tryAgain(tx, some); err != nil {
			return err
		}
	}
	return nil
}
