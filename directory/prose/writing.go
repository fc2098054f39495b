package prose

import "strings"

// Writing is the text of a post.
type Writing struct {
	Text     string
	Markdown bool // else it is plain text: a blank line parts paragraphs
}

// Markup says how what a text is made of is written as HTML.
type Markup struct {
	Part func(Part) string                  // a part of the text, escaped, with a link if it refers to something
	Link func(address, words string) string // words that lead to an http(s) address; they are HTML already
}

// Mentions lists whom the text names, each once, in order, as name@host.
func (w Writing) Mentions() []string { return names(w.parts(), Mention) }

// Hashtags lists the hashtags of the text, each once, in order, folded.
func (w Writing) Hashtags() []string { return names(w.parts(), Hashtag) }

func (w Writing) parts() []Part {
	var parts []Part
	w.HTML(Markup{
		Part: func(p Part) string { parts = append(parts, p); return "" },
		Link: func(string, string) string { return "" },
	})
	return parts
}

// HTML is the text as HTML: p, br, em, strong, del, code, pre, blockquote, ul, ol
// (with start) and li, and what m writes. Nothing else of the text is markup.
func (w Writing) HTML(m Markup) string {
	if w.Markdown {
		return markdown(w.Text, m)
	}
	return Paragraphs(w.Text, m.Part)
}

// Paragraphs is plain text as HTML: a <p> for each part between blank lines, a
// <br> for each single line break, and the parts of a line as mark has them.
func Paragraphs(text string, mark func(Part) string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var b strings.Builder
	for part := range strings.SplitSeq(text, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			b.WriteString("<p>" + strings.ReplaceAll(marked(part, mark), "\n", "<br>") + "</p>")
		}
	}
	return b.String()
}

func marked(text string, mark func(Part) string) string {
	var b strings.Builder
	for _, part := range Parts(text) {
		b.WriteString(mark(part))
	}
	return b.String()
}
