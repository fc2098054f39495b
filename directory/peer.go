package directory

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Peer is an actor of another server, as last fetched.
type Peer struct {
	ID          string `gorm:"primaryKey"` // the actor's id
	Inbox       string
	SharedInbox string // "" when its server has none
	Handle      string // name@host, as its server writes it
	KeyID       string
	PublicPEM   string
	Name        string // as people read it
	URL         string // its profile page
	ProofKeys   string // JSON: id of an Ed25519 key to its multibase form
	FetchedAt   time.Time
}

// Deliverable is the inbox to which the actor's server wants what is meant for
// it among others.
func (p Peer) Deliverable() string {
	if p.SharedInbox != "" {
		return p.SharedInbox
	}
	return p.Inbox
}

// Page is where people read about the actor.
func (p Peer) Page() string {
	if p.URL != "" {
		return p.URL
	}
	return p.ID
}

// DisplayName is what people call the actor.
func (p Peer) DisplayName() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Handle
}

// maxKeys is the length of the longest keys that are kept of an actor, in bytes. Those in
// use have a few hundred.
const maxKeys = 16 << 10

// storable is the actor as both databases can keep it, and none takes more room than it
// needs: anybody can have any number of them.
func (p Peer) storable() (Peer, error) {
	for _, text := range []*string{&p.Handle, &p.PublicPEM, &p.Name, &p.URL, &p.ProofKeys} {
		*text = asText(*text)
	}
	if len(p.PublicPEM)+len(p.ProofKeys) > maxKeys {
		return p, fmt.Errorf("%w: the keys of %.80s are longer than %d bytes", ErrInvalid, p.ID, maxKeys)
	}
	p.Handle, p.Name, p.URL = cut(p.Handle, maxAccountName), cut(p.Name, MaxName), unlessLong(p.URL)
	return p, checkIDs(p.ID, p.Inbox, p.SharedInbox, p.KeyID)
}

// unlessLong is an address that is not too long to be kept, or "": half of one leads elsewhere.
func unlessLong(text string) string {
	if len(text) > maxID {
		return ""
	}
	return text
}

// PeerNamed returns the remembered actor with that id or that name, as @name@host
// or name@host; or ErrNotFound.
func (d *Directory) PeerNamed(ctx context.Context, name string) (Peer, error) {
	tx := d.db.read.WithContext(ctx)
	var p Peer
	err := tx.Where("id = ? OR handle = ?", asText(name), asText(strings.TrimPrefix(name, "@"))).Order("fetched_at DESC").Take(&p).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Peer{}, notFound("actor of another server: %s", name)
	}
	if err != nil {
		return Peer{}, fmt.Errorf("read the actor %s: %w", name, err)
	}
	return p, nil
}

func peerByID(tx *gorm.DB, id string) (Peer, error) {
	var p Peer
	err := tx.Where("id = ?", asText(id)).Take(&p).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Peer{}, notFound("actor of another server: %s", id)
	}
	if err != nil {
		return Peer{}, fmt.Errorf("read the actor %s: %w", id, err)
	}
	return p, nil
}

// PeersByKey returns, by the ids of their keys, those of the remembered actors who have
// one of these.
func (d *Directory) PeersByKey(ctx context.Context, keyIDs []string) (map[string]Peer, error) {
	asked := make([]string, len(keyIDs))
	for i, id := range keyIDs {
		asked[i] = asText(id)
	}
	var found []Peer
	if err := d.db.read.WithContext(ctx).Where("key_id IN ?", distinct(asked)).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("read the actors with %d keys: %w", len(keyIDs), err)
	}
	peers := make(map[string]Peer, len(found))
	for i, id := range keyIDs {
		if n := slices.IndexFunc(found, func(p Peer) bool { return p.KeyID == asked[i] }); n >= 0 {
			peers[id] = found[n]
		}
	}
	return peers, nil
}

// RememberPeer keeps what was fetched about an actor. ErrInvalid: its ids
// cannot be kept. ErrPinned: it is known by another key, and waits.
func (d *Directory) RememberPeer(ctx context.Context, p Peer) error {
	err := d.db.together(ctx, func(tx *gorm.DB) error { return remember(tx, p) })
	if errors.Is(err, ErrPinned) {
		err = errorOr(d.noteAsked(ctx, p), err)
	}
	if err != nil {
		return fmt.Errorf("remember %s: %w", p.ID, err)
	}
	return nil
}

func remember(tx *gorm.DB, p Peer) error {
	p, err := p.storable()
	if err != nil {
		return err
	}
	if err := checkPin(tx, p); err != nil {
		return err
	}
	return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&p).Error
}

// knownPeer remembers an actor who has to do with us, and returns the inbox
// through which it hears of us.
func knownPeer(tx *gorm.DB, p Peer) (Inbox, error) {
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&p).Error; err != nil {
		return Inbox{}, fmt.Errorf("remember %s: %w", p.ID, err)
	}
	return rowOfInbox(tx, p.Deliverable())
}

// knownPeers remembers the actors of activities, who have to do with us, and returns
// the inboxes through which they hear of us, and those to which their followings are
// answered, by address.
func knownPeers(tx *gorm.DB, hearings []*hearing) (inboxes map[string]int64, err error) {
	var ids, urls []string
	for _, hg := range hearings {
		ids, urls = append(ids, hg.h.Peer.ID), append(urls, hg.h.Peer.Deliverable())
		if hg.follow != nil {
			urls = append(urls, hg.h.Peer.Inbox)
		}
	}
	var known []string
	if err := tx.Model(&Peer{}).Where("id IN ?", distinct(ids)).Pluck("id", &known).Error; err != nil {
		return nil, fmt.Errorf("look for %d actors: %w", len(ids), err)
	}
	for _, hg := range hearings {
		if slices.Contains(known, hg.h.Peer.ID) {
			continue
		}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&hg.h.Peer).Error; err != nil {
			return nil, fmt.Errorf("remember %s: %w", hg.h.Peer.ID, err)
		}
	}
	return rowsOfInboxes(tx, urls)
}

// ForgetPeer deletes everything that we keep of an actor that is gone. Reports
// stay: they are about somebody else. An account signs nobody in any more: some
// servers give a name to somebody else later. So it comes back with the same key, or
// waits for the operators.
func (d *Directory) ForgetPeer(ctx context.Context, peerID string) error {
	err := d.db.together(ctx, func(tx *gorm.DB) error {
		for _, row := range []any{&Follower{}, &Reaction{}, &Reply{}, &Authorization{}, &Event{}} {
			if err := tx.Where("peer_id = ?", peerID).Delete(row).Error; err != nil {
				return err
			}
		}
		if err := tx.Model(&Account{}).Where("actor_id = ? AND removed_at IS NULL", peerID).Update("removed_at", now()).Error; err != nil {
			return err
		}
		if err := pinGone(tx, peerID); err != nil {
			return err
		}
		return tx.Where("id = ?", peerID).Delete(&Peer{}).Error
	})
	if err != nil {
		return fmt.Errorf("forget %s: %w", peerID, err)
	}
	return nil
}

// hostOf is the host that an inbox is on, for limits and receipts.
func hostOf(inbox string) string {
	u, err := url.Parse(inbox)
	if err != nil {
		return ""
	}
	return u.Host
}
