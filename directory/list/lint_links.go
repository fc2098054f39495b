package list

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

var (
	unclosedLink = regexp.MustCompile(`\]\s*\((?:https?:|www\.)`)
	anchorTag    = regexp.MustCompile(`(?i)<a\s[^>]*?\b(?:name|id)\s*=\s*["']?([^"'\s>]+)`)
	anchorID     = regexp.MustCompile(`\{#([^{}\s]+)\}\s*$`)
)

// checkLinks looks at the links of a line, except those in a co-op's own cell:
// see checkContents.
func (c *checker) checkLinks(at int, l *line) {
	text := l.text
	if r := c.rows[l]; r != nil {
		text = strings.Join([]string{r.written(Areas), r.written(Place), r.written(Notes)}, "\n")
	}
	links := findLinks(text)
	var malformed, repaired []string
	for _, link := range links {
		if proper := repairURL(link.dest); proper != link.dest && webScheme.MatchString(link.dest) {
			malformed = append(malformed, link.dest)
			repaired = append(repaired, link.dest, proper)
		}
	}
	if len(malformed) > 0 {
		c.add(at, Error, "url", strings.NewReplacer(repaired...).Replace(l.text), "malformed address: %s", strings.Join(malformed, ", "))
	}
	if unclosedLink.MatchString(without(text, links)) {
		c.add(at, Error, "link-broken", "write it as [text](https://…)", "a Markdown link is broken")
	}
}

// without gives the text between the links.
func without(text string, links []link) string {
	var b strings.Builder
	at := 0
	for _, l := range links {
		b.WriteString(text[at:l.start])
		at = l.end
	}
	b.WriteString(text[at:])
	return b.String()
}

// anchors are the names that links within the list can lead to.
type anchors struct {
	set  map[string]bool   // those that the list sets
	made map[string]bool   // those that GitHub makes of the headings
	near map[string]string // either, by folded name; one that is set comes first
}

func (c *checker) readAnchors(o outline) anchors {
	a := anchors{map[string]bool{}, map[string]bool{}, map[string]string{}}
	for i, l := range c.d.lines {
		if o.inert[i] {
			continue
		}
		for _, m := range append(anchorTag.FindAllStringSubmatch(l.text, -1), anchorID.FindAllStringSubmatch(l.text, -1)...) {
			a.set[m[1]] = true
			a.near[foldName(m[1])] = m[1]
		}
	}
	for _, h := range o.headings {
		name := githubAnchor(h.title)
		a.made[name] = true
		if a.near[foldName(name)] == "" {
			a.near[foldName(name)] = name
		}
	}
	return a
}

// checkAnchors follows the links that lead to another place of the list.
//
// GitHub makes an anchor of each heading. A link to such a one works there, as
// long as nobody changes the heading, and nowhere else; it is reported when
// the list sets an anchor that was evidently meant.
func (c *checker) checkAnchors(o outline) {
	a := c.readAnchors(o)
	for i, l := range c.d.lines {
		if o.inert[i] || !strings.Contains(l.text, "](#") {
			continue
		}
		var wrong, put []string // put alternates old and new text, for a Replacer
		for _, link := range findLinks(l.text) {
			if name, within := strings.CutPrefix(link.dest, "#"); within && !a.leads(name) {
				wrong = append(wrong, name)
				put = append(put, "(#"+name+")", "(#"+cmp.Or(a.near[foldName(name)], name)+")")
			}
		}
		fix := strings.NewReplacer(put...).Replace(l.text)
		for _, name := range wrong {
			c.reportAnchor(i+1, name, a, fix)
		}
	}
}

// leads tells whether a link to name is as it should be.
func (a anchors) leads(name string) bool {
	return a.set[name] || a.made[name] && a.near[foldName(name)] == name
}

func (c *checker) reportAnchor(at int, name string, a anchors, fix string) {
	meant := a.near[foldName(name)]
	if meant == "" {
		fix = fmt.Sprintf(`set <a name="%s"></a> where it should lead`, name)
	}
	if a.made[name] {
		c.add(at, Warning, "anchor", fix, "the list sets no anchor %s, only %s: the link leads to what GitHub makes of the heading, and elsewhere nowhere",
			quote(name), quote(meant))
		return
	}
	c.add(at, Error, "anchor", fix, "the link to %s leads nowhere", quote("#"+name))
}

// githubAnchor is the anchor that GitHub makes of a heading.
func githubAnchor(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r):
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}
