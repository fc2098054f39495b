package web

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"coopverse/directory"

	"github.com/microcosm-cc/bluemonday"
)

// ofTheDirectory is a post in which the directory says what has changed.
func ofTheDirectory(text string) directory.Post {
	return directory.Post{Handle: directory.DirectoryHandle, Automatic: true, Body: text}
}

// linked shows what the words of a post lead to: to a page elsewhere (>), or to
// one of ours (>>).
func linked(p directory.Post) string {
	words := strings.TrimSuffix(strings.TrimPrefix(string(wordsOf(p, "")), "<p>"), "</p>")
	words = links.ReplaceAllStringFunc(words, func(link string) string {
		at := links.FindStringSubmatch(link)
		if at[2] == "" {
			return "[" + at[3] + ">>" + at[1] + "]"
		}
		return "[" + at[3] + ">" + at[1] + "]"
	})
	return html.UnescapeString(words)
}

var links = regexp.MustCompile(`<a href="([^"]*)"( rel="nofollow noopener")?>(.*?)</a>`)

func TestLinksInPlainText(t *testing.T) {
	for text, want := range map[string]string{
		"Moved to https://a.example/b.":            "Moved to [https://a.example/b>https://a.example/b].",
		"(see https://a.example/x_(y))":            "(see [https://a.example/x_(y)>https://a.example/x_(y)])",
		"https://a.example/ and http://b.example!": "[https://a.example/>https://a.example/] and [http://b.example>http://b.example]!",
		"https:// is nothing, ftp://x.example too": "https:// is nothing, ftp://x.example too",
		"javascript:alert(1) <b>":                  "javascript:alert(1) <b>",
		"Igalia (@igalia) joined":                  "Igalia ([@igalia>>/coops/igalia]) joined",
		"mail a@b.example, @c":                     "mail a@b.example, @c",
		"#PlatformCoop #économie":                  "[#PlatformCoop>>/tags/platformcoop] [#économie>>/tags/economie]",
		"#協同組合":                                    "[#協同組合>>/tags/%E5%8D%94%E5%90%8C%E7%B5%84%E5%90%88]",
	} {
		if got := linked(ofTheDirectory(text)); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestPlainTextNamesCoopsWhereTheDirectoryWrites(t *testing.T) {
	for _, p := range []directory.Post{
		{Handle: directory.DirectoryHandle, Body: "Igalia (@igalia)"},
		{Handle: "igalia", Automatic: true, Body: "Igalia (@igalia)"},
		{Handle: "igalia", Body: "Igalia (@igalia)"},
	} {
		if got := linked(p); got != p.Body {
			t.Errorf("a handle that somebody wrote is taken for one of ours: %q by %s", got, p.Handle)
		}
	}
}

func TestPlainTextLinksThoseWhoWereFound(t *testing.T) {
	p := directory.Post{Handle: "igalia", Body: "With @Ada@social.Example, @bob@b.example and @eve@e.example", Mentions: []directory.PostMention{
		{Account: "Ada@social.example", URL: "https://social.example/@Ada"},
		{Account: "eve@e.example", URL: "javascript:alert(1)"},
	}}
	if got, want := linked(p), "With [@Ada@social.Example>https://social.example/@Ada], @bob@b.example and @eve@e.example"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestPostHasParagraphsAndAFirstLine(t *testing.T) {
	p := post{Post: directory.Post{Body: "one & <b>\n\n \n\ntwo #b\nlines\r\n\r\nthree\n"}}
	if got, want := string(p.Words()), `<p>one &amp; &lt;b&gt;</p><p>two <a href="/tags/b">#b</a><br>lines</p><p>three</p>`; got != want {
		t.Errorf("it says %s, want %s", got, want)
	}
	for body, want := range map[string]string{p.Body: "one & <b>", "a\nb #c": "a\nb #c", "": ""} {
		if p.Body = body; p.Line() != want {
			t.Errorf("the line is %q, want %q", p.Line(), want)
		}
	}
	p.Post = directory.Post{Markdown: true, Body: "# *Big* [news](https://a.example) `<b>`\n\nMore"}
	if got := p.Line(); got != "Big news <b>" {
		t.Errorf("the line is %q", got)
	}
}

// allowed is all that a post may be on our pages.
var allowed = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("href", "rel").OnElements("a")
	p.AllowURLSchemes("http", "https")
	p.AllowRelativeURLs(true)
	return p
}()

func FuzzPosts(f *testing.F) {
	f.Add("a https://b.example/(c)).\n\n(@d) #e @f@g.example", false)
	f.Add("https://%zz http://[::1]:x/ (@", false)
	f.Add("*a* [b](javascript:c) <script> [\"](https://d.example/?\"onclick=e)", true)
	f.Fuzz(func(t *testing.T, text string, markdown bool) {
		p := ofTheDirectory(text)
		p.Markdown = markdown
		words := string(wordsOf(p, ""))
		if clean := allowed.Sanitize(words); strings.Count(clean, "<") != strings.Count(words, "<") {
			t.Errorf("%q becomes %q, of which %q is allowed", text, words, clean)
		}
		for _, at := range links.FindAllStringSubmatch(words, -1) {
			if away := html.UnescapeString(at[1]); at[2] != "" && webLink(away) == "" {
				t.Errorf("%q leads to %q", text, away)
			} else if at[2] == "" && !strings.HasPrefix(away, "/coops/") && !strings.HasPrefix(away, "/tags/") {
				t.Errorf("%q leads to %q", text, away)
			}
		}
	})
}
