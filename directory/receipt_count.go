package directory

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"time"

	"gorm.io/gorm"
)

// ToldCount says of one change how many servers know of it. A server may have many
// inboxes here: while one of them awaits the change the server does, and then it has been
// told if one of them took it.
type ToldCount struct {
	Change  Change `gorm:"-"`
	Told    int
	Awaited int // they are still owed it
	Refused int // refused, given up or withdrawn at each inbox
}

// All is how many servers the change is for.
func (c ToldCount) All() int { return c.Told + c.Awaited + c.Refused }

// CountReceipts counts the servers that Receipts lists, newest change first. Of each
// change it reads the receipts along their key, one number of every inbox, and followers
// only while an inbox is behind.
func (d *Directory) CountReceipts(ctx context.Context, handle string, limit int) ([]ToldCount, error) {
	tx := d.db.read.WithContext(ctx)
	var changes []Change
	if err := tx.Where("handle = ? AND effective", handle).Order("id DESC").Limit(limit).Find(&changes).Error; err != nil {
		return nil, fmt.Errorf("read the changes of %s: %w", handle, err)
	}
	return countServers(tx, changes)
}

// CountReceiptsOfPosts is CountReceipts for the last change of each of those posts of an
// actor, by the post's number. A post that is no longer in the change log is left out.
func (d *Directory) CountReceiptsOfPosts(ctx context.Context, handle string, posts ...int64) (map[int64]ToldCount, error) {
	tx := d.db.read.WithContext(ctx)
	numbers := make([]string, len(posts))
	for i, id := range posts {
		numbers[i] = strconv.FormatInt(id, 10)
	}
	var last []Change
	err := tx.Where(`id IN (SELECT MAX(id) FROM changes WHERE handle = ? AND effective AND field = 'post' AND after IN ? GROUP BY after)`, handle, numbers).Find(&last).Error
	if err != nil {
		return nil, fmt.Errorf("read the last changes of posts of %s: %w", handle, err)
	}
	counts, err := countServers(tx, last)
	if err != nil {
		return nil, err
	}
	of := make(map[int64]ToldCount, len(counts))
	for _, c := range counts {
		id, _ := c.Change.PostID()
		of[id] = c
	}
	return of, nil
}

func countServers(tx *gorm.DB, changes []Change) ([]ToldCount, error) {
	counts := make([]ToldCount, len(changes))
	for i, c := range changes {
		values := whoAwaits(c)
		maps.Copy(values, map[string]any{"told": Told})
		// One statement: what is told between two would be counted in both or in neither.
		err := tx.Raw(`SELECT COALESCE(SUM(awaited), 0) AS awaited, COALESCE(SUM((1 - awaited) * told), 0) AS told, COALESCE(SUM((1 - awaited) * (1 - told)), 0) AS refused FROM (
			SELECT host, MAX(told) AS told, MAX(awaited) AS awaited FROM (
				SELECT i.host, CASE WHEN r.outcome = @told THEN 1 ELSE 0 END AS told, 0 AS awaited FROM receipts r JOIN inboxes i ON i.id = r.inbox_id WHERE r.change_id = @change
				UNION ALL SELECT host, 0 AS told, 1 AS awaited FROM inboxes WHERE `+awaiting+`) AS at_inboxes
			GROUP BY host) AS at_servers`, values).Scan(&counts[i]).Error
		if err != nil {
			return nil, fmt.Errorf("count who was told of change %d: %w", c.ID, err)
		}
		counts[i].Change = c
	}
	return counts, nil
}

// EntryTold says how many servers were told of the last change of an entry.
type EntryTold struct {
	Change int64     `json:"change"` // its number, as in the history
	At     time.Time `json:"at"`
	ServerCounts
}

// ServerCounts is how many servers know of a change: see ToldCount.
type ServerCounts struct {
	Told    int `json:"told"`
	Awaited int `json:"awaited"`
	Refused int `json:"refused"`
}

// entryTold counts for an entry; nil when its last change is for nobody.
func (d *Directory) entryTold(ctx context.Context, handle string) (*EntryTold, error) {
	counts, err := d.CountReceipts(ctx, handle, 1)
	if err != nil || len(counts) == 0 || counts[0].All() == 0 {
		return nil, err
	}
	c := counts[0]
	return &EntryTold{c.Change.ID, c.Change.At, ServerCounts{c.Told, c.Awaited, c.Refused}}, nil
}
