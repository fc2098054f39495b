package list

import (
	"regexp"
	"sort"
	"strings"
)

// heading is a heading of the list, in either Markdown style.
type heading struct {
	at    int // index of its line
	level int
	title string // plain text
	above int    // index of the heading that this one is part of, -1 for none
}

// outline is the list's skeleton: its headings, and which lines are only shown
// (code fences) or hidden (HTML comments) and so tell nothing about co-ops.
type outline struct {
	headings []heading
	inert    []bool
}

var (
	atxHeading    = regexp.MustCompile(`^ {0,3}(#{1,6})(.*)$`)
	closingHashes = regexp.MustCompile(`\s+#+\s*$`)
	headingID     = regexp.MustCompile(`\{[^{}]*\}\s*$`) // “Europe {#coops-europe}”
	htmlTag       = regexp.MustCompile(`</?[a-zA-Z][^<>]*>`)
	underline     = regexp.MustCompile(`^ {0,3}(=+|-{2,})\s*$`)
	fence         = regexp.MustCompile("^ {0,3}(```+|~~~+)")
)

func (d *Document) outline() outline {
	o := outline{inert: d.inertLines()}
	for at, l := range d.lines {
		if o.inert[at] {
			continue
		}
		if m := atxHeading.FindStringSubmatch(l.text); m != nil {
			o.add(at, len(m[1]), m[2])
		} else if level := d.underlined(at); level > 0 {
			o.add(at, level, l.text)
		}
	}
	return o
}

func (o *outline) add(at, level int, text string) {
	above := len(o.headings) - 1
	for above >= 0 && o.headings[above].level >= level {
		above = o.headings[above].above
	}
	o.headings = append(o.headings, heading{at, level, headingTitle(text), above})
}

// underlined gives the level of a heading that has its === or --- on the next
// line, 0 when the line is no such heading.
func (d *Document) underlined(at int) int {
	if at+1 >= len(d.lines) || d.lines[at].blank() || strings.Contains(d.lines[at].text, "|") {
		return 0
	}
	m := underline.FindStringSubmatch(d.lines[at+1].text)
	if m == nil || underline.MatchString(d.lines[at].text) || listMarker.MatchString(d.lines[at].text) {
		return 0
	}
	if m[1][0] == '=' {
		return 1
	}
	return 2
}

func headingTitle(text string) string {
	text = closingHashes.ReplaceAllString(text, "")
	text = headingID.ReplaceAllString(text, "")
	return plain(htmlTag.ReplaceAllString(text, ""))
}

// inertLines marks the lines inside code fences and HTML comments.
func (d *Document) inertLines() []bool {
	inert := make([]bool, len(d.lines))
	open := "" // what ends the fence or comment that we are in
	for at, l := range d.lines {
		text := strings.TrimSpace(l.text)
		switch {
		case open == "-->":
			inert[at] = true
			if strings.Contains(text, open) {
				open = ""
			}
		case open != "":
			inert[at] = true
			if strings.HasPrefix(text, open) && strings.Trim(text, open[:1]) == "" {
				open = ""
			}
		case strings.HasPrefix(text, "<!--"):
			inert[at] = true
			if !strings.Contains(text, "-->") {
				open = "-->"
			}
		default:
			if m := fence.FindStringSubmatch(l.text); m != nil {
				inert[at], open = true, m[1]
			}
		}
	}
	return inert
}

// regionAt gives the region that a line stands under: that of the nearest
// heading above it, or of a heading above that one in rank (“#### Germany”
// under “### Europe”). The heading is the nearest one, nil when there is none.
func (o outline) regionAt(at int) (region string, nearest *heading) {
	below := sort.Search(len(o.headings), func(i int) bool { return o.headings[i].at > at })
	if below == 0 {
		return "", nil
	}
	for i := below - 1; i >= 0 && region == ""; i = o.headings[i].above {
		region = regionOf(o.headings[i].title)
	}
	return region, &o.headings[below-1]
}
