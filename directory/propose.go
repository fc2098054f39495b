package directory

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"coopverse/directory/place"

	"gorm.io/gorm"
)

// Written is what a co-op that adds itself wrote about itself.
type Written struct {
	Fields   map[string]string // those of ProposalFields
	Contact  string
	Namesake bool       // it is another co-op than the one of the same name
	Evidence []Evidence // kind, what and link of each
}

// Propose begins a proposal, or changes the one with that number if it is not 0
// and has not been sent; another website is to be proved anew. Errors: joined
// *FieldErrors, of which evidence has the fields evidence-1 and so on;
// *ListedError; ErrNotFound; ErrInvalid.
func (d *Directory) Propose(ctx context.Context, id int64, w Written) (Proposal, error) {
	p, err := w.proposal()
	if err != nil {
		return Proposal{}, err
	}
	err = d.db.change(ctx, func(tx *gorm.DB) error { // so that nobody sends or proves it meanwhile
		if err := notListed(tx, p); err != nil {
			return err
		}
		p.Token, p.State, p.BeganAt = rand.Text(), ProposalBegun, now()
		if id != 0 {
			before, err := proposalByID(tx, id)
			if err != nil {
				return err
			}
			if before.State != ProposalBegun && before.State != ProposalProved {
				return fmt.Errorf("%w: it is %s already and cannot be changed here", ErrInvalid, before.State)
			}
			p.ID, p.BeganAt = before.ID, before.BeganAt
			if p.Website == before.Website {
				p.Token, p.State, p.Method, p.FoundAt, p.ProvedAt = before.Token, before.State, before.Method, before.FoundAt, before.ProvedAt
			}
			if err := tx.Where("proposal_id = ?", id).Delete(&Evidence{}).Error; err != nil {
				return fmt.Errorf("take back the evidence of proposal %d: %w", id, err)
			}
		}
		if err := tx.Omit("Evidence").Save(&p).Error; err != nil {
			return fmt.Errorf("keep a proposal: %w", err)
		}
		for i := range p.Evidence {
			p.Evidence[i].ProposalID = &p.ID
			if err := tx.Create(&p.Evidence[i]).Error; err != nil {
				return fmt.Errorf("keep the evidence of a proposal: %w", err)
			}
		}
		return nil
	})
	return p, err
}

// Check says what of it cannot be taken: joined *FieldErrors, as of Propose.
func (w Written) Check() error {
	_, err := w.proposal()
	return err
}

// proposal is what was written, in the form in which it is kept.
func (w Written) proposal() (Proposal, error) {
	fields := maps.Clone(w.Fields)
	maps.DeleteFunc(fields, func(name, text string) bool { return strings.TrimSpace(text) == "" })
	values, err := normalizeAll(fields, place.Open())
	wrong := []error{err}
	if err != nil {
		wrong = err.(interface{ Unwrap() []error }).Unwrap()
	}
	for _, name := range requiredFields {
		if _, has := fields[name]; !has {
			wrong = append(wrong, &FieldError{name, "nothing is written here"})
		}
	}
	p := Proposal{
		Name: values["name"], Website: values["website"], Summary: values["summary"], Services: values["services"], Places: values["places"],
		Remote: values["remote"], Languages: values["languages"], Founded: values["founded"],
		Contact: strings.Join(strings.Fields(asText(w.Contact)), " "), Namesake: w.Namesake,
	}
	if n := utf8.RuneCountInString(p.Contact); n == 0 || n > MaxContact {
		wrong = append(wrong, &FieldError{"contact", fmt.Sprintf("it takes 1 to %d characters", MaxContact)})
	}
	for i, e := range w.Evidence {
		said, err := stated(e)
		if err != nil {
			wrong = append(wrong, &FieldError{fmt.Sprintf("evidence-%d", i+1), err.Error()})
		}
		p.Evidence = append(p.Evidence, said)
	}
	return p, errors.Join(wrong...)
}
