package list

import (
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// maxInline is the longest text, in bytes, that is read as inline Markdown. A
// name or title is shorter; what is longer is taken as written, so that no
// hostile line keeps the parser busy.
const maxInline = 2048

var inline = parser.NewParser(
	parser.WithBlockParsers(util.Prioritized(parser.NewParagraphParser(), 100)),
	parser.WithInlineParsers(parser.DefaultInlineParsers()...),
)

// plain gives what a reader sees of inline Markdown: no emphasis, no
// backslashes, the text of links, white space as single spaces.
func plain(markdown string) string {
	if len(markdown) <= maxInline && strings.ContainsAny(markdown, "\\`*_[]<&") {
		source := []byte(strings.TrimSpace(markdown))
		var b strings.Builder
		writePlain(&b, inline.Parse(text.NewReader(source)), source)
		markdown = b.String()
	}
	return strings.Join(strings.Fields(markdown), " ")
}

func writePlain(b *strings.Builder, n ast.Node, source []byte) {
	switch n := n.(type) {
	case *ast.Text:
		value := n.Value(source)
		if n.Parent().Kind() != ast.KindCodeSpan {
			value = []byte(resolve(string(value)))
		}
		b.Write(value)
		if n.SoftLineBreak() || n.HardLineBreak() {
			b.WriteByte(' ')
		}
	case *ast.AutoLink:
		b.Write(n.Label(source))
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		writePlain(b, c, source)
	}
}

// Link writes a co-op's cell: a Markdown link, or the bare name when website
// is "". Reading it again gives the same name and website.
func Link(name, website string) string {
	text := escapeName(strings.Join(strings.Fields(name), " "))
	if website == "" {
		return text
	}
	return "[" + text + "](" + escapeDestination(website) + ")"
}

// escapeName escapes no more of a name than it must: KO_OP stays KO_OP.
func escapeName(name string) string {
	few := strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`).Replace(name)
	if plain("["+few+"](x)") == name && plain(few) == name {
		return few
	}
	var b strings.Builder
	for _, r := range name {
		// The pipe is the cell's business: see escape.
		if r < 0x80 && r != '|' && isPunctuation(byte(r)) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// escapeDestination keeps an address from ending its link too early.
func escapeDestination(website string) string {
	website = strings.NewReplacer(" ", "%20", "\t", "", "\r", "", "\n", "", "|", "%7C", `\`, "%5C",
		"<", "%3C", ">", "%3E", "](", "%5D(").Replace(strings.TrimSpace(website))
	if _, size := readDestination("(" + website + ")"); size != len(website)+2 {
		website = strings.NewReplacer("(", "%28", ")", "%29").Replace(website)
	}
	if resolve(website) != website {
		website = html.EscapeString(website)
	}
	return website
}
