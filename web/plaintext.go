package web

import (
	"slices"
	"strings"

	"coopverse/directory"
	"coopverse/directory/prose"
)

// paragraph is a paragraph of plain text, cut where links begin and end.
type paragraph []piece

// piece is some words, and where they lead.
type piece struct {
	Text, URL string // URL is "" for mere words
	Here      bool   // it leads to one of our own pages
}

// paragraphsOf cuts the text of a post at blank lines, and links what it refers
// to.
func paragraphsOf(p directory.Post) []paragraph {
	var paragraphs []paragraph
	for part := range strings.SplitSeq(strings.ReplaceAll(p.Body, "\r\n", "\n"), "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			paragraphs = append(paragraphs, piecesOf(part, p))
		}
	}
	return paragraphs
}

func piecesOf(text string, p directory.Post) paragraph {
	var pieces paragraph
	for _, part := range prose.Parts(text) {
		found := piece{Text: part.Text}
		switch part.Kind {
		case prose.Link:
			found.URL = part.Name
		case prose.Mention:
			found.URL = profileOf(part.Name, p.Mentions)
		case prose.Hashtag:
			found.URL, found.Here = tagPath(part.Name), true
		case prose.Coop: // whom a person writes about in brackets may be anybody
			if p.NamesCoops() {
				pieces = append(pieces, piece{Text: "("}, piece{Text: "@" + part.Name, URL: coopPath(part.Name), Here: true}, piece{Text: ")"})
				continue
			}
		}
		pieces = append(pieces, found)
	}
	return pieces
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

// String is the paragraph without its links.
func (p paragraph) String() string {
	var b strings.Builder
	for _, piece := range p {
		b.WriteString(piece.Text)
	}
	return b.String()
}
