package directory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"coopverse/directory/place"

	"gorm.io/gorm"
)

// Origins of what an entry says that a co-op made itself.
const (
	fromAddPage   = "added by itself"
	fromOperators = "operators"
)

// ListedError means that a co-op that adds itself is here already. It is an
// ErrInvalid.
type ListedError struct {
	Coop   Coop
	ByName bool // only the name is the same, so it may be another co-op
}

func (e *ListedError) Error() string {
	return fmt.Sprintf("%v: %s is listed already, as @%s", ErrInvalid, e.Coop.Name, e.Coop.Handle)
}

// Is says that the error is an ErrInvalid.
func (e *ListedError) Is(target error) bool { return target == ErrInvalid }

// sameWebsite says whether two addresses lead to one website. On hosts that many
// share, the path tells them apart.
func sameWebsite(a, b string) bool {
	keyA, keyB := websiteKey(a), websiteKey(b)
	if keyA == keyB {
		return keyA != ""
	}
	label, _ := registrableLabel(a)
	return label != nil && websiteHost(keyA) == websiteHost(keyB) && (bare(keyA) != "" || bare(keyB) != "")
}

// notListed refuses a proposal whose website, or whose name, is that of an entry:
// by whatever any source has said of it, as when a list is read. Errors:
// *ListedError.
func notListed(tx *gorm.DB, p Proposal) error {
	var coops []Coop
	if err := tx.Order("id").Find(&coops).Error; err != nil {
		return fmt.Errorf("read the co-ops: %w", err)
	}
	var facts []Fact
	if err := tx.Where("field IN ?", []string{"name", "website"}).Find(&facts).Error; err != nil {
		return fmt.Errorf("read names and websites: %w", err)
	}
	named := make(map[int64]bool)
	for _, f := range facts {
		if f.Field == "website" && sameWebsite(f.Value, p.Website) {
			return &ListedError{Coop: byID(coops, f.CoopID)}
		}
		named[f.CoopID] = named[f.CoopID] || f.Field == "name" && nameKey(f.Value) == nameKey(p.Name)
	}
	if p.Namesake {
		return nil
	}
	for _, c := range coops {
		if named[c.ID] && c.MergedInto == "" {
			return &ListedError{Coop: c, ByName: true}
		}
	}
	return nil
}

func byID(coops []Coop, id int64) Coop {
	i := slices.IndexFunc(coops, func(c Coop) bool { return c.ID == id })
	return coops[i]
}

// AcceptProposal makes an entry of a proposal that waits. It has the co-op's own
// words, the person who sent it owns it, and the proof of its website goes on as
// a claim. Errors: ErrNotFound; ErrInvalid, also when somebody has decided
// already; *ListedError when it has come to be listed meanwhile.
func (d *Directory) AcceptProposal(ctx context.Context, by Actor, id int64) (Coop, error) {
	var c Coop
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		p, err := proposalIn(tx, id, ProposalWaiting)
		if err != nil {
			return err
		}
		p.Namesake = true // the operator has seen both
		if err := notListed(tx, p); err != nil {
			return err
		}
		at := now()
		if c, err = d.enter(tx, p, at); err != nil {
			return err
		}
		if err := p.advance(tx, ProposalAccepted, map[string]any{"decided_at": at, "handle": c.Handle}); err != nil {
			return err
		}
		if err := tx.Model(&Evidence{}).Where("proposal_id = ?", p.ID).Updates(map[string]any{"handle": c.Handle, "proposal_id": nil}).Error; err != nil {
			return fmt.Errorf("keep the evidence of %s: %w", c.Handle, err)
		}
		who, err := personByID(tx, *p.PersonID)
		if err != nil {
			return err
		}
		if err := audit(tx, by, "listed", c.Handle, p.named()); err != nil {
			return err
		}
		claim := Claim{
			Handle: c.Handle, Website: p.Website, Page: ProposalPage, Token: p.Token, State: ClaimProved, Method: p.Method, FoundAt: p.FoundAt,
			BeganAt: p.BeganAt, ProvedAt: p.ProvedAt, CheckedAt: p.ProvedAt, SeenAt: p.ProvedAt,
		}
		if err := tx.Create(&claim).Error; err != nil {
			return fmt.Errorf("keep the proof of %s: %w", c.Handle, err)
		}
		if err := d.grant(tx, &claim, Actor{who.ID, who.Name}); err != nil {
			return err
		}
		c, err = coopByHandle(tx, c.Handle)
		return err
	})
	return c, err
}

// enter makes the entry, of which the directory and its topics tell. Where the
// co-op says that it is, tells its region.
func (d *Directory) enter(tx *gorm.DB, p Proposal, at time.Time) (Coop, error) {
	handle, err := takeHandle(tx, p.Name, p.Website, at)
	if err != nil {
		return Coop{}, err
	}
	g := place.Open()
	e := edit{facts: make(known), source: FromCoop, origin: fromAddPage, at: at}
	e.coop = Coop{Handle: handle, Status: Active, ListedAt: at, UpdatedAt: at}
	values := p.Values()
	for _, field := range ProposalFields {
		if values[field] != "" {
			e.say(field, values[field])
		}
	}
	e.origin = fromOperators
	e.sayAs(FromCurator, "status", string(Active))
	if places := g.Read(p.Places).Places; len(places) > 0 {
		e.sayAs(FromCurator, "region", place.Region(places[0].Country))
	}
	if err := tx.Create(&e.coop).Error; err != nil {
		return Coop{}, fmt.Errorf("add the entry: %w", err)
	}
	e.changes = []Change{{Kind: KindAdded, After: p.Name, Source: FromCoop, Origin: fromAddPage, Effective: true}}
	var topics membership
	if err := d.save(tx, &e, g, &topics); err != nil {
		return Coop{}, err
	}
	about := Change{At: at, Source: FromCoop, Origin: fromAddPage}
	if err := publishAutomatic(tx, DirectoryHandle, "1 co-op joined the directory: "+named(e.coop)+".", about); err != nil {
		return Coop{}, err
	}
	return e.coop, topics.tell(tx, about)
}

// RefuseProposal says no to a proposal that waits, with a reason that the person
// who sent it reads. Errors: ErrNotFound, ErrInvalid, a *FieldError for the
// reason.
func (d *Directory) RefuseProposal(ctx context.Context, by Actor, id int64, why string) error {
	why, err := reason("why", why, "say why")
	if err != nil {
		return err
	}
	return d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		p, err := proposalIn(tx, id, ProposalWaiting)
		if err != nil {
			return err
		}
		if err := p.advance(tx, ProposalRefused, map[string]any{"decided_at": now(), "why": why}); err != nil {
			return err
		}
		return audit(tx, by, "refused to list", DirectoryHandle, p.named()+": "+why)
	})
}
