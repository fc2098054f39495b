package directory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"coopverse/directory/place"

	"gorm.io/gorm"
)

// adoptedAtOnce is how many entries of a copy one transaction adopts.
const adoptedAtOnce = 100

// Adoption says what becomes of the entries of a copy that is adopted.
type Adoption struct {
	Adopted  int           // entries that are ours from then on
	Handles  []HandleGiven // those of them that cannot keep the handle that they had at home
	Listed   []ListedHere  // co-ops of which we have an entry, so that no other one is made
	Earlier  int           // that were adopted before
	Warnings []string      // what of an entry, or which entry, cannot be taken
}

// ListedHere is a mirrored co-op of which we have an entry, or had one.
type ListedHere struct {
	Name   string
	Handle string // of ours
	Gone   bool   // it was removed here, and stays so
}

// adopting is one adoption under way, or only looked at.
type adopting struct {
	Adoption
	directory *Directory
	mirror    Mirror
	gazetteer *place.Gazetteer
	at        time.Time
	only      bool            // look, and write nothing
	promised  map[string]bool // handles, while nothing is written
	here      listedHere
	asOf      int64 // the change up to which here is known
}

// PlanAdoption says what AdoptMirror would do now, and does nothing. Errors: those
// of AdoptMirror.
func (d *Directory) PlanAdoption(ctx context.Context, m Mirror) (Adoption, error) {
	if err := m.adoptable(); err != nil {
		return Adoption{}, err
	}
	a := d.adopting(m)
	a.only = true
	err := a.all(ctx, nil, func(do func(tx *gorm.DB) error) error { return do(d.db.read.WithContext(ctx)) })
	return a.Adoption, err
}

// AdoptMirror makes entries of our own of those in a copy whose home is gone. They
// are unclaimed: nobody who spoke for one at home does so here. Nobody is told, as
// by a first import. The copy stays, as it was last verified, and is not brought
// up to date any more. Stopped half way, or called again, it goes on where it was,
// and nothing is adopted twice. progress may be nil. ErrInvalid: the first copy
// never became whole; ErrNotFound.
func (d *Directory) AdoptMirror(ctx context.Context, by Actor, m Mirror, progress func(done, total int)) (Adoption, error) {
	err := d.db.change(ctx, func(tx *gorm.DB) (err error) {
		if m, err = mirrorAt(tx, m.Host); err != nil {
			return err
		}
		if err := m.adoptable(); err != nil || m.AdoptedAt != nil {
			return err
		}
		adopted := map[string]any{"adopted_at": now(), "state": MirrorFrozen, "follow": "", "following": NotFollowing}
		if m.State != MirrorFrozen {
			adopted["why"] = "its entries were adopted"
		}
		if err := tx.Model(&Mirror{}).Where("id = ?", m.ID).Updates(adopted).Error; err != nil {
			return err
		}
		if err := errors.Join(unfollowLog(tx, m), regroupMirror(tx, m)); err != nil {
			return err
		}
		return audit(tx, by, "adopted a mirror", DirectoryHandle, m.Origin)
	})
	if err != nil {
		return Adoption{}, fmt.Errorf("adopt the copy of %s: %w", m.Host, err)
	}
	a := d.adopting(m)
	err = a.all(ctx, progress, func(do func(tx *gorm.DB) error) error { return d.db.change(ctx, do) })
	return a.Adoption, err
}

func (m Mirror) adoptable() error {
	if m.State == MirrorCopying {
		return fmt.Errorf("%w: the copy of %s never became whole, so there is nothing in it to adopt", ErrInvalid, m.Origin)
	}
	return nil
}

func (d *Directory) adopting(m Mirror) *adopting {
	return &adopting{directory: d, mirror: m, gazetteer: place.Open(), at: now(), promised: make(map[string]bool), asOf: -1}
}

// all goes through the entries of the copy in the order of their handles, each few
// of them by run.
func (a *adopting) all(ctx context.Context, progress func(done, total int), run func(func(tx *gorm.DB) error) error) error {
	total, err := a.directory.MirroredCount(ctx, a.mirror)
	if err != nil {
		return err
	}
	last, done := "", 0
	for {
		var rows []mirroredEntry
		before := a.Adoption
		err := run(func(tx *gorm.DB) error {
			if err := tx.Where("mirror_id = ? AND handle > ?", a.mirror.ID, last).Order("handle").Limit(adoptedAtOnce).Find(&rows).Error; err != nil {
				return err
			}
			return a.some(tx, rows)
		})
		if err != nil {
			a.Adoption = before // the transaction was undone
			return fmt.Errorf("adopt the entries of %s: %w", a.mirror.Host, err)
		}
		if len(rows) == 0 {
			return nil
		}
		last, done = rows[len(rows)-1].Handle, done+len(rows)
		if progress != nil {
			progress(done, total)
		}
	}
}

func (a *adopting) some(tx *gorm.DB, rows []mirroredEntry) error {
	change, err := lastChange(tx)
	if err != nil {
		return err
	}
	if change != a.asOf && !(a.only && a.asOf >= 0) { // somebody else has changed something
		if a.here, err = readListedHere(tx); err != nil {
			return err
		}
	}
	earlier, err := a.earlier(tx, rows)
	if err != nil {
		return err
	}
	var topics membership // who hears nothing of it but that the collections are others
	for _, row := range rows {
		if earlier[a.nameAtHome(row.Handle)] {
			a.Earlier++
			continue
		}
		var logged LoggedEntry
		if err := json.Unmarshal([]byte(row.Entry), &logged); err != nil {
			return fmt.Errorf("read %s: %w", row.Handle, err)
		}
		if err := a.take(tx, logged, &topics); err != nil {
			return fmt.Errorf("%s: %w", row.Handle, err)
		}
	}
	if !a.only && topics.collected {
		topics = membership{collected: true}
		if err := topics.tell(tx, Change{At: a.at, Source: FromCurator, Origin: a.origin()}); err != nil {
			return err
		}
	}
	a.asOf, err = lastChange(tx)
	return err
}

// nameAtHome is what an entry is called where it was adopted from.
func (a *adopting) nameAtHome(handle string) string { return handle + "@" + a.mirror.Host }

// origin says, in the history, where an entry comes from.
func (a *adopting) origin() string {
	text := "copied from " + a.mirror.Host
	if at := a.mirror.VerifiedAt; at != nil {
		text += ", verified " + at.UTC().Format(time.DateOnly)
	}
	return text
}

// earlier says which of the entries were adopted before, under any handle, also
// those that were removed here since.
func (a *adopting) earlier(tx *gorm.DB, rows []mirroredEntry) (map[string]bool, error) {
	names := make([]string, len(rows))
	for i, row := range rows {
		names[i] = a.nameAtHome(row.Handle)
	}
	var found []string
	if err := tx.Model(&Coop{}).Where("adopted_from IN ? AND adopted_from <> ''", names).Pluck("adopted_from", &found).Error; err != nil {
		return nil, fmt.Errorf("look for what was adopted before: %w", err)
	}
	earlier := make(map[string]bool, len(found))
	for _, name := range found {
		earlier[name] = true
	}
	return earlier, nil
}

// take makes an entry of ours of one in the copy, unless we have one of that co-op.
func (a *adopting) take(tx *gorm.DB, logged LoggedEntry, topics *membership) error {
	values, refused := adoptedValues(logged.Profile, a.gazetteer)
	for _, why := range refused {
		a.Warnings = append(a.Warnings, a.nameAtHome(logged.Handle)+": "+why)
	}
	name, website := values["name"], values["website"]
	if name == "" || values["status"] == "" {
		return nil // as one of the warnings says
	}
	if listed, is := a.here.find(name, website); is {
		a.Listed = append(a.Listed, ListedHere{name, listed.Handle, listed.Status == Removed})
		return nil
	}
	wanted := wantedHandles(name, website)
	if isHandle(logged.Handle) {
		wanted = append([]string{logged.Handle}, wanted...)
	}
	handle, err := freeHandle(tx, wanted, a.promised)
	if err != nil {
		return err
	}
	if handle != logged.Handle {
		a.Handles = append(a.Handles, HandleGiven{name, logged.Handle, handle})
	}
	a.Adopted++
	a.here.add(listedAs{Handle: handle, Status: Status(values["status"])}, name, website)
	if a.only {
		a.promised[handle] = true
		return nil
	}
	return a.enter(tx, logged, handle, values, topics)
}

// enter writes the new entry. What the co-op or a curator said at home is a
// curator's word here, since the co-op has not spoken to us; the rest stands as
// if a list had said it, so that a list of ours can say better. That it is listed
// is the word of whoever adopts, or the next list without it would take that back.
func (a *adopting) enter(tx *gorm.DB, logged LoggedEntry, handle string, values map[string]string, topics *membership) error {
	if err := tx.Create(&Handle{Handle: handle, Kind: "coop", TakenAt: a.at}).Error; err != nil {
		return fmt.Errorf("take the handle %s: %w", handle, err)
	}
	e := &edit{facts: make(known), source: FromCurator, origin: a.origin(), at: a.at}
	e.coop = Coop{Handle: handle, Status: Active, ListedAt: a.at, UpdatedAt: a.at, AdoptedFrom: a.nameAtHome(logged.Handle)}
	for _, f := range fields {
		if value, has := values[f.Name]; has {
			e.sayAs(logged.sourceHere(f.Name), f.Name, value)
		}
	}
	if err := tx.Create(&e.coop).Error; err != nil {
		return fmt.Errorf("add the entry: %w", err)
	}
	e.changes = []Change{{Kind: KindAdded, After: values["name"], Source: FromCurator, Origin: e.origin, Effective: true}}
	return a.directory.save(tx, e, a.gazetteer, topics)
}
