package document

import (
	"strconv"
	"strings"

	"coopverse/directory"
	"coopverse/directory/place"
	"coopverse/directory/service"
)

// listAddress is where the list is that the entries were read from.
const listAddress = "https://github.com/hng/tech-coops"

// maxField is the length of the longest value of a profile line that Mastodon
// takes, in characters.
const maxField = 2047

// profile is what stands in the table on a co-op's profile, the most telling
// first: many programs show four lines.
func profile(c directory.Coop) []any {
	lines := []any{}
	add := func(name, valueHTML string) {
		if valueHTML != "" && len(valueHTML) <= maxField {
			lines = append(lines, propertyValue(name, valueHTML))
		}
	}
	if hasWebsite(c) {
		add("Website", link(c.Website, "me nofollow noopener"))
	}
	add("Place", escape(placeText(c)))
	add("Services", escape(strings.Join(serviceLabels(c), ", ")))
	if c.Founded > 0 {
		add("Founded", strconv.Itoa(c.Founded))
	}
	add("Status", statusText(c))
	add("Listed since", c.ListedAt.UTC().Format("2 January 2006"))
	add("Source", link(listAddress, "nofollow noopener"))
	return lines
}

// hasWebsite says whether we point at the co-op's website. When a co-op has
// closed, somebody else may have its address by now.
func hasWebsite(c directory.Coop) bool {
	return webAddress(c.Website) && c.Status != directory.Defunct
}

// propertyValue is one line of a profile, in the words of schema.org. The value
// is HTML; GoToSocial drops an address that is not in an <a>.
func propertyValue(name, valueHTML string) map[string]any {
	return map[string]any{"type": "PropertyValue", "name": name, "value": valueHTML}
}

// placeText says where the co-op is, as "Berlin, Germany; remote".
func placeText(c directory.Coop) string {
	where := c.PlaceLabels()
	if len(where) == 0 && c.Region != "" {
		where = append(where, place.RegionName(c.Region))
	}
	if c.Remote {
		where = append(where, "remote")
	}
	return shorten(withoutMarkup(strings.Join(where, "; ")), 400)
}

// serviceLabels names what the co-op offers.
func serviceLabels(c directory.Coop) []string {
	var labels []string
	for _, id := range c.ServiceIDs() {
		if s, ok := service.Lookup(id); ok {
			labels = append(labels, s.Label)
		}
	}
	return labels
}

func statusText(c directory.Coop) string {
	switch c.Status {
	case directory.Defunct:
		return "Closed"
	case directory.Unlisted:
		return "No longer on the list"
	case directory.Inactive:
		return "Inactive" + claimText(c)
	}
	return "Active" + claimText(c)
}

func claimText(c directory.Coop) string {
	if c.Claimed() {
		return ", kept by the co-op"
	}
	return ", unclaimed"
}
