package document

import (
	"fmt"
	"strings"

	"coopverse/directory"
)

// maxName and maxSummary are where Misskey cuts, in characters.
const (
	maxName    = 128
	maxSummary = 2048
)

// displayName is a co-op's name. The standard wants no markup in it.
func displayName(c directory.Coop) string {
	if name := shorten(strings.Join(strings.Fields(withoutMarkup(c.Name)), " "), maxName); name != "" {
		return name
	}
	return c.Handle
}

// summary is what a co-op's profile says: what it is, how it stands, and whom
// to write to when that is wrong. Only the first of these may be long, so it
// is cut until all of it fits.
func (s Site) summary(c directory.Coop) string {
	rest := s.standing(c)
	for limit := 1200; ; limit = limit * 3 / 4 {
		text := "<p>" + linked(shorten(description(c), limit)) + "</p>" + rest
		if len(text) <= maxSummary || limit < 40 {
			return text
		}
	}
}

// description is what the co-op says about itself, or else what is known.
func description(c directory.Coop) string {
	if about := withoutMarkup(c.Summary); about != "" {
		return about
	}
	text := "A technology co-op owned by its workers"
	if where := placeText(c); where != "" {
		text += " (" + where + ")"
	}
	if offers := serviceLabels(c); len(offers) > 0 {
		text += ": " + strings.Join(offers, ", ")
	}
	text += "."
	if notes := markdownText(c.Notes); notes != "" {
		text += " " + notes
	}
	return text
}

// standing says who vouches for the entry.
func (s Site) standing(c directory.Coop) string {
	name, site := escape(displayName(c)), escape(s.Name)
	drawn := fmt.Sprintf("It was drawn from %s by the directory %s.", `<a href="`+listAddress+`" rel="nofollow noopener" target="_blank">a public list</a>`, site)
	write := fmt.Sprintf("We correct or remove it when you ask: %s", s.contact())
	switch {
	case c.Status == directory.Defunct:
		return "<p>This co-op has closed. Its entry stays, so that links to it keep working. " + drawn + "</p><p>Not true? " + write + "</p>"
	case c.Status == directory.Unlisted:
		return "<p>This co-op is no longer on the list that this directory is drawn from. The entry stays until a person has looked into it.</p><p>Is something wrong? " + write + "</p>"
	case c.Claimed():
		return "<p>This entry is kept by the co-op itself, in the directory " + site + ".</p>"
	}
	inactive := ""
	if c.Status == directory.Inactive {
		inactive = "<p>" + name + " is listed as inactive.</p>"
	}
	return inactive + "<p>This entry is unclaimed. " + drawn + " " + name + " has not confirmed it and may not know of it.</p>" +
		"<p>Is this your co-op, or is something wrong? " + write + "</p>"
}

// contact is whom to write to, as HTML. A mail address is no link: notes and
// profiles carry web links only.
func (s Site) contact() string {
	if webAddress(s.Contact) {
		return link(s.Contact, "nofollow noopener")
	}
	return escape(s.Contact)
}
