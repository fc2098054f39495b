package web

import (
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Whatever bytes come, a query holds text, and its address reads back as it.
func FuzzReadQuery(f *testing.F) {
	f.Add("web dev", "europe", "FR", "\x00\xff 3")
	f.Add("Cambá\u202e", "<b>", "ß", strings.Repeat("é", 300))
	f.Fuzz(func(t *testing.T, text, region, country, service string) {
		values := url.Values{"q": {text}, "region": {region}, "country": {country}, "service": {service}}
		q, err := readQuery(httptest.NewRequest("GET", "/?"+values.Encode(), nil))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{q.Text, q.Region, q.Service} {
			if !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxSearch || strings.ContainsFunc(s, unicode.IsControl) {
				t.Errorf("%q is no text", s)
			}
		}
		again, err := readQuery(httptest.NewRequest("GET", q.URL(), nil))
		if err != nil || again != q {
			t.Errorf("%+v reads back from %s as %+v, %v", q, q.URL(), again, err)
		}
	})
}

// Whatever somebody writes into a list's notes, the page gets links, stress
// and code, and the links lead to the web.
func FuzzForeignMarkdown(f *testing.F) {
	f.Add("*a* **b** `c` [d](https://e.example/) <script>alert(1)</script>")
	f.Add("![x](https://e.example/x.png) [x](javascript:alert(1)) <https://e.example/?a=\"><b>")
	f.Add("[a]: data:text/html,x\n\n[a] <a href=//e.example onclick=x> [b](<https://e.example/ \"t\">)")
	f.Fuzz(func(t *testing.T, text string) {
		out, err := foreignMarkdown(text)
		if err != nil {
			t.Fatal(err)
		}
		tokens := html.NewTokenizer(strings.NewReader(string(out)))
		for tokens.Next() != html.ErrorToken {
			token := tokens.Token()
			if token.Type == html.TextToken {
				continue
			}
			if !slices.Contains([]string{"a", "em", "strong", "code"}, token.Data) {
				t.Errorf("%q becomes %s, with <%s>", text, out, token.Data)
			}
			for _, a := range token.Attr {
				web := strings.HasPrefix(strings.ToLower(a.Val), "http://") || strings.HasPrefix(strings.ToLower(a.Val), "https://")
				if a.Key != "rel" && (a.Key != "href" || !web) {
					t.Errorf("%q becomes %s, with %s=%q", text, out, a.Key, a.Val)
				}
			}
		}
	})
}
