package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"coopverse/directory/picture"
	"coopverse/directory/place"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// edit is one change of one co-op under way: what was known, who speaks now,
// and what of it differs.
type edit struct {
	coop    Coop
	facts   known
	source  Source
	origin  string
	at      time.Time
	changes []Change
	said    []Fact
	unsaid  []Fact
}

// say notes that the edit's source gives field that value. Saying what is
// known already changes nothing.
func (e *edit) say(field, value string) { e.sayAs(e.source, field, value) }

func (e *edit) sayAs(source Source, field, value string) {
	old, spoken := e.facts[field][source]
	if spoken && old.Value == value || !spoken && value == "" && !source.standsAbove(FromList) {
		return
	}
	before, _ := e.facts.standing(field)
	fact := Fact{CoopID: e.coop.ID, Field: field, Source: source, Value: value, Origin: e.origin, StatedAt: e.at}
	e.facts.add(fact)
	e.said = append(e.said, fact)
	e.note(source, field, before, old.Value, value)
}

// unsay takes back what the edit's source has said about field, so that the
// next lower source stands again.
func (e *edit) unsay(field string) {
	old, ok := e.facts[field][e.source]
	if !ok {
		return
	}
	before, _ := e.facts.standing(field)
	delete(e.facts[field], e.source)
	e.unsaid = append(e.unsaid, old)
	e.note(e.source, field, before, old.Value, "")
}

// note writes the change down: what was shown and is shown now, or, beneath a
// higher source, what the speaker said before and says now.
func (e *edit) note(source Source, field string, standingBefore Fact, saidBefore, saysNow string) {
	standing, _ := e.facts.standing(field)
	c := Change{Kind: KindChanged, Field: field, Before: saidBefore, After: saysNow, Source: source, Origin: e.origin}
	if standing.Value != standingBefore.Value {
		c.Effective, c.Before, c.After = true, standingBefore.Value, standing.Value
		c.Kind = kindOf(field, Status(standingBefore.Value), Status(standing.Value))
		fields[fieldIndex(field)].put(&e.coop, standing.Value)
	}
	e.changes = append(e.changes, c)
}

func kindOf(field string, before, after Status) Kind {
	switch {
	case field == "name":
		return KindRenamed
	case field != "status":
		return KindChanged
	case after == Defunct:
		return KindDefunct
	case after == Unlisted:
		return KindUnlisted
	case before == Defunct || before == Unlisted:
		return KindReturned
	}
	return KindChanged
}

// save writes the edit: entry, facts, search and the change log. An edit that
// changed nothing writes nothing. The topics that the co-op joins and leaves by
// it are noted in topics. It must run inside Database.change.
func (d *Directory) save(tx *gorm.DB, e *edit, g *place.Gazetteer, topics *membership) error {
	if len(e.changes) == 0 {
		return nil
	}
	before, err := topicsBefore(tx, e)
	if err != nil {
		return err
	}
	if e.coop.Version++; e.coop.Version > 1 {
		e.coop.UpdatedAt = later(e.at, e.coop.UpdatedAt)
	}
	if err := tx.Save(&e.coop).Error; err != nil {
		return fmt.Errorf("save co-op %s: %w", e.coop.Handle, err)
	}
	if err := e.saveFacts(tx); err != nil {
		return fmt.Errorf("save the facts of %s: %w", e.coop.Handle, err)
	}
	places, err := saveDerived(tx, e.coop, g)
	if err != nil {
		return fmt.Errorf("save what follows from the facts of %s: %w", e.coop.Handle, err)
	}
	topics.note(e, before, topicsOf(e.coop, places))
	for i := range e.changes {
		e.changes[i].Handle, e.changes[i].Version, e.changes[i].At = e.coop.Handle, e.coop.Version, e.at
	}
	if err := tx.CreateInBatches(&e.changes, 100).Error; err != nil {
		return fmt.Errorf("write the change log for %s: %w", e.coop.Handle, err)
	}
	if err := e.eraseContact(tx); err != nil {
		return fmt.Errorf("erase the earlier contact of %s: %w", e.coop.Handle, err)
	}
	if e.changed("featurable", "quotable") {
		if err := revoke(tx, e.coop); err != nil {
			return err
		}
	}
	return announce(tx, e)
}

func (e *edit) saveFacts(tx *gorm.DB) error {
	for i := range e.said {
		e.said[i].CoopID = e.coop.ID
	}
	if len(e.said) > 0 {
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&e.said).Error; err != nil {
			return err
		}
	}
	for i := range e.unsaid {
		if err := tx.Delete(&e.unsaid[i]).Error; err != nil {
			return err
		}
	}
	return nil
}

// coopService is one service of one co-op, to filter by.
type coopService struct {
	CoopID  int64  `gorm:"primaryKey"`
	Service string `gorm:"primaryKey"`
}

// saveDerived writes what pages filter and search by, and returns where the
// co-op is.
func saveDerived(tx *gorm.DB, c Coop, g *place.Gazetteer) (places []Place, err error) {
	var services []coopService
	for _, id := range c.ServiceIDs() {
		services = append(services, coopService{c.ID, id})
	}
	for _, label := range c.PlaceLabels() {
		for _, p := range g.Read(label).Places {
			places = append(places, Place{c.ID, len(places), p.City, p.Subdivision, p.Country, p.Lat, p.Lon, string(p.Precision)})
		}
	}
	return places, relist(tx, c, services, places)
}

// topicsBefore lists the topics that the co-op belonged to before the edit.
func topicsBefore(tx *gorm.DB, e *edit) ([]string, error) {
	if e.coop.Version == 0 {
		return nil, nil
	}
	var old Coop
	var places []Place
	if err := tx.Take(&old, e.coop.ID).Error; err != nil {
		return nil, fmt.Errorf("read what %s was: %w", e.coop.Handle, err)
	}
	if err := tx.Where("coop_id = ?", e.coop.ID).Find(&places).Error; err != nil {
		return nil, fmt.Errorf("read where %s was: %w", e.coop.Handle, err)
	}
	return topicsOf(old, places), nil
}

// Edit asks for a change of one co-op's entry.
type Edit struct {
	Source Source            // who speaks
	Origin string            // by which way or which person, for the history
	Set    map[string]string // field to what a person wrote
	Unset  []string          // fields that the source no longer speaks about

	Version int64  // of the entry that the speaker saw; 0: whichever it is
	By      Actor  // for the audit log; without a person nothing is written there
	Act     string // what the audit log calls it; "": edited the entry

	Pictures []picture.Picture // that Set names and the entry does not have yet
}

// EditCoop changes what e.Source says about a co-op and returns the entry as
// it is then, with the changes that were made. Errors: ErrNotFound, *GoneError,
// ErrInvalid (with a *FieldError for each field that cannot be taken), ErrConflict;
// nothing is changed then.
func (d *Directory) EditCoop(ctx context.Context, handle string, e Edit) (Coop, []Change, error) {
	g := place.Open()
	set, err := normalizeAll(e.Set, g)
	if err != nil {
		return Coop{}, nil, err
	}
	for _, field := range e.Unset {
		if !slices.Contains(editableFields(), field) {
			return Coop{}, nil, fmt.Errorf("%w: there is no field %q to unset; the fields are %s", ErrInvalid, field, strings.Join(editableFields(), ", "))
		}
	}
	var made edit
	err = d.db.change(ctx, func(tx *gorm.DB) error {
		c, err := coopByHandle(tx, handle)
		if err != nil {
			return err
		}
		if e.Version != 0 && e.Version != c.Version {
			return fmt.Errorf("%w: %s is at version %d, and not at %d", ErrConflict, c.Handle, c.Version, e.Version)
		}
		if err := keepEntryPictures(tx, c.Handle, set, e.Pictures); err != nil {
			return err
		}
		facts, err := factsOf(tx, c.ID)
		if err != nil {
			return err
		}
		made = edit{coop: c, facts: facts, source: e.Source, origin: e.Origin, at: now()}
		for _, f := range fields {
			if value, ok := set[f.Name]; ok {
				made.say(f.Name, value)
			}
			if slices.Contains(e.Unset, f.Name) {
				made.unsay(f.Name)
			}
		}
		var topics membership
		if err := d.save(tx, &made, g, &topics); err != nil {
			return err
		}
		if len(e.Pictures) > 0 {
			if err := forgetOldPictures(tx, made.coop); err != nil {
				return fmt.Errorf("forget old pictures of %s: %w", c.Handle, err)
			}
		}
		if e.By.PersonID != 0 && len(made.changes) > 0 {
			if err := auditEdit(tx, e.By, cmp.Or(e.Act, "edited the entry"), c.Handle, fmt.Sprintf("version %d", made.coop.Version), made.coop.Version); err != nil {
				return err
			}
		}
		return topics.tell(tx, Change{At: made.at, Source: e.Source, Origin: e.Origin})
	})
	return made.coop, made.changes, err
}

func factsOf(tx *gorm.DB, coopID int64) (known, error) {
	var rows []Fact
	if err := tx.Where("coop_id = ?", coopID).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	facts := make(known)
	for _, f := range rows {
		facts.add(f)
	}
	return facts, nil
}

// RemoveCoop takes a co-op's entry out for good, on request or because it
// never belonged here. Its handle stays taken, its address answers "gone" with
// the reason, and a list that still has the row does not bring it back. What
// was known about it is erased, but for the name and website by which a list
// row is recognised.
func (d *Directory) RemoveCoop(ctx context.Context, handle, reason, origin string) error {
	reason = strings.Join(strings.Fields(reason), " ")
	if reason == "" {
		return fmt.Errorf("%w: a removal needs a reason, which its page will show", ErrInvalid)
	}
	return d.db.change(ctx, func(tx *gorm.DB) error {
		c, err := coopByHandle(tx, handle)
		if err != nil {
			return err
		}
		c.RemovedReason = reason
		var topics membership
		why := Change{At: now(), Kind: KindRemoved, After: reason, Source: FromCurator, Origin: origin}
		if err := d.erase(tx, c, why, &topics); err != nil {
			return err
		}
		return topics.tell(tx, Change{At: why.At, Source: why.Source, Origin: origin})
	})
}

// erase leaves of c only what a removed entry keeps, and logs why and when.
func (d *Directory) erase(tx *gorm.DB, c Coop, why Change, topics *membership) error {
	kept := Coop{
		ID: c.ID, Handle: c.Handle, Version: c.Version, Status: Removed, ListedAt: c.ListedAt,
		Name: c.Name, NameKey: c.NameKey, Website: c.Website, WebsiteKey: c.WebsiteKey,
		RemovedReason: c.RemovedReason, MergedInto: c.MergedInto, AdoptedFrom: c.AdoptedFrom,
	}
	err := tx.Where("coop_id = ? AND field NOT IN ?", c.ID, []string{"name", "website"}).Delete(&Fact{}).Error
	if err != nil {
		return fmt.Errorf("erase the facts of %s: %w", c.Handle, err)
	}
	if err := eraseTexts(tx, c.Handle); err != nil {
		return fmt.Errorf("erase the history of %s: %w", c.Handle, err)
	}
	why.Effective = true
	if err := dismiss(tx, c.Handle); err != nil {
		return err
	}
	if err := tx.Where("handle = ?", c.Handle).Delete(&Block{}).Error; err != nil {
		return fmt.Errorf("erase whom %s has blocked: %w", c.Handle, err)
	}
	if err := erasePosts(tx, c.Handle, why.At); err != nil {
		return err
	}
	if err := dropEntryPictures(tx, c.Handle); err != nil {
		return err
	}
	return d.save(tx, &edit{coop: kept, at: why.At, changes: []Change{why}}, nil, topics)
}
