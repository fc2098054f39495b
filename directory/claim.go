package directory

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"coopverse/directory/place"

	"gorm.io/gorm"
)

// ClaimState says how far a claim has come.
type ClaimState string

// The states of a claim.
const (
	ClaimBegun   ClaimState = "begun"
	ClaimProved  ClaimState = "proved"
	ClaimWaiting ClaimState = "waiting" // on the owners that there are
	ClaimGranted ClaimState = "granted"
	ClaimEnded   ClaimState = "ended"
)

// claimWait is how long owners can end a new claim by being there, so that a
// domain that has lapsed and was bought by somebody else is no way to take an
// entry over.
const claimWait = 14 * 24 * time.Hour

// Claim is somebody's request to be an owner of a co-op's entry. It is proved
// by its token being seen on the co-op's website.
type Claim struct {
	ID          int64
	Handle      string
	Website     string // that is to show the token
	Page        string // path here that the token leads to; "" is the co-op's page
	Token       string // public once it is shown: who has it has proved nothing
	State       ClaimState
	Method      string // rel-me, meta, file, dns, account; "" until it is proved
	FoundAt     string // address at which the token was seen
	AccountID   string // id of the actor whose account has proved it, or ""
	PersonID    *int64
	BeganAt     time.Time
	ProvedAt    *time.Time
	EffectiveAt *time.Time // until when owners can end one that waits
	CheckedAt   *time.Time // when it was last looked at
	SeenAt      *time.Time // when the proof was last found
	Missed      int        // how many times in a row it was not found then
	LapsedAt    *time.Time // since when it counts as not found any more
	Why         string     // it ended, or what was last seen
}

// KindClaimed is the change with which a co-op becomes the keeper of its entry.
const KindClaimed Kind = "claimed"

// proofTime is how long after its proof a claim can be taken.
const proofTime = 24 * time.Hour

// Fresh says whether a claim was proved so shortly ago that it can be taken.
func (c Claim) Fresh() bool { return c.ProvedAt != nil && now().Sub(*c.ProvedAt) <= proofTime }

// BeginClaim begins a claim. Errors: ErrNotFound, *GoneError; ErrInvalid for a
// co-op that cannot prove itself by its website.
func (d *Directory) BeginClaim(ctx context.Context, handle string) (Claim, error) {
	c, err := claimable(d.db.read.WithContext(ctx), handle)
	if err != nil {
		return Claim{}, err
	}
	claim := Claim{Handle: c.Handle, Website: c.Website, Token: rand.Text(), State: ClaimBegun, BeganAt: now()}
	if err := d.db.write.WithContext(ctx).Create(&claim).Error; err != nil {
		return Claim{}, fmt.Errorf("begin a claim of %s: %w", c.Handle, err)
	}
	return claim, nil
}

// claimable returns a co-op that can be claimed by its website. The domain of
// one that has closed may have a new owner, and whether one that vanished from
// the list belongs here is for the operators to say; they can invite.
func claimable(tx *gorm.DB, handle string) (Coop, error) {
	c, err := coopByHandle(tx, handle)
	switch {
	case err != nil:
		return Coop{}, err
	case !c.Listed():
		return Coop{}, fmt.Errorf("%w: the entry of %s is %s; ask the operators for an invitation", ErrInvalid, c.Handle, c.Status)
	case c.Website == "":
		return Coop{}, fmt.Errorf("%w: the entry of %s has no website that could prove it; ask the operators for an invitation", ErrInvalid, c.Handle)
	}
	return c, nil
}

// stands refuses a claim of an entry that can no longer be claimed by the
// website that was to show the token.
func (c Claim) stands(tx *gorm.DB) error {
	coop, err := claimable(tx, c.Handle)
	if err == nil && coop.Website != c.Website {
		err = fmt.Errorf("%w: the entry names another website than %s now; begin again", ErrInvalid, c.Website)
	}
	return err
}

// advance brings a claim into another state, unless somebody else has done so
// since it was read: whatever is done with one claim at the same time, only one
// of it happens. also is what changes with the state.
func (c *Claim) advance(tx *gorm.DB, to ClaimState, also map[string]any) error {
	err := advance(tx, "claim", &Claim{}, c.ID, c.State, to, also)
	if err == nil {
		*c, err = claimByID(tx, c.ID)
	}
	return err
}

// advance brings a row that is called what from one state into another.
func advance[State ~string](tx *gorm.DB, what string, row any, id int64, from, to State, also map[string]any) error {
	changed := map[string]any{"state": to}
	maps.Copy(changed, also)
	moved := tx.Model(row).Where("id = ? AND state = ?", id, from).Updates(changed)
	if moved.Error != nil {
		return fmt.Errorf("have %s %d %s: %w", what, id, to, moved.Error)
	}
	if moved.RowsAffected == 0 {
		return fmt.Errorf("%w: the %s is not %s any more", ErrInvalid, what, from)
	}
	return nil
}

// Claim returns a claim, or ErrNotFound.
func (d *Directory) Claim(ctx context.Context, id int64) (Claim, error) {
	return claimByID(d.db.read.WithContext(ctx), id)
}

func claimByID(tx *gorm.DB, id int64) (Claim, error) {
	var c Claim
	err := tx.Take(&c, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Claim{}, notFound("claim: %d", id)
	}
	if err != nil {
		return Claim{}, fmt.Errorf("read claim %d: %w", id, err)
	}
	return c, nil
}

// Claims lists the claims of a co-op that were granted or wait, newest first.
func (d *Directory) Claims(ctx context.Context, handle string) ([]Claim, error) {
	var claims []Claim
	err := d.db.read.WithContext(ctx).Where("handle = ? AND state IN ?", handle, []ClaimState{ClaimGranted, ClaimWaiting}).Order("id DESC").Find(&claims).Error
	if err != nil {
		return nil, fmt.Errorf("read the claims of %s: %w", handle, err)
	}
	return claims, nil
}

// ProveClaim notes that a claim's token was seen at the website that the entry
// still names. Errors: ErrNotFound, *GoneError, ErrInvalid.
func (d *Directory) ProveClaim(ctx context.Context, id int64, method, foundAt string) error {
	return d.proveClaim(ctx, id, map[string]any{"method": method, "found_at": cut(asText(foundAt), maxID)})
}

func (d *Directory) proveClaim(ctx context.Context, id int64, proof map[string]any) error {
	return d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		claim, err := claimByID(tx, id)
		if err != nil {
			return err
		}
		if claim.State != ClaimBegun {
			return fmt.Errorf("%w: the claim is %s already", ErrInvalid, claim.State)
		}
		if err := claim.stands(tx); err != nil {
			return err
		}
		at := now()
		proof["proved_at"], proof["checked_at"], proof["seen_at"] = at, at, at
		return claim.advance(tx, ClaimProved, proof)
	})
}

// TakeClaim makes a person an owner by a claim that was proved within the last
// day: at once, if the co-op has no other owner or the person is one already,
// and else after claimWait, unless an owner is there until then. Errors:
// ErrNotFound, *GoneError, ErrInvalid.
func (d *Directory) TakeClaim(ctx context.Context, id int64, by Actor) (Claim, error) {
	var claim Claim
	err := d.db.change(ctx, func(tx *gorm.DB) (err error) {
		if claim, err = claimByID(tx, id); err != nil {
			return err
		}
		switch {
		case by.PersonID == 0:
			return fmt.Errorf("%w: only a person can become an owner", ErrInvalid)
		case claim.State != ClaimProved:
			return fmt.Errorf("%w: the claim is %s", ErrInvalid, claim.State)
		case !claim.Fresh():
			return fmt.Errorf("%w: the proof is more than a day old; begin again", ErrInvalid)
		}
		if err := claim.stands(tx); err != nil {
			return err
		}
		if err := claim.isFor(tx, by.PersonID); err != nil {
			return err
		}
		var owners []int64
		if err := tx.Model(&Member{}).Where("handle = ? AND role = ?", claim.Handle, Owner).Pluck("person_id", &owners).Error; err != nil {
			return fmt.Errorf("read the owners of %s: %w", claim.Handle, err)
		}
		if len(owners) == 0 || slices.Contains(owners, by.PersonID) {
			return d.grant(tx, &claim, by)
		}
		err = claim.advance(tx, ClaimWaiting, map[string]any{"person_id": by.PersonID, "effective_at": now().Add(claimWait)})
		if err != nil {
			return err
		}
		if err := claim.tellOwners(tx, owners); err != nil {
			return err
		}
		return audit(tx, by, "claimed beside owners", claim.Handle, claim.proof())
	})
	return claim, err
}

// proof is what a claim rests on, for the audit log.
func (c Claim) proof() string { return strings.TrimSpace(c.Method + " " + c.FoundAt) }

// grant makes who claims an owner. The claim takes the place of the one by which
// the co-op was known to keep its website until now.
func (d *Directory) grant(tx *gorm.DB, claim *Claim, who Actor) error {
	err := tx.Model(&Claim{}).Where("handle = ? AND state = ?", claim.Handle, ClaimGranted).
		Updates(map[string]any{"state": ClaimEnded, "why": "there is a newer proof"}).Error
	if err != nil {
		return fmt.Errorf("end the earlier claims of %s: %w", claim.Handle, err)
	}
	if err := claim.advance(tx, ClaimGranted, map[string]any{"person_id": who.PersonID}); err != nil {
		return err
	}
	if err := join(tx, claim.Handle, who.PersonID, Owner); err != nil {
		return err
	}
	version, err := d.markClaimed(tx, claim.Handle, claim.Method)
	if err != nil {
		return err
	}
	return auditEdit(tx, who, "claimed", claim.Handle, claim.proof(), version)
}

// markClaimed makes a co-op the keeper of its entry, and returns the version that
// says so; 0 if the co-op is that already.
func (d *Directory) markClaimed(tx *gorm.DB, handle, method string) (version int64, err error) {
	if !IsCoop(handle) {
		return 0, nil
	}
	c, err := coopByHandle(tx, handle)
	if err != nil || c.Claimed() {
		return 0, err
	}
	at := now()
	c.ClaimedAt = &at
	e := edit{coop: c, at: at, changes: []Change{{Kind: KindClaimed, After: method, Source: FromCoop, Origin: method, Effective: true}}}
	err = d.save(tx, &e, place.Open(), &membership{})
	return e.coop.Version, err
}
