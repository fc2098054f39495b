package directory

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// MethodAccount is the proof of a claim by an account that the website links.
const MethodAccount = "account"

// ProveClaimByAccount notes that the website of a claim links an account, with
// which somebody has just signed in. Only its person can take the claim. Errors
// as of ProveClaim.
func (d *Directory) ProveClaimByAccount(ctx context.Context, id int64, foundAt, actorID string) error {
	if err := checkIDs(actorID); err != nil {
		return err
	}
	return d.proveClaim(ctx, id, map[string]any{"method": MethodAccount, "found_at": cut(asText(foundAt), maxID), "account_id": actorID})
}

// isFor refuses a claim that was proved by somebody else's account.
func (c Claim) isFor(tx *gorm.DB, personID int64) error {
	if c.AccountID == "" {
		return nil
	}
	a, err := accountByID(tx, c.AccountID)
	if err == nil && (a.PersonID != personID || a.RemovedAt != nil) {
		err = fmt.Errorf("%w: the claim was proved with @%s, which is not an account of yours here", ErrInvalid, a.Name)
	}
	return err
}

// tellOwners writes to the owners beside whom a claim waits.
func (c Claim) tellOwners(tx *gorm.DB, owners []int64) error {
	coop, err := coopByHandle(tx, c.Handle)
	if err != nil {
		return err
	}
	return message(tx, fmt.Sprintf("Somebody else claims the entry of %s (%s). If no owner signs in until %s, they become an owner, too. Signing in ends the claim:",
		coop.Name, c.proof(), c.EffectiveAt.Format("2 January 2006")), "/sign-in", owners...)
}

// tellClaimant writes to who has waited what became of the claim.
func (c Claim) tellClaimant(tx *gorm.DB, outcome string) error {
	if c.PersonID == nil {
		return nil
	}
	coop, err := coopByHandle(tx, c.Handle)
	if err != nil { // its entry was removed
		return nil
	}
	return message(tx, fmt.Sprintf("Your claim of the entry of %s %s", coop.Name, outcome), "/me", *c.PersonID)
}

// EndWaitingClaims ends the claims that wait on the entries of which a person is
// an owner, as signing in does, and lists those that their being here has ended
// and that would still be waiting.
func (d *Directory) EndWaitingClaims(ctx context.Context, personID int64) ([]Claim, error) {
	var ended []Claim
	err := d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := endWaiting(tx, personID); err != nil {
			return err
		}
		return tx.Where("state = ? AND why = ? AND effective_at > ? AND handle IN (SELECT handle FROM members WHERE person_id = ? AND role = ?)",
			ClaimEnded, ownerWasHere, now(), personID, Owner).Order("id DESC").Find(&ended).Error
	})
	if err != nil {
		return nil, fmt.Errorf("end the claims that wait on %d: %w", personID, err)
	}
	return ended, nil
}
