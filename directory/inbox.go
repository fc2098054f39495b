package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

	Server PeerHost `gorm:"-"` // as it was when the inbox was leased
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

// rowsOfInboxes is rowOfInbox for many, and returns their ids by address.
func rowsOfInboxes(tx *gorm.DB, urls []string) (map[string]int64, error) {
	var found []Inbox
	if err := tx.Select("id", "url").Where("url IN ?", distinct(urls)).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("look for %d inboxes: %w", len(urls), err)
	}
	ids := make(map[string]int64, len(urls))
	for _, inbox := range found {
		ids[inbox.URL] = inbox.ID
	}
	var missing []Inbox
	for _, url := range urls {
		if _, known := ids[url]; !known {
			ids[url] = 0
			missing = append(missing, Inbox{URL: url, Host: hostOf(url)})
		}
	}
	if len(missing) == 0 {
		return ids, nil
	}
	taken, err := lastChange(tx)
	if err != nil {
		return nil, err
	}
	var addresses []string
	for i := range missing {
		missing[i].Taken = taken
		addresses = append(addresses, missing[i].URL)
	}
	some := padded(missing)
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&some).Error; err != nil {
		return nil, fmt.Errorf("make %d inboxes: %w", len(missing), err)
	}
	found = nil // another process may have made some of them
	if err := tx.Select("id", "url").Where("url IN ?", distinct(addresses)).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("look for %d inboxes: %w", len(addresses), err)
	}
	for _, inbox := range found {
		ids[inbox.URL] = inbox.ID
	}
	return ids, nil
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
	err = d.sweepAlone(ctx, func() error {
		// What is heard is waited for once: a Follow that was not committed yet
		// would not be seen, and what it is owed not looked for a second time.
		// One that comes later is owed none of these changes.
		if err := d.db.aloneWithChanges(ctx, func(*gorm.DB) error { return nil }); err != nil {
			return err
		}
		if err := d.wakeOwed(ctx, from.Swept, head); err != nil {
			return err
		}
		return d.db.write.WithContext(ctx).Exec("UPDATE delivery SET swept = ? WHERE id = 1 AND swept < ?", head, head).Error
	})
	if err != nil {
		return fmt.Errorf("wake inboxes: %w", err)
	}
	return nil
}

// sweepLock is the key of the PostgreSQL lock of the one process that wakes
// inboxes.
const sweepLock = changeLock + 1

// sweepAlone runs fn unless another process wakes inboxes now.
func (d *Directory) sweepAlone(ctx context.Context, fn func() error) error {
	if !d.db.postgres {
		return fn() // to wake twice does no harm
	}
	return d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var alone bool
		if err := tx.Raw("SELECT pg_try_advisory_xact_lock(?)", sweepLock).Scan(&alone).Error; err != nil || !alone {
			return err
		}
		return fn()
	})
}

// wakeOwed wakes whoever is owed one of the changes after from up to head. A
// farewell, which is rare, goes to every server that is there; asking for it
// apart spares every other sweep a walk through all inboxes. Few are woken at
// once, so that whoever edits meanwhile does not wait for all.
func (d *Directory) wakeOwed(ctx context.Context, from, head int64) error {
	tx := d.db.read.WithContext(ctx)
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
	var ids []int64
	err := tx.Raw("SELECT id FROM inboxes WHERE "+owed+" ORDER BY id", map[string]any{"from": from, "head": head, "rekeyed": KindRekeyed}).Scan(&ids).Error
	if err != nil {
		return err
	}
	for some := range slices.Chunk(ids, wokenAtOnce) {
		err := d.db.write.WithContext(ctx).Exec("UPDATE inboxes SET wakes = wakes + 1, due_at = CASE WHEN failures > 0 THEN due_at ELSE @now END WHERE "+d.db.inOrder("id IN @some"),
			map[string]any{"now": now(), "some": padded(some)}).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// wokenAtOnce is how many inboxes are woken in one transaction.
const wokenAtOnce = 250

// LeaseInboxes takes up to n inboxes that are due, for the holder alone until the
// lease ends: of each server in turn, the oldest first. Of a server that fails it
// takes few, and none of those that are full. A server that is left alone is asked
// at one inbox when its time is over.
func (d *Directory) LeaseInboxes(ctx context.Context, holder string, n int, lease time.Duration, full ...string) ([]Inbox, error) {
	at := now()
	until := at.Add(lease)
	due := `FROM inboxes i LEFT JOIN peer_hosts h ON h.host = i.host
		WHERE i.due_at <= @now AND (i.leased_until IS NULL OR i.leased_until < @now) AND (h.closed_until IS NULL OR h.closed_until <= @now)
		AND i.host NOT IN @full`
	with := map[string]any{"now": at, "until": until, "holder": holder, "n": n, "full": append(padded(full), " "), "each": LeasedPerServer, "failing": leasedOfFailing}
	var inboxes []Inbox
	// Mostly nothing is due. Asking does not wait for the one writer; taking does.
	err := d.db.read.WithContext(ctx).Raw("SELECT i.id "+due+" LIMIT 1", with).Scan(&inboxes).Error
	if err != nil || len(inboxes) == 0 {
		return nil, err
	}
	inboxes = nil
	locked := "SELECT id FROM chosen"
	if d.db.postgres { // another process may take some of them in the same moment
		locked = "SELECT id FROM inboxes WHERE id IN (SELECT id FROM chosen) AND (leased_until IS NULL OR leased_until < @now) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
	}
	err = d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		err := tx.Raw(`WITH placed AS (SELECT i.id, i.due_at, h.closed_until, h.failures, ROW_NUMBER() OVER (PARTITION BY i.host ORDER BY i.due_at, i.id) AS place `+due+`),
			chosen AS (SELECT id FROM placed WHERE place <= CASE WHEN closed_until IS NOT NULL THEN 1 WHEN failures > 0 THEN @failing ELSE @each END ORDER BY place, due_at LIMIT @n)
			UPDATE inboxes SET leased_until = @until, leased_by = @holder WHERE id IN (`+locked+`) RETURNING *`,
			with).Scan(&inboxes).Error
		if err != nil || len(inboxes) == 0 {
			return err
		}
		inboxes, err = probe(tx, inboxes, at, until)
		return err
	})
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

// Release ends the leases of inboxes that are still behind, so that another process can go
// on at once. Those that this one has lost stay as they are.
func (d *Directory) Release(ctx context.Context, inboxes ...Inbox) error {
	for len(inboxes) > 0 {
		holder := inboxes[0].LeasedBy
		var held []int64
		inboxes = slices.DeleteFunc(slices.Clone(inboxes), func(i Inbox) bool {
			if i.LeasedBy == holder {
				held = append(held, i.ID)
			}
			return i.LeasedBy == holder
		})
		ours := "id IN @held AND leased_by = @holder"
		err := d.db.write.WithContext(ctx).Exec("UPDATE inboxes SET leased_until = NULL WHERE "+d.db.inOrder(ours), map[string]any{"held": padded(held), "holder": holder}).Error
		if err != nil {
			return fmt.Errorf("release %d inboxes: %w", len(held), err)
		}
	}
	return nil
}
