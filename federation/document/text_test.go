package document

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"coopverse/directory/prose"

	"golang.org/x/net/html"
)

func TestTextBecomesLinkedHTML(t *testing.T) {
	a := func(address string) string { return link(address, vouchesForNothing) }
	for text, want := range map[string]string{
		"":                             "",
		"plain":                        "<p>plain</p>",
		"a < b & c \"d\"":              "<p>a &lt; b &amp; c &#34;d&#34;</p>",
		"one\n\ntwo\nthree":            "<p>one</p><p>two<br>three</p>",
		"one\r\n\r\ntwo\n\n\n\n":       "<p>one</p><p>two</p>",
		"see https://x.example/a.":     "<p>see " + a("https://x.example/a") + ".</p>",
		"(https://x.example/a)":        "<p>(" + a("https://x.example/a") + ")</p>",
		"https://x.example/a_(b)":      "<p>" + a("https://x.example/a_(b)") + "</p>",
		"“https://x.example/”, yes":    "<p>“" + a("https://x.example/") + "”, yes</p>",
		"https://x.example/?a=1&b='2'": "<p>" + a("https://x.example/?a=1&b='2") + "&#39;</p>",
		"javascript:alert(1)":          "<p>javascript:alert(1)</p>",
		"https://u:p@x.example/":       "<p>https://u:p@x.example/</p>",
		"https://":                     "<p>https://</p>",
		"\xffnul\x00l \u202Eback":      "<p>null back</p>",
		"one\u2028two":                 "<p>one<br>two</p>",
		"Acme (@acme)":                 "<p>Acme (@acme)</p>",
	} {
		if got := prose.Paragraphs(text, linkedPart); got != want {
			t.Errorf("%q becomes\n%s, want\n%s", text, got, want)
		}
	}
}

func TestMarkdownIsReadAloud(t *testing.T) {
	for markdown, want := range map[string]string{
		"We *build* **things**":        "We build things",
		"[Site](https://x.example/)":   "Site",
		"1979. A good year":            "1979. A good year",
		"# 1 co-op":                    "# 1 co-op",
		"<b>bold</b> & more":           "bold & more",
		"<script>alert(1)</script> hi": "alert(1) hi",
	} {
		if got := markdownText(markdown); got != want {
			t.Errorf("%q is read %q, want %q", markdown, got, want)
		}
	}
}

func TestNamesHoldNoMarkup(t *testing.T) {
	for name, want := range map[string]string{
		"Acme & Co":                  "Acme & Co",
		"<b>Acme</b>":                "Acme",
		"A < B":                      "A ‹ B",
		"&lt;script&gt;":             "‹script›",
		"  two \n words ":            "two words",
		"<script>alert(1)</script>":  "acme",
		"\u202Eevil\x07":             "evil",
		strings.Repeat("é", 200):     strings.Repeat("é", 127) + "…",
		strings.Repeat("word ", 100): strings.TrimSpace(strings.Repeat("word ", 25)) + "…",
	} {
		c := acme()
		c.Name = name
		if got := DisplayName(c); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
}

// notesMayHold are the elements that we use, of those that servers keep, and
// mayBeClasses the classes that mean something to them.
var (
	notesMayHold = []string{"p", "a", "br", "span", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li"}
	mayBeClasses = []string{"mention hashtag", "u-url mention", "h-card"}
)

// checkHTML fails for whatever is not a paragraph, a line break, a web link, or
// the mark of a hashtag or mention.
func checkHTML(t *testing.T, content string) {
	t.Helper()
	tokens := html.NewTokenizer(strings.NewReader(content))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return
		case html.CommentToken, html.DoctypeToken:
			t.Errorf("%q holds %s", content, tokens.Raw())
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			token := tokens.Token()
			if !slices.Contains(notesMayHold, token.Data) {
				t.Errorf("%q holds <%s>", content, token.Data)
			}
			for _, attribute := range token.Attr {
				if attribute.Key == "class" && slices.Contains(mayBeClasses, attribute.Val) {
					continue
				}
				if !slices.Contains([]string{"href", "rel", "target", "start"}, attribute.Key) {
					t.Errorf("%q holds the attribute %s", content, attribute.Key)
				}
				if u, err := url.Parse(attribute.Val); attribute.Key == "href" && (err != nil || u.Scheme != "https" && u.Scheme != "http") {
					t.Errorf("%q links to %s", content, attribute.Val)
				}
			}
		}
	}
}

func FuzzTextIsHarmless(f *testing.F) {
	for _, seed := range []string{hostile().Name, `https://x.example/"onclick=alert(1)`, "https://x.example/<b>", "[x](javascript:y)", "(@a)<(@b)>", "https://x.example/(@acme)\"", "<!-- x", "&#60;b&#62;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := richPost()
		p.Body, p.Automatic = text, true
		for _, p.Handle = range []string{"acme", "directory"} {
			content, _ := site.content(p)
			checkHTML(t, content)
		}
		p.Markdown = true
		content, _ := site.content(p)
		checkHTML(t, content)
		c := acme()
		c.Name, c.Notes, c.Summary, c.Website, c.Places = text, text, text, text, text
		document := site.introduction(c)
		checkHTML(t, document.content)
		summary := site.summary(c)
		checkHTML(t, summary)
		if n := utf8.RuneCountInString(summary); n > maxSummary {
			t.Errorf("the summary has %d characters", n)
		}
		if name := DisplayName(c); strings.ContainsAny(name, "<>") || utf8.RuneCountInString(name) > maxName {
			t.Errorf("%q is shown as %q", text, name)
		}
		for _, line := range profile(c) {
			checkHTML(t, line.(map[string]any)["value"].(string))
		}
	})
}
