package list

import (
	"cmp"
	"regexp"
	"strings"
)

// Item is one bullet of a section.
type Item struct {
	Title string // plain: the text of the link it begins with, or else its leading text
	URL   string // as written, repaired where malformed; "" when the item has no link
	Text  string // the rest, as inline Markdown, without the dash or comma that leads to it
	Items []Item // the bullets below it
}

var (
	listMarker = regexp.MustCompile(`^([ \t]*)([*+-]|\d{1,9}[.)])[ \t]+(\S.*)$`)
	rule       = regexp.MustCompile(`^\s*([-*_][ \t]*){3,}$`)
	leadingGap = regexp.MustCompile(`^\s*(?:[-–—:,;.]+(?:\s+|$))*`)
	spacedDash = regexp.MustCompile(`\s+[-–—]\s+`)
	autolink   = regexp.MustCompile(`<([a-zA-Z][a-zA-Z0-9+.-]+:[^\s<>]+)>`)
)

// bullet is an item while its lines are being gathered.
type bullet struct {
	indent   int
	lines    []string
	children []*bullet
}

// readItems reads the bullets of the lines from … to, nested ones included. A
// bullet is nested when it is indented two columns more than another; one
// column, as in the real list, is only untidy.
func (d *Document) readItems(o outline, from, to int) []Item {
	root := &bullet{indent: -2}
	open := []*bullet{root}
	afterGap := false
	for at := from; at < to; at++ {
		text := d.lines[at].text
		m := listMarker.FindStringSubmatch(text)
		last := open[len(open)-1]
		switch {
		case o.inert[at] || rule.MatchString(text):
		case d.lines[at].blank():
			afterGap = true
			continue
		case m != nil:
			b := &bullet{indent: columnsOf(m[1]), lines: []string{m[3]}}
			for len(open) > 1 && b.indent < open[len(open)-1].indent+2 {
				open = open[:len(open)-1]
			}
			parent := open[len(open)-1]
			parent.children = append(parent.children, b)
			open = append(open, b)
		case last == root || strings.HasPrefix(strings.TrimSpace(text), "<a "):
		case afterGap && columnsOf(text) < 2:
			open = open[:1] // a paragraph ends the bullets
		default:
			last.lines = append(last.lines, strings.TrimSpace(text))
		}
		afterGap = false
	}
	return root.items()
}

// columnsOf counts the columns of white space that a text begins with; a tab
// reaches to the next multiple of four.
func columnsOf(text string) int {
	n := 0
	for _, r := range text {
		switch r {
		case ' ':
			n++
		case '\t':
			n += 4 - n%4
		default:
			return n
		}
	}
	return n
}

func (b *bullet) items() []Item {
	var items []Item
	for _, child := range b.children {
		item := readItem(strings.Join(child.lines, " "))
		item.Items = child.items()
		items = append(items, item)
	}
	return items
}

// readItem reads `[Title](url) - text`, and what is not quite like it.
func readItem(text string) Item {
	links := findLinks(text)
	if len(links) > 0 && strings.Trim(text[:links[0].start], " *_") == "" {
		l := links[0]
		rest := strings.TrimLeft(text[l.end:], "*_")
		return Item{Title: titleOf(l), URL: itemURL(l.dest), Text: trimLead(rest)}
	}
	if m := autolink.FindStringSubmatchIndex(text); m != nil && (len(links) == 0 || m[0] < links[0].start) {
		title := plain(strings.TrimRight(text[:m[0]], " -–—:"))
		return Item{Title: cmp.Or(title, text[m[2]:m[3]]), URL: itemURL(text[m[2]:m[3]]), Text: trimLead(text[m[1]:])}
	}
	if len(links) > 0 {
		l := links[0]
		return Item{Title: plain(strings.TrimRight(text[:l.start], " -–—:")), URL: itemURL(l.dest), Text: strings.TrimSpace(text[l.start:])}
	}
	if m := bareURL.FindStringIndex(text); m != nil {
		// An address without Markdown, or in a link that is broken.
		title := plain(brackets.Replace(strings.TrimRight(text[:m[0]], " -–—:")))
		return Item{Title: cmp.Or(title, text[m[0]:m[1]]), URL: itemURL(text[m[0]:m[1]]), Text: trimLead(strings.TrimLeft(text[m[1]:], ")"))}
	}
	if at := spacedDash.FindStringIndex(text); at != nil && at[0] > 0 {
		return Item{Title: plain(text[:at[0]]), Text: strings.TrimSpace(text[at[1]:])}
	}
	return Item{Title: plain(text)}
}

func titleOf(l link) string {
	if title := plain(l.text); title != "" {
		return title
	}
	return l.dest
}

// itemURL keeps an address as written, repairs a malformed web address, and
// drops what a page must never link to.
func itemURL(dest string) string {
	if webScheme.MatchString(dest) || strings.HasPrefix(dest, "www.") {
		if repaired := repairURL(dest); repaired != "" {
			return repaired
		}
	}
	scheme, _, _ := strings.Cut(strings.ToLower(dest), ":")
	switch strings.TrimSpace(scheme) {
	case "javascript", "data", "vbscript":
		return ""
	}
	return dest
}

// trimLead takes the dash, comma or colon away that joins a link to its text.
func trimLead(text string) string {
	return strings.TrimSpace(text[len(leadingGap.FindString(text)):])
}
