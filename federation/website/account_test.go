package website

import (
	"net/http"
	"testing"
)

const (
	profile = "https://social.example/@ada"
	actorID = "https://social.example/users/ada"
)

// A website shows that an account is its own by a link with rel=me that its
// visitors cannot have made.
func TestWebsiteLinksAnAccount(t *testing.T) {
	for body, words := range map[string]string{
		`<a rel="me" href="` + profile + `">us</a>`:                                      "",
		`<link rel="me" href="https://SOCIAL.example:443/@ada/">`:                        "",
		`<a rel="noopener me" href="` + actorID + `">us</a>`:                             "",
		`<base href="https://social.example/x/"><a rel=me href="../@ada">us</a>`:         "",
		`<a rel="me" href="https://social.example/@eve">us</a>`:                          "no link with rel=me to " + profile,
		`<a href="` + profile + `">us</a>`:                                               "no link with rel=me",
		`<a rel="me nofollow" href="` + profile + `">us</a>`:                             "nofollow or ugc",
		`<a rel="ugc me" href="` + profile + `">us</a>`:                                  "nofollow or ugc",
		`<a rel="me" href="http://social.example/@ada">us</a>`:                           "no link with rel=me",
		`<a rel="me" href="https://social.example.evil.example/@ada">us</a>`:             "no link with rel=me",
		`<a rel="me" href="https://social.example/@ada?x=1">us</a>`:                      "no link with rel=me",
		`<!-- <a rel="me" href="` + profile + `"> --><textarea>` + linkTo(profile):       "no link with rel=me",
		`<template>` + linkTo(profile) + `</template><noscript>` + linkTo(profile):       "no link with rel=me",
		`<a rel="me" href="https://user:pass@social.example/@ada">us</a>` + linkTo("::"): "no link with rel=me",
	} {
		p := prover(t, serve(t, "127.0.0.1", files{"/": htmlPage(body)}.ServeHTTP), zone{})
		proof, err := p.Links(t.Context(), acme, page, profile, actorID)
		if words == "" {
			wantProof(t, body, proof, err, Proof{Account, acme})
		} else {
			wantNot(t, body, proof, err, words)
		}
	}
	elsewhere := prover(t, serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "example.com" {
			http.Redirect(w, r, "https://shop.example.com/", http.StatusFound)
			return
		}
		files{"/": htmlPage(linkTo(profile))}.ServeHTTP(w, r)
	}), zone{})
	proof, err := elsewhere.Links(t.Context(), acme, page, profile, actorID)
	wantNot(t, "another website", proof, err, "leads to another website")
}
