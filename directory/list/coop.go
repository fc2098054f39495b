package list

import (
	"regexp"
	"strings"
)

// coopCell is what the first cell of a row says.
type coopCell struct {
	name, website string
	junk          string // words beside the link, which say something
	faults        []fault
}

// fault is an irregularity before it has a line and a fix: see Finding.
type fault struct {
	rule, message string
	severity      Severity
}

var (
	bareURL = regexp.MustCompile(`(?i)<?(https?:/*|www\.)[^\s<>()|\]]+>?`)
	// brackets takes a broken link's brackets away and leaves those that are text.
	brackets = strings.NewReplacer(`\[`, `\[`, `\]`, `\]`, "[", "", "]", "", "(", "", ")", "")
	wordish  = regexp.MustCompile(`[\p{L}\p{N}]`)
)

// readCoop reads a co-op's cell, which ought to be one Markdown link.
func readCoop(cell string) coopCell {
	links := findLinks(cell)
	for len(links) > 0 && links[0].image {
		links = links[1:] // a logo
	}
	switch {
	case cell == "":
		return coopCell{faults: []fault{{"no-name", "the co-op has no name", Error}}}
	case len(links) == 0:
		return readUnlinked(cell)
	}
	l := links[0]
	c := coopCell{name: plain(l.text), website: repairURL(l.dest)}
	c.checkAddress(l.dest)
	c.checkSurroundings(cell[:l.start], cell[l.end:])
	if c.name == "" {
		c.name = hostOf(c.website)
		c.add("link-text", Error, "the link has no text, so the co-op has no name")
	}
	return c
}

func (c *coopCell) add(rule string, severity Severity, message string) {
	c.faults = append(c.faults, fault{rule, message, severity})
}

func (c *coopCell) checkAddress(dest string) {
	switch {
	case dest == "":
		c.add("no-website", Warning, "the link of "+quote(c.name)+" has no address")
	case c.website == "":
		c.add("url", Error, quote(dest)+" is not the address of a website")
	case c.website != dest:
		c.add("url", Error, quote(dest)+" is malformed, "+quote(c.website)+" is probably meant")
	}
}

// checkSurroundings looks at what stands before and after the link. Emphasis
// around it is style.
func (c *coopCell) checkSurroundings(before, after string) {
	for _, image := range findLinks(before) {
		if image.image {
			before = strings.Replace(before, before[image.start:image.end], "", 1)
			break
		}
	}
	before, after = strings.Trim(before, " *_~"), strings.Trim(after, " *_~")
	if before != "" {
		c.add("link-junk", Warning, quote(before)+" stands before the link")
	}
	if after != "" {
		c.add("link-junk", Warning, quote(after)+" stands after the link")
	}
	var said []string
	for _, text := range []string{before, after} {
		if wordish.MatchString(text) {
			said = append(said, text)
		}
	}
	c.junk = strings.Join(said, " ")
}

// readUnlinked reads a cell without a whole link: a bare name, a bare address,
// or a link that is broken, such as `[X](https://x.coop` or `[X] (https://…)`.
func readUnlinked(cell string) coopCell {
	c := coopCell{}
	found := bareURL.FindString(cell)
	c.website = repairURL(strings.Trim(found, "<>"))
	rest := strings.Replace(cell, found, "", 1)
	broken := strings.Contains(cell, "](") || strings.Contains(cell, "] (") || strings.HasPrefix(cell, "[") && found != ""
	if broken || found != "" {
		rest = brackets.Replace(rest)
	}
	c.name = plain(rest)
	switch {
	case broken:
		c.add("link-broken", Error, quote(cell)+" is a broken Markdown link")
	case found != "":
		c.add("link-broken", Warning, "the website is written beside the name instead of as a Markdown link")
	default:
		c.add("no-website", Warning, quote(c.name)+" is a bare name without a website")
	}
	if c.name == "" {
		c.name = hostOf(c.website)
	}
	return c
}

func quote(text string) string { return "“" + text + "”" }
