package web

import (
	"bytes"
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/util"
)

// A remark that begins with "1979. " is no list and one with "# " no heading,
// so of the blocks only the paragraph is known here.
var inlineMarkdown = goldmark.New(goldmark.WithParser(parser.NewParser(
	parser.WithBlockParsers(util.Prioritized(parser.NewParagraphParser(), 100)),
	parser.WithInlineParsers(parser.DefaultInlineParsers()...),
)))

// inlineHTML is what a remark in a table cell may come out as. The paragraph
// around it is dropped: the page has its own.
var inlineHTML = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("em", "strong", "code")
	p.AllowAttrs("href").OnElements("a")
	hasHost := func(u *url.URL) bool { return u.Host != "" }
	p.AllowURLSchemeWithCustomPolicy("http", hasHost)
	p.AllowURLSchemeWithCustomPolicy("https", hasHost)
	return p
}()

// foreignMarkdown renders inline Markdown that others wrote. Its links vouch
// for nothing (nofollow, ugc). The sanitizer leaves links with an href only
// and escapes every other "<", so each "<a " is the beginning of one.
func foreignMarkdown(text string) (template.HTML, error) {
	var b bytes.Buffer
	if err := inlineMarkdown.Convert([]byte(strings.TrimSpace(text)), &b); err != nil {
		return "", fmt.Errorf("render markdown: %w", err)
	}
	clean := strings.TrimSpace(inlineHTML.Sanitize(b.String()))
	return template.HTML(strings.ReplaceAll(clean, "<a ", `<a rel="nofollow noopener ugc" `)), nil
}

// ownMarkdown renders the paragraphs and lists of our own texts.
func ownMarkdown(text string) (template.HTML, error) {
	var b bytes.Buffer
	if err := goldmark.Convert([]byte(text), &b); err != nil {
		return "", fmt.Errorf("render markdown: %w", err)
	}
	return template.HTML(b.String()), nil
}
