package web

import (
	"strings"
	"testing"

	"coopverse/directory"
)

// ofTheDirectory is a post in which the directory says what has changed.
func ofTheDirectory(text string) directory.Post {
	return directory.Post{Handle: directory.DirectoryHandle, Automatic: true, Body: text}
}

// linked shows what the pieces of a text lead to: to a page elsewhere (>), or
// to one of ours (>>).
func linked(p directory.Post) string {
	var b strings.Builder
	for _, paragraph := range paragraphsOf(p) {
		for _, piece := range paragraph {
			switch {
			case piece.URL == "":
				b.WriteString(piece.Text)
			case piece.Here:
				b.WriteString("[" + piece.Text + ">>" + piece.URL + "]")
			default:
				b.WriteString("[" + piece.Text + ">" + piece.URL + "]")
			}
		}
	}
	return b.String()
}

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

func TestPlainTextHasParagraphs(t *testing.T) {
	p := paragraphsOf(directory.Post{Body: "one\n\n \n\ntwo #b\nlines\r\n\r\nthree\n"})
	if len(p) != 3 || p[0].String() != "one" || p[1].String() != "two #b\nlines" || p[2].String() != "three" {
		t.Errorf("paragraphs: %q", p)
	}
}

func FuzzPlainText(f *testing.F) {
	f.Add("a https://b.example/(c)).\n\n(@d) #e @f@g.example")
	f.Add("https://%zz http://[::1]:x/ (@")
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range paragraphsOf(ofTheDirectory(text)) {
			if !strings.Contains(strings.ReplaceAll(text, "\r\n", "\n"), p.String()) {
				t.Errorf("%q became %q", text, p)
			}
			for _, piece := range p {
				if piece.URL != "" && !piece.Here && webLink(piece.URL) == "" {
					t.Errorf("%q leads to %q", text, piece.URL)
				}
				if piece.Here && !strings.HasPrefix(piece.URL, "/coops/") && !strings.HasPrefix(piece.URL, "/tags/") {
					t.Errorf("%q leads to %q", text, piece.URL)
				}
			}
		}
	})
}
