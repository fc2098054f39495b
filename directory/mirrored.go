package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"coopverse/directory/place"
	"coopverse/directory/service"

	"gorm.io/gorm"
)

// Mirrored is an entry of a mirrored directory, for its page.
type Mirrored struct {
	Found
	Mirror  Mirror
	ActorID string // of the co-op's actor at its home, or where that has moved to
}

// MirroredCoop returns an entry of the mirrored directory at a host. Errors:
// ErrNotFound, there is none, or it is hidden here; *GoneError, its home has removed
// it. PlacesOf knows its places.
func (d *Directory) MirroredCoop(ctx context.Context, host, handle string) (Mirrored, error) {
	m, err := d.Mirror(ctx, host)
	if err != nil {
		return Mirrored{}, err
	}
	tx := d.db.read.WithContext(ctx)
	var row listed
	err = tx.Where("mirror_id = ? AND handle = ? AND shown_as <> 0", m.ID, strings.ToLower(asText(handle))).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Mirrored{}, notMirrored(tx, m, strings.ToLower(asText(handle)))
	}
	if err != nil {
		return Mirrored{}, fmt.Errorf("read %s at %s: %w", handle, host, err)
	}
	found, err := foundIn(tx, []listed{row})
	if err == nil && len(found) == 0 {
		err = notFound("co-op: %s at %s", handle, host)
	}
	if err != nil {
		return Mirrored{}, err
	}
	return Mirrored{found[0], m, cmp.Or(found[0].MovedTo, m.Origin+"/coops/"+row.Handle)}, nil
}

// maxForeignServices is how many services of a mirrored entry are looked at.
const maxForeignServices = 100

// read makes of an entry that another directory wrote the co-op that we show, with
// that id, and what it is found by. What our own entries could not hold is cut or
// left out: it is foreign text.
func (e LoggedEntry) read(id int64) (Coop, []coopService, []Place) {
	c := Coop{
		ID: id, Handle: e.Handle, Version: e.Version, Status: e.Status, ListedAt: asStored(e.ListedSince), UpdatedAt: asStored(e.Updated),
		Remote: e.Remote, Discoverable: strconv.FormatBool(e.Discoverable), Indexable: strconv.FormatBool(e.Indexable),
	}
	if !slices.Contains([]Status{Active, Inactive, Defunct}, c.Status) {
		c.Status = Unlisted
	}
	if e.Claimed { // when is not said
		c.ClaimedAt = &c.UpdatedAt
	}
	for field, text := range e.asWritten() {
		if value, err := normalize(field, text, nil); err == nil {
			fields[fieldIndex(field)].put(&c, value)
		}
	}
	if c.Name == "" {
		c.Name, c.NameKey = c.Handle, nameKey(c.Handle)
	}
	if checkAddress(e.MovedTo) == nil {
		c.MovedTo = e.MovedTo
	}
	var services []coopService
	for _, known := range c.ServiceIDs() {
		services = append(services, coopService{id, known})
	}
	places := e.places(id)
	var labels []string
	for _, p := range places {
		labels = append(labels, p.label())
	}
	c.Places = strings.Join(labels, ";")
	return c, services, places
}

// asWritten is what the entry says in the fields that take text, as a person would
// write it.
func (e LoggedEntry) asWritten() map[string]string {
	written := map[string]string{
		"name": foreign(e.Name, MaxName), "website": e.Website, "summary": foreign(e.Summary, MaxSummary), "notes": foreign(e.Notes, MaxNotes),
		"region": e.Region, "members": e.Members, "contact": e.Contact, "hiring": e.Jobs,
		"services":  only(e.Services, maxForeignServices, func(id string) bool { _, known := service.Lookup(id); return known }),
		"languages": only(e.Languages, maxLanguages, func(tag string) bool { _, err := normalLanguages(tag, nil); return err == nil }),
		"links":     foreignLines("links", e.Links), "networks": foreignLines("networks", e.Networks), "products": foreignLines("products", e.Products),
	}
	if e.Founded != 0 {
		written["founded"] = strconv.Itoa(e.Founded)
	}
	if e.Jobs == "" && e.Hiring != nil {
		written["hiring"] = map[bool]string{true: "yes", false: "no"}[*e.Hiring]
	}
	extra := make([]EntryLink, len(e.Extra))
	for i, line := range e.Extra {
		extra[i] = EntryLink{line.Name, foreign(line.Text, MaxLineValue)}
	}
	written["extra"] = foreignLines("extra", extra)
	return written
}

// only keeps those of the first, at most limit, that are known.
func only(all []string, limit int, known func(string) bool) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(all[:min(len(all), limit)]), func(s string) bool { return !known(s) }), ",")
}

// foreignLines writes the lines of a field that can stand in it.
func foreignLines(field string, all []EntryLink) string {
	var lines []string
	for _, l := range all[:min(len(all), mostLines[field])] {
		line := Line{foreign(strings.ReplaceAll(l.Name, "|", " "), MaxLabel), foreign(l.URL, MaxAddress)}.String()
		if _, err := normalize(field, line, nil); err == nil {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// foreign makes one line of text of what another directory wrote.
func foreign(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, asText(text))
	return strings.TrimSpace(cut(strings.Join(strings.Fields(text), " "), limit))
}

// places are those of the entry that can be on a map.
func (e LoggedEntry) places(id int64) []Place {
	var places []Place
	for _, at := range e.Places[:min(len(e.Places), maxPlaces)] {
		p := Place{CoopID: id, Position: len(places), City: foreignPlace(at.City), Subdivision: foreignPlace(at.Subdivision), Country: at.Country, Lat: at.Latitude, Lon: at.Longitude, Precision: string(place.OfCountry)}
		if place.CountryName(p.Country) == "" {
			p.Country = ""
		}
		if precision := place.Precision(at.Precision); precision == place.OfCity || precision == place.OfSubdivision {
			p.Precision = at.Precision
		}
		if p.label() != "" && p.Lat >= -90 && p.Lat <= 90 && p.Lon >= -180 && p.Lon <= 180 {
			places = append(places, p)
		}
	}
	return places
}

func foreignPlace(name string) string {
	return foreign(strings.ReplaceAll(name, ";", " "), MaxLabel)
}

// label is the place in words, also where its country is not known.
func (p Place) label() string {
	label := place.Place{City: p.City, Subdivision: p.Subdivision, Country: p.Country}.Label()
	return strings.Trim(label, ", ")
}
