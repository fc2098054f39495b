package directory

import (
	"context"
	"fmt"
	"maps"
)

// ToldCount says of one change how many inboxes of other servers know of it.
type ToldCount struct {
	Change  Change `gorm:"-"`
	Told    int
	Awaited int // they are still owed it
	Refused int // refused, given up or withdrawn
}

// All is how many inboxes the change is for.
func (c ToldCount) All() int { return c.Told + c.Awaited + c.Refused }

// CountReceipts counts what Receipts lists, newest first. Of each change it
// reads the receipts along their key, one number of every inbox, and followers
// only while an inbox is behind.
func (d *Directory) CountReceipts(ctx context.Context, handle string, limit int) ([]ToldCount, error) {
	tx := d.db.read.WithContext(ctx)
	var changes []Change
	if err := tx.Where("handle = ? AND effective", handle).Order("id DESC").Limit(limit).Find(&changes).Error; err != nil {
		return nil, fmt.Errorf("read the changes of %s: %w", handle, err)
	}
	counts := make([]ToldCount, len(changes))
	for i, c := range changes {
		values := whoAwaits(c)
		maps.Copy(values, map[string]any{"told": Told})
		// One statement: what is told between two would be counted in both or in neither.
		err := tx.Raw(`SELECT (SELECT COUNT(*) FROM receipts WHERE change_id = @change AND outcome = @told) AS told,
			(SELECT COUNT(*) FROM receipts WHERE change_id = @change AND outcome <> @told) AS refused,
			(SELECT COUNT(*) FROM inboxes WHERE `+awaiting+`) AS awaited`, values).Scan(&counts[i]).Error
		if err != nil {
			return nil, fmt.Errorf("count who was told of change %d: %w", c.ID, err)
		}
		counts[i].Change = c
	}
	return counts, nil
}
