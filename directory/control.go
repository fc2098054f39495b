package directory

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Control is how a co-op has shown that its website is its own. It tells who
// speaks, and nothing about their being a co-op.
type Control struct {
	Website  string     `json:"website"` // that has shown it
	Method   string     `json:"method"`  // rel-me, meta, file, dns; sandbox: nothing was looked at
	FoundAt  string     `json:"foundAt,omitempty"`
	ProvedAt time.Time  `json:"provedAt"`
	SeenAt   *time.Time `json:"seenAt,omitempty"`   // the last time
	LapsedAt *time.Time `json:"lapsedAt,omitempty"` // since when it is not found any more
	Unproved string     `json:"unproved,omitempty"` // the website that the entry names now, if it is another one

	Claim Claim `json:"-"`
}

// Control returns how a co-op has shown that its website is its own, or nil: it
// is not claimed, or an owner was invited.
func (d *Directory) Control(ctx context.Context, c Coop) (*Control, error) {
	if !c.Claimed() {
		return nil, nil
	}
	var claim Claim
	err := d.db.read.WithContext(ctx).Where("handle = ? AND state = ?", c.Handle, ClaimGranted).Order("id DESC").Take(&claim).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the proof of %s: %w", c.Handle, err)
	}
	control := &Control{
		Website: claim.Website, Method: claim.Method, FoundAt: claim.FoundAt, ProvedAt: *claim.ProvedAt,
		SeenAt: claim.SeenAt, LapsedAt: claim.LapsedAt, Claim: claim,
	}
	if websiteKey(c.Website) != websiteKey(claim.Website) {
		control.Unproved = c.Website
	}
	return control, nil
}

// ClaimedWith returns the handle of the entry that was claimed with that token,
// which is public, or ErrNotFound.
func (d *Directory) ClaimedWith(ctx context.Context, token string) (handle string, err error) {
	var claim Claim
	err = d.db.read.WithContext(ctx).Where("token = ? AND state = ?", asText(token), ClaimGranted).Take(&claim).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return "", notFound("claim")
	}
	if err != nil {
		return "", fmt.Errorf("look for a claim by its token: %w", err)
	}
	return claim.Handle, nil
}

// coopDomain is the name under .coop that a website has been proved to stand
// under, or "". The registry gives such names to co-operatives only.
func (c *Control) coopDomain() string {
	if c == nil {
		return ""
	}
	u, err := url.Parse(c.Website)
	if err != nil || c.LapsedAt != nil || c.FoundAt == "" || c.Unproved != "" {
		return ""
	}
	if host := websiteHost(hostKey(u)); strings.HasSuffix(host, ".coop") {
		return host
	}
	return ""
}

// ProvedAnew notes that the proof of a claim that was granted was seen: on the
// website that the entry names now, or once more where it had lapsed. Errors:
// ErrNotFound, *GoneError; ErrInvalid when the entry names another one by now.
func (d *Directory) ProvedAnew(ctx context.Context, id int64, website, method, foundAt string) error {
	return d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		claim, err := claimByID(tx, id)
		if err != nil {
			return err
		}
		c, err := coopByHandle(tx, claim.Handle)
		if err != nil {
			return err
		}
		if claim.State != ClaimGranted || c.Website != website {
			return fmt.Errorf("%w: %s is not what is to be proved", ErrInvalid, website)
		}
		at := now()
		err = tx.Model(&Claim{}).Where("id = ?", id).Updates(map[string]any{
			"website": website, "method": method, "found_at": cut(asText(foundAt), maxID), "proved_at": at, "checked_at": at, "seen_at": at,
			"missed": 0, "lapsed_at": nil, "why": "",
		}).Error
		if err != nil {
			return fmt.Errorf("note that claim %d was proved anew: %w", id, err)
		}
		return audit(tx, itself, "saw the website's proof", claim.Handle, method+" "+foundAt)
	})
}

// PublicEvidence lists what speaks for it that c is a co-op: names under .coop
// first, then what an operator has seen, then what was only said. What was
// refused or withdrawn is left out, as are those who vouched and have left.
func (d *Directory) PublicEvidence(ctx context.Context, c Coop, control *Control) ([]Evidence, error) {
	pieces := []Evidence{}
	if name := control.coopDomain(); name != "" {
		pieces = append(pieces, Evidence{Handle: c.Handle, Kind: ByDomain, What: name, State: EvidenceConfirmed, StatedAt: control.ProvedAt})
	}
	kept, err := d.evidence(ctx, "handle = ? AND state IN ?", c.Handle, []EvidenceState{EvidenceConfirmed, EvidenceStated})
	return append(pieces, kept...), err
}

// EvidenceOf lists what a co-op has stated about itself and not withdrawn, with
// what came of it, and who vouches.
func (d *Directory) EvidenceOf(ctx context.Context, handle string) ([]Evidence, error) {
	return d.evidence(ctx, "handle = ? AND state <> ?", handle, EvidenceWithdrawn)
}

// EvidenceToJudge lists up to limit pieces that no operator has judged, oldest
// first. That of co-ops that are not listed yet goes with their proposal.
func (d *Directory) EvidenceToJudge(ctx context.Context, limit int) ([]Evidence, error) {
	pieces, err := d.evidence(ctx, "handle <> '' AND state = ?", EvidenceStated)
	return pieces[:min(len(pieces), limit)], err
}

// evidence reads pieces, those that an operator has confirmed first. A voucher
// is called by its name, and heard while it is listed and keeps its entry.
func (d *Directory) evidence(ctx context.Context, which string, of ...any) ([]Evidence, error) {
	var pieces []Evidence
	tx := d.db.read.WithContext(ctx)
	err := tx.Where(which, of...).Order("CASE WHEN state = 'confirmed' THEN 0 ELSE 1 END, id").Find(&pieces).Error
	if err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	var vouchers []string
	for _, e := range pieces {
		if e.Kind == ByVouching {
			vouchers = append(vouchers, e.Voucher)
		}
	}
	var coops []Coop
	if len(vouchers) > 0 {
		if err := tx.Where("handle IN ?", vouchers).Find(&coops).Error; err != nil {
			return nil, fmt.Errorf("read who vouches: %w", err)
		}
	}
	names := make(map[string]string)
	for _, c := range coops {
		if c.Claimed() && c.Listed() {
			names[c.Handle] = c.Name
		}
	}
	kept := pieces[:0]
	for _, e := range pieces {
		if e.Kind == ByVouching {
			if e.What = names[e.Voucher]; e.What == "" {
				continue
			}
		}
		kept = append(kept, e)
	}
	return kept, nil
}
