package federation

import (
	"html"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/text/language"
)

const (
	// maxForeignHTML is the longest answer that is shown as it was written, in
	// bytes; of a longer one the beginning is shown.
	maxForeignHTML = 20_000
	// maxForeignText is how much of a longer answer is shown, in characters.
	maxForeignText = 3_000
	// maxWarning is how much of a content warning is shown, in characters.
	maxWarning = 300
)

// foreignHTML is what other people may write on our pages: the elements that
// Mastodon's notes have, without classes and styles, and links that vouch for
// nothing and tell nobody where the reader came from.
var foreignHTML = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "span", "del", "pre", "blockquote", "code", "b", "strong", "u", "i", "em", "ul", "ol", "li")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
}()

var noTags = bluemonday.StrictPolicy()

// withoutTags is the text of HTML.
func withoutTags(foreign string) string {
	spaced := strings.NewReplacer("<br", " <br", "</p>", "</p> ", "</li>", "</li> ").Replace(strings.ToValidUTF8(foreign, ""))
	return html.UnescapeString(noTags.Sanitize(spaced))
}

// clean is other people's HTML as we show it.
func clean(foreign string) string {
	cleaned := strings.TrimSpace(visible(foreignHTML.Sanitize(visible(foreign)))) // twice, since &#27; is read in between
	if len(cleaned) <= maxForeignHTML {
		return cleaned
	}
	text := plainText(cleaned, maxForeignText)
	return "<p>" + html.EscapeString(text) + "…</p>"
}

// visible drops what is not text, and the characters that turn the direction
// of the text around them.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ', r >= 0x7F && r < 0xA0, r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == utf8.RuneError:
			return -1
		}
		return r
	}, text)
}

// html is what the note says, with its title.
func (n note) html() string {
	content := n.Content
	for _, tag := range slices.Sorted(maps.Keys(n.ContentMap)) {
		if content == "" {
			content = n.ContentMap[tag]
		}
	}
	if n.MediaType == "text/markdown" || n.MediaType == "text/plain" { // PeerTube's comments
		content = "<p>" + strings.ReplaceAll(html.EscapeString(content), "\n", "<br>") + "</p>"
	}
	if n.Name != "" && n.Type != "Note" {
		content = "<p><strong>" + html.EscapeString(n.Name) + "</strong></p>" + content
	}
	return clean(content)
}

// language is the language that the note says it is in, as a BCP 47 tag, or "".
func (n note) language() string {
	said := string(n.Language)
	if len(n.ContentMap) == 1 {
		said = slices.Collect(maps.Keys(n.ContentMap))[0]
	}
	if tag, err := language.Parse(said); err == nil && tag != language.Und {
		return tag.String()
	}
	return ""
}
