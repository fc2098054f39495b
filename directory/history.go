package directory

import (
	"context"
	"fmt"
	"slices"
)

// Editors returns who made which of those versions of a co-op's entry, by name as it was
// then. Versions that no person made here are left out.
func (d *Directory) Editors(ctx context.Context, handle string, versions []int64) (map[int64]string, error) {
	var acts []AuditEntry
	if err := d.db.read.WithContext(ctx).Where("handle = ? AND version > 0 AND version IN ?", handle, versions).Find(&acts).Error; err != nil {
		return nil, fmt.Errorf("read who edited %s: %w", handle, err)
	}
	editors := make(map[int64]string)
	for _, act := range acts {
		editors[act.Version] = act.Who
	}
	return editors, nil
}

// CanPutBack says whether a change is one that the co-op can undo: a word of its
// own that made a difference and was not erased.
func (c Change) CanPutBack() bool {
	return c.Effective && c.Before+c.After != "" && c.Source == FromCoop && slices.Contains(editableFields(), c.Field)
}

// PutBack gives the field of one change the value that it had before. If that is
// what stands beneath the co-op's word, its word is taken back, so that the
// field follows the other sources again. Version is that of the entry as whoever
// asks has seen it. Errors: those of EditCoop; ErrNotFound also when the change
// is none of this co-op's, ErrInvalid when it is none that can be put back.
func (d *Directory) PutBack(ctx context.Context, handle string, change, version int64, by Actor, origin string) (Coop, []Change, error) {
	c, err := d.Coop(ctx, handle)
	if err != nil {
		return Coop{}, nil, err
	}
	old, err := d.Change(ctx, c.Handle, change)
	if err != nil {
		return Coop{}, nil, err
	}
	if !old.CanPutBack() || version <= 0 {
		return Coop{}, nil, fmt.Errorf("%w: this change cannot be put back", ErrInvalid)
	}
	facts, err := factsOf(d.db.read.WithContext(ctx), c.ID)
	if err != nil {
		return Coop{}, nil, err
	}
	delete(facts[old.Field], FromCoop)
	// What is read here is as old as the version, or the edit ends in a conflict.
	e := Edit{Source: FromCoop, Origin: origin, Version: version, By: by, Act: fmt.Sprintf("put back %s as before version %d", old.Field, old.Version)}
	if beneath, _ := facts.standing(old.Field); beneath.Value == old.Before {
		e.Unset = []string{old.Field}
	} else {
		e.Set = map[string]string{old.Field: old.Before}
	}
	return d.EditCoop(ctx, c.Handle, e)
}
