package website

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// metaName is the name of the meta tag.
const metaName = "coopverse-claim"

// spaces are what HTML separates words by. A no-break space is none.
const spaces = " \t\n\f\r"

// marks are what a page has that may be a proof.
type marks struct {
	base  string // href of the first <base> that has one
	links []link // those with rel=me
	metas []string
}

type link struct {
	href string
	// visitors says that its rel has nofollow or ugc too, as sites write on
	// links that their visitors made.
	visitors bool
}

// baseAt is what the addresses in a page at that address are relative to.
func (m marks) baseAt(at *url.URL) *url.URL {
	if base, err := at.Parse(strings.Trim(m.base, spaces)); err == nil {
		return base
	}
	return at
}

// readMarks reads the beginning of a page, at most maxHTML bytes, in the
// encoding that a browser would take. The tokenizer knows comments, and what
// is text inside of textarea, noscript, iframe, script, title and their like.
func readMarks(body []byte, contentType string) (m marks) {
	decoded, err := charset.NewReader(bytes.NewReader(body[:min(len(body), maxHTML)]), contentType)
	if err != nil {
		return marks{}
	}
	tokens := html.NewTokenizer(decoded)
	tokens.AllowCDATA(true) // what stands in it is text in XHTML and SVG, and otherwise nothing either
	for templates := 0; ; {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			return m
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken && kind != html.EndTagToken {
			continue
		}
		name, _ := tokens.TagName()
		switch {
		case string(name) == "template" && kind == html.EndTagToken:
			templates = max(templates-1, 0)
		case string(name) == "template":
			templates++
		case kind != html.EndTagToken && templates == 0:
			m.add(string(name), tokens)
		}
	}
}

// add takes what a tag says.
func (m *marks) add(tag string, tokens *html.Tokenizer) {
	if !slices.Contains([]string{"a", "link", "meta", "base"}, tag) {
		return
	}
	said := attributes(tokens)
	switch tag {
	case "base":
		if href, has := said["href"]; has && m.base == "" {
			m.base = href
		}
	case "meta":
		if strings.ToLower(said["name"]) == metaName {
			m.metas = append(m.metas, strings.Trim(said["content"], spaces))
		}
	default:
		rel := strings.FieldsFunc(strings.ToLower(said["rel"]), func(r rune) bool { return strings.ContainsRune(spaces, r) })
		if slices.Contains(rel, "me") {
			m.links = append(m.links, link{said["href"], slices.Contains(rel, "nofollow") || slices.Contains(rel, "ugc")})
		}
	}
}

// attributes returns those of the tag. Of two with one name the tokenizer gives
// the first only, which is the one that counts in browsers.
func attributes(tokens *html.Tokenizer) map[string]string {
	said := map[string]string{}
	for more := true; more; {
		var key, value []byte
		key, value, more = tokens.TagAttr()
		said[string(key)] = string(value)
	}
	return said
}

// aim is where a link leads, as far as a claim is concerned.
type aim int

const (
	elsewhere  aim = iota
	otherToken     // to the co-op's page, with another query
	noToken        // to the co-op's page
	ourToken       // to the co-op's page, with the token of the claim
)

// aimOf reads where a link leads that stands in a page at that address.
func (c claim) aimOf(href string, at *url.URL) aim {
	to, err := at.Parse(strings.Trim(href, spaces))
	if err != nil {
		return elsewhere
	}
	if to, err = normal(to.String()); err != nil {
		return elsewhere
	}
	page, err := normal(c.page)
	if err != nil || to.Scheme != page.Scheme || to.Host != page.Host || to.EscapedPath() != page.EscapedPath() {
		return elsewhere
	}
	token, claims := strings.CutPrefix(to.RawQuery, "claim=")
	switch {
	case claims && c.is(token):
		return ourToken
	case to.RawQuery == "":
		return noToken
	}
	return otherToken
}
