package directory

import (
	"context"
	"crypto/sha256"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ErrPinned means that an actor is known by another key, which did not say that it has
// a new one. It waits for the operators.
var ErrPinned = errors.New("this actor was known by another key, and waits for the operators of this directory")

// pin says by which key an actor is known. Ordinary actors get new keys whenever their
// servers show new ones; one that has said good-bye for good, or whose key belongs to
// somebody else now, may have come into other hands.
type pin struct {
	PeerID    string `gorm:"primaryKey"`
	PublicPEM string
	PinnedAt  time.Time
	AskedAt   *time.Time // when it last came with another key; nil: never
	AskedPEM  string     // that key; "": from before we kept it
}

// TableName names the table of keys by which actors are known.
func (pin) TableName() string { return "pins" }

// Pinned is an actor who has come back with another key and waits.
type Pinned struct {
	ID       string    `json:"actor"`
	PinnedAt time.Time `json:"pinnedAt"` // when it said good-bye
	AskedAt  time.Time `json:"askedAt"`  // when it last came with another key

	KnownKey  string `json:"knownKey"`  // fingerprint of the key that it is known by
	AskedKey  string `json:"askedKey"`  // of the one with which it came; "": not kept
	Followers int    `json:"followers"` // how many of our actors it follows
}

// PinKey has an actor be known by a key alone, unless it is known by another one already.
func (d *Directory) PinKey(ctx context.Context, peerID, publicPEM string) error {
	err := d.db.together(ctx, func(tx *gorm.DB) error { return pinKey(tx, peerID, publicPEM) })
	if err != nil {
		return fmt.Errorf("pin the key of %s: %w", peerID, err)
	}
	return nil
}

func pinKey(tx *gorm.DB, peerID, publicPEM string) error {
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&pin{PeerID: peerID, PublicPEM: publicPEM, PinnedAt: now()}).Error
}

// pinGone has an actor who says good-bye be known by its key alone from now on.
func pinGone(tx *gorm.DB, peerID string) error {
	p, err := peerByID(tx, peerID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return pinKey(tx, p.ID, p.PublicPEM)
}

// checkPin returns ErrPinned for an actor who is known by another key.
func checkPin(tx *gorm.DB, p Peer) error {
	var others int64
	if err := tx.Model(&pin{}).Where("peer_id = ? AND public_pem <> ?", p.ID, p.PublicPEM).Count(&others).Error; err != nil {
		return fmt.Errorf("look by which key %s is known: %w", p.ID, err)
	}
	if others > 0 {
		return ErrPinned
	}
	return nil
}

// RenewPeer is RememberPeer for what was fetched because the actor itself has asked for it,
// with the key that we know: with that it vouches for another one, by which it is known from
// then on.
func (d *Directory) RenewPeer(ctx context.Context, vouched, fresh Peer) error {
	err := d.db.together(ctx, func(tx *gorm.DB) error {
		renewed := tx.Model(&pin{}).Where("peer_id = ? AND public_pem = ?", fresh.ID, vouched.PublicPEM).Update("public_pem", asText(fresh.PublicPEM))
		if renewed.Error != nil {
			return renewed.Error
		}
		return remember(tx, fresh)
	})
	if err != nil {
		return fmt.Errorf("remember %s anew: %w", fresh.ID, err)
	}
	return nil
}

// noteAsked notes that somebody has come with another key.
func (d *Directory) noteAsked(ctx context.Context, p Peer) error {
	return d.db.together(ctx, func(tx *gorm.DB) error {
		return tx.Model(&pin{}).Where("peer_id = ?", asText(p.ID)).Updates(map[string]any{"asked_at": now(), "asked_pem": asText(p.PublicPEM)}).Error
	})
}

// fingerprint is the SHA-256 of a public key, in hex, so that two can be compared by
// eye; "" when there is none.
func fingerprint(publicPEM string) string {
	if publicPEM == "" {
		return ""
	}
	der := []byte(publicPEM)
	if block, _ := pem.Decode(der); block != nil {
		der = block.Bytes
	}
	return fmt.Sprintf("%x", sha256.Sum256(der))
}

// PinnedPeers lists the actors who have come back with another key and wait, those who
// asked last first.
func (d *Directory) PinnedPeers(ctx context.Context) ([]Pinned, error) {
	var rows []struct {
		PeerID, PublicPEM, AskedPEM string
		PinnedAt, AskedAt           time.Time
		Followers                   int
	}
	err := d.db.read.WithContext(ctx).Model(&pin{}).Select("pins.*, (SELECT COUNT(*) FROM followers f WHERE f.peer_id = pins.peer_id) AS followers").
		Where("asked_at IS NOT NULL").Order("asked_at DESC, peer_id").Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read who waits with another key: %w", err)
	}
	waiting := make([]Pinned, len(rows))
	for i, r := range rows {
		waiting[i] = Pinned{
			ID: r.PeerID, PinnedAt: r.PinnedAt, AskedAt: r.AskedAt,
			KnownKey: fingerprint(r.PublicPEM), AskedKey: fingerprint(r.AskedPEM), Followers: r.Followers,
		}
	}
	return waiting, nil
}

// KeepPeerOut takes an actor off the list of those who wait: it stays refused, and
// waits again when it comes again. Errors: ErrNotFound when it does not wait.
func (d *Directory) KeepPeerOut(ctx context.Context, by Actor, peerID string) error {
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		kept := tx.Model(&pin{}).Where("peer_id = ? AND asked_at IS NOT NULL", asText(peerID)).Updates(map[string]any{"asked_at": nil, "asked_pem": ""})
		if kept.Error != nil {
			return kept.Error
		}
		if kept.RowsAffected == 0 {
			return notFound("actor that waits with another key: %s", peerID)
		}
		return audit(tx, by, "kept an actor out", DirectoryHandle, asText(peerID))
	})
	if err != nil {
		return fmt.Errorf("keep %s out: %w", peerID, err)
	}
	return nil
}

// AdmitPeer lets an actor in who has come back with another key: it is known by that one
// from now on. key is the key's fingerprint, which somebody has looked at, or "" for the
// one with which it came last. Errors: ErrNotFound when it does not wait; ErrConflict when
// it has come with yet another key.
func (d *Directory) AdmitPeer(ctx context.Context, by Actor, peerID, key string) error {
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		var waiting []pin
		if err := tx.Where("peer_id = ? AND asked_at IS NOT NULL", asText(peerID)).Limit(1).Find(&waiting).Error; err != nil {
			return err
		}
		if len(waiting) == 0 {
			return notFound("actor that waits with another key: %s", peerID)
		}
		asked := waiting[0].AskedPEM
		if key != "" && key != fingerprint(asked) {
			return fmt.Errorf("%w: it has come with yet another key", ErrConflict)
		}
		known := tx.Where("peer_id = ?", waiting[0].PeerID)
		if asked == "" { // not kept: any key is good
			known = known.Delete(&pin{})
		} else {
			known = known.Model(&pin{}).Updates(map[string]any{"public_pem": asked, "asked_at": nil, "asked_pem": ""})
		}
		if known.Error != nil {
			return known.Error
		}
		return audit(tx, by, "admitted an actor", DirectoryHandle, peerID)
	})
	if err != nil {
		return fmt.Errorf("admit %s: %w", peerID, err)
	}
	return nil
}
