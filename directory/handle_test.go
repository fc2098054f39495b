package directory

import "testing"

func TestFirstWantedHandle(t *testing.T) {
	for _, c := range []struct{ name, website, want string }{
		{"Hypha Worker Co-operative", "https://hypha.coop/", "hypha"},
		{"Cambá", "https://camba.coop", "camba"},
		{"Igalia", "https://www.igalia.com", "igalia"},
		{"KO_OP", "https://www.ko-opmode.com/", "ko_opmode"},
		{"Codeurs en Liberté", "https://codeursenliberté.fr/", "codeursenliberte"},
		{"Codeurs en Liberté", "https://xn--codeursenlibert-pnb.fr/", "codeursenliberte"},
		{"It10", "https://it10coop.com.ar", "it10coop"},
		{"WAO Co-op", "https://weareopen.coop:8443/x", "weareopen"},
		{"The Argo Workers' Cooperative", "https://github.com/argo", "argo"},
		{"The Coop", "", "the_coop"},
		{"Acme", "https://acme.github.io/", "acme"},
		{"東京", "https://東京.jp/", "coop"},
		{"A very long name for a worker cooperative of people", "", "very_long_name_for_people"},
		{"x", "https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-b.example/", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
	} {
		if got := wantedHandles(c.name, c.website)[0]; got != c.want {
			t.Errorf("%s at %s: @%s, want @%s", c.name, c.website, got, c.want)
		}
	}
}

func TestEveryWantedHandleFits(t *testing.T) {
	seen := map[string]bool{}
	for _, handle := range wantedHandles("A very long name for a cooperative of people and machines", "https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-b.co.uk/") {
		if !handleForm.MatchString(handle) || seen[handle] {
			t.Errorf("@%s does not fit or comes twice", handle)
		}
		seen[handle] = true
	}
}

func TestWebsiteKeysMeet(t *testing.T) {
	same := []string{"http://www.Agaric.coop/", "https://agaric.coop", "https://agaric.coop./?utm=x#top", "http://agaric.coop:80/"}
	for _, w := range same {
		if websiteKey(w) != "agaric.coop" {
			t.Errorf("websiteKey(%s) = %s", w, websiteKey(w))
		}
	}
	if websiteKey("https://codeursenliberté.fr/") != websiteKey("https://xn--codeursenlibert-pnb.fr") {
		t.Error("an IDN host and its ASCII form differ")
	}
	if websiteKey("https://coops.example/a") == websiteKey("https://coops.example/b") {
		t.Error("two pages of one shared site are one")
	}
}
