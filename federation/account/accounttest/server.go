// Package accounttest is a server of the fediverse that signs people in, for
// tests. It was written from what Mastodon and GoToSocial document of their
// OAuth, and says so when it is asked in another way.
package accounttest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Server is a server with one account, whose owner says yes to whatever is
// asked. The fields say how it differs from an honest Mastodon, and may be
// changed between requests.
type Server struct {
	Domain string // of the accounts
	Host   string // of the actors and the API, if that is another one
	Name   string // of the one account

	Plain    bool // GoToSocial: no metadata, no userinfo, no uri
	NoOAuth  bool // others: no /api/v1/apps
	SaysNo   bool // its owner refuses
	NoIssuer bool // does not send iss

	Metadata   map[string]any // in place of its own
	Subject    string         // whom it says has come, in place of the account
	Username   string         // the same in verify_credentials
	Shows      string         // id that the actor's document shows
	WebFingers string         // id that WebFinger names
	Break      http.HandlerFunc

	mu      sync.Mutex
	clients map[string]string // id to secret
	grants  map[string]grant
	tokens  map[string]bool
	Asked   []string // paths, in order
	Revoked int
	Inbox   []string // what was brought
}

type grant struct{ client, challenge, redirect, scope string }

// origin is where the API and the actors are.
func (s *Server) origin() string {
	if s.Host != "" {
		return "https://" + s.Host
	}
	return "https://" + s.Domain
}

// ActorID is the id of the account's actor.
func (s *Server) ActorID() string { return s.origin() + "/users/" + s.Name }

// Profile is the account's page.
func (s *Server) Profile() string { return s.origin() + "/@" + s.Name }

// Forget forgets all clients, as servers do with those that nobody uses.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients = nil
}

// Clients is how many clients there are.
func (s *Server) Clients() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.clients)
}

// Received is what was brought to the account's inbox.
func (s *Server) Received() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.Inbox)
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Asked = append(s.Asked, r.URL.Path)
	if s.Break != nil {
		s.Break(w, r)
		return
	}
	switch r.URL.Path {
	case "/.well-known/webfinger":
		s.webFinger(w, r)
	case "/.well-known/oauth-authorization-server":
		s.metadata(w, r)
	case "/users/" + s.Name:
		s.actor(w)
	case "/users/" + s.Name + "/inbox", "/inbox":
		body, _ := io.ReadAll(r.Body)
		s.Inbox = append(s.Inbox, string(body))
		w.WriteHeader(http.StatusAccepted)
	case "/api/v1/apps":
		s.register(w, r)
	case "/oauth/authorize":
		s.authorize(w, r)
	case "/oauth/token":
		s.token(w, r)
	case "/oauth/userinfo":
		s.userInfo(w, r)
	case "/api/v1/accounts/verify_credentials":
		s.verify(w, r)
	case "/oauth/revoke":
		s.revoke(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) webFinger(w http.ResponseWriter, r *http.Request) {
	account := strings.TrimPrefix(r.URL.Query().Get("resource"), "acct:")
	if !slices.Contains([]string{s.Name + "@" + s.Domain, s.Name + "@" + strings.TrimPrefix(s.origin(), "https://")}, account) {
		http.NotFound(w, r)
		return
	}
	reply(w, http.StatusOK, "application/jrd+json", map[string]any{"subject": "acct:" + s.Name + "@" + s.Domain, "links": []any{
		map[string]string{"rel": "self", "type": "application/activity+json", "href": or(s.WebFingers, s.ActorID())},
	}})
}

func (s *Server) metadata(w http.ResponseWriter, r *http.Request) {
	if s.Plain || s.NoOAuth {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "<!doctype html><title>Not found</title>")
		return
	}
	if s.Host != "" && r.Host != s.Host {
		http.Redirect(w, r, s.origin()+r.URL.Path, http.StatusMovedPermanently)
		return
	}
	o := s.origin()
	said := map[string]any{
		"issuer": o + "/", "authorization_endpoint": o + "/oauth/authorize", "token_endpoint": o + "/oauth/token",
		"revocation_endpoint": o + "/oauth/revoke", "userinfo_endpoint": o + "/oauth/userinfo", "app_registration_endpoint": o + "/api/v1/apps",
		"scopes_supported": []string{"read", "profile", "read:accounts"}, "code_challenge_methods_supported": []string{"S256"},
		"authorization_response_iss_parameter_supported": true,
	}
	maps.Copy(said, s.Metadata)
	reply(w, http.StatusOK, "application/json", said)
}

// Key is the key of the account's actor, which is the same at all servers.
var Key = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// KeyID is the id of that key.
func (s *Server) KeyID() string { return s.ActorID() + "#main-key" }

var publicPEM = sync.OnceValue(func() string {
	der, err := x509.MarshalPKIXPublicKey(Key().Public())
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
})

func (s *Server) actor(w http.ResponseWriter) {
	id := s.ActorID()
	reply(w, http.StatusOK, "application/activity+json", map[string]any{
		"@context": "https://www.w3.org/ns/activitystreams", "id": or(s.Shows, id), "type": "Person", "preferredUsername": s.Name,
		"url": s.Profile(), "inbox": id + "/inbox",
		"publicKey": map[string]string{"id": s.KeyID(), "owner": id, "publicKeyPem": publicPEM()},
	})
}

func (s *Server) register(w http.ResponseWriter, r *http.Request) {
	if s.NoOAuth {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodPost || r.FormValue("client_name") == "" || r.FormValue("redirect_uris") == "" || !s.knows(r.FormValue("scopes")) {
		reply(w, http.StatusUnprocessableEntity, "application/json", map[string]string{"error": "Validation failed"})
		return
	}
	if s.clients == nil {
		s.clients = map[string]string{}
	}
	id, secret := rand.Text(), rand.Text()
	s.clients[id] = secret
	reply(w, http.StatusOK, "application/json", map[string]string{
		"id": "1", "name": r.FormValue("client_name"), "client_id": id, "client_secret": secret, "redirect_uri": r.FormValue("redirect_uris"),
	})
}

// knows says whether the server has a scope: GoToSocial lacks profile.
func (s *Server) knows(scope string) bool {
	return scope == "read:accounts" || scope == "profile" && !s.Plain
}

func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if _, known := s.clients[q.Get("client_id")]; !known || err != nil || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || !s.knows(q.Get("scope")) {
		http.Error(w, "The client cannot be authorized: "+r.URL.RawQuery, http.StatusUnauthorized)
		return
	}
	said := url.Values{"state": {q.Get("state")}}
	if !s.NoIssuer && !s.Plain {
		said.Set("iss", s.origin()+"/")
	}
	if s.SaysNo {
		said.Set("error", "access_denied")
		said.Set("error_description", "The resource owner or authorization server denied the request.")
	} else {
		code := rand.Text()
		if s.grants == nil {
			s.grants = map[string]grant{}
		}
		s.grants[code] = grant{q.Get("client_id"), q.Get("code_challenge"), q.Get("redirect_uri"), q.Get("scope")}
		said.Set("code", code)
	}
	back.RawQuery = said.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	refuse := func(code string) {
		reply(w, http.StatusBadRequest, "application/json", map[string]string{"error": code})
	}
	secret, known := s.clients[r.FormValue("client_id")]
	if !known || secret != r.FormValue("client_secret") {
		refuse("invalid_client")
		return
	}
	g, given := s.grants[r.FormValue("code")]
	delete(s.grants, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	switch {
	case r.FormValue("grant_type") == "client_credentials":
	case r.FormValue("grant_type") != "authorization_code":
		refuse("unsupported_grant_type")
		return
	case !given, g.client != r.FormValue("client_id"), g.redirect != r.FormValue("redirect_uri"), g.challenge != base64.RawURLEncoding.EncodeToString(sum[:]):
		refuse("invalid_grant")
		return
	}
	if s.tokens == nil {
		s.tokens = map[string]bool{}
	}
	token := rand.Text()
	s.tokens[token] = true
	reply(w, http.StatusOK, "application/json", map[string]any{"access_token": token, "token_type": "Bearer", "scope": g.scope, "created_at": 1})
}

func (s *Server) authorized(w http.ResponseWriter, r *http.Request) bool {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !s.tokens[token] {
		reply(w, http.StatusUnauthorized, "application/json", map[string]string{"error": "The access token is invalid"})
		return false
	}
	return true
}

func (s *Server) userInfo(w http.ResponseWriter, r *http.Request) {
	if s.Plain {
		http.NotFound(w, r)
	} else if s.authorized(w, r) {
		reply(w, http.StatusOK, "application/json", map[string]string{"iss": s.origin() + "/", "sub": or(s.Subject, s.ActorID()), "preferred_username": s.Name})
	}
}

func (s *Server) verify(w http.ResponseWriter, r *http.Request) {
	if !s.authorized(w, r) {
		return
	}
	name := or(s.Username, s.Name)
	me := map[string]string{"id": "1", "username": name, "acct": name, "url": s.origin() + "/@" + name}
	if !s.Plain {
		me["uri"] = or(s.Subject, s.ActorID())
	}
	reply(w, http.StatusOK, "application/json", me)
}

func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	if s.clients[r.FormValue("client_id")] == r.FormValue("client_secret") && s.tokens[r.FormValue("token")] {
		delete(s.tokens, r.FormValue("token"))
		s.Revoked++
	}
	reply(w, http.StatusOK, "application/json", map[string]string{})
}

// Tokens is how many tokens are good.
func (s *Server) Tokens() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tokens)
}

// Was is how often a path was asked for.
func (s *Server) Was(path string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, asked := range s.Asked {
		if asked == path {
			n++
		}
	}
	return n
}

func or(one, other string) string {
	if one != "" {
		return one
	}
	return other
}

func reply(w http.ResponseWriter, status int, contentType string, document any) {
	body, err := json.Marshal(document)
	if err != nil {
		panic(fmt.Sprint("accounttest: ", err))
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
