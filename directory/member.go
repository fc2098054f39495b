package directory

import (
	"context"
	"errors"
	"fmt"
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

// ownedBy is an ErrNotOwner if a person who does something is no owner at this
// moment. It is asked in the transaction of the act, which holds the lock of the
// change log as whatever ends a place does: else who is removed in that instant
// could leave an open invitation behind.
func ownedBy(tx *gorm.DB, by Actor, handle string) error {
	if by.PersonID == 0 {
		return nil
	}
	role, err := roleOf(tx, handle, by.PersonID)
	if errors.Is(err, ErrNotFound) || err == nil && role != Owner {
		return ErrNotOwner
	}
	return err
}

// RemoveMember ends a person's place in a co-op, and with it the co-op's open
// invitations, of which the person may have one. Errors: ErrNotFound; ErrNotOwner
// unless an owner does it, or the person; ErrInvalid for the last owner, without
// whom nobody could invite others.
func (d *Directory) RemoveMember(ctx context.Context, by Actor, handle string, personID int64) error {
	return d.db.change(ctx, func(tx *gorm.DB) error { // so that two owners cannot remove each other at once
		if by.PersonID != personID {
			if err := ownedBy(tx, by, handle); err != nil {
				return err
			}
		}
		role, err := roleOf(tx, handle, personID)
		if err == nil && role == Owner {
			err = ownedByOthers(tx, handle, personID)
		}
		if err != nil {
			return err
		}
		if err := tx.Where("handle = ? AND person_id = ?", handle, personID).Delete(&Member{}).Error; err != nil {
			return fmt.Errorf("remove a member of %s: %w", handle, err)
		}
		if err := endInvitations(tx, handle); err != nil {
			return err
		}
		who, err := personByID(tx, personID)
		if err != nil {
			return err
		}
		return audit(tx, by, "removed a member", handle, fmt.Sprintf("%s (%d), %s", who.Name, who.ID, role))
	})
}

// SetRole makes a member an owner or an editor. Whoever is no owner any more may
// still have an invitation of one, so those that are open end. Errors: ErrNotFound;
// ErrNotOwner; ErrInvalid for the last owner and for what is no role.
func (d *Directory) SetRole(ctx context.Context, by Actor, handle string, personID int64, role Role) error {
	if err := role.check(); err != nil {
		return err
	}
	return d.db.change(ctx, func(tx *gorm.DB) error { // so that two owners cannot make editors of each other at once
		if err := ownedBy(tx, by, handle); err != nil {
			return err
		}
		before, err := roleOf(tx, handle, personID)
		if err != nil || before == role {
			return err
		}
		if before == Owner {
			if err := ownedByOthers(tx, handle, personID); err != nil {
				return err
			}
			if err := endInvitations(tx, handle); err != nil {
				return err
			}
		}
		if err := tx.Model(&Member{}).Where("handle = ? AND person_id = ?", handle, personID).Update("role", role).Error; err != nil {
			return fmt.Errorf("make a member of %s %s: %w", handle, role, err)
		}
		who, err := personByID(tx, personID)
		if err != nil {
			return err
		}
		return audit(tx, by, "changed a role", handle, fmt.Sprintf("%s (%d), from %s to %s", who.Name, who.ID, before, role))
	})
}

// ownedByOthers is an ErrInvalid if nobody but that person is an owner.
func ownedByOthers(tx *gorm.DB, handle string, personID int64) error {
	var owners int64
	if err := tx.Model(&Member{}).Where("handle = ? AND role = ? AND person_id <> ?", handle, Owner, personID).Count(&owners).Error; err != nil {
		return fmt.Errorf("count the owners of %s: %w", handle, err)
	}
	if owners == 0 {
		return fmt.Errorf("%w: the last owner stays; make somebody else an owner first", ErrInvalid)
	}
	return nil
}

func (r Role) check() error {
	if r != Owner && r != Editor {
		return fmt.Errorf("%w: a role is owner or editor, not %q", ErrInvalid, r)
	}
	return nil
}

// dismiss ends everybody's place in a co-op whose entry is removed, and whatever
// was under way to get one.
func dismiss(tx *gorm.DB, handle string) error {
	if err := dropScheduled(tx, "handle = ?", handle); err != nil {
		return err
	}
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
