package directory

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// DirectoryHandle is the handle of the directory's own actor.
const DirectoryHandle = "directory"

// Peer is an actor of another server, as last fetched.
type Peer struct {
	ID          string `gorm:"primaryKey"` // the actor's id
	Inbox       string
	SharedInbox string // "" when its server has none
	Handle      string // name@host, as its server writes it
	KeyID       string
	PublicPEM   string
	FetchedAt   time.Time
}

// Follower is somebody of another server who follows one of our actors.
type Follower struct {
	Handle     string `gorm:"primaryKey"` // who is followed
	PeerID     string `gorm:"primaryKey"`
	InboxID    int64  // where changes go: the shared inbox if there is one
	OwnInboxID int64  // where the Accept goes
	FollowID   string
	Follow     string // the Follow as received, JSON
	Since      int64  // the last change before the first Follow
	FollowedAt time.Time
	AcceptedAt *time.Time // when the Accept was delivered; nil: it is owed
}

// heard is an activity that was taken in.
type heard struct {
	PeerID     string `gorm:"primaryKey"`
	ActivityID string `gorm:"primaryKey"`
	At         time.Time
}

// TableName names the table of activities that were taken in.
func (heard) TableName() string { return "heard" }

// ErrRepeated means that the activity was taken in before; it had no effect.
var ErrRepeated = errors.New("this activity was taken in before")

// PeerByKey returns the remembered actor with that key, or ErrNotFound.
func (d *Directory) PeerByKey(ctx context.Context, keyID string) (Peer, error) {
	var p Peer
	err := d.db.read.WithContext(ctx).Where("key_id = ?", keyID).Take(&p).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Peer{}, fmt.Errorf("%w: the key %s", ErrNotFound, keyID)
	}
	if err != nil {
		return Peer{}, fmt.Errorf("read the actor with the key %s: %w", keyID, err)
	}
	return p, nil
}

// RememberPeer keeps what was fetched about an actor.
func (d *Directory) RememberPeer(ctx context.Context, p Peer) error {
	if err := d.db.write.WithContext(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&p).Error; err != nil {
		return fmt.Errorf("remember %s: %w", p.ID, err)
	}
	return nil
}

// AddFollower stores a Follow of the actor with that handle, and with it the
// owed Accept. A repeated Follow keeps its place in the change log, takes the
// newer activity and is accepted again. Errors: ErrNotFound and *GoneError for
// the handle, ErrRepeated for an activity that was taken in already.
func (d *Directory) AddFollower(ctx context.Context, handle string, p Peer, followID, follow string) error {
	if handle != DirectoryHandle {
		if _, err := d.Coop(ctx, handle); err != nil {
			return err
		}
	}
	err := d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := hear(tx, p.ID, followID); err != nil {
			return err
		}
		own, err := wakeInbox(tx, p.Inbox)
		if err != nil {
			return err
		}
		told := own
		if p.SharedInbox != "" && p.SharedInbox != p.Inbox {
			if told, err = rowOfInbox(tx, p.SharedInbox); err != nil {
				return err
			}
		}
		since, err := lastChange(tx)
		if err != nil {
			return err
		}
		row := Follower{
			Handle: handle, PeerID: p.ID, InboxID: told.ID, OwnInboxID: own.ID,
			FollowID: followID, Follow: follow, Since: since, FollowedAt: now(),
		}
		return tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "handle"}, {Name: "peer_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"inbox_id", "own_inbox_id", "follow_id", "follow", "accepted_at"}),
		}).Create(&row).Error
	})
	if err != nil {
		return fmt.Errorf("add follower %s of %s: %w", p.ID, handle, err)
	}
	return nil
}

// RemoveFollower ends a following, by the Follow's id if that is known, else
// by who follows whom. Ending what is not there is no error.
func (d *Directory) RemoveFollower(ctx context.Context, handle, peerID, followID, activityID string) error {
	err := d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := hear(tx, peerID, activityID); err != nil {
			return err
		}
		return tx.Where("peer_id = ? AND (handle = ? OR follow_id = ?)", peerID, handle, followID).Delete(&Follower{}).Error
	})
	if err != nil {
		return fmt.Errorf("remove follower %s of %s: %w", peerID, handle, err)
	}
	return nil
}

// ForgetPeer ends every following of an actor that is gone.
func (d *Directory) ForgetPeer(ctx context.Context, peerID string) error {
	err := d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Where("peer_id = ?", peerID).Delete(&Follower{}).Error; err != nil {
			return err
		}
		return tx.Where("id = ?", peerID).Delete(&Peer{}).Error
	})
	if err != nil {
		return fmt.Errorf("forget %s: %w", peerID, err)
	}
	return nil
}

// rememberFor is how long an activity is remembered, to notice a second copy,
// and an actor who follows nobody. It is far longer than a signature is taken.
const rememberFor = 7 * 24 * time.Hour

// Tidy forgets what is not needed any more of other servers: activities that
// are too old to come again, and actors who follow nobody.
func (d *Directory) Tidy(ctx context.Context) error {
	before := now().Add(-rememberFor)
	tx := d.db.write.WithContext(ctx)
	if err := tx.Where("at < ?", before).Delete(&heard{}).Error; err != nil {
		return fmt.Errorf("forget old activities: %w", err)
	}
	if err := tx.Where("fetched_at < ? AND id NOT IN (SELECT peer_id FROM followers)", before).Delete(&Peer{}).Error; err != nil {
		return fmt.Errorf("forget actors who follow nobody: %w", err)
	}
	return nil
}

// hear notes an activity, in the transaction of its effect.
func hear(tx *gorm.DB, peerID, activityID string) error {
	result := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&heard{peerID, activityID, now()})
	if result.Error != nil {
		return result.Error
	}
	if result.RowsAffected == 0 {
		return ErrRepeated
	}
	return nil
}

// Followers lists who follows the actor with that handle, oldest first.
func (d *Directory) Followers(ctx context.Context, handle string) ([]Follower, error) {
	var followers []Follower
	err := d.db.read.WithContext(ctx).Where("handle = ?", handle).Order("followed_at, peer_id").Find(&followers).Error
	if err != nil {
		return nil, fmt.Errorf("read the followers of %s: %w", handle, err)
	}
	return followers, nil
}

// FollowerCount counts who follows the actor with that handle.
func (d *Directory) FollowerCount(ctx context.Context, handle string) (int, error) {
	var n int64
	if err := d.db.read.WithContext(ctx).Model(&Follower{}).Where("handle = ?", handle).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count the followers of %s: %w", handle, err)
	}
	return int(n), nil
}

// hostOf is the host that an inbox is on, for limits and receipts.
func hostOf(inbox string) string {
	u, err := url.Parse(inbox)
	if err != nil {
		return ""
	}
	return u.Host
}
