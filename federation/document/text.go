package document

import (
	"html"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"coopverse/directory/prose"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/util"
)

// Whatever the list and other people wrote is plain text here. It becomes HTML
// in this file only, escaped, with its web addresses turned into links.

// escape is text as HTML.
func escape(text string) string { return html.EscapeString(visible(text)) }

// noTags takes every tag out and leaves escaped text.
var noTags = bluemonday.StrictPolicy()

// withoutMarkup is s as somebody would read it aloud: no tags, nothing that
// could be taken for one later, no invisible characters.
func withoutMarkup(s string) string {
	s = html.UnescapeString(noTags.Sanitize(visible(s)))
	return strings.TrimSpace(strings.NewReplacer("<", "‹", ">", "›").Replace(s))
}

// visible drops control characters and those that turn the direction of the
// text around them. The separators of Unicode are line breaks, which JSON does
// not write in six bytes.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// inlineMarkdown knows of the blocks only the paragraph: a remark in a table
// cell that begins with "1979. " is no list.
var inlineMarkdown = goldmark.New(goldmark.WithParser(parser.NewParser(
	parser.WithBlockParsers(util.Prioritized(parser.NewParagraphParser(), 100)),
	parser.WithInlineParsers(parser.DefaultInlineParsers()...),
)))

// markdownText is what remains of inline Markdown when it is read aloud.
func markdownText(markdown string) string {
	var b strings.Builder
	if err := inlineMarkdown.Convert([]byte(markdown), &b); err != nil {
		return withoutMarkup(markdown)
	}
	return strings.Join(strings.Fields(withoutMarkup(b.String())), " ")
}

// shorten cuts text after at most limit characters, at a word if there is one
// near.
func shorten(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	cut := string([]rune(text)[:limit-1])
	if space := strings.LastIndexByte(cut, ' '); space > len(cut)*3/4 {
		cut = cut[:space]
	}
	return strings.TrimRight(cut, " ,;:.") + "…"
}

// webAddress says whether s is an http(s) address that can be linked to.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && !strings.ContainsAny(s, " \"<>\\")
}

// link is one <a> whose text is its address. Mastodon looks at a link in a
// profile only if it is written like this.
func link(href, rel string) string {
	href = escape(href)
	return `<a href="` + href + `" rel="` + rel + `" target="_blank">` + href + `</a>`
}

// vouchesForNothing is the rel of a link that somebody else wrote.
const vouchesForNothing = "nofollow noopener noreferrer"

// linked is text as HTML, with links for its web addresses.
func linked(text string) string {
	var b strings.Builder
	for _, part := range prose.Parts(text) {
		b.WriteString(linkedPart(part))
	}
	return b.String()
}

// linkedPart is a part of a text as HTML: a link if it is a web address.
func linkedPart(p prose.Part) string {
	if p.Kind == prose.Link {
		return link(p.Name, vouchesForNothing)
	}
	return escape(p.Text)
}
