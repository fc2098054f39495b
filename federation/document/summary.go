package document

import (
	"fmt"
	"strconv"
	"strings"

	"coopverse/directory"
)

// maxName and maxSummary are where Misskey cuts, in characters.
const (
	maxName    = 128
	maxSummary = 2048
)

// DisplayName is a co-op's name as other servers get it: the standard wants no
// markup in it. Pictures and WebFinger go by it too.
func DisplayName(c directory.Coop) string {
	if name := shorten(strings.Join(strings.Fields(withoutMarkup(c.Name)), " "), maxName); name != "" {
		return name
	}
	return c.Handle
}

// summary is what a co-op's profile says: what it is, how it stands, and whom
// to write to when that is wrong. Only the first of these may be long.
func (s Site) summary(c directory.Coop) string {
	standing := s.standing(c)
	return describe(c, maxSummary-len(standing)) + standing
}

// describe is the description as HTML, cut until it has at most limit bytes.
func describe(c directory.Coop, limit int) string {
	text := description(c)
	for length := 1200; ; length = length * 3 / 4 {
		if paragraph := "<p>" + linked(shorten(text, length)) + "</p>"; len(paragraph) <= limit || length < 40 {
			return paragraph
		}
	}
}

// description is what the co-op says about itself, or else what is known.
func description(c directory.Coop) string {
	if about := withoutMarkup(c.Summary); about != "" {
		return about
	}
	text := withoutMarkup(c.InShort())
	notes := markdownText(c.Notes)
	if year := strconv.Itoa(c.Founded); c.Founded > 0 && !strings.Contains(notes, year) {
		text += " Founded in " + year + "."
	}
	return strings.TrimSpace(text + " " + notes)
}

// standing says who vouches for the entry.
func (s Site) standing(c directory.Coop) string {
	name, site := escape(DisplayName(c)), escape(s.Name)
	drawn := fmt.Sprintf("It was drawn from %s by the directory %s.", `<a href="`+listAddress+`" rel="nofollow noopener" target="_blank">a public list</a>`, site)
	if c.AdoptedFrom != "" {
		drawn = fmt.Sprintf("It was copied from another directory, where it was %s, and adopted by the directory %s.", escape(c.AdoptedFrom), site)
	}
	write := fmt.Sprintf("We correct or remove it when you ask: %s", s.contact())
	switch {
	case c.Status == directory.Defunct:
		return "<p>This co-op has closed. Its entry stays, so that links to it keep working. " + drawn + "</p><p>Not true? " + write + "</p>"
	case c.Status == directory.Unlisted:
		return "<p>This co-op is no longer on the list that this directory is drawn from. The entry stays until a person has looked into it.</p><p>Is something wrong? " + write + "</p>"
	case c.Claimed():
		return "<p>" + escape(directory.KeptByItself(s.Name)) + "</p>"
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
