package directory

import (
	"strconv"
	"strings"

	"coopverse/directory/place"
	"coopverse/directory/service"
)

// With is the co-op as it would be if these values stood in its fields.
func (c Coop) With(values map[string]string) Coop {
	for _, f := range fields {
		if value, ok := values[f.Name]; ok {
			f.put(&c, value)
		}
	}
	return c
}

// ProfileLine is one line of the table on a co-op's profile, as other servers
// show it.
type ProfileLine struct {
	Name string
	Text string
	URL  string // http(s) address that stands there instead of a text, or ""
	Me   bool   // the address is the co-op's own: a link from there back proves it
}

// Profile is the table on a co-op's profile, the most telling first: many
// programs show four lines.
func (c Coop) Profile() []ProfileLine {
	var lines []ProfileLine
	add := func(name, text string) {
		if text != "" {
			lines = append(lines, ProfileLine{Name: name, Text: text})
		}
	}
	if c.Website != "" && c.Status != Defunct { // somebody else may have its address by now
		lines = append(lines, ProfileLine{Name: "Website", URL: c.Website, Me: true})
	}
	add("Place", c.Where())
	add("Services", strings.Join(c.serviceLabels(), ", "))
	if c.Status != Defunct {
		lines = append(lines, c.reachable()...)
	}
	add("Products", names(c.Products))
	add("Networks", names(c.Networks))
	for _, line := range ReadLines(c.Extra) {
		add(line.Label, line.Rest)
	}
	if c.Founded > 0 {
		add("Founded", strconv.Itoa(c.Founded))
	}
	add("Members", c.Members)
	add("Status", c.statusText())
	return lines
}

// reachable are the lines of how to reach a co-op that is still there.
func (c Coop) reachable() []ProfileLine {
	var lines []ProfileLine
	add := func(name, text string) {
		line := ProfileLine{Name: name, Text: text}
		if strings.Contains(text, "://") {
			line = ProfileLine{Name: name, URL: text}
		}
		if text != "" {
			lines = append(lines, line)
		}
	}
	add("Contact", c.Contact)
	if c.Hiring == "yes" {
		add("Jobs", "We are hiring")
	}
	add("Jobs", c.HiringURL())
	for _, link := range ReadLines(c.Links) {
		lines = append(lines, ProfileLine{Name: link.Label, URL: link.Rest, Me: true})
	}
	return lines
}

// HiringURL is the address of the co-op's jobs, or "".
func (c Coop) HiringURL() string {
	if strings.Contains(c.Hiring, "://") {
		return c.Hiring
	}
	return ""
}

// Where says where the co-op is, as "Berlin, Germany; remote".
func (c Coop) Where() string {
	where := c.PlaceLabels()
	if len(where) == 0 && c.Region != "" {
		where = append(where, place.RegionName(c.Region))
	}
	if c.Remote {
		where = append(where, "remote")
	}
	return strings.Join(where, "; ")
}

// serviceLabels names what the co-op offers.
func (c Coop) serviceLabels() []string {
	var labels []string
	for _, id := range c.ServiceIDs() {
		if s, ok := service.Lookup(id); ok {
			labels = append(labels, s.Label)
		}
	}
	return labels
}

// InShort is what a profile says of a co-op that says nothing about itself, in
// one sentence.
func (c Coop) InShort() string {
	text := "A technology co-op owned by its workers"
	if where := c.Where(); where != "" {
		text += " (" + where + ")"
	}
	if offers := c.serviceLabels(); len(offers) > 0 {
		text += ": " + strings.Join(offers, ", ")
	}
	return text + "."
}

// KeptByItself is what a profile says of who keeps the entry, once that is the
// co-op; site is the directory's name.
func KeptByItself(site string) string {
	return "This entry is kept by the co-op itself, in the directory " + site + "."
}

func (c Coop) statusText() string {
	claim := ", unclaimed"
	if c.Claimed() {
		claim = ", kept by the co-op"
	}
	switch c.Status {
	case Defunct:
		return "Closed"
	case Unlisted:
		return "No longer on the list"
	case Inactive:
		return "Inactive" + claim
	}
	return "Active" + claim
}
