package web_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/web"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// sites stand in for the websites of co-ops: the tokens that each of them shows.
type sites map[string]string

func (s sites) prove(_ context.Context, website, _, token string) (method, foundAt string, err error) {
	if s[website] == token {
		return "meta", website, nil
	}
	return "", "", errors.New("In the page there is no such tag\nThe file is not there")
}

// claimable is the pages of d, where claims are proved by those sites.
func claimable(t testing.TB, d *directory.Directory, s sites) http.Handler {
	t.Helper()
	return pagesOf(t, d, claimConfig(s))
}

func claimConfig(s sites) web.Config {
	c := config
	c.Prove = s.prove
	c.ProofWays = func(website, page, token string) []web.ProofWay {
		return []web.ProofWay{
			{Method: "rel-me", Where: website, Text: `<a rel="me" href="` + page + "?claim=" + token + `">coops.example</a>`},
			{Method: "meta", Where: website, Text: `<meta name="coopverse-claim" content="` + token + `">`},
			{Method: "file", Where: website + "/.well-known/coopverse.txt", Text: token},
			{Method: "dns", Where: "_coopverse." + strings.TrimPrefix(website, "https://"), Text: "coopverse-claim=" + token},
		}
	}
	return c
}

// visitor is somebody with a browser: it keeps cookies, and passkeys.
type visitor struct {
	t       testing.TB
	h       http.Handler
	address string
	origin  string
	cookies map[string]*http.Cookie
	key     *passkey
}

func newVisitor(t testing.TB, h http.Handler) *visitor {
	return &visitor{t: t, h: h, address: "192.0.2.1:1234", origin: config.Origin, cookies: map[string]*http.Cookie{}}
}

func (v *visitor) do(r *http.Request) *httptest.ResponseRecorder {
	v.t.Helper()
	r.RemoteAddr = v.address
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	for _, c := range v.cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	w := httptest.NewRecorder()
	v.h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		v.cookies[c.Name] = c
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		}
	}
	return w
}

func (v *visitor) get(path string) *httptest.ResponseRecorder {
	v.t.Helper()
	return v.do(httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends a form; fields are pairs: name, value.
func (v *visitor) post(path string, fields ...string) *httptest.ResponseRecorder {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(r)
}

// script sends what the passkey script sends.
func (v *visitor) script(path string, body io.Reader, contentType string) *httptest.ResponseRecorder {
	v.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, body)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", contentType)
	return v.do(r)
}

// session is what the cookie holds.
func (v *visitor) session() string {
	for _, c := range v.cookies {
		return c.Value
	}
	return ""
}

// passkey is a key in a virtual authenticator.
type passkey struct {
	id, user []byte
	private  *ecdsa.PrivateKey
	counter  uint32
}

type options struct {
	PublicKey struct {
		Challenge string
		RP        struct{ ID string }
		RPID      string `json:"rpId"`
		User      struct{ ID string }
	}
}

// create has the authenticator make a passkey, the way a browser does at these
// addresses, and returns the last answer.
func (v *visitor) create(begin, finish, name string) *httptest.ResponseRecorder {
	v.t.Helper()
	w := v.script(begin, strings.NewReader(url.Values{"name": {name}}.Encode()), "application/x-www-form-urlencoded")
	if w.Code != http.StatusOK {
		return w
	}
	return v.script(finish, bytes.NewReader(v.attestation(w.Body.Bytes())), "text/plain")
}

func (v *visitor) attestation(asked []byte) []byte {
	v.t.Helper()
	var o options
	if err := json.Unmarshal(asked, &o); err != nil {
		v.t.Fatal(err)
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		v.t.Fatal(err)
	}
	user, err := base64.RawURLEncoding.DecodeString(o.PublicKey.User.ID)
	if err != nil {
		v.t.Fatal(err)
	}
	v.key = &passkey{id: []byte(rand.Text()), user: user, private: private}
	point, err := private.PublicKey.Bytes()
	if err != nil {
		v.t.Fatal(err)
	}
	public, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		v.t.Fatal(err)
	}
	data := v.key.data(o.PublicKey.RP.ID, 0x45) // present, verified, attested
	data = append(data, make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(v.key.id)))
	data = append(append(data, v.key.id...), public...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		v.t.Fatal(err)
	}
	return v.key.said(map[string]any{"clientDataJSON": v.client("webauthn.create", o.PublicKey.Challenge), "attestationObject": object, "transports": []string{"internal"}})
}

// use signs in with the visitor's passkey.
func (v *visitor) use() *httptest.ResponseRecorder {
	v.t.Helper()
	w := v.script("/sign-in/begin", nil, "application/x-www-form-urlencoded")
	if w.Code != http.StatusOK {
		return w
	}
	return v.script("/sign-in/finish", bytes.NewReader(v.assertion(w.Body.Bytes())), "text/plain")
}

func (v *visitor) assertion(asked []byte) []byte {
	v.t.Helper()
	var o options
	if err := json.Unmarshal(asked, &o); err != nil {
		v.t.Fatal(err)
	}
	v.key.counter++
	data, client := v.key.data(o.PublicKey.RPID, 0x05), v.client("webauthn.get", o.PublicKey.Challenge)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(bytes.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, v.key.private, digest[:])
	if err != nil {
		v.t.Fatal(err)
	}
	return v.key.said(map[string]any{"clientDataJSON": client, "authenticatorData": data, "signature": signature, "userHandle": v.key.user})
}

func (v *visitor) client(kind, challenge string) []byte {
	body, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": v.origin, "crossOrigin": false})
	return body
}

func (k *passkey) data(party string, flags byte) []byte {
	hash := sha256.Sum256([]byte(party))
	return binary.BigEndian.AppendUint32(append(hash[:], flags), k.counter)
}

func (k *passkey) said(response map[string]any) []byte {
	for name, value := range response {
		if raw, ok := value.([]byte); ok {
			response[name] = base64.RawURLEncoding.EncodeToString(raw)
		}
	}
	id := base64.RawURLEncoding.EncodeToString(k.id)
	body, _ := json.Marshal(map[string]any{"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	return body
}

// owner is somebody who has claimed a co-op, through the pages.
func owner(t testing.TB, h http.Handler, s sites, handle, name string) *visitor {
	t.Helper()
	v := newVisitor(t, h)
	v.claim(s, handle)
	if w := v.create("/register/begin", "/register/finish", name); w.Code != http.StatusOK {
		t.Fatalf("register: %d %s", w.Code, w.Body)
	}
	return v
}

// claim begins a claim and proves it.
func (v *visitor) claim(s sites, handle string) {
	v.t.Helper()
	path := "/coops/" + handle + "/claim"
	v.post(path)
	body := v.get(path).Body.String()
	website := inside(body, `page at <code class="long" translate="no">`, "<")
	if website == "" {
		v.t.Fatalf("no claim was begun: %s", between(body, "<main", "</main>"))
	}
	s[website] = v.token(handle)
	v.post(path + "/check")
	if body := v.get(path).Body.String(); !strings.Contains(body, "It is yours") {
		v.t.Fatalf("not proved: %s", between(body, "<main", "</main>"))
	}
}

// token is that of the claim which the visitor's browser shows.
func (v *visitor) token(handle string) string {
	v.t.Helper()
	return inside(v.get("/coops/"+handle+"/claim").Body.String(), "coopverse-claim=", "<")
}

// invited is somebody who registers by an invitation of another.
func invited(t testing.TB, h http.Handler, by *visitor, handle, role, name string) *visitor {
	t.Helper()
	v := newVisitor(t, h)
	if w := v.post(by.invite(handle, role)); w.Header().Get("Location") != "/register" {
		t.Fatalf("the invitation leads to %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := v.create("/register/begin", "/register/finish", name); w.Code != http.StatusOK {
		t.Fatalf("register: %d %s", w.Code, w.Body)
	}
	return v
}

// invite returns the path of a new invitation.
func (v *visitor) invite(handle, role string) string {
	v.t.Helper()
	w := v.post("/coops/"+handle+"/people/invite", "role", role)
	path := inside(w.Body.String(), `data-copy="`+config.Origin, `"`)
	if w.Code != http.StatusOK || path == "" {
		v.t.Fatalf("invite: %d %s", w.Code, w.Body)
	}
	return path
}

// showAnywhere has a host show a token, however its address is written.
func (s sites) showAnywhere(host, token string) {
	for _, scheme := range []string{"http://", "https://"} {
		for _, name := range []string{host, "www." + host, host + "/", "www." + host + "/"} {
			s[scheme+name] = token
		}
	}
}

// inside is what stands in s after from and before to.
func inside(s, from, to string) string { return strings.TrimPrefix(between(s, from, to), from) }

// ownersPages are the pages that differ from person to person.
func ownersPages(t testing.TB) map[string][]byte {
	t.Helper()
	s := sites{}
	h := claimable(t, happened(t), s)
	pages := map[string][]byte{}
	v := newVisitor(t, h)
	keep := func(name string, w *httptest.ResponseRecorder) { pages[name] = w.Body.Bytes() }
	v.post("/coops/igalia/claim")
	v.post("/coops/igalia/claim/check")
	keep("claim-missing", v.get("/coops/igalia/claim"))
	v.claim(s, "igalia")
	keep("claim-proved", v.get("/coops/igalia/claim"))
	keep("register", v.get("/register"))
	v.create("/register/begin", "/register/finish", "Ada")
	v.create("/me/passkeys/begin", "/me/passkeys/finish", "")
	other := newVisitor(t, h)
	other.key = v.key
	other.use()
	keep("me", v.get("/me"))
	invitation := v.invite("igalia", "editor")
	keep("invitation", newVisitor(t, h).get(invitation))
	owner(t, h, s, "igalia", "Grace")
	invited(t, h, v, "igalia", "editor", "Mary")
	keep("people", v.post("/coops/igalia/people/invite", "role", "owner"))
	keep("claim-owner", v.get("/coops/igalia/claim"))
	keep("not-yours", v.get("/coops/agaric/people"))
	keep("invalid", v.post("/coops/igalia/people/invite", "role", "emperor"))
	return pages
}
