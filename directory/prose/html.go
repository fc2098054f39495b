package prose

import (
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// deepest is how many quotations and lists may stand within each other; what is
// deeper is written without its own.
const deepest = 5

// markdown is Markdown as HTML.
func markdown(written string, m Markup) string {
	w := &writer{source: []byte(strings.ReplaceAll(written, "\r\n", "\n")), markup: m}
	w.blocks(posts.Parse(text.NewReader(w.source)), 0)
	return w.out.String()
}

// writer writes what was read of a Markdown text.
type writer struct {
	source []byte
	markup Markup
	out    strings.Builder
	inLink bool
}

// plain writes text in which nothing is referred to.
func (w *writer) plain(s string) {
	if s != "" {
		w.out.WriteString(w.markup.Part(Part{Text: s}))
	}
}

func (w *writer) blocks(parent ast.Node, depth int) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		w.block(n, depth)
	}
}

func (w *writer) block(n ast.Node, depth int) {
	begin, end := "", ""
	switch n := n.(type) {
	case *ast.Paragraph:
		w.around("<p>", "</p>", func() { w.inline(n) })
		return
	case *ast.Heading:
		w.around("<p><strong>", "</strong></p>", func() { w.inline(n) })
		return
	case *ast.TextBlock:
		if n.PreviousSibling() != nil {
			w.out.WriteString("<br>")
		}
		w.inline(n)
		return
	case *ast.FencedCodeBlock:
		w.around("<pre><code>", "</code></pre>", func() { w.plain(strings.TrimSuffix(string(n.Lines().Value(w.source)), "\n")) })
		return
	case *ast.ThematicBreak:
		w.out.WriteString("<p>* * *</p>")
		return
	case *ast.Blockquote:
		begin, end = "<blockquote>", "</blockquote>"
	case *ast.List:
		begin, end = "<ul>", "</ul>"
		if n.IsOrdered() {
			begin, end = "<ol>", "</ol>"
		}
		if n.IsOrdered() && n.Start != 1 {
			begin = `<ol start="` + strconv.Itoa(n.Start) + `">`
		}
	case *ast.ListItem:
		begin, end = "<li>", "</li>"
	}
	if _, item := n.(*ast.ListItem); !item {
		depth++
	}
	if depth > deepest {
		begin, end = "<br>", ""
	}
	w.around(begin, end, func() { w.blocks(n, depth) })
}

func (w *writer) around(begin, end string, inside func()) {
	w.out.WriteString(begin)
	inside()
	w.out.WriteString(end)
}

// inline writes the words of a node. Words that stand side by side are looked
// at together: goldmark cuts them wherever something might have begun.
func (w *writer) inline(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		words, isText := n.(*ast.Text)
		if !isText {
			w.element(n)
			continue
		}
		run := words.Value(w.source)
		for !words.SoftLineBreak() && !words.HardLineBreak() {
			next, ok := n.NextSibling().(*ast.Text)
			if !ok {
				break
			}
			n, words = next, next
			run = append(slices.Clip(run), words.Value(w.source)...)
		}
		w.words(string(run))
		if words.SoftLineBreak() || words.HardLineBreak() {
			w.out.WriteString("<br>")
		}
	}
}

func (w *writer) element(n ast.Node) {
	switch n := n.(type) {
	case *reference:
		w.refer(n.part)
	case *ast.Emphasis:
		name := "em"
		if n.Level == 2 {
			name = "strong"
		}
		w.around("<"+name+">", "</"+name+">", func() { w.inline(n) })
	case *east.Strikethrough:
		w.around("<del>", "</del>", func() { w.inline(n) })
	case *ast.CodeSpan:
		var code strings.Builder
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if words, ok := c.(*ast.Text); ok {
				code.Write(words.Value(w.source))
			}
		}
		w.around("<code>", "</code>", func() { w.plain(strings.ReplaceAll(code.String(), "\n", " ")) })
	case *ast.AutoLink:
		w.words(string(n.Label(w.source)))
	case *ast.Link:
		w.link(n)
	}
}

// link writes words that lead somewhere. Where nobody can follow, the address
// stands in brackets behind the words.
func (w *writer) link(n *ast.Link) {
	to := string(util.UnescapePunctuations(n.Destination))
	whole := webAddress(to)
	if !address.MatchString(to) {
		whole = ""
	}
	if whole == "" || w.inLink {
		w.inline(n)
		w.plain(" (" + to + ")")
		return
	}
	inside := &writer{source: w.source, markup: w.markup, inLink: true}
	inside.inline(n)
	w.out.WriteString(w.markup.Link(whole, inside.out.String()))
}

// words writes text and what it refers to. A character after a backslash means
// nothing but itself.
func (w *writer) words(s string) {
	for {
		at := strings.IndexByte(s, '\\')
		for at >= 0 && (at+1 == len(s) || !util.IsPunct(s[at+1])) {
			next := strings.IndexByte(s[at+1:], '\\')
			if next < 0 {
				at = -1
				break
			}
			at += 1 + next
		}
		if at < 0 {
			w.parts(s)
			return
		}
		w.parts(s[:at])
		w.plain(s[at+1 : at+2])
		s = s[at+2:]
	}
}

func (w *writer) parts(s string) {
	for _, p := range Parts(s) {
		w.refer(p)
	}
}

func (w *writer) refer(p Part) {
	if w.inLink {
		p = Part{Text: p.Text}
	}
	w.out.WriteString(w.markup.Part(p))
}
