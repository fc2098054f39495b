package main

import (
	"context"
	"crypto/tls"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/descope/virtualwebauthn"
)

// guest is somebody with a browser: it keeps cookies, follows redirects, sends
// forms, and has a device with passkeys.
type guest struct {
	t      *testing.T
	client *http.Client
	device virtualwebauthn.Authenticator
}

// newGuest makes a guest who finds our domain at a proxy.
func newGuest(t *testing.T, a *authority, proxy string) *guest {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, proxy)
		},
		TLSClientConfig: &tls.Config{RootCAs: a.pool, MinVersion: tls.VersionTLS12},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &guest{t: t, client: &http.Client{Jar: jar, Transport: transport}, device: virtualwebauthn.NewAuthenticator()}
}

// page is what a guest sees.
type page struct {
	status int
	path   string // after redirects
	text   string // HTML
}

// get opens a page.
func (g *guest) get(path string) page {
	g.t.Helper()
	return g.do(http.MethodGet, path, nil, "")
}

// send sends a form; fields are pairs: name, value.
func (g *guest) send(path string, fields ...string) page {
	g.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return g.do(http.MethodPost, path, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
}

func (g *guest) do(method, path string, body io.Reader, contentType string) page {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), method, ourOrigin+strings.TrimPrefix(path, ourOrigin), body)
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	res, err := g.client.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return page{res.StatusCode, res.Request.URL.Path, string(text)}
}

// party is for whom a passkey is.
var party = virtualwebauthn.RelyingParty{ID: ourDomain, Name: "Coopverse", Origin: ourOrigin}

// register makes a passkey on the page that offers it.
func (g *guest) register(name string) {
	g.t.Helper()
	asked := g.send("/register/begin", "name", name)
	options, err := virtualwebauthn.ParseAttestationOptions(asked.text)
	if err != nil {
		g.t.Fatalf("%s is asked for a passkey with %d %s: %v", name, asked.status, asked.text, err)
	}
	key := newPasskey()
	g.device.Options.UserHandle = []byte(options.UserID)
	g.device.AddCredential(key)
	made := virtualwebauthn.CreateAttestationResponse(party, g.device, key, *options)
	if done := g.do(http.MethodPost, "/register/finish", strings.NewReader(made), "text/plain"); done.status != http.StatusOK {
		g.t.Fatalf("the passkey of %s is answered with %d %s", name, done.status, done.text)
	}
}

// newPasskey makes a passkey. The library leaves out the zeros with which a coordinate
// begins, as in one key of 128, and nobody takes such a key: then it makes another.
func newPasskey() virtualwebauthn.Credential {
	const whole = 77 // bytes of a COSE key on P-256 (RFC 9053, section 7.1.1)
	for {
		key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
		if len(key.Key.AttestationData()) == whole {
			return key
		}
	}
}

// signIn signs in with the passkey.
func (g *guest) signIn() {
	g.t.Helper()
	options, err := virtualwebauthn.ParseAssertionOptions(g.send("/sign-in/begin").text)
	if err != nil {
		g.t.Fatal(err)
	}
	used := virtualwebauthn.CreateAssertionResponse(party, g.device, g.device.Credentials[0], *options)
	if done := g.do(http.MethodPost, "/sign-in/finish", strings.NewReader(used), "text/plain"); done.status != http.StatusOK {
		g.t.Fatalf("the passkey is answered with %d %s", done.status, done.text)
	}
}

// says ends the test unless the page says something.
func (p page) says(t *testing.T, status int, what string) {
	t.Helper()
	if p.status != status || !strings.Contains(p.words(), what) {
		t.Fatalf("%s does not say %q, it answers %d:\n%s", p.path, what, p.status, p.words())
	}
}

var (
	mainPart = regexp.MustCompile(`(?s)<main.*</main>`)
	markup   = regexp.MustCompile(`<[^>]*>`)
	copied   = regexp.MustCompile(`data-copy="([^"]*)"`)
)

// words are the page's text without its markup.
func (p page) words() string {
	return strings.Join(strings.Fields(html.UnescapeString(markup.ReplaceAllString(mainPart.FindString(p.text), " "))), " ")
}

// toCopy are the texts that the page offers to be copied.
func (p page) toCopy() (texts []string) {
	for _, m := range copied.FindAllStringSubmatch(p.text, -1) {
		texts = append(texts, html.UnescapeString(m[1]))
	}
	return texts
}
