package directory

import (
	"context"
	"time"
)

// Entry is everything that is public about one co-op, as the API and
// coop show --json give it.
type Entry struct {
	Profile
	Control  *Control    `json:"control,omitempty"` // of the website
	Evidence []Evidence  `json:"evidence"`          // of being a co-op
	Facts    []EntryFact `json:"facts"`
	History  []EntryEdit `json:"history"`
	Told     *EntryTold  `json:"told,omitempty"` // of its last change; none while nobody follows
}

// Profile is what is public about one co-op as it is now.
type Profile struct {
	Handle    string       `json:"handle"`
	Version   int64        `json:"version"`
	Status    Status       `json:"status"`
	Claimed   bool         `json:"claimed"`
	Name      string       `json:"name"`
	Website   string       `json:"website,omitempty"`
	Summary   string       `json:"summary,omitempty"`
	Services  []string     `json:"services"`
	Places    []EntryPlace `json:"places"`
	Region    string       `json:"region"`
	Remote    bool         `json:"remote"`
	Founded   int          `json:"founded,omitempty"`
	Members   string       `json:"members,omitempty"`
	Languages []string     `json:"languages"`
	Notes     string       `json:"notes,omitempty"`

	Contact      string        `json:"contact,omitempty"` // mail or http(s) address
	Hiring       *bool         `json:"hiring,omitempty"`
	Jobs         string        `json:"jobs,omitempty"` // http(s) address
	Links        []EntryLink   `json:"links"`
	Networks     []EntryLink   `json:"networks"`
	Products     []EntryLink   `json:"products"`
	Extra        []EntryExtra  `json:"extra"` // lines in the co-op's own words
	Logo         *EntryPicture `json:"logo,omitempty"`
	Header       *EntryPicture `json:"header,omitempty"`
	Discoverable bool          `json:"discoverable"` // other servers may suggest it
	Indexable    bool          `json:"indexable"`    // other servers may let its posts be searched

	AdoptedFrom string    `json:"adoptedFrom,omitempty"` // handle@host in the directory whose copy was adopted
	MovedTo     string    `json:"movedTo,omitempty"`     // id of the co-op's actor on its own server
	ListedSince time.Time `json:"listedSince"`
	Updated     time.Time `json:"updated"`
}

// EntryPlace is one place of an Entry.
type EntryPlace struct {
	City        string  `json:"city,omitempty"`
	Subdivision string  `json:"subdivision,omitempty"`
	Country     string  `json:"country"`   // ISO 3166-1 alpha-2
	Latitude    float64 `json:"latitude"`  // degrees, WGS 84
	Longitude   float64 `json:"longitude"` // degrees, WGS 84
	Precision   string  `json:"precision"` // city, subdivision, country
}

// EntryLink is something that has a name, and mostly an address.
type EntryLink struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"` // http(s)
}

// EntryExtra is a line of the profile in the co-op's own words.
type EntryExtra struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// EntryPicture is a picture that the co-op has chosen.
type EntryPicture struct {
	Path      string `json:"path"`      // on the directory's own host
	MediaType string `json:"mediaType"` // image/jpeg or image/png
	Alt       string `json:"alt"`       // what it shows
}

// EntryFact is what one source says about one field.
type EntryFact struct {
	Field    string    `json:"field"`
	Value    string    `json:"value"`
	Source   Source    `json:"source"`
	Origin   string    `json:"origin"`
	StatedAt time.Time `json:"statedAt"`
	Stands   bool      `json:"stands"` // false: a higher source says otherwise
}

// EntryEdit is one row of the change log.
type EntryEdit struct {
	Number    int64     `json:"number"`
	Version   int64     `json:"version"`
	At        time.Time `json:"at"`
	Kind      Kind      `json:"kind"`
	Field     string    `json:"field,omitempty"`
	Before    string    `json:"before"`
	After     string    `json:"after"`
	Source    Source    `json:"source"`
	Origin    string    `json:"origin"`
	Effective bool      `json:"effective"`
}

// Entry collects everything that is public about c.
func (d *Directory) Entry(ctx context.Context, c Coop) (Entry, error) {
	places, err := d.PlacesOf(ctx, c)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{Profile: profile(c, places[c.ID]), Facts: []EntryFact{}, History: []EntryEdit{}}
	facts, err := d.Facts(ctx, c.ID)
	if err != nil {
		return Entry{}, err
	}
	for i, f := range facts {
		stands := i == 0 || facts[i-1].Field != f.Field
		e.Facts = append(e.Facts, EntryFact{f.Field, f.Value, f.Source, f.Origin, f.StatedAt, stands})
	}
	if e.Control, err = d.Control(ctx, c); err != nil {
		return Entry{}, err
	}
	if e.Evidence, err = d.PublicEvidence(ctx, c, e.Control); err != nil {
		return Entry{}, err
	}
	history, err := d.History(ctx, c.Handle)
	if err != nil {
		return Entry{}, err
	}
	for _, h := range history {
		e.History = append(e.History, EntryEdit{h.ID, h.Version, h.At, h.Kind, h.Field, h.Before, h.After, h.Source, h.Origin, h.Effective})
	}
	e.Told, err = d.entryTold(ctx, c.Handle)
	return e, err
}

// profile is what is public about a co-op that has those places.
func profile(c Coop, places []Place) Profile {
	p := Profile{
		Handle: c.Handle, Version: c.Version, Status: c.Status, Claimed: c.Claimed(), Name: c.Name, Website: c.Website,
		Summary: c.Summary, Services: orEmpty(c.ServiceIDs()), Places: []EntryPlace{}, Region: c.Region, Remote: c.Remote,
		Founded: c.Founded, Members: c.Members, Languages: orEmpty(c.LanguageTags()), Notes: c.Notes, MovedTo: c.MovedTo,
		Contact: c.Contact, Jobs: c.HiringURL(), Links: entryLinks(c.Links), Networks: entryLinks(c.Networks), Products: entryLinks(c.Products),
		Extra: []EntryExtra{}, Logo: entryPictureOf(c.Logo), Header: entryPictureOf(c.Header), Discoverable: c.MayBeDiscovered(), Indexable: c.MayBeIndexed(),
		AdoptedFrom: c.AdoptedFrom, ListedSince: c.ListedAt, Updated: c.UpdatedAt,
	}
	for _, at := range places {
		p.Places = append(p.Places, EntryPlace{at.City, at.Subdivision, at.Country, at.Lat, at.Lon, at.Precision})
	}
	for _, line := range ReadLines(c.Extra) {
		p.Extra = append(p.Extra, EntryExtra{line.Label, line.Rest})
	}
	if c.Hiring != "" {
		hiring := c.Hiring != "no"
		p.Hiring = &hiring
	}
	return p
}

func entryLinks(value string) []EntryLink {
	links := []EntryLink{}
	for _, line := range ReadLines(value) {
		links = append(links, EntryLink{line.Label, line.Rest})
	}
	return links
}

func entryPictureOf(value string) *EntryPicture {
	p, ok := ReadShown(value)
	if !ok {
		return nil
	}
	return &EntryPicture{p.Path(), p.MediaType, p.Alt}
}

// orEmpty keeps JSON arrays arrays.
func orEmpty(members []string) []string {
	if members == nil {
		return []string{}
	}
	return members
}
