package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// SettleClaims grants the claims that have waited long enough, if their proof
// stands, and returns those. What keeps one of them from it does not keep the
// others. Any number of processes may do so at the same time.
func (d *Directory) SettleClaims(ctx context.Context) ([]Claim, error) {
	var due, granted []Claim
	if err := d.db.read.WithContext(ctx).Where("state = ? AND effective_at <= ?", ClaimWaiting, now()).Find(&due).Error; err != nil {
		return nil, fmt.Errorf("look for claims that have waited: %w", err)
	}
	var failures []error
	for _, claim := range due {
		settled, err := d.settle(ctx, claim.ID)
		if err != nil {
			failures = append(failures, fmt.Errorf("settle claim %d: %w", claim.ID, err))
		}
		if settled.State == ClaimGranted {
			granted = append(granted, settled)
		}
	}
	return granted, errors.Join(failures...)
}

// settle grants one claim that has waited, or ends it.
func (d *Directory) settle(ctx context.Context, id int64) (settled Claim, err error) {
	err = d.db.change(ctx, func(tx *gorm.DB) error {
		// Locked, so that an owner who signs in now comes before or after.
		claim, err := claimByID(tx.Clauses(clause.Locking{Strength: "UPDATE"}), id)
		if err != nil || claim.State != ClaimWaiting { // somebody else was faster
			return err
		}
		refused := claim.stands(tx)
		if claim.LapsedAt != nil {
			refused = fmt.Errorf("%w: the proof is not found any more", ErrInvalid)
		}
		if gone := new(*GoneError); errors.Is(refused, ErrInvalid) || errors.As(refused, gone) {
			return claim.end(tx, itself, strings.TrimPrefix(refused.Error(), ErrInvalid.Error()+": "))
		}
		if refused != nil {
			return refused
		}
		who, err := personByID(tx, *claim.PersonID)
		if err != nil {
			return err
		}
		if err := d.grant(tx, &claim, Actor{who.ID, who.Name}); err != nil {
			return err
		}
		settled = claim
		return claim.tellClaimant(tx, "was granted: you are an owner now.")
	})
	if err != nil {
		settled = Claim{}
	}
	return settled, err
}

// end ends a claim that waits, unless that has come to an end already.
func (c Claim) end(tx *gorm.DB, by Actor, why string) error {
	ended := tx.Model(&Claim{}).Where("id = ? AND state = ?", c.ID, ClaimWaiting).Updates(map[string]any{"state": ClaimEnded, "why": why})
	if ended.Error != nil {
		return fmt.Errorf("end claim %d: %w", c.ID, ended.Error)
	}
	if ended.RowsAffected == 0 {
		return nil
	}
	if err := c.tellClaimant(tx, "has ended: "+why+"."); err != nil {
		return err
	}
	return audit(tx, by, "ended a claim", c.Handle, c.proof()+": "+why)
}

// ownerWasHere is why most claims end that wait.
const ownerWasHere = "an owner signed in"

// endWaiting ends the claims that wait on entries of which a person is an owner.
func endWaiting(tx *gorm.DB, personID int64) error {
	var waiting []Claim
	err := tx.Where("state = ? AND person_id <> ? AND handle IN (SELECT handle FROM members WHERE person_id = ? AND role = ?)",
		ClaimWaiting, personID, personID, Owner).Order("id").Find(&waiting).Error
	if err != nil {
		return fmt.Errorf("look for claims that wait on %d: %w", personID, err)
	}
	if len(waiting) == 0 {
		return nil
	}
	owner, err := personByID(tx, personID)
	if err != nil {
		return err
	}
	for _, claim := range waiting {
		if err := claim.end(tx, Actor{owner.ID, owner.Name}, ownerWasHere); err != nil {
			return err
		}
	}
	return nil
}

const (
	// recheckAfter is how often a claim that was granted is looked at again, and
	// recheckSoon one that waits or whose proof was not found the last time.
	recheckAfter = 7 * 24 * time.Hour
	recheckSoon  = 24 * time.Hour
	// lapsesAfter is how many times in a row a proof is not found before it has
	// lapsed, so that a website may be down for two days.
	lapsesAfter = 3
)

// toCheck finds the claims that are to be looked at again: also, after an edit,
// those of entries that name another website now. The proof of one that was
// tried out on somebody's own machine was seen nowhere.
func toCheck(tx *gorm.DB) *gorm.DB {
	return tx.Where("found_at <> '' AND (state = ? AND checked_at < ? OR (state = ? OR state = ? AND missed > 0) AND checked_at < ?"+
		" OR state = ? AND EXISTS (SELECT 1 FROM coops c WHERE c.handle = claims.handle AND c.website NOT IN ('', claims.website) AND c.updated_at > claims.checked_at))",
		ClaimGranted, now().Add(-recheckAfter), ClaimWaiting, ClaimGranted, now().Add(-recheckSoon), ClaimGranted)
}

// ClaimsToCheck lists up to limit claims whose proof is to be looked at again.
func (d *Directory) ClaimsToCheck(ctx context.Context, limit int) ([]Claim, error) {
	var claims []Claim
	if err := toCheck(d.db.read.WithContext(ctx)).Order("checked_at, id").Limit(limit).Find(&claims).Error; err != nil {
		return nil, fmt.Errorf("look for claims to check: %w", err)
	}
	return claims, nil
}

// CheckedClaim notes what was seen when a claim was looked at again, and says
// whether its proof has lapsed by that: missing is "" when the proof stands, and
// else says why not. A lapse is reported and takes nothing from anybody. If
// another process has looked meanwhile, its word counts.
func (d *Directory) CheckedClaim(ctx context.Context, id int64, missing string) (lapsed bool, err error) {
	err = d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		changed := map[string]any{"checked_at": now(), "seen_at": now(), "why": cut(asText(missing), 500), "missed": 0, "lapsed_at": nil}
		if missing != "" {
			delete(changed, "seen_at")
			changed["missed"] = gorm.Expr("missed + 1")
			changed["lapsed_at"] = gorm.Expr("CASE WHEN missed + 1 < ? THEN lapsed_at ELSE COALESCE(lapsed_at, ?) END", lapsesAfter, now())
		}
		noted := tx.Model(&Claim{}).Where("id = ?", id).Where(toCheck(tx)).Updates(changed)
		if noted.Error != nil || noted.RowsAffected == 0 {
			return noted.Error
		}
		claim, err := claimByID(tx, id)
		lapsed = claim.Missed == lapsesAfter
		return err
	})
	if err != nil {
		return false, fmt.Errorf("note that claim %d was checked: %w", id, err)
	}
	return lapsed, nil
}
