package web

import (
	"html/template"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// foreignHTML is cleaned HTML that others wrote, with every element closed that
// it opens and nothing closed that it does not. Cleaning leaves "</li></ol>"
// and "<b>" as they are, and with them a reply could go on as somebody else's
// or colour the rest of the page.
//
// Of elements that are nested 500 deep, and of such as make a short text long
// (a "<b>" that is never closed begins anew in each paragraph), the words must do.
func foreignHTML(cleaned string) template.HTML {
	around := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(cleaned), around)
	var b strings.Builder
	for _, n := range nodes {
		_ = html.Render(&b, n) // a strings.Builder takes everything
	}
	if err != nil || b.Len() > 4*len(cleaned)+1000 {
		return template.HTML(template.HTMLEscapeString(textOf(cleaned)))
	}
	return template.HTML(b.String())
}

// textOf is the text of HTML.
func textOf(cleaned string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(cleaned))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			b.Write(tokens.Text())
			b.WriteByte(' ')
		}
	}
}
