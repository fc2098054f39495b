package web

import (
	"strings"
	"testing"
)

func TestLinksInPlainText(t *testing.T) {
	for text, want := range map[string]string{
		"Moved to https://a.example/b.":            "Moved to |https://a.example/b>https://a.example/b|.",
		"(see https://a.example/x_(y))":            "(see |https://a.example/x_(y)>https://a.example/x_(y)|)",
		"(https://a.example/x)":                    "(|https://a.example/x>https://a.example/x|)",
		"https://a.example/ and http://b.example!": "https://a.example/>https://a.example/| and |http://b.example>http://b.example|!",
		"https:// is nothing, ftp://x.example too": "https:// is nothing, ftp://x.example too",
		"javascript:alert(1) <b>":                  "javascript:alert(1) <b>",
		"Igalia (@igalia) joined":                  "Igalia (|@igalia>/coops/igalia|) joined",
		"mail a@b.example, @c":                     "mail a@b.example, @c",
	} {
		var got []string
		for _, p := range paragraphsOf(text, true) {
			for _, piece := range p {
				if piece.URL != "" {
					piece.Text += ">" + piece.URL
				}
				got = append(got, piece.Text)
			}
		}
		if g := strings.Join(got, "|"); g != want {
			t.Errorf("%q becomes %q, want %q", text, g, want)
		}
	}
	if p := paragraphsOf("Igalia (@igalia)", false)[0]; len(p) != 1 {
		t.Errorf("a handle that somebody wrote is taken for one of ours: %v", p)
	}
	if p := paragraphsOf("one\r\n\r\n \n\ntwo\nlines\n", false); len(p) != 2 || p[1].String() != "two\nlines" {
		t.Errorf("paragraphs: %q", p)
	}
}

func FuzzParagraphs(f *testing.F) {
	f.Add("a https://b.example/(c)).\n\n(@d)")
	f.Add("https://%zz http://[::1]:x/ (@")
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range paragraphsOf(text, true) {
			if !strings.Contains(strings.ReplaceAll(text, "\r\n", "\n"), p.String()) {
				t.Errorf("%q became %q", text, p)
			}
			for _, piece := range p {
				if piece.URL != "" && !piece.Here && webLink(piece.URL) == "" {
					t.Errorf("%q leads to %q", text, piece.URL)
				}
			}
		}
	})
}
