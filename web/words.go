package web

import (
	"html"
	"html/template"
	"slices"
	"strings"

	"coopverse/directory"
	"coopverse/directory/prose"

	"github.com/microcosm-cc/bluemonday"
)

// wordsOf is what a post says as HTML, with links for what it refers to. Links to
// pages of ours begin with origin, which is "" where they are shown on one.
func wordsOf(p directory.Post, origin string) template.HTML {
	markup := prose.Markup{Part: func(part prose.Part) string { return linkedPart(part, p, origin) }, Link: linkAway}
	return template.HTML(p.Writing().HTML(markup)) //nolint:gosec // linkedPart escapes what was typed
}

func linkedPart(part prose.Part, p directory.Post, origin string) string {
	words := html.EscapeString(part.Text)
	switch part.Kind {
	case prose.Link:
		return linkAway(part.Name, words)
	case prose.Mention:
		if profile := profileOf(part.Name, p.Mentions); profile != "" {
			return linkAway(profile, words)
		}
	case prose.Hashtag:
		return linkHere(origin+tagPath(part.Name), words)
	case prose.Coop: // whom a person writes about in brackets may be anybody
		if p.NamesCoops() {
			return "(" + linkHere(origin+coopPath(part.Name), "@"+part.Name) + ")"
		}
	}
	return words
}

// linkAway is a link to a page elsewhere, for which we do not vouch; its words
// are HTML already.
func linkAway(address, words string) string {
	return `<a href="` + html.EscapeString(address) + `" rel="nofollow noopener">` + words + `</a>`
}

func linkHere(path, words string) string {
	return `<a href="` + html.EscapeString(path) + `">` + words + `</a>`
}

// profileOf is the page of somebody whom a post names as name@host, or "" if
// nobody found it when the post was written.
func profileOf(account string, mentions []directory.PostMention) string {
	at := slices.IndexFunc(mentions, func(m directory.PostMention) bool { return m.Account == account })
	if at < 0 {
		return ""
	}
	return webLink(mentions[at].URL)
}

var noTags = bluemonday.StrictPolicy()

// firstLine is the first paragraph of a text without its markup.
func firstLine(words template.HTML) string {
	first, _, _ := strings.Cut(string(words), "</p>")
	spaced := strings.NewReplacer("<br>", "\n", "</li>", "\n").Replace(first)
	return strings.TrimSpace(html.UnescapeString(noTags.Sanitize(spaced)))
}
