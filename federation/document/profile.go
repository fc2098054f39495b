package document

import "coopverse/directory"

// listAddress is where the list is that the entries were read from.
const listAddress = "https://github.com/hng/tech-coops"

// maxField is the length of the longest value of a profile line that Mastodon
// takes, in characters.
const maxField = 2047

// maxText is the length of the longest text of a profile line, in characters.
const maxText = 400

// profile is the table on a co-op's profile.
func profile(c directory.Coop) []any {
	lines := []any{}
	add := func(name, valueHTML string) {
		if valueHTML != "" && len(valueHTML) <= maxField {
			lines = append(lines, propertyValue(name, valueHTML))
		}
	}
	for _, line := range c.Profile() {
		name := withoutMarkup(line.Name)
		switch {
		case line.URL == "":
			add(name, escape(shorten(withoutMarkup(line.Text), maxText)))
		case !webAddress(line.URL):
		case line.Me:
			add(name, link(line.URL, "me nofollow noopener"))
		default:
			add(name, link(line.URL, "nofollow noopener"))
		}
	}
	add("Listed since", c.ListedAt.UTC().Format("2 January 2006"))
	if c.AdoptedFrom != "" {
		add("Adopted from", escape(c.AdoptedFrom)) // no link: its home is gone, and somebody else may have the address by now
	} else {
		add("Source", link(listAddress, "nofollow noopener"))
	}
	return lines
}

// propertyValue is one line of a profile, in the words of schema.org. The value
// is HTML; GoToSocial drops an address that is not in an <a>.
func propertyValue(name, valueHTML string) map[string]any {
	return map[string]any{"type": "PropertyValue", "name": name, "value": valueHTML}
}

// hasWebsite says whether we point at the co-op's website. When a co-op has
// closed, somebody else may have its address by now.
func hasWebsite(c directory.Coop) bool {
	return webAddress(c.Website) && c.Status != directory.Defunct
}
