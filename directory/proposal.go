package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
)

// Limits of what a co-op that adds itself may say beside its fields, in
// characters.
const (
	MaxContact = 200
	MaxReason  = 500 // why an operator said no
)

// maxProposals is how many proposals of one person may wait at a time.
const maxProposals = 5

// ProposalState says how far a co-op has come that adds itself.
type ProposalState string

// The states of a proposal.
const (
	ProposalBegun    ProposalState = "begun"
	ProposalProved   ProposalState = "proved"
	ProposalWaiting  ProposalState = "waiting" // for an operator's yes
	ProposalAccepted ProposalState = "accepted"
	ProposalRefused  ProposalState = "refused"
)

// Proposal is a co-op that adds itself to the directory. Its website is to show
// the token, like that of a claim. Nothing of it is public before an operator
// has said yes.
type Proposal struct {
	ID        int64
	State     ProposalState
	Token     string
	Name      string
	Website   string
	Summary   string
	Services  string
	Places    string
	Remote    string
	Languages string
	Founded   string
	Contact   string // for the operators only
	Namesake  bool   // it says that it is another co-op than the one of the same name
	Method    string // as in Claim
	FoundAt   string
	PersonID  *int64 // who becomes the owner; nil until it is sent
	BeganAt   time.Time
	ProvedAt  *time.Time
	SentAt    *time.Time
	DecidedAt *time.Time
	Why       string // it was refused
	Handle    string // of the entry that it became

	Evidence []Evidence `gorm:"foreignKey:ProposalID"`
}

// ProposalPage is the path here to which the token of a proposal leads.
const ProposalPage = "/add"

// ProposalFields are the fields of an entry that a proposal has, and
// requiredFields those that it cannot do without.
var (
	ProposalFields = []string{"name", "website", "summary", "services", "places", "remote", "languages", "founded"}
	requiredFields = []string{"name", "website", "services", "places"}
)

// Values are the fields as the entry would have them.
func (p Proposal) Values() map[string]string {
	return map[string]string{
		"name": p.Name, "website": p.Website, "summary": p.Summary, "services": p.Services, "places": p.Places,
		"remote": p.Remote, "languages": p.Languages, "founded": p.Founded,
	}
}

// ServiceIDs lists the services that the co-op says it offers.
func (p Proposal) ServiceIDs() []string { return split(p.Services, ",") }

// LanguageTags lists the languages that it says it works in, as BCP 47 tags.
func (p Proposal) LanguageTags() []string { return split(p.Languages, ",") }

// Fresh says whether the website showed the token so shortly ago that the
// proposal can be sent.
func (p Proposal) Fresh() bool { return p.ProvedAt != nil && now().Sub(*p.ProvedAt) <= proofTime }

// Proposal returns one with its evidence, or ErrNotFound.
func (d *Directory) Proposal(ctx context.Context, id int64) (Proposal, error) {
	return proposalByID(d.db.read.WithContext(ctx), id)
}

func proposalByID(tx *gorm.DB, id int64) (Proposal, error) {
	var p Proposal
	err := withEvidence(tx).Take(&p, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Proposal{}, notFound("proposal: %d", id)
	}
	if err != nil {
		return Proposal{}, fmt.Errorf("read proposal %d: %w", id, err)
	}
	return p, nil
}

func withEvidence(tx *gorm.DB) *gorm.DB {
	return tx.Preload("Evidence", func(tx *gorm.DB) *gorm.DB { return tx.Order("id") })
}

// ProposalsWaiting lists up to limit proposals that wait for an operator, the
// longest waiting first.
func (d *Directory) ProposalsWaiting(ctx context.Context, limit int) ([]Proposal, error) {
	var all []Proposal
	if err := withEvidence(d.db.read.WithContext(ctx)).Where("state = ?", ProposalWaiting).Order("sent_at, id").Limit(limit).Find(&all).Error; err != nil {
		return nil, fmt.Errorf("read the proposals that wait: %w", err)
	}
	return all, nil
}

// ProposalsOf lists what a person has sent and what became of it, newest first.
func (d *Directory) ProposalsOf(ctx context.Context, personID int64) ([]Proposal, error) {
	var all []Proposal
	if err := d.db.read.WithContext(ctx).Where("person_id = ?", personID).Order("id DESC").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("read the proposals of %d: %w", personID, err)
	}
	return all, nil
}

// advance brings a proposal into another state, unless somebody else has done
// so since it was read.
func (p *Proposal) advance(tx *gorm.DB, to ProposalState, also map[string]any) error {
	err := advance(tx, "proposal", &Proposal{}, p.ID, p.State, to, also)
	if err == nil {
		*p, err = proposalByID(tx, p.ID)
	}
	return err
}

// proposalIn reads a proposal that is in this state. Errors: ErrNotFound, ErrInvalid.
func proposalIn(tx *gorm.DB, id int64, state ProposalState) (Proposal, error) {
	p, err := proposalByID(tx, id)
	if err == nil && p.State != state {
		err = fmt.Errorf("%w: the proposal is %s", ErrInvalid, p.State)
	}
	return p, err
}

// ProveProposal notes that the website of a proposal, as it was when somebody
// went to look, showed the token. Errors: ErrNotFound; ErrInvalid, also when
// another website was written meanwhile.
func (d *Directory) ProveProposal(ctx context.Context, seen Proposal, method, foundAt string) error {
	return d.db.change(ctx, func(tx *gorm.DB) error {
		p, err := proposalIn(tx, seen.ID, ProposalBegun)
		if err != nil {
			return err
		}
		if p.Token != seen.Token { // each website has its own
			return fmt.Errorf("%w: another website than %s was written meanwhile; check again", ErrInvalid, seen.Website)
		}
		return p.advance(tx, ProposalProved, map[string]any{"method": method, "found_at": cut(asText(foundAt), maxID), "proved_at": now()})
	})
}

// SendProposal puts a proposal that was proved within the last day before the
// operators. Errors: ErrNotFound; ErrInvalid, also when the person has
// maxProposals waiting or somebody else waits with that website; *ListedError.
func (d *Directory) SendProposal(ctx context.Context, id int64, by Actor) error {
	return d.db.change(ctx, func(tx *gorm.DB) error { // so that nobody sends two at once
		p, err := proposalIn(tx, id, ProposalProved)
		switch {
		case err != nil:
			return err
		case by.PersonID == 0:
			return fmt.Errorf("%w: only a person can become an owner", ErrInvalid)
		case !p.Fresh():
			return fmt.Errorf("%w: the proof is more than a day old; begin again", ErrInvalid)
		}
		if err := notListed(tx, p); err != nil {
			return err
		}
		var waiting []Proposal
		if err := tx.Where("state = ?", ProposalWaiting).Find(&waiting).Error; err != nil {
			return fmt.Errorf("read the proposals that wait: %w", err)
		}
		own := 0
		for _, other := range waiting {
			if sameWebsite(other.Website, p.Website) {
				return fmt.Errorf("%w: %s waits for an operator already", ErrInvalid, other.Website)
			}
			if *other.PersonID == by.PersonID {
				own++
			}
		}
		if own >= maxProposals {
			return fmt.Errorf("%w: %d of your co-ops wait for an operator; let them be decided on first", ErrInvalid, own)
		}
		if err := p.advance(tx, ProposalWaiting, map[string]any{"person_id": by.PersonID, "sent_at": now()}); err != nil {
			return err
		}
		return audit(tx, by, "asked to be listed", DirectoryHandle, p.named())
	})
}

// named is a proposal in the audit log.
func (p Proposal) named() string { return fmt.Sprintf("%s, %s (proposal %d)", p.Name, p.Website, p.ID) }

// keepProposalsFor is how long what was decided on is remembered, so that the
// person can read it.
const keepProposalsFor = 90 * 24 * time.Hour

// forgetProposals forgets the drafts that came to nothing, and what was decided
// on long ago.
func forgetProposals(tx *gorm.DB) error {
	var gone []int64
	err := tx.Model(&Proposal{}).Where("state IN ? AND began_at < ? OR decided_at < ?",
		[]ProposalState{ProposalBegun, ProposalProved}, now().Add(-MaxSignIn), now().Add(-keepProposalsFor)).Pluck("id", &gone).Error
	if err != nil || len(gone) == 0 {
		return err
	}
	if err := tx.Where("proposal_id IN ?", gone).Delete(&Evidence{}).Error; err != nil {
		return err
	}
	return tx.Where("id IN ?", gone).Delete(&Proposal{}).Error
}

// reason is a word to somebody else, as it is kept. Errors: a *FieldError, which
// asks for the word if there is none.
func reason(field, text, ask string) (string, error) {
	text = strings.Join(strings.Fields(asText(text)), " ")
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", &FieldError{field, ask}
	case n > MaxReason:
		return "", &FieldError{field, fmt.Sprintf("%d characters are too many; it takes %d", n, MaxReason)}
	}
	return text, nil
}
