package directory

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
)

const (
	// rememberFor is how long an activity is remembered, to notice a second
	// copy, and an actor who has to do with nobody. It is far longer than a
	// signature is taken.
	rememberFor = 7 * 24 * time.Hour
	// keepEventsFor is how long what was heard can be looked at, and how long
	// leave that was taken back is kept. What one actor says in that time is not
	// bounded here: whoever serves the inbox bounds how fast it can speak.
	keepEventsFor = 90 * 24 * time.Hour
)

// Tidy forgets what is not needed any more of other servers: activities that
// are too old to come again, actors who have to do with nobody, old events,
// what we are to servers by which nobody signs in, and answers and addressed
// changes that were told. It also lists what an older version has copied of
// other directories.
func (d *Directory) Tidy(ctx context.Context) error {
	tx := d.db.write.WithContext(ctx)
	lately, longAgo := now().Add(-rememberFor), now().Add(-keepEventsFor)
	for _, old := range []struct {
		what  string
		found *gorm.DB
		row   any
	}{
		{"activities", tx.Where("at < ?", lately), &heard{}},
		{"answers", tx.Where("sent_at < ?", lately), &Answer{}},
		{"events", tx.Where("at < ?", longAgo), &Event{}},
		{"clients", tx.Where("checked_at < ?", longAgo), &OAuthClient{}},
		{"blocks that were ended", tx.Where("ended_at < ?", longAgo), &Block{}},
		{"leave", tx.Where("revoked_at < ?", longAgo), &Authorization{}},
		{"servers that are brought nothing", tx.Where("NOT EXISTS (SELECT 1 FROM inboxes i WHERE i.host = peer_hosts.host)"), &PeerHost{}},
		{"addressed changes", tx.Where("EXISTS (SELECT 1 FROM receipts r WHERE r.change_id = addressees.change_id AND r.inbox_id = addressees.inbox_id)"), &addressee{}},
	} {
		if err := old.found.Delete(old.row).Error; err != nil {
			return fmt.Errorf("forget old %s: %w", old.what, err)
		}
	}
	if err := d.listMissing(ctx); err != nil {
		return err
	}
	return d.db.change(ctx, func(tx *gorm.DB) error {
		if err := forgetSessions(tx); err != nil {
			return fmt.Errorf("forget old sessions: %w", err)
		}
		if err := forgetStrangers(tx, lately); err != nil {
			return fmt.Errorf("forget actors who have to do with nobody: %w", err)
		}
		if err := bringForward(tx); err != nil {
			return fmt.Errorf("bring idle inboxes forward: %w", err)
		}
		return nil
	})
}

// forgetStrangers forgets actors who were fetched before that time and have to
// do with nobody. The others' keys stay: if such an actor is deleted, its server
// does not give them out any more, and its farewell could not be verified.
func forgetStrangers(tx *gorm.DB, before time.Time) error {
	return tx.Where(`fetched_at < ? AND NOT EXISTS (SELECT 1 FROM followers WHERE peer_id = peers.id)
		AND NOT EXISTS (SELECT 1 FROM replies WHERE peer_id = peers.id)
		AND NOT EXISTS (SELECT 1 FROM reactions WHERE peer_id = peers.id)
		AND NOT EXISTS (SELECT 1 FROM authorizations WHERE peer_id = peers.id)`, before).Delete(&Peer{}).Error
}

// bringForward has the inboxes that are owed nothing begin, next time, where
// the change log has been looked through for them, so that it need not be read
// from where they once stopped.
func bringForward(tx *gorm.DB) error {
	return tx.Exec(`UPDATE inboxes SET taken = (SELECT swept FROM delivery)
		WHERE due_at IS NULL AND taken < (SELECT swept FROM delivery)`).Error
}
