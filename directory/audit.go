package directory

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Actor is who does something that not everybody may.
type Actor struct {
	PersonID int64  // 0: the command line, or the program by itself
	Name     string // as the audit log keeps it
}

// itself is the program, when nobody asked it to.
var itself = Actor{Name: "Coopverse"}

// AuditEntry is one act of somebody with a role.
type AuditEntry struct {
	ID       int64
	At       time.Time
	PersonID *int64
	Who      string
	Act      string
	Handle   string
	Detail   string
	Version  int64 // of the entry, that the act made; 0: none
}

// AuditLog lists what was done for a co-op, newest first.
func (d *Directory) AuditLog(ctx context.Context, handle string, limit int) ([]AuditEntry, error) {
	return d.AuditBefore(ctx, handle, 0, limit)
}

// AuditBefore lists, in the same way, what was done before the entry with that
// id; 0 begins with the newest.
func (d *Directory) AuditBefore(ctx context.Context, handle string, before int64, limit int) ([]AuditEntry, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	entries := []AuditEntry{}
	if err := d.db.read.WithContext(ctx).Where("handle = ? AND id < ?", handle, before).Order("id DESC").Limit(limit).Find(&entries).Error; err != nil {
		return nil, fmt.Errorf("read the audit log of %s: %w", handle, err)
	}
	return entries, nil
}

// WholeAuditLog lists what was done for anybody, or for the actor with that
// handle, newest first: at most limit acts, before the given number if that is
// not 0.
func (d *Directory) WholeAuditLog(ctx context.Context, handle string, before int64, limit int) ([]AuditEntry, error) {
	tx := d.db.read.WithContext(ctx)
	if handle != "" {
		tx = tx.Where("handle = ?", strings.ToLower(asText(handle)))
	}
	if before > 0 {
		tx = tx.Where("id < ?", before)
	}
	entries := []AuditEntry{}
	if err := tx.Order("id DESC").Limit(limit).Find(&entries).Error; err != nil {
		return nil, fmt.Errorf("read the audit log: %w", err)
	}
	return entries, nil
}

// Audit notes an act that writes nothing else here.
func (d *Directory) Audit(ctx context.Context, by Actor, act, handle, detail string) error {
	return audit(d.db.write.WithContext(ctx), by, act, handle, detail)
}

func audit(tx *gorm.DB, by Actor, act, handle, detail string) error {
	return auditEdit(tx, by, act, handle, detail, 0)
}

// auditEdit is audit for an act that made a version of the entry.
func auditEdit(tx *gorm.DB, by Actor, act, handle, detail string, version int64) error {
	e := AuditEntry{At: now(), Who: by.Name, Act: act, Handle: handle, Detail: cut(asText(detail), 500), Version: version}
	if by.PersonID != 0 {
		e.PersonID = &by.PersonID
	}
	if err := tx.Create(&e).Error; err != nil {
		return fmt.Errorf("write the audit log of %s: %w", handle, err)
	}
	return nil
}
