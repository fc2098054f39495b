package prose

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// What of Markdown a post may have: what Mastodon shows. Raw HTML, pictures,
// tables, definitions of links and code by indentation are not read, so they
// stay the text that they are.
var posts = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(parser.NewListParser(), 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(parser.NewBlockquoteParser(), 800),
		util.Prioritized(indented{parser.NewParagraphParser()}, 1000),
	),
	parser.WithInlineParsers(
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(pictureSign{}, 150),
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(parser.NewEmphasisParser(), 500),
		util.Prioritized(extension.NewStrikethroughParser(), 500),
		util.Prioritized(references{}, 999),
	),
)

// indented reads paragraphs that begin with four spaces, which goldmark drops
// when it does not read them as code.
type indented struct{ parser.BlockParser }

func (indented) CanAcceptIndentedLine() bool { return true }

// pictureSign takes what begins a picture for text.
type pictureSign struct{}

func (pictureSign) Trigger() []byte { return []byte{'!'} }

func (pictureSign) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if len(line) < 2 || line[1] != '[' {
		return nil
	}
	block.Advance(2)
	return ast.NewTextSegment(segment.WithStop(segment.Start + 2))
}

// reference is a link, mention or hashtag in Markdown.
type reference struct {
	ast.BaseInline
	part Part
}

var referenceKind = ast.NewNodeKind("Reference")

// Kind is what goldmark tells nodes apart by.
func (*reference) Kind() ast.NodeKind { return referenceKind }

// Dump shows the node, for whoever looks for a mistake.
func (r *reference) Dump(source []byte, level int) { ast.DumpHelper(r, source, level, nil, nil) }

// references finds what a text refers to before the underscores and stars of an
// address are taken for emphasis. What it misses, since goldmark asks only at
// spaces and the punctuation of ASCII, is found when the words are written.
type references struct{}

func (references) Trigger() []byte { return []byte(" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") }

func (references) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	before, first := block.PrecendingCharacter(), 0
	if c := line[0]; c != '@' && c != '#' && (util.IsPunct(c) || util.IsSpace(c)) {
		before, first = rune(c), 1 // goldmark asks where an address begins only for what stands before it
	}
	p := beginning(before, string(line[first:]))
	if p.Name == "" || first == 1 && p.Kind != Link {
		return nil
	}
	if first == 1 {
		ast.MergeOrAppendTextSegment(parent, segment.WithStop(segment.Start+1))
	}
	block.Advance(first + len(p.Text))
	return &reference{part: p}
}

// beginning is what a text begins with, if it refers to something: the zero Part
// otherwise. before is the character before it.
func beginning(before rune, text string) Part {
	at := begins.FindStringIndex(text)
	if at == nil {
		return Part{}
	}
	text = text[:at[1]]
	if end := strings.Index(text, "]("); end > 0 {
		text = text[:end] // the address stands in the words of a link
	}
	lead := string(before)
	found := Parts(lead + strings.TrimRight(text, "~"))
	if len(found) < 2 || found[0].Text != lead {
		return Part{}
	}
	return found[1]
}

// address takes the whole of what a link leads to.
var address = regexp.MustCompile(`^(?i:https?)://[^` + notInLink + `]+$`)
