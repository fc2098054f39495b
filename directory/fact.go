package directory

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Source says who stands behind a fact.
type Source string

// The sources, highest first.
const (
	FromCoop     Source = "coop"     // the co-op itself
	FromCurator  Source = "curator"  // a person who looks after the directory
	FromList     Source = "list"     // the Markdown list
	FromInferred Source = "inferred" // what we read out of the list's free text
)

var precedence = []Source{FromInferred, FromList, FromCurator, FromCoop}

// standsAbove says whether s is believed before other.
func (s Source) standsAbove(other Source) bool {
	return slices.Index(precedence, s) > slices.Index(precedence, other)
}

// Fact is what one source says about one field of a co-op.
type Fact struct {
	CoopID   int64  `gorm:"primaryKey"`
	Field    string `gorm:"primaryKey"`
	Source   Source `gorm:"primaryKey"`
	Value    string // "" is a word too: "this has no value"
	Origin   string // which list, which person
	StatedAt time.Time
}

// Facts returns everything that is said about a co-op: for each field, in the
// order of Fields, the fact that stands first and then the ones beneath it.
func (d *Directory) Facts(ctx context.Context, coopID int64) ([]Fact, error) {
	var facts []Fact
	if err := d.db.read.WithContext(ctx).Where("coop_id = ?", coopID).Find(&facts).Error; err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	slices.SortFunc(facts, func(a, b Fact) int {
		if a.Field != b.Field {
			return fieldIndex(a.Field) - fieldIndex(b.Field)
		}
		return slices.Index(precedence, b.Source) - slices.Index(precedence, a.Source)
	})
	return facts, nil
}

// known holds the facts about one co-op while an edit is made.
type known map[string]map[Source]Fact

func (k known) add(f Fact) {
	if k[f.Field] == nil {
		k[f.Field] = make(map[Source]Fact)
	}
	k[f.Field][f.Source] = f
}

// standing returns the fact that is shown for field.
func (k known) standing(field string) (fact Fact, ok bool) {
	for _, f := range k[field] {
		if !ok || f.Source.standsAbove(fact.Source) {
			fact, ok = f, true
		}
	}
	return fact, ok
}
