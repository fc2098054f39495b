package fetch

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestContentTypeOfADocument(t *testing.T) {
	const profile = `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`
	types := map[string]bool{
		"application/activity+json":                true,
		"application/activity+json; charset=utf-8": true,
		"Application/Activity+JSON;charset=UTF-8":  true,
		`application/activity+json ; profile="x"`:  true,
		"application/activity+json; =":             true,
		profile:                                    true,
		profile + "; charset=utf-8":                true,
		`application/ld+json;charset=utf-8;PROFILE="https://www.w3.org/ns/activitystreams"`:                           true,
		`application/ld+json; profile="http://www.w3.org/ns/json-ld#compacted https://www.w3.org/ns/activitystreams"`: true,
		`application/ld+json; profile="https://www.w3.org/ns/activitystreams/evil"`:                                   false,
		"application/ld+json":                   false,
		`application/ld+json; profile="x"`:      false,
		"application/json":                      false,
		"text/plain":                            false,
		"text/html; charset=utf-8":              false,
		"text/plain; application/activity+json": false,
		"image/png":                             false,
		"application/activity+jsonx":            false,
		"application/activity+json, text/html":  false,
		"":                                      false,
	}
	for contentType, want := range types {
		if got := isActivity(contentType); got != want {
			t.Errorf("%q: %v", contentType, got)
		}
	}
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Type"] = r.URL.Query()["type"]
		_, _ = io.WriteString(w, `{"id":"https://a.example/"}`)
	})
	c := p.client(t)
	wantKind(t, "uploaded text", get(c, "https://a.example/?type=text/plain"), ErrRefused, "content type")
	wantKind(t, "JSON", get(c, "https://a.example/?type=application/json"), ErrRefused, "content type")
	wantKind(t, "none", get(c, "https://a.example/"), ErrRefused, "content type")
	wantKind(t, "two", get(c, "https://a.example/?type=application/activity%2Bjson&type=text/html"), ErrRefused, "2 content types")
	wantKind(t, "right", get(c, "https://a.example/?type=application/activity%2Bjson"), nil, "")
	if d, err := c.JSON(t.Context(), "https://a.example/?type=application/octet-stream", "application/jrd+json"); err != nil {
		t.Errorf("JSON from a server of files: %+v, %v", d, err)
	}
}

func TestWhatIsAskedFor(t *testing.T) {
	var got *http.Request
	var body string
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		got = r
		read, _ := io.ReadAll(r.Body)
		body = string(read)
		document(w, `{}`)
	})
	c := p.client(t)
	check := func(name, want string) {
		t.Helper()
		if value := got.Header.Get(name); value != want {
			t.Errorf("%s: %q, want %q", name, value, want)
		}
	}
	wantKind(t, "document", get(c, "https://Böll.EXAMPLE.:443/users/a?b=c#main-key"), nil, "")
	check("Accept", `application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"`)
	check("User-Agent", "coopverse/test (+https://coop.example/)")
	if got.Host != "xn--bll-sna.example" || got.RequestURI != "/users/a?b=c" {
		t.Errorf("asked %s for %s", got.Host, got.RequestURI)
	}
	if _, err := c.JSON(t.Context(), "https://a.example/.well-known/webfinger?resource=acct:a@a.example", "application/jrd+json"); err != nil {
		t.Error(err)
	}
	check("Accept", "application/jrd+json")
	wantKind(t, "post", c.Post(t.Context(), "https://a.example/inbox", []byte(`{"type":"Follow"}`), nil), nil, "")
	check("Content-Type", "application/activity+json")
	check("User-Agent", "coopverse/test (+https://coop.example/)")
	if body != `{"type":"Follow"}` || got.Method != http.MethodPost {
		t.Errorf("%s %s", got.Method, body)
	}
	refused := fmt.Errorf("no key")
	no := func(*http.Request) error { return refused }
	_, err := c.Document(t.Context(), "https://a.example/", no)
	wantKind(t, "cannot sign", err, ErrRefused, "no key")
	wantKind(t, "cannot sign", c.Post(t.Context(), "https://a.example/", nil, no), ErrRefused, "no key")
}

func TestDereference(t *testing.T) {
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		says := map[string]string{
			"a.example/users/a":          `"https://a.example/users/a"`,
			"a.example/users/key":        `"https://a.example/users/key#main-key"`,
			"a.example/users/a/main-key": `"https://a.example/users/a"`,
			"a.example/@a":               `"https://a.example/users/a"`,
			"a.example/upper":            `"https://A.EXAMPLE:443/upper"`,
			"a.example/forged":           `"https://b.example/users/b"`,
			"a.example/port":             `"https://a.example:8443/users/a"`,
			"a.example/one":              `"https://a.example/two"`,
			"a.example/two":              `"https://a.example/three"`,
			"a.example/three":            `"https://a.example/three"`,
			"a.example/late":             `"https://a.example/moves-on"`,
			"a.example/null":             `null`,
			"a.example/number":           `1`,
			"a.example/list":             `["https://a.example/list"]`,
			"a.example/object":           `{"id":"https://a.example/object"}`,
			"a.example/empty":            `""`,
			"b.example/users/b":          `"https://b.example/users/b"`,
		}[r.Host+r.URL.Path]
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/users/a", http.StatusFound)
		case "/moves-on":
			http.Redirect(w, r, "https://b.example/users/b", http.StatusFound)
		case "/redirect-to-forged":
			http.Redirect(w, r, "https://a.example/forged", http.StatusFound)
		case "/none":
			document(w, `{"type":"Person"}`)
		case "/shouted":
			document(w, `{"ID":"https://a.example/shouted"}`)
		case "/array":
			document(w, `[{"id":"https://a.example/array"}]`)
		default:
			document(w, `{"type":"Person","id":`+says+`}`)
		}
	})
	c := p.client(t)
	for id, want := range map[string]string{ // the URL that it has
		"https://a.example/users/a":          "https://a.example/users/a",
		"https://a.example/users/a#main-key": "https://a.example/users/a",
		"https://a.example/users/key":        "https://a.example/users/key",
		"https://a.example/users/a/main-key": "https://a.example/users/a", // as GoToSocial's keys
		"https://a.example/@a":               "https://a.example/users/a",
		"https://a.example/upper":            "https://a.example/upper",
		"https://a.example/redirect":         "https://a.example/users/a",
		"https://a.example/moves-on":         "https://b.example/users/b", // B speaks for B
		"https://a.example/two":              "https://a.example/three",
		"https://a.example/late":             "https://b.example/users/b",
	} {
		p.hits.Store(0)
		d, err := c.Dereference(t.Context(), id, nil)
		if err != nil || d.URL != want {
			t.Errorf("%s: %+v, %v", id, d, err)
		}
	}
	for _, id := range []string{"forged", "redirect-to-forged", "port", "one", "null", "number", "list", "object", "empty", "none", "shouted", "array"} {
		p.hits.Store(0)
		_, err := c.Dereference(t.Context(), "https://a.example/"+id, nil)
		wantKind(t, id, err, ErrRefused, "")
		if n := p.hits.Load(); n > 2 {
			t.Errorf("%s: %d requests", id, n)
		}
	}
}

func TestOnlyPlainJSONIsTaken(t *testing.T) {
	p := newPeer(t, "127.0.0.1", func(w http.ResponseWriter, _ *http.Request) {
		document(w, `{"id":"https://a.example/","@graph":[{"id":"https://a.example/"}]}`)
	})
	c := p.client(t)
	wantKind(t, "document", get(c, "https://a.example/"), ErrRefused, "@graph")
	_, err := c.JSON(t.Context(), "https://a.example/", "application/json")
	wantKind(t, "JSON", err, ErrRefused, "@graph")
}

func TestPlain(t *testing.T) {
	deep := func(n int) string {
		return `{"a":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`
	}
	for name, document := range map[string]string{
		"an actor":                    `{"@context":["https://www.w3.org/ns/activitystreams",{"toot":"x#"}],"id":"https://a.example/","tag":[],"n":1.5e3,"b":true,"z":null}`,
		"nothing":                     `{}`,
		"space around it":             " \n{}\n ",
		"as deep as allowed":          deep(maxDepth - 1),
		"the same name elsewhere":     `{"a":{"a":1},"b":[{"a":1},{"a":2}]}`,
		"Funkwhale's @context":        `{"@context":["x",{"Album":"fw:Album","album":{"@id":"fw:album","Album":1}}],"album":{}}`,
		"a container that is a value": `{"@context":{"proof":{"@container":"@graph"}}}`,
		"words in text":               `{"content":"@graph @reverse @included"}`,
		"many values":                 `{"a":[` + strings.Repeat("0,", maxValues-100) + `0]}`,
	} {
		if err := Plain([]byte(document)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, document := range map[string]string{
		"nothing at all":             ``,
		"an array":                   `[{}]`,
		"text":                       `"{}"`,
		"a number":                   `1`,
		"null":                       `null`,
		"half of it":                 `{"a":[1,`,
		"a comma too many":           `{"a":1,}`,
		"no quotes":                  `{a:1}`,
		"a number for a name":        `{1:2}`,
		"two objects":                `{}{}`,
		"something after it":         `{} x`,
		"not UTF-8":                  "{\"a\":\"\xff\"}",
		"a mark before it":           "\ufeff{}",
		"too deep":                   deep(maxDepth),
		"much too deep":              strings.Repeat(`{"a":`, 100_000),
		"much too deep, brackets":    `{"a":` + strings.Repeat("[", 100_000),
		"too many values":            `{"a":[` + strings.Repeat("0,", maxValues) + `0]}`,
		"too many names":             `{` + manyNames(maxValues) + `}`,
		"@graph":                     `{"@graph":[]}`,
		"@graph in disguise":         `{"\u0040gr\u0061ph":[]}`,
		"@graph further down":        `{"a":[{"b":{"@graph":[]}}]}`,
		"@included":                  `{"@included":[]}`,
		"@reverse":                   `{"@reverse":{}}`,
		"@reverse in a @context":     `{"@context":{"likes":{"@reverse":"as:object"}}}`,
		"a name twice":               `{"id":"a","id":"b"}`,
		"a name twice in disguise":   `{"id":"a","\u0069d":"b"}`,
		"a name twice in two cases":  `{"id":"https://a.example/","ID":"https://b.example/"}`,
		"a name twice, long s":       `{"published":1,"publiſhed":2}`,
		"a name twice, Kelvin":       `{"key":1,"\u212aey":2}`,
		"a name twice further down":  `{"a":[{"b":1,"b":2}]}`,
		"a name twice in a @context": `{"@context":{"a":"x","a":"y"}}`,
	} {
		if err := Plain([]byte(document)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func manyNames(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, `"%d":0,`, i)
	}
	return text.String() + `"x":0`
}

func FuzzPlain(f *testing.F) {
	for _, document := range []string{`{}`, `{"a":[1,{"b":null}],"@context":{"A":1,"a":2}}`, `{"a":`, `[]`, `{"a":1}}`} {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		if Plain(document) == nil && (&Document{Body: document}).id() == "never" {
			t.Error("no document has this id")
		}
	})
}

func BenchmarkPlain(b *testing.B) {
	actor := []byte(`{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1"],"id":"https://a.example/users/a",` +
		`"type":"Person","name":"A","summary":"` + strings.Repeat("text ", 300) + `","inbox":"https://a.example/inbox","tag":[],"attachment":[` +
		strings.Repeat(`{"type":"PropertyValue","name":"n","value":"v"},`, 7) + `{}]}`)
	b.SetBytes(int64(len(actor)))
	for b.Loop() {
		if err := Plain(actor); err != nil {
			b.Fatal(err)
		}
	}
}
