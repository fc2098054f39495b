package directory

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Role says what a person may do for a co-op.
type Role string

// The roles. An owner may also say who else speaks for the co-op.
const (
	Owner  Role = "owner"
	Editor Role = "editor"
)

// Member is a person's place in a co-op. The members of the directory's own
// actor are the operators.
type Member struct {
	Handle   string `gorm:"primaryKey"`
	PersonID int64  `gorm:"primaryKey"`
	Role     Role
	Since    time.Time

	Person Person `gorm:"foreignKey:PersonID"`
}

// Members lists who speaks for a co-op, longest first.
func (d *Directory) Members(ctx context.Context, handle string) ([]Member, error) {
	return d.members(ctx, "handle = ?", handle)
}

// Memberships lists for whom a person speaks.
func (d *Directory) Memberships(ctx context.Context, personID int64) ([]Member, error) {
	return d.members(ctx, "person_id = ?", personID)
}

func (d *Directory) members(ctx context.Context, which string, of any) ([]Member, error) {
	var members []Member
	if err := d.db.read.WithContext(ctx).Preload("Person").Where(which, of).Order("since, handle, person_id").Find(&members).Error; err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	return members, nil
}

// RoleOf returns a person's role in a co-op, or ErrNotFound when there is none.
func (d *Directory) RoleOf(ctx context.Context, handle string, personID int64) (Role, error) {
	return roleOf(d.db.read.WithContext(ctx), handle, personID)
}

func roleOf(tx *gorm.DB, handle string, personID int64) (Role, error) {
	var m Member
	err := tx.Where("handle = ? AND person_id = ?", handle, personID).Take(&m).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return "", notFound("member: %d of %s", personID, handle)
	}
	if err != nil {
		return "", fmt.Errorf("read the role of %d in %s: %w", personID, handle, err)
	}
	return m.Role, nil
}

// RemoveMember ends a person's place in a co-op, and with it the co-op's open
// invitations, of which the person may have one. Errors: ErrNotFound; ErrInvalid
// for the last owner, without whom nobody could invite others.
func (d *Directory) RemoveMember(ctx context.Context, by Actor, handle string, personID int64) error {
	return d.db.change(ctx, func(tx *gorm.DB) error { // so that two owners cannot remove each other at once
		role, err := roleOf(tx, handle, personID)
		if err != nil {
			return err
		}
		var owners int64
		if err := tx.Model(&Member{}).Where("handle = ? AND role = ? AND person_id <> ?", handle, Owner, personID).Count(&owners).Error; err != nil {
			return fmt.Errorf("count the owners of %s: %w", handle, err)
		}
		if role == Owner && owners == 0 {
			return fmt.Errorf("%w: the last owner stays; make somebody else an owner first", ErrInvalid)
		}
		if err := tx.Where("handle = ? AND person_id = ?", handle, personID).Delete(&Member{}).Error; err != nil {
			return fmt.Errorf("remove a member of %s: %w", handle, err)
		}
		err = tx.Model(&Invitation{}).Where("handle = ? AND used_at IS NULL AND expires_at > ?", handle, now()).Update("expires_at", now()).Error
		if err != nil {
			return fmt.Errorf("end the invitations to %s: %w", handle, err)
		}
		who, err := personByID(tx, personID)
		if err != nil {
			return err
		}
		return audit(tx, by, "removed a member", handle, fmt.Sprintf("%s (%d), %s", who.Name, who.ID, role))
	})
}

// dismiss ends everybody's place in a co-op whose entry is removed, and whatever
// was under way to get one.
func dismiss(tx *gorm.DB, handle string) error {
	for _, row := range []any{&Member{}, &Invitation{}} {
		if err := tx.Where("handle = ?", handle).Delete(row).Error; err != nil {
			return fmt.Errorf("dismiss who speaks for %s: %w", handle, err)
		}
	}
	err := tx.Model(&Claim{}).Where("handle = ?", handle).Updates(map[string]any{"state": ClaimEnded, "found_at": "", "why": "the entry was removed"}).Error
	if err != nil {
		return fmt.Errorf("end the claims of %s: %w", handle, err)
	}
	return eraseEvidence(tx, handle)
}

// invitationTime is how long an invitation can be used.
const invitationTime = 7 * 24 * time.Hour

// Invitation makes whoever has its link a member, once.
type Invitation struct {
	ID        int64
	TokenHash string // SHA-256 of the token, hex
	Handle    string
	Role      Role
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
// and *GoneError for the handle, ErrInvalid.
func (d *Directory) Invite(ctx context.Context, by Actor, handle string, role Role) (token string, err error) {
	if !slices.Contains([]Role{Owner, Editor}, role) {
		return "", fmt.Errorf("%w: a role is owner or editor, not %q", ErrInvalid, role)
	}
	token = rand.Text()
	err = d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if handle, err = invitable(tx, handle); err != nil {
			return err
		}
		i := Invitation{TokenHash: hashed(token), Handle: handle, Role: role, MadeAt: now(), ExpiresAt: now().Add(invitationTime)}
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
		if i.Role == Owner {
			if err := d.markClaimed(tx, i.Handle, "invitation"); err != nil {
				return err
			}
		}
		return audit(tx, by, "accepted an invitation", i.Handle, string(i.Role))
	})
	return i, err
}

// join makes a person a member; an owner is not made an editor by it.
func join(tx *gorm.DB, handle string, personID int64, role Role) error {
	m := Member{Handle: handle, PersonID: personID, Role: role, Since: now()}
	known := clause.OnConflict{DoNothing: true}
	if role == Owner {
		known = clause.OnConflict{Columns: []clause.Column{{Name: "handle"}, {Name: "person_id"}}, DoUpdates: clause.AssignmentColumns([]string{"role"})}
	}
	if err := tx.Omit("Person").Clauses(known).Create(&m).Error; err != nil {
		return fmt.Errorf("make %d a member of %s: %w", personID, handle, err)
	}
	return nil
}
