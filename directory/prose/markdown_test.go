package prose_test

import (
	"html"
	"slices"
	"strings"
	"testing"
	"time"

	"coopverse/directory/prose"

	"github.com/microcosm-cc/bluemonday"
)

// plainly writes references as [name], and links as people see them.
var plainly = prose.Markup{
	Part: func(p prose.Part) string {
		if p.Kind != prose.Text {
			return "[" + html.EscapeString(p.Name) + "]"
		}
		return html.EscapeString(p.Text)
	},
	Link: func(address, words string) string {
		return `<a href="` + html.EscapeString(address) + `">` + words + `</a>`
	},
}

func rendered(text string) string { return prose.Writing{Text: text, Markdown: true}.HTML(plainly) }

func TestMarkdown(t *testing.T) {
	for text, want := range map[string]string{
		"one\ntwo\n\nthree":                       "<p>one<br>two</p><p>three</p>",
		"one\r\ntwo  \nthree\\\nfour":             "<p>one<br>two<br>three<br>four</p>",
		"*a* _b_ **c** __d__ ~~e~~ ***f***":       "<p><em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong> <del>e</del> <em><strong>f</strong></em></p>",
		"snake_case_name 2*3*4":                   "<p>snake_case_name 2<em>3</em>4</p>",
		"# Big\n\n### Small #\n#tag":              "<p><strong>Big</strong></p><p><strong>Small</strong></p><p>[tag]</p>",
		"- a\n- b\n  - c\n\n1. x\n2. y":           "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><ol><li>x</li><li>y</li></ol>",
		"2026. A good year":                       `<ol start="2026"><li>A good year</li></ol>`,
		"> said\n> so\n\nindeed":                  "<blockquote><p>said<br>so</p></blockquote><p>indeed</p>",
		"`a *b* #c`":                              "<p><code>a *b* #c</code></p>",
		"```go\nif a < b {\n\t#c\n}\n```":         "<pre><code>if a &lt; b {\n\t#c\n}</code></pre>",
		"    four spaces":                         "<p>four spaces</p>",
		"above\n---\nbelow":                       "<p>above</p><p>* * *</p><p>below</p>",
		"[us](https://a.example/b_c?d=1&e=2)":     `<p><a href="https://a.example/b_c?d=1&amp;e=2">us</a></p>`,
		"[*our* page](<https://a.example> \"t\")": `<p><a href="https://a.example"><em>our</em> page</a></p>`,
		"<https://a.example/x_y>":                 "<p>[https://a.example/x_y]</p>",
		"[x][y] [x]\n\n[x]: https://a.example":    "<p>[x][y] [x]</p><p>[x]: [https://a.example]</p>",
		"![A cat](https://a.example/cat.png)":     "<p>![A cat]([https://a.example/cat.png])</p>",
		"| a | b |\n|---|---|\n| 1 | 2 |":         "<p>| a | b |<br>|---|---|<br>| 1 | 2 |</p>",
		"&amp; &#106; &lt;b&gt;":                  "<p>&amp;amp; &amp;#106; &amp;lt;b&amp;gt;</p>",
		`\*a\* \# \\ \a \`:                        `<p>*a* # \ \a \</p>`,
		"":                                        "",
	} {
		if got := rendered(text); got != want {
			t.Errorf("%q becomes\n %s, want\n %s", text, got, want)
		}
	}
}

// What a plain text refers to, a Markdown text does, too; but not inside of code.
func TestMarkdownRefersAsPlainTextDoes(t *testing.T) {
	for text, want := range map[string]string{
		"see https://a.example/_x_*y*z.":                  "see [https://a.example/_x_*y*z].",
		"**https://a.example/**":                          "<strong>[https://a.example/]</strong>",
		"~~https://a.example/~~ (https://b.example)":      "<del>[https://a.example/]</del> ([https://b.example])",
		"*see https://a.example/x*":                       "<em>see [https://a.example/x]</em>",
		"见https://a.example/ä":                            "见[https://a.example/ä]",
		"Hi @_a_b_@m.example, #a_b_c ＃x and *#y*":         "Hi [_a_b_@m.example], [a_b_c] [x] and <em>[y]</em>",
		"a#b a@b.example C# \\#c \\@a@b.example":          "a#b a@b.example C# #c @a@b.example",
		"`#a @b@c.example https://d.example`":             "<code>#a @b@c.example https://d.example</code>",
		"[#a @b@c.example](https://d.example)":            `<a href="https://d.example">#a @b@c.example</a>`,
		"[https://a.example](https://b.example)":          `<a href="https://b.example">https://a.example</a>`,
		"[a [b](https://c.example) d](https://e.example)": `[a <a href="https://c.example">b</a> d]([https://e.example])`,
	} {
		if got := rendered(text); got != "<p>"+want+"</p>" {
			t.Errorf("%q becomes\n %s, want\n <p>%s</p>", text, got, want)
		}
	}
	w := prose.Writing{Text: "@a@b.example `@c@d.example` [#x](https://e.example) #y\n\n    #z\n\n```\n#w\n```", Markdown: true}
	if got := w.Mentions(); !slices.Equal(got, []string{"a@b.example"}) {
		t.Errorf("it names %q", got)
	}
	if got := w.Hashtags(); !slices.Equal(got, []string{"y", "z"}) {
		t.Errorf("it has the hashtags %q", got)
	}
	w.Markdown = false
	if got := w.Mentions(); len(got) != 2 {
		t.Errorf("as plain text it names %q", got)
	}
}

// What nobody should follow is written out, and raw HTML stays text.
func TestMarkdownLeadsNowhereElse(t *testing.T) {
	for text, want := range map[string]string{
		"[x](javascript:alert(1))":                "x (javascript:alert(1))",
		"[x](JaVaScRiPt:alert`1`)":                "x (JaVaScRiPt:alert`1`)",
		"[x](data:text/html;base64,PHNjcmlwdD4=)": "x (data:text/html;base64,PHNjcmlwdD4=)",
		"[x](/about) [y](//a.example) [z]()":      "x (/about) y (//a.example) z ()",
		"[x](https://u:p@a.example/)":             "x (https://u:p@a.example/)",
		"[x](https&#58;//a.example)":              "x (https&amp;#58;//a.example)",
		"[x](<https://a.example/ onclick=y>)":     "x (https://a.example/ onclick=y)",
		`[x](https://a.example/"onclick="y)`:      "x (https://a.example/&#34;onclick=&#34;y)",
		"<script>alert(1)</script>":               "&lt;script&gt;alert(1)&lt;/script&gt;",
		"<b onclick=x>*b*</b> <!-- c -->":         "&lt;b onclick=x&gt;<em>b</em>&lt;/b&gt; &lt;!-- c --&gt;",
		"<javascript:alert(1)>":                   "javascript:alert(1)",
		"`<b>`":                                   "<code>&lt;b&gt;</code>",
	} {
		if got := rendered(text); got != "<p>"+want+"</p>" {
			t.Errorf("%q becomes\n %s, want\n <p>%s</p>", text, got, want)
		}
	}
}

// allowed is what Mastodon keeps of a note, so far as a post may hold it.
var allowed = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https")
	p.RequireParseableURLs(true)
	return p
}()

// Whatever somebody writes takes no long time and brings no other markup.
func TestLongMarkdownTakesNoLongTime(t *testing.T) {
	for _, piece := range []string{"[", "]", "![", "[a](", "[](", "*", "**a", "_", "~", "`", "``` ", "> ", ">", "- ", "1. ", "<", "<a", "@", "@a@", "#", "#a", "http://", "(http://", "\\", "\\[", "&", "*a_ ", "[a]", "a\n", "- \n", "> \n\n", "\t", "[[]](", "~~a", "1.\n"} {
		length := 8 << 10 // a post has 5,000 characters at most
		if piece == "[" || piece == "]" {
			length = 64 << 10
		}
		text := strings.Repeat(piece, length/len(piece))
		begun := time.Now()
		got := rendered(text)
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("%q takes %s", piece, took)
		}
		if depth := strings.Count(got, "<blockquote>") + strings.Count(got, "<ul>"); strings.HasPrefix(piece, ">") && piece != "> \n\n" && depth > 5 {
			t.Errorf("%q is %d deep", piece, depth)
		}
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, text := range []string{
		"# a\n> - *b* **c** `d` [e](https://f.example) <g> ~~h~~ @i@j.example #k\\_", "```\n<\n", "[a](javascript:b) ![c](https://d.example)", "1. a\n   > b\n\n99999999. c", "\x00\xff&#x27;\u202e[](http://\u202e)",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := rendered(text)
		same := func(s string) string {
			return strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&quot;", `"`).Replace(strings.ToValidUTF8(s, "\uFFFD"))
		}
		if clean := same(allowed.Sanitize(got)); strings.Count(clean, "<") != strings.Count(got, "<") {
			t.Errorf("%q becomes %q, of which %q is allowed", text, got, clean)
		}
	})
}
