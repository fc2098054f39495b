package website

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"
)

// proves says whether a page would be taken for a proof.
func proves(body, contentType string, proved bool) (Method, bool) {
	at, _ := url.Parse(acme)
	v := &visit{claim: claim{page: page, token: token, proved: proved}}
	m := readMarks([]byte(body), contentType)
	switch {
	case v.link(m, at):
		return RelMe, true
	case v.meta(m, at):
		return Meta, true
	}
	return "", false
}

const (
	href    = page + "?claim=" + token
	goodA   = `<a rel="me" href="` + href + `">us</a>`
	goodTag = `<meta name="coopverse-claim" content="` + token + `">`
)

func TestPagesThatProve(t *testing.T) {
	for body, want := range map[string]Method{
		goodA:                                 RelMe,
		`<link rel="me" href="` + href + `">`: RelMe,
		`<LINK HREF='` + href + `' REL='noopener ME external'/>`:                                                        RelMe,
		"<a rel=\"\nme\t\" href=\" " + href + "\n\">":                                                                   RelMe,
		`<a rel=me href=` + href + `>`:                                                                                  RelMe,
		`<a rel="me" href="HTTPS://Coops.EXAMPLE:443/coops/acme?claim=` + token + `">`:                                  RelMe,
		`<a rel="me" href="` + href + `#top">`:                                                                          RelMe,
		`<a rel="me" href="//coops.example/coops/acme?claim&#61;` + token + `">`:                                        RelMe,
		linkTo("?claim="+token) + `<base href="` + page + `">`:                                                          RelMe,
		`<base target="_top"><base href="https://coops.example/"><base href="/x/">` + linkTo("coops/acme?claim="+token): RelMe,
		goodTag: Meta,
		`<META CONTENT=" ` + token + ` " NAME="Coopverse-Claim"/>`:                         Meta,
		`<meta name="coopverse-claim" content="` + other + `">` + goodTag:                  Meta,
		`</p><div <b <p class=">"><table><a rel="nofollow">` + goodA:                       RelMe,
		`<!-- x --!><![endif]></template></noscript><template></template>` + goodA:         RelMe,
		`<script>"<a>"</script><textarea><p></textarea><noscript><p></noscript>` + goodTag: Meta,
	} {
		if got, found := proves(body, "text/html", false); !found || got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestPagesThatProveNothing(t *testing.T) {
	for _, body := range []string{
		"", "\x00\xff\xfe<", "<", "<a", "<a rel=me href=" + href, // cut off
		linkTo(page), // without the token
		linkTo(page + "?claim=" + other),
		linkTo(page + "?claim=" + strings.ToLower(token)),
		linkTo(page + "?claim=" + token + "A"),
		linkTo(page + "?claim=" + token[:25]),
		linkTo(page + "?claim="),
		linkTo(page + "?" + token),
		linkTo(page + "?x=1&claim=" + token),
		linkTo(page + "?claim=" + token + "&x=1"),
		linkTo(page + "?Claim=" + token),
		linkTo(page + "#claim=" + token),
		linkTo(page + "/?claim=" + token),
		linkTo(page + "s?claim=" + token),
		linkTo("https://coops.example/coops/Acme?claim=" + token),
		linkTo("https://coops.example/%63oops/acme?claim=" + token),
		linkTo("http://coops.example/coops/acme?claim=" + token),
		linkTo("https://coops.example:8443/coops/acme?claim=" + token),
		linkTo("https://www.coops.example/coops/acme?claim=" + token),
		linkTo("https://coops.example@evil.example/coops/acme?claim=" + token),
		linkTo("https://u@coops.example/coops/acme?claim=" + token),
		linkTo("https://evil.example/?" + href),
		linkTo("coops/acme?claim=" + token),
		linkTo("javascript:'" + href + "'"),
		linkTo("https://coops.example:99999/%zz"),
		`<a href="` + href + `">`,
		`<a rel="" me href="` + href + `">`,
		`<a rel="met" href="` + href + `">`,
		`<a rel="x,me" href="` + href + `">`,
		"<a rel=\"x\u00a0me\" href=\"" + href + `">`,
		`<a rev="me" href="` + href + `">`,
		`<a rel="me" data-href="` + href + `">`,
		`<a rel="me" title='href="` + href + `"'>`,
		`<a rel="me" href="/" href="` + href + `">`, // the first counts
		`<a REL="x" rel="me" href="` + href + `">`,
		`<a rel="x" rel="me" href="` + href + `">`,
		`<img rel="me" href="` + href + `">`,
		`<form rel="me" action="` + href + `">`,
		`<div title='` + goodA + goodTag + `'>`,
		`<iframe srcdoc='` + goodA + goodTag + `'></iframe>`,
		`<meta name="description" content="` + token + `">`,
		`<meta name="coopverse-claim" content="">`,
		`<meta name="coopverse-claim" content="` + other + `">`,
		`<meta name="coopverse-claim" content="` + strings.ToLower(token) + `">`,
		`<meta name="coopverse-claim" content="x ` + token + `">`,
		`<meta name="coopverse-claim" value="` + token + `">`,
		`<meta name="x" name="coopverse-claim" content="` + token + `">`,
		`<meta property="coopverse-claim" content="` + token + `">`,
		`<meta name="coopverse-claim"><p>` + token,
		`<metas name="coopverse-claim" content="` + token + `">`,
		`&lt;a rel="me" href="` + href + `"&gt;`,
	} {
		if got, found := proves(body, "text/html", false); found {
			t.Errorf("%s: %s", body, got)
		}
	}
	for _, around := range []string{
		"<!--|-->", "<!-- > |-->", "<!DOCTYPE '|'>", "<?x '|", "<![CDATA[ > |]]>", "<svg><![CDATA[>|]]></svg>",
		"<template>|</template>", "<TEMPLATE ><template></template>|", "<template/>|",
		"<noscript>|</noscript>", "<noscript><p>|</noscript>", "<textarea>|</textarea>", "<textarea></p>|", "<title>|</title>",
		"<iframe>|</iframe>", "<script>|</script>", "<script>'</scripts>|'</script>", "<style>|</style>", "<xmp>|</xmp>",
		"<noembed>|</noembed>", "<noframes>|</noframes>", "<plaintext>|", "<p title=\"|",
	} {
		for _, inside := range []string{`<a rel=me href=` + href + `>`, `<meta name=coopverse-claim content=` + token + `>`} {
			if got, found := proves(strings.ReplaceAll(around, "|", inside), "text/html", false); found {
				t.Errorf("%s: %s", around, got)
			}
		}
	}
}

// Sites write nofollow or ugc on the links of those who comment.
func TestLinksOfVisitors(t *testing.T) {
	for _, rel := range []string{"nofollow me", "me ugc", "ME NoFollow UGC", "me noopener ugc"} {
		for _, proved := range []bool{false, true} {
			v := &visit{claim: claim{page: page, token: token, proved: proved}}
			at, _ := url.Parse(acme)
			body := `<section><a rel="` + rel + `" href="` + href + `">nice!</a></section>`
			if v.link(readMarks([]byte(body), "text/html"), at) || !strings.Contains(v.seen[0], "nofollow or ugc") {
				t.Errorf("%s: %q", rel, v.seen)
			}
		}
	}
	if _, found := proves(`<a rel="me ugc" href="`+href+`">`+goodA, "text/html", false); !found {
		t.Error("a visitor's link hides our own")
	}
}

func TestLinkWithoutTokenWhenProved(t *testing.T) {
	for body, want := range map[string]bool{
		linkTo(page): true, goodA: true, goodTag: true,
		linkTo(page + "?claim=" + other): false, linkTo(page + "?"): true, linkTo(page + "?x"): false,
		`<a href="` + page + `">`: false, `<a rel="me nofollow" href="` + page + `">`: false,
	} {
		if _, found := proves(body, "text/html", true); found != want {
			t.Errorf("%s: %v", body, found)
		}
	}
}

func TestEncodings(t *testing.T) {
	wide := func(text string, big bool) string {
		var b strings.Builder
		for _, unit := range utf16.Encode([]rune(text)) {
			if high, low := byte(unit>>8), byte(unit); big {
				b.Write([]byte{high, low})
			} else {
				b.Write([]byte{low, high})
			}
		}
		return b.String()
	}
	text := "<title>Kaffé</title>" + goodA
	for what, sent := range map[string][2]string{
		"utf-8 with mark":     {"\ufeff" + text, "text/html"},
		"utf-16le with mark":  {wide("\ufeff"+text, false), "text/html"},
		"utf-16be with mark":  {wide("\ufeff"+text, true), "text/html"},
		"utf-16le by header":  {wide(text, false), "text/html; charset=utf-16le"},
		"latin1 by header":    {"<title>Kaff\xe9</title>" + goodA, "text/html; charset=iso-8859-1"},
		"latin1 by tag":       {"<meta charset=latin1><title>Kaff\xe9</title>" + goodA, "text/html"},
		"latin1 undeclared":   {"<title>Kaff\xe9</title>" + goodA, "text/html"},
		"an unknown encoding": {text, "text/html; charset=klingon"},
	} {
		if _, found := proves(sent[0], sent[1], false); !found {
			t.Errorf("%s: no proof", what)
		}
	}
	// Japanese letters of a comment whose bytes look like a tag.
	hidden := "\x1b$B<a/rel=me/href=" + strings.ReplaceAll(href, "?", "&#63;") + ">\x1b(B"
	if _, found := proves(hidden, "text/html; charset=iso-2022-jp", false); found {
		t.Error("read in another encoding than browsers do")
	}
}
