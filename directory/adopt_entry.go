package directory

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"coopverse/directory/notes"
	"coopverse/directory/place"

	"gorm.io/gorm"
)

// sourceHere is who says, in an adopted entry, what stands in that field.
func (e LoggedEntry) sourceHere(field string) Source {
	switch {
	case field == "status", slices.Contains(e.Said[FromCoop], field), slices.Contains(e.Said[FromCurator], field):
		return FromCurator
	case field == "notes_language":
		return FromInferred
	}
	return FromList
}

// adoptedValues are the fields of another directory's entry as we keep them, and
// what of it cannot be taken. Pictures are not in a log. Whether others may suggest
// the co-op or let its posts be searched is for whoever claims it to say anew, and
// until then no; an account of its own does not know our actor, so it is none that
// the entry could have moved to.
func adoptedValues(p Profile, g *place.Gazetteer) (values map[string]string, refused []string) {
	written := map[string]string{
		"name": p.Name, "website": p.Website, "summary": p.Summary, "services": strings.Join(p.Services, ","), "region": p.Region,
		"members": p.Members, "languages": strings.Join(p.Languages, ","), "status": string(p.Status), "contact": p.Contact,
		"links": adoptedLinks(p.Links), "networks": adoptedLinks(p.Networks), "products": adoptedLinks(p.Products), "notes": p.Notes,
	}
	if p.Remote {
		written["remote"] = "true"
	}
	if p.Founded > 0 {
		written["founded"] = strconv.Itoa(p.Founded)
	}
	if p.Hiring != nil && *p.Hiring {
		written["hiring"] = "yes"
	} else if p.Hiring != nil {
		written["hiring"] = "no"
	}
	if p.Jobs != "" {
		written["hiring"] = p.Jobs
	}
	var extra, places []string
	for _, line := range p.Extra {
		extra = append(extra, Line{line.Name, line.Text}.String())
	}
	written["extra"] = strings.Join(extra, "\n")
	for _, at := range p.Places {
		label := place.Place{City: at.City, Subdivision: at.Subdivision, Country: at.Country}.Label()
		switch value, err := normalize("places", label, g); {
		case err != nil:
			refused = append(refused, err.Error())
		case value == "":
			refused = append(refused, fmt.Sprintf("not valid: places: there is no country %.20q", at.Country))
		default:
			places = append(places, value)
		}
	}
	written["places"] = strings.Join(places, "; ")
	values = make(map[string]string)
	for _, f := range fields {
		text := written[f.Name]
		if text == "" && f.Name != "name" && f.Name != "status" {
			continue
		}
		value, err := normalize(f.Name, text, g)
		if err != nil {
			refused = append(refused, err.Error())
			continue
		}
		values[f.Name] = value
	}
	if language := notes.Read(values["notes"]).Language; language != "" {
		values["notes_language"] = language
	}
	return values, refused
}

func adoptedLinks(links []EntryLink) string {
	lines := make([]string, len(links))
	for i, link := range links {
		lines[i] = Line{link.Name, link.URL}.String()
	}
	return strings.Join(lines, "\n")
}

// listedAs is an entry of ours, also one that was removed.
type listedAs struct {
	Handle string
	Status Status
}

// listedHere finds our entries by whatever any source says of their names and
// websites.
type listedHere struct {
	byHost   map[string][]listedSite
	byName   map[string]listedAs
	websites map[string]bool // of handles: whether it has one
}

type listedSite struct {
	website string
	entry   listedAs
}

func readListedHere(tx *gorm.DB) (listedHere, error) {
	here := listedHere{make(map[string][]listedSite), make(map[string]listedAs), make(map[string]bool)}
	var said []struct {
		Handle string
		Status Status
		Field  string
		Value  string
	}
	err := tx.Model(&Fact{}).Select("coops.handle, coops.status, facts.field, facts.value").Joins("JOIN coops ON coops.id = facts.coop_id").
		Where("facts.field IN ? AND coops.merged_into = ''", []string{"name", "website"}).Order("coops.id").Scan(&said).Error
	if err != nil {
		return here, fmt.Errorf("read names and websites: %w", err)
	}
	for _, s := range said {
		entry := listedAs{s.Handle, s.Status}
		if s.Field == "name" {
			here.add(entry, s.Value, "")
		} else {
			here.add(entry, "", s.Value)
		}
	}
	return here, nil
}

// add notes a name or a website of an entry, or both.
func (h listedHere) add(entry listedAs, name, website string) {
	if key := nameKey(name); key != "" {
		h.byName[key] = entry
	}
	if host := websiteHost(websiteKey(website)); host != "" {
		h.byHost[host] = append(h.byHost[host], listedSite{website, entry})
		h.websites[entry.Handle] = true
	}
}

// find looks for the entry that has the same website, or, where one of the two has
// none, the same name.
func (h listedHere) find(name, website string) (listedAs, bool) {
	for _, site := range h.byHost[websiteHost(websiteKey(website))] {
		if sameWebsite(site.website, website) {
			return site.entry, true
		}
	}
	entry, is := h.byName[nameKey(name)]
	return entry, is && (website == "" || !h.websites[entry.Handle])
}
