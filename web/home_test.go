package web

import (
	"net/url"
	"strings"
	"testing"
)

// Wherever a browser is sent, it is to a plain domain name that stands in what
// was typed, and never to ourselves.
func FuzzReadHome(f *testing.F) {
	for _, typed := range []string{
		"me@mastodon.example", "https://mastodon.example/", "a@b@c.example", "x.example:80", "[::1]", "0x7f.1", "bücher.example", "coops.example",
		"https://a.example\\@b.example", "a。example", "a.example%2f.b", "\u00ad.example",
	} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		h, err := readHome(typed, "coops.example")
		if err != nil {
			return
		}
		u, err := url.Parse("https://" + h.Host + "/authorize_interaction")
		if err != nil || u.Host != h.Host || u.Port() != "" || u.User != nil || !strings.Contains(h.Host, ".") || h.Host == "coops.example" {
			t.Errorf("%q leads to %q", typed, h.Host)
		}
		if strings.ContainsAny(h.Host+h.Name, "/?#:@[]%\\ \n") || h.Host != strings.ToLower(h.Host) {
			t.Errorf("%q is read as %+v", typed, h)
		}
	})
}
