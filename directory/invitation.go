package directory

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
)

// invitationTime is how long an invitation can be used.
const invitationTime = 7 * 24 * time.Hour

// Invitation makes whoever has its link a member, once.
type Invitation struct {
	ID        int64
	TokenHash string // SHA-256 of the token, hex
	Handle    string
	Role      Role
	MadeBy    string // name at that time
	MadeAt    time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
	PersonID  *int64 // who used it
}

func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Invite makes an invitation and returns the token of its link, of which only a
// hash is kept. Those to DirectoryHandle are for operators. Errors: ErrNotFound
// and *GoneError for the handle, ErrNotOwner, ErrInvalid.
func (d *Directory) Invite(ctx context.Context, by Actor, handle string, role Role) (token string, err error) {
	if err := role.check(); err != nil {
		return "", err
	}
	token = rand.Text()
	err = d.db.change(ctx, func(tx *gorm.DB) error {
		if handle, err = invitable(tx, handle); err != nil {
			return err
		}
		if err := ownedBy(tx, by, handle); err != nil {
			return err
		}
		i := Invitation{TokenHash: hashed(token), Handle: handle, Role: role, MadeBy: by.Name, MadeAt: now(), ExpiresAt: now().Add(invitationTime)}
		if err := tx.Create(&i).Error; err != nil {
			return fmt.Errorf("invite to %s: %w", handle, err)
		}
		return audit(tx, by, "invited", handle, string(role))
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// invitable returns the handle of an actor that has members, as it is kept.
func invitable(tx *gorm.DB, handle string) (string, error) {
	handle = strings.ToLower(handle)
	switch {
	case handle == DirectoryHandle:
		return handle, nil
	case !IsCoop(handle):
		return "", fmt.Errorf("%w: nobody speaks for @%s; the directory and the co-ops have members", ErrInvalid, handle)
	}
	c, err := coopByHandle(tx, handle)
	return c.Handle, err
}

// Invitation returns what a link invites to. Errors: ErrNotFound; ErrInvalid
// when it was used or has ended; *GoneError when the entry was removed.
func (d *Directory) Invitation(ctx context.Context, token string) (Invitation, error) {
	return invitation(d.db.read.WithContext(ctx), token)
}

func invitation(tx *gorm.DB, token string) (Invitation, error) {
	var i Invitation
	err := tx.Where("token_hash = ?", hashed(token)).Take(&i).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return Invitation{}, notFound("invitation")
	case err != nil:
		return Invitation{}, fmt.Errorf("read an invitation: %w", err)
	case i.UsedAt != nil:
		return i, fmt.Errorf("%w: the invitation was used already", ErrInvalid)
	case !now().Before(i.ExpiresAt):
		return i, fmt.Errorf("%w: the invitation has expired; ask for another one", ErrInvalid)
	}
	return i, exists(tx, i.Handle)
}

// AcceptInvitation makes a person a member. A member keeps the higher role.
// Errors as of Invitation.
func (d *Directory) AcceptInvitation(ctx context.Context, token string, by Actor) (Invitation, error) {
	var i Invitation
	if by.PersonID == 0 {
		return i, fmt.Errorf("%w: only a person can become a member", ErrInvalid)
	}
	err := d.db.change(ctx, func(tx *gorm.DB) (err error) {
		if i, err = invitation(tx, token); err != nil {
			return err
		}
		used := tx.Model(&Invitation{}).Where("id = ? AND used_at IS NULL", i.ID).Updates(map[string]any{"used_at": now(), "person_id": by.PersonID})
		if used.Error != nil || used.RowsAffected == 0 {
			return errors.Join(used.Error, fmt.Errorf("%w: the invitation was used already", ErrInvalid))
		}
		if err := join(tx, i.Handle, by.PersonID, i.Role); err != nil {
			return err
		}
		var version int64
		if i.Role == Owner {
			if version, err = d.markClaimed(tx, i.Handle, "invitation"); err != nil {
				return err
			}
		}
		return auditEdit(tx, by, "accepted an invitation", i.Handle, string(i.Role), version)
	})
	return i, err
}

// stillOpen finds the invitations to a co-op that can still be used.
func stillOpen(tx *gorm.DB, handle string) *gorm.DB {
	return tx.Where("handle = ? AND used_at IS NULL AND expires_at > ?", handle, now())
}

// OpenInvitations lists those that can still be used, the newest first.
func (d *Directory) OpenInvitations(ctx context.Context, handle string) ([]Invitation, error) {
	var invitations []Invitation
	if err := stillOpen(d.db.read.WithContext(ctx), handle).Order("id DESC").Find(&invitations).Error; err != nil {
		return nil, fmt.Errorf("read the invitations to %s: %w", handle, err)
	}
	return invitations, nil
}

// WithdrawInvitation ends an invitation to a co-op that was not used yet.
// Errors: ErrNotFound, ErrNotOwner.
func (d *Directory) WithdrawInvitation(ctx context.Context, by Actor, handle string, id int64) error {
	return d.db.change(ctx, func(tx *gorm.DB) error {
		if err := ownedBy(tx, by, handle); err != nil {
			return err
		}
		ended := stillOpen(tx.Model(&Invitation{}), handle).Where("id = ?", id).Update("expires_at", now())
		if ended.Error != nil {
			return fmt.Errorf("withdraw an invitation to %s: %w", handle, ended.Error)
		}
		if ended.RowsAffected == 0 {
			return notFound("invitation: %d to %s", id, handle)
		}
		return audit(tx, by, "withdrew an invitation", handle, fmt.Sprint(id))
	})
}

// endInvitations ends all invitations to a co-op that are open.
func endInvitations(tx *gorm.DB, handle string) error {
	if err := stillOpen(tx.Model(&Invitation{}), handle).Update("expires_at", now()).Error; err != nil {
		return fmt.Errorf("end the invitations to %s: %w", handle, err)
	}
	return nil
}
