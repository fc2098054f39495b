package web

import (
	"regexp"
	"strings"
)

// paragraph is a paragraph of plain text, cut where links begin and end.
type paragraph []piece

// piece is some words, and where they lead.
type piece struct {
	Text, URL string // URL is "" for mere words
	Here      bool   // it leads to one of our own pages
}

// linkForm finds what begins like a web address, and a handle in brackets.
var linkForm = regexp.MustCompile(`https?://[^\s<>"\\]+|\(@[a-z0-9_]{1,30}\)`)

// paragraphsOf cuts plain text at blank lines, and finds its links: web
// addresses and, where handles are ours to name, "(@agaric)".
func paragraphsOf(text string, handles bool) []paragraph {
	var paragraphs []paragraph
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			paragraphs = append(paragraphs, piecesOf(part, handles))
		}
	}
	return paragraphs
}

func piecesOf(text string, handles bool) paragraph {
	var pieces paragraph
	words := func(s string) {
		if s != "" {
			pieces = append(pieces, piece{Text: s})
		}
	}
	end := 0
	for _, at := range linkForm.FindAllStringIndex(text, -1) {
		begin, found := at[0], text[at[0]:at[1]]
		var p piece
		if found[0] != '(' {
			address := withoutSentence(found)
			p = piece{Text: address, URL: webLink(address)}
		} else if handles {
			handle := strings.Trim(found, "()")
			begin, p = begin+1, piece{Text: handle, URL: coopPath(handle[1:]), Here: true}
		}
		if p.URL == "" {
			continue
		}
		words(text[end:begin])
		pieces = append(pieces, p)
		end = begin + len(p.Text)
	}
	words(text[end:])
	return pieces
}

// withoutSentence gives the sentence around an address its punctuation back. A
// bracket belongs to the address if it was opened inside.
func withoutSentence(address string) string {
	for {
		trimmed := strings.TrimRight(address, ".,;:!?]}'’”»…*_")
		if strings.HasSuffix(trimmed, ")") && strings.Count(trimmed, ")") > strings.Count(trimmed, "(") {
			trimmed = strings.TrimSuffix(trimmed, ")")
		}
		if trimmed == address {
			return address
		}
		address = trimmed
	}
}

// String is the paragraph without its links.
func (p paragraph) String() string {
	var b strings.Builder
	for _, piece := range p {
		b.WriteString(piece.Text)
	}
	return b.String()
}
