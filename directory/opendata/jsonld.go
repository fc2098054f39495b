package opendata

import (
	"bufio"
	"encoding/json"
	"iter"
	"strconv"
	"strings"

	"coopverse/directory"
	"coopverse/directory/service"
)

// vocabulary defines the terms of schema.org without asking the network. Those
// that hold an address or a date say so, as in schema.org's own context.
var vocabulary = map[string]any{
	"@vocab": "https://schema.org/", "foundingDate": typed("Date"),
	"url": typed("@id"), "sameAs": typed("@id"), "mainEntityOfPage": typed("@id"), "contentUrl": typed("@id"), "license": typed("@id"),
}

func typed(as string) map[string]string { return map[string]string{"@type": as} }

// Organization is a co-op as schema.org describes organizations.
type Organization struct {
	Context map[string]any `json:"@context,omitempty"`
	Type    string         `json:"@type"`
	ID      string         `json:"@id"`

	Name             string        `json:"name"`
	Description      string        `json:"description,omitempty"`
	URL              string        `json:"url,omitempty"`
	MainEntityOfPage string        `json:"mainEntityOfPage"`
	SameAs           []string      `json:"sameAs,omitempty"`
	Address          []postal      `json:"address,omitempty"`
	ContactPoint     *contactPoint `json:"contactPoint,omitempty"`
	FoundingDate     string        `json:"foundingDate,omitempty"`
	Employees        *quantity     `json:"numberOfEmployees,omitempty"`
	KnowsAbout       []string      `json:"knowsAbout,omitempty"`
	KnowsLanguage    []string      `json:"knowsLanguage,omitempty"` // BCP 47
	MemberOf         []named       `json:"memberOf,omitempty"`
	Owns             []named       `json:"owns,omitempty"`
	Logo             *imageObject  `json:"logo,omitempty"`
	Image            *imageObject  `json:"image,omitempty"`
}

type postal struct {
	Type     string `json:"@type"`
	Locality string `json:"addressLocality,omitempty"`
	Region   string `json:"addressRegion,omitempty"`
	Country  string `json:"addressCountry"`
}

type contactPoint struct {
	Type  string `json:"@type"`
	Email string `json:"email,omitempty"`
	URL   string `json:"url,omitempty"`
}

type quantity struct {
	Type  string `json:"@type"`
	Value int    `json:"value,omitempty"`
	Least int    `json:"minValue,omitempty"`
}

type named struct {
	Type string `json:"@type"`
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

type imageObject struct {
	Type    string `json:"@type"`
	URL     string `json:"contentUrl"`
	Caption string `json:"caption,omitempty"`
}

// NewOrganization describes a co-op for a page of its own.
func NewOrganization(s Site, p directory.Profile) Organization {
	o := organization(s, p)
	o.Context = vocabulary
	return o
}

func organization(s Site, p directory.Profile) Organization {
	o := Organization{
		Type: "Cooperative", ID: s.page(p.Handle), MainEntityOfPage: s.page(p.Handle), Name: p.Name, Description: p.Summary,
		FoundingDate: year(p.Founded), Employees: size(p.Members), KnowsLanguage: p.Languages,
		MemberOf: allNamed("Organization", p.Networks), Owns: allNamed("Product", p.Products), Logo: image(s, p.Logo), Image: image(s, p.Header),
	}
	for _, id := range p.Services {
		if found, ok := service.Lookup(id); ok {
			o.KnowsAbout = append(o.KnowsAbout, found.Label)
		}
	}
	for _, at := range p.Places {
		o.Address = append(o.Address, postal{"PostalAddress", at.City, at.Subdivision, at.Country})
	}
	if p.Status == directory.Defunct { // somebody else may have its addresses by now
		return o
	}
	o.URL = p.Website
	for _, l := range p.Links {
		o.SameAs = append(o.SameAs, l.URL)
	}
	switch {
	case strings.Contains(p.Contact, "://"):
		o.ContactPoint = &contactPoint{Type: "ContactPoint", URL: p.Contact}
	case p.Contact != "":
		o.ContactPoint = &contactPoint{Type: "ContactPoint", Email: p.Contact}
	}
	return o
}

// size reads "8" and "150+".
func size(members string) *quantity {
	n, err := strconv.Atoi(strings.TrimSuffix(members, "+"))
	switch {
	case err != nil:
		return nil
	case strings.HasSuffix(members, "+"):
		return &quantity{Type: "QuantitativeValue", Least: n}
	}
	return &quantity{Type: "QuantitativeValue", Value: n}
}

func allNamed(kind string, links []directory.EntryLink) []named {
	var all []named
	for _, l := range links {
		all = append(all, named{kind, l.Name, l.URL})
	}
	return all
}

func image(s Site, p *directory.EntryPicture) *imageObject {
	if p == nil {
		return nil
	}
	return &imageObject{"ImageObject", pictureAddress(s, p), p.Alt}
}

// dataset is what the file says of itself. Its co-ops come last.
type dataset struct {
	Context     map[string]any `json:"@context"`
	Type        string         `json:"@type"`
	ID          string         `json:"@id"`
	Name        string         `json:"name"`
	Description string         `json:"description"`
	URL         string         `json:"url"`
	License     string         `json:"license"`
}

// writeJSONLD writes a Dataset whose main entity is the list of co-ops.
func writeJSONLD(w *bufio.Writer, s Site, of Set, profiles iter.Seq2[directory.Profile, error]) error {
	head, err := json.Marshal(dataset{
		Context: vocabulary, Type: "Dataset", ID: s.Origin + Path + "/" + of.Name + ".jsonld", Name: s.Name, Description: of.description(),
		URL: s.Origin + Path, License: s.Origin + Path,
	})
	if err != nil {
		return err
	}
	before := strings.TrimSuffix(string(head), "}") + `,"mainEntity":{"@type":"ItemList","itemListElement":[`
	return writeArray(w, before, "]}}\n", func(yield func(any, error) bool) {
		for p, err := range profiles {
			if !yield(organization(s, p), err) {
				return
			}
		}
	})
}

// description is what schema.org's Dataset says of itself, in 50 characters or more.
func (s Set) description() string {
	if s.Name == Closed.Name {
		return "Technology co-ops owned by their workers that have closed, as the directory remembers them."
	}
	return "Technology co-ops owned by their workers: who they are, where they are and what they offer."
}
