package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Block says that one of our actors does not want to hear somebody of another
// server. Nobody but the two is told of it.
type Block struct {
	ID      int64
	Handle  string // who blocks
	PeerID  string // whom
	Account string // name@host, as it was when blocked
	InboxID int64  // of that actor alone
	MadeAt  time.Time
	EndedAt *time.Time // nil: it stands
}

// blockedEffect is what comes of an activity whose sender is blocked.
const blockedEffect = "blocked"

// BlockSender has the actor with that handle hear nothing more of a known actor
// of another server, from now on and also after that one has moved. The sender
// follows no more, which it is told, its replies vanish, and leave to quote or
// feature is taken back. Errors: ErrNotFound for either of the two, *GoneError,
// ErrInvalid when it is blocked already.
func (d *Directory) BlockSender(ctx context.Context, by Actor, handle, peerID string) error {
	handle = strings.ToLower(handle)
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		if err := exists(tx, handle); err != nil {
			return err
		}
		p, err := peerByID(tx, peerID)
		if err != nil {
			return err
		}
		if blocked, err := isBlocked(tx, handle, p.ID); err != nil || blocked {
			return errorOr(err, fmt.Errorf("%w: %s has blocked %s already", ErrInvalid, handle, p.Handle))
		}
		if err := block(tx, handle, p); err != nil {
			return err
		}
		return audit(tx, by, "blocked a sender", handle, p.ID)
	})
	if err != nil {
		return fmt.Errorf("block %s for %s: %w", peerID, handle, err)
	}
	return nil
}

// errorOr is the first of the two that is an error.
func errorOr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// block writes a block down, owes the word of it, and lets it have its effect.
func block(tx *gorm.DB, handle string, p Peer) error {
	own, err := rowOfInbox(tx, p.Inbox)
	if err != nil {
		return err
	}
	b := Block{Handle: handle, PeerID: p.ID, Account: p.Handle, InboxID: own.ID, MadeAt: now()}
	if err := tx.Create(&b).Error; err != nil {
		return err
	}
	if err := expel(tx, b); err != nil {
		return err
	}
	if err := silence(tx, p.ID); err != nil {
		return err
	}
	return oweInbox(tx, own.ID, Answer{Handle: handle, Type: "Block", BlockID: b.ID})
}

// expel ends what the blocked actor has of the one that blocks it.
func expel(tx *gorm.DB, b Block) error {
	var following []Follower
	if err := tx.Where("handle = ? AND peer_id = ?", b.Handle, b.PeerID).Find(&following).Error; err != nil {
		return err
	}
	for _, f := range following {
		if err := tx.Delete(&f).Error; err != nil {
			return err
		}
		if err := oweInbox(tx, f.OwnInboxID, Answer{Handle: f.Handle, Type: "Reject", Request: f.Follow}); err != nil {
			return err
		}
	}
	var given []Authorization
	if err := tx.Where("handle = ? AND peer_id = ? AND revoked_at IS NULL", b.Handle, b.PeerID).Order("id").Find(&given).Error; err != nil {
		return err
	}
	return takeBack(tx, given)
}

// UnblockSender ends a block. The other server is told, and the replies are shown
// again. Who followed before has to do so again. Errors: ErrNotFound when there is
// no such block.
func (d *Directory) UnblockSender(ctx context.Context, by Actor, handle, peerID string) error {
	handle = strings.ToLower(handle)
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		var b Block
		err := tx.Where("handle = ? AND peer_id = ? AND ended_at IS NULL", handle, asText(peerID)).Take(&b).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return notFound("block: %s by %s", peerID, handle)
		}
		if err != nil {
			return err
		}
		if err := tx.Model(&b).Update("ended_at", now()).Error; err != nil {
			return err
		}
		if err := silence(tx, b.PeerID); err != nil {
			return err
		}
		if err := oweInbox(tx, b.InboxID, Answer{Handle: handle, Type: "Undo", BlockID: b.ID}); err != nil {
			return err
		}
		return audit(tx, by, "unblocked a sender", handle, b.PeerID)
	})
	if err != nil {
		return fmt.Errorf("unblock %s for %s: %w", peerID, handle, err)
	}
	return nil
}

// Blocks lists whom an actor has blocked, newest first. Errors: ErrNotFound, *GoneError.
func (d *Directory) Blocks(ctx context.Context, handle string) ([]Block, error) {
	handle = strings.ToLower(handle)
	if err := d.Exists(ctx, handle); err != nil {
		return nil, err
	}
	blocks := []Block{}
	if err := d.db.read.WithContext(ctx).Where("handle = ? AND ended_at IS NULL", handle).Order("id DESC").Find(&blocks).Error; err != nil {
		return nil, fmt.Errorf("read whom %s has blocked: %w", handle, err)
	}
	return blocks, nil
}

// BlockByID returns a block, also one that was ended; or ErrNotFound.
func (d *Directory) BlockByID(ctx context.Context, id int64) (Block, error) {
	var b Block
	err := d.db.read.WithContext(ctx).Take(&b, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Block{}, notFound("block: %d", id)
	}
	if err != nil {
		return Block{}, fmt.Errorf("read block %d: %w", id, err)
	}
	return b, nil
}

func isBlocked(tx *gorm.DB, handle, peerID string) (bool, error) {
	deaf, err := deafTo(tx, peerID)
	return slices.Contains(deaf, handle), err
}

// deafTo lists who has blocked an actor; "" are the operators, for everybody,
// who have nothing to do with its domain.
func deafTo(tx *gorm.DB, peerID string) ([]string, error) {
	var handles []string
	err := tx.Raw(`SELECT handle FROM blocks WHERE peer_id = @peer AND ended_at IS NULL
		UNION ALL SELECT '' WHERE `+shutOut,
		map[string]any{"peer": asText(peerID), "domains": domainsOf(hostOf(peerID))}).Scan(&handles).Error
	if err != nil {
		return nil, fmt.Errorf("read who has blocked %s: %w", peerID, err)
	}
	return handles, nil
}

// takeInUnlessBlocked is takeIn for what brings something new. fn asks
// h.blockedBy before it does it. ErrBlocked: the domain has been blocked since
// the activity came.
func (d *Directory) takeInUnlessBlocked(ctx context.Context, h *Heard, fn func(tx *gorm.DB) (effect string, err error)) error {
	return d.takeIn(ctx, h, func(tx *gorm.DB) (string, error) {
		var err error
		if h.deaf, err = deafTo(tx, h.Peer.ID); err != nil {
			return "", err
		}
		if h.blockedBy("") {
			return "", fmt.Errorf("%w: %s", ErrBlocked, hostOf(h.Peer.ID))
		}
		return fn(tx)
	})
}

// blockedBy says whether the actor with that handle does not want to hear the sender.
func (h *Heard) blockedBy(handle string) bool { return slices.Contains(h.deaf, handle) }

// silence hides the replies of actors who are blocked, and shows the others'.
func silence(tx *gorm.DB, peerIDs ...string) error {
	var domains []string
	if err := tx.Model(&BlockedDomain{}).Pluck("domain", &domains).Error; err != nil {
		return err
	}
	blocked := anyOf(domains)
	for _, id := range peerIDs {
		err := tx.Exec(`UPDATE replies SET silenced = @domain OR EXISTS (SELECT 1 FROM blocks b
			WHERE b.peer_id = replies.peer_id AND b.handle = replies.handle AND b.ended_at IS NULL) WHERE peer_id = @peer`,
			map[string]any{"domain": slices.ContainsFunc(domainsOf(hostOf(id)), blocked), "peer": id}).Error
		if err != nil {
			return fmt.Errorf("hide what %s has said: %w", id, err)
		}
	}
	return nil
}
