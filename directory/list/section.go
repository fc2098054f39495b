package list

import (
	"fmt"
	"slices"
	"strings"
)

// Section is a part of the list that has links instead of co-ops.
type Section struct {
	ID    string // stable slug of the heading, see sectionWords; "-2" is added to the second of a name
	Title string // as in the list, plain text
	Items []Item
}

// sectionWords gives the sections of the real list an id that outlives a
// change of their headings: the heading's first word that is known decides.
var sectionWords = map[string]string{
	"networks": "networks", "network": "networks",
	"meetups": "meetups", "meetup": "meetups",
	"handbooks": "handbooks", "handbook": "handbooks", "guides": "handbooks",
	"books": "books", "book": "books",
	"articles": "articles", "article": "articles",
	"financing": "financing", "salaries": "financing", "finance": "financing",
	"legal": "legal", "conflict": "conflict", "conflicts": "conflict",
	"talks": "talks", "videos": "talks",
	"mailinglists": "mailing-lists", "mailinglist": "mailing-lists", "mailing": "mailing-lists", "forums": "mailing-lists",
	"chat": "chat-rooms", "chats": "chat-rooms", "chatrooms": "chat-rooms",
	"tools": "tools", "tool": "tools",
	"products": "products", "software": "products",
	"jobs": "jobs", "references": "references",
}

// Sections gives the parts of the list that have items, in order. The table of
// contents is none of them, and neither are headings with only prose below.
func (d *Document) Sections() []Section {
	o := d.outline()
	var sections []Section
	taken := map[string]int{}
	for i, h := range o.headings {
		end := len(d.lines)
		if i+1 < len(o.headings) {
			end = o.headings[i+1].at
		}
		items := d.readItems(o, h.at+1, end)
		if len(items) == 0 || isContents(h.title, items) {
			continue
		}
		id := sectionID(h.title)
		if taken[id]++; taken[id] > 1 {
			id = fmt.Sprintf("%s-%d", id, taken[id])
		}
		sections = append(sections, Section{ID: id, Title: h.title, Items: items})
	}
	return sections
}

func sectionID(title string) string {
	spoken := words(title)
	slug := strings.Join(spoken, "-")
	if slug == "other-links" || slug == "other-lists" {
		return slug
	}
	for _, w := range spoken {
		if id := sectionWords[w]; id != "" {
			return id
		}
	}
	if slug == "" {
		return "section"
	}
	return slug
}

// isContents knows a table of contents by its name, or because all of it leads
// to other places of the list.
func isContents(title string, items []Item) bool {
	if slices.Contains(words(title), "contents") {
		return true
	}
	return !slices.ContainsFunc(items, func(i Item) bool { return !strings.HasPrefix(i.URL, "#") })
}
