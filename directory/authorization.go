package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// The types of authorization, as FEP-044f and FEP-7aa9 call them.
const (
	QuoteAuthorization   = "QuoteAuthorization"
	FeatureAuthorization = "FeatureAuthorization"
)

// Authorization is leave that a co-op gave to somebody to quote one of its
// posts, or to feature it in a collection. Anyone may look it up.
type Authorization struct {
	ID          int64
	Handle      string
	Type        string
	Interacting string // id of the quoting note, or of the collection
	PostID      int64  // that is quoted; 0: the introduction, or the actor
	PeerID      string // who asked
	InboxID     int64
	GivenAt     time.Time
	RevokedAt   *time.Time
}

// Authorization returns leave that still stands. Errors: ErrNotFound; *GoneError
// when the co-op was removed.
func (d *Directory) Authorization(ctx context.Context, handle string, id int64) (Authorization, error) {
	tx := d.db.read.WithContext(ctx)
	if err := exists(tx, handle); err != nil {
		return Authorization{}, err
	}
	a, err := authorizationByID(tx, id)
	if err == nil && (a.Handle != handle || a.RevokedAt != nil) {
		return Authorization{}, notFound("authorization: %d of %s", id, handle)
	}
	return a, err
}

// AuthorizationByID returns leave, also if it was taken back.
func (d *Directory) AuthorizationByID(ctx context.Context, id int64) (Authorization, error) {
	return authorizationByID(d.db.read.WithContext(ctx), id)
}

func authorizationByID(tx *gorm.DB, id int64) (Authorization, error) {
	var a Authorization
	err := tx.Take(&a, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Authorization{}, notFound("authorization: %d", id)
	}
	if err != nil {
		return Authorization{}, fmt.Errorf("read authorization %d: %w", id, err)
	}
	return a, nil
}

// Authorize answers a request to quote a post or to feature an actor: with
// leave, if the co-op's own policy gives it and the asker is not blocked, else
// with a Reject. The same
// request again is answered again, with the same leave. request is the
// activity as received. Errors: ErrNotFound, *GoneError, ErrRepeated, ErrInvalid.
func (d *Directory) Authorize(ctx context.Context, h Heard, a Authorization, request string) error {
	if err := checkIDs(a.Interacting); err != nil {
		return err
	}
	return d.takeInUnlessBlocked(ctx, &h, func(tx *gorm.DB) (string, error) {
		granted, err := mayAuthorize(tx, a)
		granted = granted && !h.blockedBy(a.Handle)
		if err == nil && granted {
			granted, err = isAskers(tx, h.Peer.ID, a)
		}
		if err != nil {
			return "", err
		}
		if !granted {
			return "rejected", owe(tx, h.Peer.Inbox, Answer{Handle: a.Handle, Type: "Reject", Request: request})
		}
		id, err := give(tx, h.Peer, a)
		if err != nil {
			return "", fmt.Errorf("give leave: %w", err)
		}
		return "accepted", owe(tx, h.Peer.Inbox, Answer{Handle: a.Handle, Type: "Accept", Request: request, AuthorizationID: id})
	})
}

// mayAuthorize says whether the policy of whom a request is about gives leave.
func mayAuthorize(tx *gorm.DB, a Authorization) (bool, error) {
	if a.Type == QuoteAuthorization {
		if err := mustStand(tx, a.Handle, a.PostID); err != nil {
			return false, err
		}
	}
	if !IsCoop(a.Handle) { // the directory and its topics speak for all
		return a.Handle != InstanceHandle, nil
	}
	c, err := coopByHandle(tx, a.Handle)
	if a.Type == QuoteAuthorization {
		return c.MayBeQuoted(), err
	}
	return c.FeaturableBy(false) && c.MovedTo == "", err
}

// isAskers says whether nobody else was given leave for the same note or
// collection. Of one that is only named it is not known whose it is, and a
// neighbour's request must not become a way to take the leave back.
func isAskers(tx *gorm.DB, askerID string, a Authorization) (bool, error) {
	var others int64
	err := tx.Model(&Authorization{}).Where("handle = ? AND type = ? AND post_id = ? AND interacting = ? AND peer_id <> ?",
		a.Handle, a.Type, a.PostID, a.Interacting, askerID).Count(&others).Error
	if err != nil {
		return false, fmt.Errorf("look for leave that was given: %w", err)
	}
	return others == 0, nil
}

// give notes leave and returns its number.
func give(tx *gorm.DB, asker Peer, a Authorization) (int64, error) {
	inbox, err := knownPeer(tx, asker)
	if err != nil {
		return 0, err
	}
	a.PeerID, a.InboxID, a.GivenAt = asker.ID, inbox.ID, now()
	again := clause.OnConflict{
		Columns:   []clause.Column{{Name: "handle"}, {Name: "type"}, {Name: "post_id"}, {Name: "interacting"}},
		DoUpdates: clause.AssignmentColumns([]string{"inbox_id", "revoked_at"}),
	}
	if err := tx.Clauses(again).Create(&a).Error; err != nil {
		return 0, err
	}
	var id int64
	err = tx.Model(&Authorization{}).Where("handle = ? AND type = ? AND post_id = ? AND interacting = ?", a.Handle, a.Type, a.PostID, a.Interacting).
		Select("id").Take(&id).Error
	return id, err
}

// revoke takes back the leave that a co-op's policy does not give any more,
// and tells those who had it.
func revoke(tx *gorm.DB, c Coop) error {
	var refused []string
	if !c.MayBeQuoted() {
		refused = append(refused, QuoteAuthorization)
	}
	if !c.FeaturableBy(false) {
		refused = append(refused, FeatureAuthorization)
	}
	if len(refused) == 0 {
		return nil
	}
	var given []Authorization
	if err := tx.Where("handle = ? AND type IN ? AND revoked_at IS NULL", c.Handle, refused).Order("id").Find(&given).Error; err != nil {
		return fmt.Errorf("read the leave that %s gave: %w", c.Handle, err)
	}
	return takeBack(tx, given)
}

// takeBack takes leave back, and tells those who had it.
func takeBack(tx *gorm.DB, given []Authorization) error {
	for _, a := range given {
		if err := tx.Model(&a).Update("revoked_at", now()).Error; err != nil {
			return fmt.Errorf("take back leave %d: %w", a.ID, err)
		}
		if err := oweInbox(tx, a.InboxID, Answer{Handle: a.Handle, Type: "Delete", AuthorizationID: a.ID}); err != nil {
			return err
		}
	}
	return nil
}
