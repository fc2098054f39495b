package federation

import (
	"encoding/json"
	"testing"

	"coopverse/federation/document"
	"coopverse/federation/fetch"
)

// Whatever comes to the inbox is read without a panic, and what is kept of it can be
// written as JSON again.
func FuzzActivity(f *testing.F) {
	for _, seed := range []string{
		`{"id":"https://a.example/1","type":"Follow","actor":"https://a.example/u","object":"https://coops.example/coops/sange"}`,
		`{"id":"https://a.example/1","type":["Create"],"actor":{"id":"https://a.example/u"},"object":{"type":"Note","id":"x","attributedTo":["https://a.example/u"],"content":"<p>x","tag":["#a",{"type":"Mention","href":"h"}],"to":"as:Public","url":[{"href":"https://a.example/"}],"published":"2026-01-01T00:00:00Z","language":{"identifier":"fr"}}}`,
		`{"type":"Delete","actor":"a","object":"a"}`,
		`{"type":"Undo","actor":"a","object":{"type":"Like","object":[null]}}`,
		`{"type":"Flag","object":["a",{"id":"b"},[]]}`,
		`{"id":"https://a.example/u","inbox":"https://a.example/i","publicKey":[{"id":"k","owner":"https://a.example/u","publicKeyPem":"p"}],"assertionMethod":["x",{"type":"Multikey"}],"alsoKnownAs":"y"}`,
		`{"type":"Like","actor":["a",{"id":"b"}]}`, `[]`, `null`, `{"actor":[],"type":null,"object":[[[]]]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if fetch.Plain(body) != nil {
			return
		}
		if actor, err := readActor(body); err == nil {
			_, _ = actor.peer("")
		}
		var a activity
		if json.Unmarshal(body, &a) != nil {
			return
		}
		a.isFarewell()
		in := incoming{activity: a}
		if !json.Valid([]byte(in.request())) {
			t.Errorf("%q is kept as %q", body, in.request())
		}
		a.reason()
		var n note
		if json.Unmarshal(a.Object, &n) == nil {
			n.reply("sange", 1)
			n.isBy("x")
			in.public(&n)
		}
	})
}

// Whatever is asked of WebFinger, only handles of ours come out.
func FuzzWebFinger(f *testing.F) {
	site := document.Site{Origin: "https://coops.example"}
	for _, seed := range []string{
		"acct:sange@coops.example", "@SANGE@coops.example", "https://coops.example/coops/sange", "https://coops.example/", "acct:@", "://", "sange@coops.example@coops.example",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, resource string) {
		handle, ok := document.ResourceHandle(resource, site)
		if back, again := document.ResourceHandle("acct:"+site.Account(handle), site); ok && (!again || back != handle) {
			t.Errorf("%q is %q, which is %q", resource, handle, back)
		}
	})
}
