package directory

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// Waiting counts what waits for the operators.
type Waiting struct {
	Claims    int // that wait on owners
	Lapsed    int // proofs that are not found any more
	Proposals int
	Evidence  int
	Reports   int
	Actors    int // that came back with another key
	Servers   int // that fail, and for which something waits
}

// Waiting counts what waits for the operators.
func (d *Directory) Waiting(ctx context.Context) (Waiting, error) {
	var waiting Waiting
	tx := d.db.read.WithContext(ctx)
	for _, count := range []struct {
		found *gorm.DB
		into  *int
	}{
		{tx.Model(&Claim{}).Where("state = ?", ClaimWaiting), &waiting.Claims},
		{tx.Model(&Claim{}).Where("state = ? AND lapsed_at IS NOT NULL", ClaimGranted), &waiting.Lapsed},
		{tx.Model(&Proposal{}).Where("state = ?", ProposalWaiting), &waiting.Proposals},
		{tx.Model(&Evidence{}).Where("handle <> '' AND state = ? AND (kind <> ? OR voucher IN (SELECT handle FROM coops WHERE claimed_at IS NOT NULL AND status IN ?))", EvidenceStated, ByVouching, []Status{Active, Inactive}), &waiting.Evidence},
		{tx.Model(&Report{}).Where("resolved_at IS NULL"), &waiting.Reports},
		{tx.Model(&pin{}).Where("asked_at IS NOT NULL"), &waiting.Actors},
		{tx.Model(&Inbox{}).Where("due_at IS NOT NULL AND failures > 0").Distinct("host"), &waiting.Servers},
	} {
		var n int64
		if err := count.found.Count(&n).Error; err != nil {
			return Waiting{}, fmt.Errorf("count what waits: %w", err)
		}
		*count.into = int(n)
	}
	return waiting, nil
}

// OpenClaims lists up to limit claims that wait on owners, the one that ends
// first first, and as many that were granted and whose proof has lapsed.
func (d *Directory) OpenClaims(ctx context.Context, limit int) (waiting, lapsed []Claim, err error) {
	tx := d.db.read.WithContext(ctx)
	if err := tx.Where("state = ?", ClaimWaiting).Order("effective_at, id").Limit(limit).Find(&waiting).Error; err != nil {
		return nil, nil, fmt.Errorf("read the claims that wait: %w", err)
	}
	if err := tx.Where("state = ? AND lapsed_at IS NOT NULL", ClaimGranted).Order("lapsed_at DESC, id").Limit(limit).Find(&lapsed).Error; err != nil {
		return nil, nil, fmt.Errorf("read the proofs that have lapsed: %w", err)
	}
	return waiting, lapsed, nil
}

// EndClaim ends a claim that waits, with a reason. Errors: ErrNotFound;
// ErrInvalid when it does not wait any more; a *FieldError for the reason.
func (d *Directory) EndClaim(ctx context.Context, by Actor, id int64, why string) error {
	why, err := reason("why", why, "say why")
	if err != nil {
		return err
	}
	return d.db.change(ctx, func(tx *gorm.DB) error {
		claim, err := claimByID(tx, id)
		if err != nil {
			return err
		}
		if claim.State != ClaimWaiting {
			return fmt.Errorf("%w: the claim is %s and does not wait", ErrInvalid, claim.State)
		}
		return claim.end(tx, by, why)
	})
}
