package website

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"coopverse/federation/fetch"
)

func TestDNSNames(t *testing.T) {
	for website, want := range map[string]string{
		"https://acme.coop/": "_coopverse.acme.coop", "https://www.acme.coop": "_coopverse.acme.coop", "https://WWW.Acme.Coop.:8443/": "_coopverse.acme.coop",
		"https://blog.acme.coop/": "_coopverse.blog.acme.coop", "https://bücher.example/": "_coopverse.xn--bcher-kva.example",
		"https://acme.github.io/": "_coopverse.acme.github.io", "https://www.acme.github.io/": "_coopverse.acme.github.io",
		"https://www.github.io/": "_coopverse.www.github.io", "https://www.co.uk/": "_coopverse.www.co.uk", "https://wwww.acme.coop/": "_coopverse.wwww.acme.coop",
		"https://github.io/": "", "https://coop/": "", "https://192.0.2.1/": "", "https://[2001:db8::1]/": "",
	} {
		s, err := readSite(website, page)
		if err != nil || s.dnsName() != want {
			t.Errorf("%s: %q, %v; want %q", website, s.dnsName(), err, want)
		}
	}
}

func TestWhoseAddress(t *testing.T) {
	for pair, want := range map[string]bool{
		"https://acme.coop https://acme.coop/x": true, "https://acme.coop https://www.acme.coop/": true, "https://www.acme.coop https://acme.coop/": true,
		"http://acme.coop https://acme.coop/": true, "https://acme.coop:443 https://acme.coop/": true,
		"https://acme.coop https://shop.acme.coop/": false, "https://shop.acme.coop https://acme.coop/": false, "https://acme.coop https://acme.com/": false,
		"https://acme.coop https://acme.coop.evil.example/": false, "https://acme.coop https://www.www.acme.coop/": false, "https://acme.coop https://acme.coop:8443/": false,
		"https://acme.github.io https://evil.github.io/": false, "https://www.github.io https://github.io/": false, "https://192.0.2.1 https://192.0.2.2/": false,
	} {
		website, found, _ := strings.Cut(pair, " ")
		s, err := readSite(website, page)
		at, foundErr := normal(found)
		if err != nil || foundErr != nil || s.owns(at) != want {
			t.Errorf("%s: want %v (%v, %v)", pair, want, err, foundErr)
		}
	}
}

// What the page tells people to do is what the prover looks for.
func TestInstructionsProve(t *testing.T) {
	for website, count := range map[string]int{acme: 4, "https://www.example.com": 4, "http://example.com": 4, acme + "acme": 2, acme + "?p=a&b": 2, "https://127.0.0.1/": 3, "example.com": 0} {
		ways := Instructions(website, page, token)
		if len(ways) != count {
			t.Errorf("%s: %d ways", website, len(ways))
		}
		for _, way := range ways {
			site, names := files{}, zone{}
			switch way.Method {
			case RelMe, Meta:
				site["/"], site["/acme"] = htmlPage(way.Text), htmlPage(way.Text)
			case File:
				site[wellKnown] = textFile(way.Text)
			case DNS:
				names[way.Where+"."] = []string{way.Text}
			}
			proof, err := prover(t, serve(t, "127.0.0.1", site.ServeHTTP), names).Look(t.Context(), website, page, token)
			wantProof(t, website, proof, err, Proof{way.Method, way.Where})
		}
	}
	if ways := Instructions(acme, page, `"><script>`); ways != nil {
		t.Error(ways)
	}
}

// http counts only where everything is tried out on one machine.
func TestWebsiteWithoutHTTPS(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, goodA)
	}))
	t.Cleanup(server.Close)
	for _, allow := range []bool{false, true} {
		client := fetch.New(fetch.Config{AllowHTTP: allow, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, ConnectTo: []fetch.Override{to("", server)}})
		t.Cleanup(client.CloseIdleConnections)
		proof, err := New(client, zone{}).Look(t.Context(), "http://example.com/", page, token)
		if allow {
			wantProof(t, "allowed", proof, err, Proof{RelMe, "http://example.com/"})
			continue
		}
		wantNot(t, "not allowed", proof, err, "http://example.com/ does not count")
		proof, err = prover(t, serve(t, "127.0.0.1", files{"/": htmlPage(goodA)}.ServeHTTP), zone{}).Look(t.Context(), "http://example.com/", page, token)
		wantProof(t, "over https", proof, err, Proof{RelMe, acme})
	}
}
