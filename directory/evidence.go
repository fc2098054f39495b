package directory

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// EvidenceKind says what speaks for it that somebody is a co-op.
type EvidenceKind string

// The kinds of evidence.
const (
	ByDomain   EvidenceKind = "domain"   // a name under .coop, which is given to co-ops only
	ByRegister EvidenceKind = "register" // a number in a public register
	ByBylaws   EvidenceKind = "bylaws"
	ByNetwork  EvidenceKind = "network" // membership of a federation of co-ops
	ByVouching EvidenceKind = "vouch"   // another co-op of the directory says so
)

// StatedKinds are the kinds that a co-op can state about itself.
var StatedKinds = []EvidenceKind{ByRegister, ByBylaws, ByNetwork}

// EvidenceState says whether an operator has looked at a piece of evidence.
type EvidenceState string

// The states of a piece of evidence.
const (
	EvidenceStated    EvidenceState = "stated"
	EvidenceConfirmed EvidenceState = "confirmed"
	EvidenceRefused   EvidenceState = "refused"
	EvidenceWithdrawn EvidenceState = "withdrawn"
)

// Limits of evidence: the length of what is said, in characters, and how many
// pieces a co-op has that it has not withdrawn.
const (
	MaxEvidence = 200
	maxPieces   = 20
)

// Evidence is one thing that speaks for it that somebody is a co-op. It is apart
// from the control of a website, which only tells who speaks.
type Evidence struct {
	ID         int64         `json:"-"`
	Handle     string        `json:"-"` // of whom; "" while the co-op waits to be listed
	ProposalID *int64        `json:"-"`
	Kind       EvidenceKind  `json:"kind"`
	What       string        `json:"what,omitempty"` // which register and number, which network, who vouches
	Link       string        `json:"link,omitempty"`
	Voucher    string        `json:"voucher,omitempty"` // handle of the co-op that vouches; "": the co-op says so itself
	State      EvidenceState `json:"state"`
	StatedAt   time.Time     `json:"statedAt"`
	JudgedAt   *time.Time    `json:"judgedAt,omitempty"` // when an operator has seen it
	Why        string        `json:"-"`                  // it was refused
}

// TableName names the table of evidence.
func (Evidence) TableName() string { return "evidence" }

// stated is a piece of evidence as a co-op states it. Errors are reasons for
// whoever wrote it.
func stated(e Evidence) (Evidence, error) {
	e = Evidence{Kind: e.Kind, What: strings.Join(strings.Fields(e.What), " "), Link: strings.TrimSpace(e.Link), State: EvidenceStated, StatedAt: now()}
	n := utf8.RuneCountInString(e.What)
	switch {
	case e.Kind != ByRegister && e.Kind != ByBylaws && e.Kind != ByNetwork:
		return Evidence{}, errors.New("choose what it is")
	case !isText(e.What):
		return Evidence{}, errors.New("there are characters in it that are not text")
	case n == 0 && e.Kind == ByRegister:
		return Evidence{}, errors.New("say which register it is, and your number in it")
	case n == 0 && e.Kind == ByNetwork:
		return Evidence{}, errors.New("say which network it is")
	case n > MaxEvidence:
		return Evidence{}, fmt.Errorf("%d characters are too many; it takes %d", n, MaxEvidence)
	case e.Link == "" && e.Kind == ByBylaws:
		return Evidence{}, errors.New("give the address of the bylaws")
	}
	u, err := url.Parse(e.Link)
	if e.Link != "" && (err != nil || len(e.Link) > MaxWebsite || !isText(e.Link) || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Host == "") {
		return Evidence{}, errors.New("the link is not an address that begins with https://")
	}
	return e, nil
}

// AddEvidence has a co-op state something that speaks for it. Errors:
// ErrNotFound, *GoneError; a *FieldError for "evidence"; ErrInvalid when there
// are maxPieces already.
func (d *Directory) AddEvidence(ctx context.Context, by Actor, handle string, e Evidence) error {
	said, err := stated(e)
	if err != nil {
		return &FieldError{"evidence", err.Error()}
	}
	return d.db.change(ctx, func(tx *gorm.DB) error {
		c, err := coopByHandle(tx, handle)
		if err != nil {
			return err
		}
		var n int64
		if err := tx.Model(&Evidence{}).Where("handle = ? AND kind <> ? AND state <> ?", c.Handle, ByVouching, EvidenceWithdrawn).Count(&n).Error; err != nil {
			return fmt.Errorf("count the evidence of %s: %w", c.Handle, err)
		}
		if n >= maxPieces {
			return fmt.Errorf("%w: there are %d pieces of evidence; withdraw one first", ErrInvalid, n)
		}
		said.Handle = c.Handle
		if err := tx.Create(&said).Error; err != nil {
			return fmt.Errorf("keep evidence of %s: %w", c.Handle, err)
		}
		return audit(tx, by, "stated evidence", c.Handle, said.named())
	})
}

// named is a piece of evidence in the audit log.
func (e Evidence) named() string {
	return strings.TrimSpace(fmt.Sprintf("%s: %s %s", e.Kind, e.What, e.Link))
}

// WithdrawEvidence takes back what a co-op has stated about itself. Errors:
// ErrNotFound, also for what is another co-op's or was taken back already.
func (d *Directory) WithdrawEvidence(ctx context.Context, by Actor, handle string, id int64) error {
	return d.withdraw(ctx, by, handle, "withdrew evidence", func(tx *gorm.DB) *gorm.DB {
		return tx.Where("id = ? AND handle = ? AND kind <> ?", id, handle, ByVouching)
	})
}

// Vouch has one co-op say that another one is a co-op. Errors: ErrNotFound,
// *GoneError; ErrInvalid when it speaks for itself, has not claimed its own
// entry or vouches already.
func (d *Directory) Vouch(ctx context.Context, by Actor, voucher, handle string) error {
	return d.db.change(ctx, func(tx *gorm.DB) error {
		from, err := coopByHandle(tx, voucher)
		if err != nil {
			return err
		}
		c, err := coopByHandle(tx, handle)
		switch {
		case err != nil:
			return err
		case from.Handle == c.Handle:
			return fmt.Errorf("%w: no co-op vouches for itself", ErrInvalid)
		case !from.Claimed() || !from.Listed():
			return fmt.Errorf("%w: only a listed co-op that has claimed its entry can vouch", ErrInvalid)
		case !c.Listed():
			return fmt.Errorf("%w: the entry of %s is %s", ErrInvalid, c.Handle, c.Status)
		}
		e := Evidence{Handle: c.Handle, Kind: ByVouching, Voucher: from.Handle, State: EvidenceStated, StatedAt: now()}
		made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&e)
		if made.Error != nil {
			return fmt.Errorf("have %s vouch for %s: %w", from.Handle, c.Handle, made.Error)
		}
		if made.RowsAffected == 0 {
			return fmt.Errorf("%w: %s has vouched already", ErrInvalid, from.Handle)
		}
		return audit(tx, by, "vouched for a co-op", from.Handle, c.Handle)
	})
}

// TakeBackVouch ends one co-op's vouching for another. Errors: ErrNotFound.
func (d *Directory) TakeBackVouch(ctx context.Context, by Actor, voucher, handle string) error {
	return d.withdraw(ctx, by, voucher, "no longer vouches for a co-op", func(tx *gorm.DB) *gorm.DB {
		return tx.Where("voucher = ? AND handle = ? AND kind = ?", voucher, handle, ByVouching)
	})
}

func (d *Directory) withdraw(ctx context.Context, by Actor, whose, act string, which func(*gorm.DB) *gorm.DB) error {
	return d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var e Evidence
		err := which(tx).Where("state <> ?", EvidenceWithdrawn).Take(&e).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return notFound("evidence of %s", whose)
		}
		if err != nil {
			return fmt.Errorf("read evidence of %s: %w", whose, err)
		}
		if err := tx.Model(&Evidence{}).Where("id = ?", e.ID).Update("state", EvidenceWithdrawn).Error; err != nil {
			return fmt.Errorf("withdraw evidence of %s: %w", whose, err)
		}
		detail := e.named()
		if e.Kind == ByVouching {
			detail = e.Handle
		}
		return audit(tx, by, act, whose, detail)
	})
}

// JudgeEvidence notes that an operator has looked at a piece of evidence: it is
// confirmed, or, with a reason for the co-op, refused. Errors: ErrNotFound;
// ErrInvalid when it is not open any more; a *FieldError for the reason.
func (d *Directory) JudgeEvidence(ctx context.Context, by Actor, id int64, confirm bool, why string) error {
	state, act := EvidenceConfirmed, "confirmed evidence"
	if !confirm {
		state, act = EvidenceRefused, "refused evidence"
		var err error
		if why, err = reason("why", why, "say why"); err != nil {
			return err
		}
	} else {
		why = ""
	}
	return d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var e Evidence
		err := tx.Where("handle <> ''").Take(&e, id).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return notFound("evidence: %d", id)
		}
		if err != nil {
			return fmt.Errorf("read evidence %d: %w", id, err)
		}
		judged := tx.Model(&Evidence{}).Where("id = ? AND state = ?", id, EvidenceStated).Updates(map[string]any{"state": state, "judged_at": now(), "why": why})
		if judged.Error != nil {
			return fmt.Errorf("judge evidence %d: %w", id, judged.Error)
		}
		if judged.RowsAffected == 0 {
			return fmt.Errorf("%w: the evidence is %s already", ErrInvalid, e.State)
		}
		return audit(tx, by, act, e.Handle, strings.TrimSuffix(e.named()+" "+e.Voucher+"; "+why, "; "))
	})
}

// eraseEvidence forgets what speaks for a co-op whose entry is removed, for whom
// it vouched, and what it wrote when it added itself.
func eraseEvidence(tx *gorm.DB, handle string) error {
	if err := tx.Where("handle = ? OR voucher = ?", handle, handle).Delete(&Evidence{}).Error; err != nil {
		return fmt.Errorf("erase the evidence of %s: %w", handle, err)
	}
	if err := tx.Where("handle = ?", handle).Delete(&Proposal{}).Error; err != nil {
		return fmt.Errorf("erase the proposal of %s: %w", handle, err)
	}
	return nil
}
