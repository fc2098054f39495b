package website

import (
	"strings"
	"testing"
)

// Nothing that a page has may stop the program, and none proves a claim whose
// token is not in it. (Entities can hide it: these are left out.)
func FuzzPage(f *testing.F) {
	f.Add(goodA+goodTag, "text/html")
	f.Add(`<base href="`+page+`"><template><a rel="me ugc" href="?claim=`+other+`"></template><noscript>`, "text/html; charset=utf-16")
	f.Add("<svg><![CDATA[<a rel=me href=\x1b$B"+href+"]]><textarea><iframe srcdoc='", "application/xhtml+xml; charset=iso-2022-jp")
	f.Fuzz(func(t *testing.T, body, contentType string) {
		_, found := proves(body, contentType, false)
		if plain := !strings.ContainsAny(body, "&\x00"); found && plain && !strings.Contains(body, token) {
			t.Errorf("proved without the token: %q as %q", body, contentType)
		}
	})
}
