package directory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Limits of what operators say of a mirrored entry, in characters but for the
// first.
const (
	MaxOverlayTags = 10
	MaxOverlayTag  = 40
	MaxOverlayNote = 500
)

// Overlay is what our operators say of a mirrored entry. It is kept by the
// home's host, apart from the copy, outlives that, and leaves this directory in no log.
type Overlay struct {
	Hidden bool     // readers do not see the entry
	Tags   []string // at most MaxOverlayTags of MaxOverlayTag characters
	Note   string   // plain text of at most MaxOverlayNote characters
}

// overlay is its row.
type overlay struct {
	Host   string `gorm:"primaryKey"`
	Handle string `gorm:"primaryKey"`
	Hidden bool
	Tags   string // one a line
	Note   string
	Who    string // said so last
	At     time.Time
}

func (o overlay) said() Overlay { return Overlay{o.Hidden, split(o.Tags, "\n"), o.Note} }

// Overlay returns what our operators say of a mirrored entry.
func (d *Directory) Overlay(ctx context.Context, host, handle string) (Overlay, error) {
	o, err := overlayOf(d.db.read.WithContext(ctx), host, handle)
	return o.said(), err
}

func overlayOf(tx *gorm.DB, host, handle string) (overlay, error) {
	o := overlay{Host: host, Handle: handle}
	if err := tx.Where("host = ? AND handle = ?", host, handle).Find(&o).Error; err != nil {
		return o, fmt.Errorf("read what is said of %s at %s: %w", handle, host, err)
	}
	return o, nil
}

// EditOverlay changes what our operators say of a mirrored entry, also of one
// that its home has taken away. Errors: ErrNotFound, there is no such mirror, or
// never was such an entry in it; ErrInvalid. Nothing is changed then.
func (d *Directory) EditOverlay(ctx context.Context, by Actor, host, handle string, edit func(*Overlay)) error {
	host, handle = strings.ToLower(asText(host)), strings.ToLower(strings.TrimPrefix(asText(handle), "@"))
	return d.db.change(ctx, func(tx *gorm.DB) error {
		m, err := mirrorAt(tx, host)
		if err != nil {
			return err
		}
		o, err := overlayOf(tx, host, handle)
		if err != nil {
			return err
		}
		var entries []mirroredEntry
		if err := tx.Where("mirror_id = ? AND handle = ?", m.ID, handle).Find(&entries).Error; err != nil {
			return fmt.Errorf("read %s at %s: %w", handle, host, err)
		}
		if len(entries) == 0 && o.At.IsZero() {
			if err := everMirrored(tx, m, handle); err != nil {
				return err
			}
		}
		before, after := o.said(), o.said()
		edit(&after)
		if after, err = after.normal(); err != nil {
			return err
		}
		o.Hidden, o.Tags, o.Note, o.Who, o.At = after.Hidden, strings.Join(after.Tags, "\n"), after.Note, by.Name, now()
		if err := saveOverlay(tx, o); err != nil {
			return err
		}
		if err := auditOverlay(tx, by, handle+" at "+host, before, after); err != nil || len(entries) == 0 {
			return err
		}
		var entry LoggedEntry
		if err := json.Unmarshal([]byte(entries[0].Entry), &entry); err != nil {
			return fmt.Errorf("read %s at %s: %w", handle, host, err)
		}
		return relistMirrored(tx, m, []LoggedEntry{entry}, nil)
	})
}

func saveOverlay(tx *gorm.DB, o overlay) error {
	if !o.Hidden && o.Tags == "" && o.Note == "" {
		return tx.Delete(&o).Error
	}
	return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&o).Error
}

// everMirrored returns ErrNotFound for an entry of which a mirrored log never spoke.
func everMirrored(tx *gorm.DB, m Mirror, handle string) error {
	err := tx.Where("log_id = ? AND handle = ?", m.ID, handle).Take(&logRow{}).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return notFound("co-op: %s at %s", handle, m.Host)
	}
	return err
}

// normal brings what was said into the form in which it is kept.
func (o Overlay) normal() (Overlay, error) {
	var tags []string
	for _, tag := range o.Tags {
		tag = strings.Join(strings.Fields(asText(tag)), " ")
		if n := utf8.RuneCountInString(tag); n > MaxOverlayTag {
			return o, fmt.Errorf("%w: the tag %.20q… has %d characters; it may have %d", ErrInvalid, tag, n, MaxOverlayTag)
		}
		if tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	if len(tags) > MaxOverlayTags {
		return o, fmt.Errorf("%w: %d tags are too many; an entry may have %d", ErrInvalid, len(tags), MaxOverlayTags)
	}
	o.Tags, o.Note = tags, strings.Join(strings.Fields(asText(o.Note)), " ")
	if n := utf8.RuneCountInString(o.Note); n > MaxOverlayNote {
		return o, fmt.Errorf("%w: the note has %d characters; it may have %d", ErrInvalid, n, MaxOverlayNote)
	}
	return o, nil
}

// auditOverlay notes what of an overlay was changed.
func auditOverlay(tx *gorm.DB, by Actor, which string, before, after Overlay) error {
	var acts [][2]string
	switch {
	case after.Hidden && !before.Hidden:
		acts = append(acts, [2]string{"hid a mirrored entry", which})
	case before.Hidden && !after.Hidden:
		acts = append(acts, [2]string{"showed a mirrored entry again", which})
	}
	if !slices.Equal(before.Tags, after.Tags) {
		acts = append(acts, [2]string{"tagged a mirrored entry", which + ": " + strings.Join(after.Tags, ", ")})
	}
	if before.Note != after.Note {
		acts = append(acts, [2]string{"annotated a mirrored entry", which + ": " + after.Note})
	}
	for _, act := range acts {
		if err := audit(tx, by, act[0], DirectoryHandle, act[1]); err != nil {
			return err
		}
	}
	return nil
}
