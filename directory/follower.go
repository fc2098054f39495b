package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// DirectoryHandle is the handle of the directory's own actor.
const DirectoryHandle = "directory"

// Follower is somebody of another server who follows one of our actors.
type Follower struct {
	Handle     string `gorm:"primaryKey"` // who is followed
	PeerID     string `gorm:"primaryKey"`
	InboxID    int64  // where changes go: the shared inbox if there is one
	OwnInboxID int64  // where the Accept goes
	FollowID   string
	Follow     string // the Follow as received, JSON
	Since      int64  // the last change before it was followed through this inbox
	FollowedAt time.Time
	AcceptedAt *time.Time // when the Accept was delivered; nil: it is owed
	Mirrors    bool       // it copies our log, and is told of that and not of posts
	Rung       int64      // how many records the log had when a mirror was last told
	RungAt     *time.Time

	Peer Peer
}

// AddFollower stores a Follow of the actor with that handle, and with it the
// owed Accept; follow is the activity as received. A repeated Follow keeps its
// place in the change log, takes the newer activity and is accepted again. One by
// somebody whom that actor has blocked is owed a Reject.
// Errors: ErrNotFound and *GoneError for the handle, ErrRepeated, ErrInvalid.
func (d *Directory) AddFollower(ctx context.Context, h Heard, handle, follow string) error {
	return d.addFollower(ctx, h, Follower{Handle: handle, Follow: follow})
}

// AddMirrorFollower is AddFollower for a Follow of the directory's actor in which h.Peer
// says that it mirrors our log. One without that word takes it back.
func (d *Directory) AddMirrorFollower(ctx context.Context, h Heard, follow string) error {
	return d.addFollower(ctx, h, Follower{Handle: DirectoryHandle, Follow: follow, Mirrors: true})
}

func (d *Directory) addFollower(ctx context.Context, h Heard, row Follower) error {
	var err error
	if row.Follow, err = keptRequest(row.Follow); err != nil {
		return fmt.Errorf("take in the Follow of %s: %w", h.Peer.ID, err)
	}
	return d.hear(ctx, &h, hearing{follow: &row})
}

// keepFollowers keeps the Follows among activities, of which each actor has one.
func keepFollowers(tx *gorm.DB, hearings []*hearing, inboxes map[string]int64) error {
	hearings = without(hearings, func(hg *hearing) bool { return hg.follow == nil })
	if len(hearings) == 0 {
		return nil
	}
	var ids, handles []string
	for _, hg := range hearings {
		ids, handles = append(ids, hg.h.Peer.ID), append(handles, hg.follow.Handle)
	}
	var known []Follower
	if err := tx.Where("peer_id IN ? AND handle IN ?", distinct(ids), distinct(handles)).Find(&known).Error; err != nil {
		return fmt.Errorf("look who of %d follows already: %w", len(ids), err)
	}
	head, err := lastChange(tx)
	if err != nil {
		return err
	}
	var rows []Follower
	for _, hg := range hearings {
		row := *hg.follow
		row.PeerID, row.InboxID, row.OwnInboxID = hg.h.Peer.ID, inboxes[hg.h.Peer.Deliverable()], inboxes[hg.h.Peer.Inbox]
		row.FollowID, row.FollowedAt = hg.h.ActivityID, now()
		if err := takePlace(tx, &row, known, head); err != nil {
			return err
		}
		rows = append(rows, row)
		hg.effect = "follows"
		if err := wake(tx, row.OwnInboxID); err != nil {
			return err
		}
		if row.Mirrors { // it is there, and need not wait for the next try
			hg.effect = "mirrors"
			if err := wake(tx, row.InboxID); err != nil {
				return err
			}
		}
	}
	some := padded(rows)
	added := tx.Omit("Peer").Clauses(clause.OnConflict{DoNothing: true}).Create(&some)
	if added.Error != nil {
		return fmt.Errorf("keep %d Follows: %w", len(rows), added.Error)
	}
	if int(added.RowsAffected) == len(rows) {
		return nil // mostly nobody among them follows already
	}
	for some := range inPowers(rows) {
		if err := tx.Omit("Peer").Clauses(clause.OnConflict{UpdateAll: true}).Create(&some).Error; err != nil {
			return fmt.Errorf("keep %d Follows: %w", len(some), err)
		}
	}
	return nil
}

// takePlace sets from when on a new follower is owed changes, of which head is the
// last. Somebody who follows already keeps their place, unless they hear of us through
// another inbox now.
func takePlace(tx *gorm.DB, f *Follower, known []Follower, head int64) error {
	if f.Mirrors {
		var err error
		if f.Rung, err = logSize(tx); err != nil {
			return err
		}
	}
	f.Since = head
	for _, k := range known {
		if k.Handle != f.Handle || k.PeerID != f.PeerID {
			continue
		}
		f.FollowedAt = k.FollowedAt
		if f.Mirrors && k.Mirrors {
			f.Rung, f.RungAt = k.Rung, k.RungAt
		}
		if k.InboxID == f.InboxID {
			f.Since = k.Since
			return nil
		}
		return handOver(tx, k, f.InboxID)
	}
	return nil
}

// RefuseFollower answers a Follow with a Reject; follow is the activity as received.
func (d *Directory) RefuseFollower(ctx context.Context, h Heard, handle, follow string) error {
	return d.takeIn(ctx, &h, func(tx *gorm.DB) (string, error) {
		return "rejected", owe(tx, h.Peer.Inbox, Answer{Handle: handle, Type: "Reject", Request: follow})
	})
}

// RemoveFollower ends a following of h.Peer: the one that the activity followID
// began, or that of the actor with that handle. Ending what is not there is no
// error.
func (d *Directory) RemoveFollower(ctx context.Context, h Heard, handle, followID string) error {
	return d.takeIn(ctx, &h, func(tx *gorm.DB) (string, error) {
		result := tx.Where("peer_id = ? AND (handle = ? OR follow_id = ?)", h.Peer.ID, asText(handle), asText(followID)).Delete(&Follower{})
		if result.RowsAffected == 0 {
			return "did not follow", result.Error
		}
		return "follows no more", result.Error
	})
}

// FollowedBy returns the handle that a Follow was of, "" if it is not known.
func (d *Directory) FollowedBy(ctx context.Context, peerID, followID string) (string, error) {
	var handle string
	err := d.db.read.WithContext(ctx).Model(&Follower{}).Where("peer_id = ? AND follow_id = ?", peerID, asText(followID)).Limit(1).Pluck("handle", &handle).Error
	if err != nil {
		return "", fmt.Errorf("look for the Follow %s: %w", followID, err)
	}
	return handle, nil
}

// Follows says whether an actor of another server follows one of ours.
func (d *Directory) Follows(ctx context.Context, peerID string) (bool, error) {
	var n int
	if err := d.db.read.WithContext(ctx).Raw("SELECT 1 FROM followers WHERE peer_id = ? LIMIT 1", asText(peerID)).Scan(&n).Error; err != nil {
		return false, fmt.Errorf("look whether %s follows: %w", peerID, err)
	}
	return n > 0, nil
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

// NewestFollowers lists who follows the actor with that handle, newest first, at
// most limit after the actor with the id after ("": from the first). ErrNotFound:
// that one does not follow.
func (d *Directory) NewestFollowers(ctx context.Context, handle, after string, limit int) ([]Follower, error) {
	tx := d.db.read.WithContext(ctx)
	found := tx.Preload("Peer").Where("handle = ?", handle)
	if after != "" {
		var last Follower
		err := tx.Where("handle = ? AND peer_id = ?", handle, asText(after)).Take(&last).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil, notFound("follower: %s of %s", after, handle)
		}
		if err != nil {
			return nil, fmt.Errorf("read the follower %s: %w", after, err)
		}
		found = found.Where("(followed_at, peer_id) < (?, ?)", last.FollowedAt, last.PeerID)
	}
	followers := []Follower{}
	if err := found.Order("followed_at DESC, peer_id DESC").Limit(limit).Find(&followers).Error; err != nil {
		return nil, fmt.Errorf("read the newest followers of %s: %w", handle, err)
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
