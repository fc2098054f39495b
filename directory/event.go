package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Heard is an activity of a verified sender that concerns actors of ours.
type Heard struct {
	Peer       Peer
	ActivityID string
	Type       string   // of the activity; "Undo Like" for the Undo of a Like
	Handles    []string // whom it concerns
	Object     string   // id of what it is about

	deaf []string // handles of those who have blocked the sender
}

// maxType is how much of an activity's type is kept, in characters.
const maxType = 60

// readable brings what others wrote into a form that both databases take.
// ErrInvalid: an id cannot be kept.
func (h *Heard) readable() (err error) {
	h.Type, h.Object = cut(asText(h.Type), maxType), cut(asText(h.Object), maxID)
	if h.Peer, err = h.Peer.storable(); err != nil {
		return err
	}
	return checkIDs(h.ActivityID)
}

// Event is an activity that was taken in, for the co-op to look at.
type Event struct {
	ID         int64     `json:"id"`
	Handle     string    `json:"handle"` // whom it concerns
	At         time.Time `json:"at"`
	Type       string    `json:"type"` // of the activity; "Undo Like" for the Undo of a Like
	PeerID     string    `json:"actor"`
	ActivityID string    `json:"activity"`
	Object     string    `json:"object"` // id of what it is about
	Effect     string    `json:"effect"` // what came of it
}

// Events lists what an actor of ours has heard, newest first. Events are kept
// for 90 days, however many there are. Errors: ErrNotFound, *GoneError.
func (d *Directory) Events(ctx context.Context, handle string, limit int) ([]Event, error) {
	handle = strings.ToLower(handle)
	if err := d.Exists(ctx, handle); err != nil {
		return nil, err
	}
	events := []Event{}
	if err := d.db.read.WithContext(ctx).Where("handle = ?", handle).Order("id DESC").Limit(limit).Find(&events).Error; err != nil {
		return nil, fmt.Errorf("read what %s heard: %w", handle, err)
	}
	return events, nil
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

// takeIn lets an activity have its effect once: effect, event and the note that
// it was heard reach the disk together, or none of them does. fn returns what came
// of it, for people, and may say in h whom it concerned. Errors: ErrRepeated when it
// was taken in before, ErrInvalid when its ids cannot be kept, ErrBusy.
func (d *Directory) takeIn(ctx context.Context, h *Heard, fn func(tx *gorm.DB) (effect string, err error)) error {
	err := h.readable()
	if err == nil {
		err = d.db.together(ctx, func(tx *gorm.DB) error {
			hg := &hearing{h: h}
			if err := errorOr(noteHeard(tx, []*hearing{hg}), hg.err); err != nil {
				return err
			}
			woken := len(wokenLater(tx).inboxes)
			var err error
			if hg.effect, err = fn(tx); err != nil {
				return err
			}
			spoke(tx, []*hearing{hg}, woken)
			return logEvents(tx, []*hearing{hg})
		})
	}
	if err != nil {
		return fmt.Errorf("take in the %s of %s: %w", h.Type, h.Peer.ID, err)
	}
	return nil
}

// events are what is written down of an activity for those whom it concerns.
func (h *Heard) events(effect string) []Event {
	var events []Event
	for _, handle := range h.Handles {
		event := Event{Handle: handle, Type: h.Type, PeerID: h.Peer.ID, ActivityID: h.ActivityID, Object: h.Object, Effect: effect}
		if h.blockedBy(handle) {
			event.Effect = blockedEffect
		}
		events = append(events, event)
	}
	return events
}

// Note writes down that an activity was heard which has no other effect.
func (d *Directory) Note(ctx context.Context, h Heard, effect string) error {
	return d.hear(ctx, &h, hearing{noted: effect})
}
