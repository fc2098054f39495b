package web

import (
	"strings"
	"testing"

	"coopverse/directory"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
)

// A link must have something to press.
func TestNamesCanBeSeen(t *testing.T) {
	for name, want := range map[string]string{
		"Ada": "Ada", "فاطمة": "فاطمة", "★": "★", "7": "7", "": "ada@x.example", "  ": "ada@x.example", "\u200b\u200d": "ada@x.example",
		"\u00a0\u202e": "ada@x.example", "\u0301": "ada@x.example",
	} {
		if got := nameOf(directory.Peer{ID: "https://x.example/users/ada", Name: name, Handle: "ada@x.example"}); got != want {
			t.Errorf("%q is called %q, want %q", name, got, want)
		}
	}
	if got := nameOf(directory.Peer{ID: "https://x.example/users/ada"}); got != "x.example/users/ada" {
		t.Errorf("without any name: %q", got)
	}
}

func TestMonstrousHTMLBecomesText(t *testing.T) {
	for name, monster := range map[string]string{
		"deep": strings.Repeat("<blockquote>", 600) + "a &lt;b&gt; <i>c</i>",
		"long": "<p>" + strings.Repeat("<b><i><u><em><strong><code>", 3) + "a &lt;b&gt;</p>" + strings.Repeat("<p>c</p>", 500),
	} {
		got := string(foreignHTML(monster))
		if strings.Contains(got, "<") || !strings.Contains(got, "a &lt;b&gt;") || !strings.Contains(got, "c") || len(got) > len(monster) {
			t.Errorf("%s: %d bytes become %d, %.80s", name, len(monster), len(got), got)
		}
	}
	for _, ordinary := range []string{"", "<p>a</p>", "<p>a<br>b</p>", `<p><a href="https://a.example">b</a> &amp; c</p>`} {
		if got := string(foreignHTML(ordinary)); strings.ReplaceAll(got, "/>", ">") != ordinary {
			t.Errorf("%q becomes %q", ordinary, got)
		}
	}
	if got := string(foreignHTML("<i><p>a")); got != "<i><p>a</p></i>" {
		t.Errorf("what is not closed becomes %q", got)
	}
}

// replyHTML is what is left in replies when they are cleaned.
var replyHTML = bluemonday.NewPolicy().AllowElements("p", "br", "span", "del", "pre", "blockquote", "code", "b", "strong", "u", "i", "em", "ul", "ol", "li", "a")

// Whatever stands in a reply, what is around it stays where it is.
func FuzzForeignHTML(f *testing.F) {
	f.Add("</li></ol><b><i>x")
	f.Add("<p><ul><li><blockquote></p><a href=\"https://a.example\"><a>")
	f.Add("<pre>\n\n</div></article><table><tr><li>")
	f.Fuzz(func(t *testing.T, content string) {
		reply := string(foreignHTML(replyHTML.Sanitize(content)))
		doc, err := html.Parse(strings.NewReader(`<ol><li><article><div>` + reply + `</div></article></li><li id="b">b</li></ol><p id="c">c</p>`))
		if err != nil {
			t.Skip("nested too deep for this parser together with what is around")
		}
		for n := range doc.Descendants() {
			if place := attribute(n, "id"); place == "b" && n.Parent.Data != "ol" || place == "c" && n.Parent.Data != "body" {
				t.Errorf("%q leaves its place as %q", content, reply)
			}
		}
	})
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
