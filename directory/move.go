package directory

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// MovedError means that a co-op speaks from its own server now.
type MovedError struct{ Handle, To string }

func (e *MovedError) Error() string { return fmt.Sprintf("%s has moved to %s", e.Handle, e.To) }

// KindMoved is the change that tells a co-op's followers where it speaks now.
const KindMoved Kind = "moved"

// MoveCoop hands a co-op's followers over to its actor on another server, whose
// id is to; the caller has seen that that actor calls ours one of its names.
// The entry stays listed. "" takes the move back. Errors: ErrNotFound,
// *GoneError, ErrInvalid.
func (d *Directory) MoveCoop(ctx context.Context, handle, to, origin string) error {
	if err := checkIDs(to); err != nil {
		return err
	}
	return d.db.change(ctx, func(tx *gorm.DB) error {
		c, err := coopByHandle(tx, handle)
		if err != nil {
			return err
		}
		switch {
		case c.MovedTo == to && to == "":
			return fmt.Errorf("%w: %s has not moved", ErrInvalid, c.Handle)
		case c.MovedTo == to:
			return fmt.Errorf("%w: %s has moved to %s already", ErrInvalid, c.Handle, to)
		}
		told := Change{Handle: c.Handle, At: now(), Kind: KindChanged, Field: "moved_to", Before: c.MovedTo, After: to, Source: FromCoop, Origin: origin, Effective: true}
		c.MovedTo, c.UpdatedAt = to, later(told.At, c.UpdatedAt)
		c.Version++
		told.Version = c.Version
		if err := tx.Save(&c).Error; err != nil {
			return fmt.Errorf("move %s: %w", c.Handle, err)
		}
		changes := []Change{told}
		if to != "" {
			told.Kind, told.Field = KindMoved, ""
			changes = append(changes, told)
		}
		if err := tx.Create(&changes).Error; err != nil {
			return fmt.Errorf("log the move of %s: %w", c.Handle, err)
		}
		return nil
	})
}

// MoveFollower hands what h.Peer follows over to the actor that it has become,
// with what it has not been told yet. Who has blocked the one has blocked the
// other. Each of those who were followed can see it among its events. The caller has seen that each of the two names the other.
func (d *Directory) MoveFollower(ctx context.Context, h Heard, became Peer) error {
	if became.ID == h.Peer.ID {
		return fmt.Errorf("%w: %s has moved to itself", ErrInvalid, became.ID)
	}
	h.Object = became.ID
	return d.takeIn(ctx, &h, func(tx *gorm.DB) (string, error) {
		h.Handles = nil
		if err := remember(tx, became); err != nil {
			return "", fmt.Errorf("remember %s: %w", became.ID, err)
		}
		own, err := rowOfInbox(tx, became.Inbox)
		if err != nil {
			return "", err
		}
		told, err := rowOfInbox(tx, became.Deliverable())
		if err != nil {
			return "", err
		}
		head, err := lastChange(tx)
		if err != nil {
			return "", err
		}
		var followed []Follower
		if err := tx.Where("peer_id = ?", h.Peer.ID).Order("handle").Find(&followed).Error; err != nil {
			return "", err
		}
		if err := moveBlocks(tx, &h, became); err != nil {
			return "", err
		}
		for _, f := range followed {
			if err := handOver(tx, f, told.ID); err != nil {
				return "", err
			}
			moment := now() // who it was waits for no answer any more
			f.PeerID, f.InboxID, f.OwnInboxID, f.Since, f.AcceptedAt = became.ID, told.ID, own.ID, head, &moment
			f.Mirrors = false // that, each says for itself
			if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&f).Error; err != nil {
				return "", err
			}
			h.Handles = append(h.Handles, f.Handle)
		}
		return "follows as " + asText(became.Handle), tx.Where("peer_id = ?", h.Peer.ID).Delete(&Follower{}).Error
	})
}

// moveBlocks has those who have blocked the sender block whom it has become.
func moveBlocks(tx *gorm.DB, h *Heard, became Peer) error {
	before, err := deafTo(tx, h.Peer.ID)
	if err != nil {
		return err
	}
	already, err := deafTo(tx, became.ID)
	if err != nil {
		return err
	}
	for _, handle := range before {
		if handle == "" || slices.Contains(already, handle) {
			continue
		}
		if err := block(tx, handle, became); err != nil {
			return err
		}
		if err := audit(tx, itself, "blocked a sender", handle, became.ID+", whom "+h.Peer.ID+" has become"); err != nil {
			return err
		}
		h.Handles = append(h.Handles, handle)
	}
	h.deaf = before
	return nil
}

// handOver owes to another inbox what a follower's inbox has not taken yet. How
// far either of the two has been told stays as it is: the other one may be
// ahead, and what it has a receipt for is not owed a second time.
func handOver(tx *gorm.DB, f Follower, inboxID int64) error {
	owed := tx.Exec(`INSERT INTO addressees (change_id, inbox_id)
		SELECT c.id, @to FROM changes c WHERE c.handle = @handle AND c.id > @since AND c.effective AND (NOT @mirrors OR c.kind = @rekeyed)
			AND c.id > (SELECT taken FROM inboxes WHERE id = @from)
		ON CONFLICT DO NOTHING`,
		map[string]any{"to": inboxID, "handle": f.Handle, "since": f.Since, "from": f.InboxID, "mirrors": f.Mirrors, "rekeyed": KindRekeyed})
	if owed.Error != nil || owed.RowsAffected == 0 {
		return owed.Error
	}
	return wake(tx, inboxID)
}
