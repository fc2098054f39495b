package account

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"coopverse/directory"
	"coopverse/federation/fetch"

	"golang.org/x/oauth2"
)

// server is where one of the fediverse's servers has what signs people in.
type server struct {
	Origin   string // https://host
	Issuer   string // its name for itself (RFC 8414, section 2); "" without metadata
	SaysWho  bool   // it names itself in each answer (RFC 9207)
	Register string // where we become a client
	Ask      string // to which people are sent
	Token    string
	Revoke   string
	UserInfo string // "" where there is none
	Scope    string // that is enough to know who somebody is
}

// metadata is what a server says of itself (RFC 8414); the registration is
// Mastodon's own addition.
type metadata struct {
	Issuer                string   `json:"issuer"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	RevocationEndpoint    string   `json:"revocation_endpoint"`
	UserInfoEndpoint      string   `json:"userinfo_endpoint"`
	Registration          string   `json:"app_registration_endpoint"`
	Scopes                []string `json:"scopes_supported"`
	SaysWho               bool     `json:"authorization_response_iss_parameter_supported"`
}

// metadataPath is where a server says what it has (RFC 8414, section 3).
const metadataPath = "/.well-known/oauth-authorization-server"

const (
	// leastScope is Mastodon's for no more than who somebody is (since 4.3).
	leastScope = "profile"
	// oldScope is the least that other servers have.
	oldScope = "read:accounts"
)

// serverAt finds out what a host has. Mastodon tells since 4.3; at others it is
// where it has always been.
func (s *SignIn) serverAt(ctx context.Context, host string) (server, error) {
	origin := "https://" + host
	at := server{
		Origin: origin, Register: origin + "/api/v1/apps", Ask: origin + "/oauth/authorize", Token: origin + "/oauth/token",
		Revoke: origin + "/oauth/revoke", Scope: oldScope,
	}
	found, err := s.client.JSON(ctx, origin+metadataPath, "application/json")
	if errors.Is(err, fetch.ErrTemporary) && status(err) == 0 || errors.Is(err, fetch.ErrBlocked) {
		return server{}, err
	}
	var said metadata
	if err != nil || json.Unmarshal(found.Body, &said) != nil || said.AuthorizationEndpoint == "" {
		return at, nil // as with all that do not know the address, or show a page there
	}
	if !fetch.SameHost(said.Issuer, found.URL) {
		return server{}, fmt.Errorf("%w: %s says that it is %.100q", directory.ErrInvalid, host, said.Issuer)
	}
	// A redirect may lead to where the server is, but not to what somebody has
	// uploaded there: they would speak for everybody who has an account there.
	u, err := url.Parse(found.URL)
	if err != nil || u.Path != metadataPath {
		return server{}, fmt.Errorf("%w: %s leads to %.200q, where no server says what it has", directory.ErrInvalid, host, found.URL)
	}
	at.Origin = u.Scheme + "://" + u.Host
	at.Issuer, at.SaysWho, at.UserInfo = said.Issuer, said.SaysWho, said.UserInfoEndpoint
	at.Ask, at.Token = said.AuthorizationEndpoint, said.TokenEndpoint
	at.Revoke = cmp.Or(said.RevocationEndpoint, at.Origin+"/oauth/revoke")
	at.Register = cmp.Or(said.Registration, at.Origin+"/api/v1/apps")
	if slices.Contains(said.Scopes, leastScope) {
		at.Scope = leastScope
	}
	for _, address := range []string{at.Register, at.Ask, at.Token, at.Revoke, cmp.Or(at.UserInfo, at.Origin)} {
		if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
			return server{}, fmt.Errorf("%w: %s would sign people in at %.100q, which is not https", directory.ErrInvalid, host, address)
		}
	}
	return at, nil
}

func status(err error) int {
	var failure *fetch.Error
	if errors.As(err, &failure) {
		return failure.Status
	}
	return 0
}

// oauth is the server and our client there as the library wants them.
func (at server) oauth(c directory.OAuthClient, callback string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: c.ClientID, ClientSecret: c.Secret, RedirectURL: callback, Scopes: []string{c.Scope},
		Endpoint: oauth2.Endpoint{AuthURL: at.Ask, TokenURL: at.Token, AuthStyle: oauth2.AuthStyleInParams},
	}
}

// maxAnswer is how long an answer may be, in bytes.
const maxAnswer = 1 << 20

// answer is what a server has answered to a form, or to a question with a token.
type answer struct {
	status int
	body   []byte
}

// post sends a form.
func (s *SignIn) post(ctx context.Context, address string, form url.Values) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(r)
}

// get asks in the name of whoever gave us the token.
func (s *SignIn) get(ctx context.Context, address, token string) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return s.do(r)
}

func (s *SignIn) do(r *http.Request) (answer, error) {
	r.Header.Set("Accept", "application/json")
	resp, err := s.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return answer{resp.StatusCode, body}, err
}

// into reads an answer that went well, and says whether it did.
func (a answer) into(document any) bool {
	return a.status/100 == 2 && fetch.Plain(a.body) == nil && json.Unmarshal(a.body, document) == nil
}
