package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"coopverse/directory"
	"coopverse/federation/fetch"

	"golang.org/x/oauth2"
)

// Actors looks actors of other servers up.
type Actors interface {
	// ActorNamed is the id of the actor that WebFinger names for name@host.
	ActorNamed(ctx context.Context, account string) (id string, err error)
	// AccountOf is the account of an actor, of which its own document and
	// WebFinger say the same.
	AccountOf(ctx context.Context, id string) (directory.Account, error)
}

// Config is what signing in needs to know of the directory.
type Config struct {
	Origin   string // https://coops.example
	Name     string // of the directory, as other servers show it
	Callback string // to which servers send people back; never changes
	Client   *fetch.Client
	Actors   Actors
	Logger   *slog.Logger
}

// SignIn asks other servers who somebody is. It may be used by many at once.
type SignIn struct {
	directory              *directory.Directory
	origin, name, callback string
	client                 *fetch.Client
	http                   *http.Client
	actors                 Actors
	logger                 *slog.Logger
}

// New makes a SignIn.
func New(d *directory.Directory, c Config) *SignIn {
	return &SignIn{directory: d, origin: c.Origin, name: c.Name, callback: c.Callback, client: c.Client, http: c.Client.HTTP(), actors: c.Actors, logger: c.Logger}
}

// asked is what is remembered until somebody comes back from their server.
type asked struct {
	Host     string // that was asked
	Server   server
	Client   directory.OAuthClient
	Verifier string // of PKCE
	ActorID  string // of the account that was typed, or ""
	Typed    string
}

// errBlocked is for somebody who cannot sign in with that account.
var errBlocked = fmt.Errorf("%w: the operators of this directory have blocked that server, so nobody signs in with its accounts", directory.ErrInvalid)

// Begin finds the server of an account that somebody has typed, and returns the
// address of the page on which it asks them. memory is for Finish, and for
// nobody to see. An empty address means that the server has no OAuth. Errors:
// ErrInvalid with a sentence for people.
func (s *SignIn) Begin(ctx context.Context, typed, state string) (page string, memory []byte, err error) {
	who, err := read(typed)
	if err != nil {
		return "", nil, err
	}
	if "https://"+who.host == s.origin {
		return "", nil, fmt.Errorf("%w: accounts of this directory belong to co-ops, and nobody signs in with them", directory.ErrInvalid)
	}
	a := asked{Host: who.host, Typed: who.String(), Verifier: oauth2.GenerateVerifier()}
	if who.name != "" {
		a.ActorID, err = s.actors.ActorNamed(ctx, who.String())
		if errors.Is(err, fetch.ErrBlocked) {
			return "", nil, errBlocked
		}
		if err != nil {
			return "", nil, fmt.Errorf("%w: %s does not know @%s, or did not answer", directory.ErrInvalid, who.host, who)
		}
		// The server may have another name than its accounts.
		if u, err := url.Parse(a.ActorID); err == nil {
			a.Host = u.Host
		}
	}
	if a.Server, err = s.serverAt(ctx, a.Host); err == nil {
		a.Client, err = s.clientAt(ctx, a.Server, a.Host)
	}
	switch {
	case errors.Is(err, errNoOAuth):
		return "", nil, nil
	case errors.Is(err, directory.ErrInvalid):
		return "", nil, err
	case errors.Is(err, fetch.ErrBlocked):
		return "", nil, errBlocked
	case err != nil:
		s.logger.InfoContext(ctx, "a server that was to sign somebody in did not answer", "server", a.Host, "error", err)
		return "", nil, fmt.Errorf("%w: %s did not answer as it should; try again later, or with a code", directory.ErrInvalid, a.Host)
	}
	if memory, err = json.Marshal(a); err != nil {
		return "", nil, fmt.Errorf("remember who was asked: %w", err)
	}
	return a.Server.oauth(a.Client, s.callback).AuthCodeURL(state, oauth2.S256ChallengeOption(a.Verifier)), memory, nil
}

// Finish returns whose account it is, after their server has sent them back
// with a code, and perhaps with the server's name for itself. That the state was
// that of Begin, in the same browser, once, is for the caller to see. Errors:
// ErrInvalid with a sentence for people.
func (s *SignIn) Finish(ctx context.Context, memory []byte, code, issuer string) (directory.Account, error) {
	var a asked
	if err := json.Unmarshal(memory, &a); err != nil {
		return directory.Account{}, fmt.Errorf("read who was asked: %w", err)
	}
	if err := a.Server.answers(issuer); err != nil {
		return directory.Account{}, err
	}
	id, err := s.who(ctx, a, code)
	if err != nil {
		return directory.Account{}, err
	}
	if !fetch.SameHost(id, a.Server.Origin+"/") {
		return directory.Account{}, fmt.Errorf("%w: %s cannot speak for %.200s, which is on another server", directory.ErrInvalid, a.Host, id)
	}
	if a.ActorID != "" && id != a.ActorID {
		return directory.Account{}, fmt.Errorf("%w: at %s you are signed in with another account than @%s; change that there, or type that account", directory.ErrInvalid, a.Host, a.Typed)
	}
	found, err := s.actors.AccountOf(ctx, id)
	if err != nil {
		s.logger.InfoContext(ctx, "an account could not be confirmed", "actor", id, "error", err)
		return directory.Account{}, fmt.Errorf("%w: %s does not say clearly whose account that is: its actor, its WebFinger and its answer to us must agree", directory.ErrInvalid, a.Host)
	}
	return found, nil
}

// answers refuses an answer of somebody else (RFC 9207, section 2.4): else one
// server could have us bring it the code of another.
func (at server) answers(issuer string) error {
	switch {
	case issuer == "" && !at.SaysWho, issuer != "" && issuer == at.Issuer:
		return nil
	case issuer != "" && at.Issuer == "" && fetch.SameHost(issuer, at.Origin+"/"):
		return nil
	}
	return fmt.Errorf("%w: the answer came from another server than was asked", directory.ErrInvalid)
}

// who is the id of the actor that a server names.
func (s *SignIn) who(ctx context.Context, a asked, code string) (id string, err error) {
	refused := fmt.Errorf("%w: %s did not say who you are; try again, or with a code", directory.ErrInvalid, a.Host)
	token, err := a.Server.oauth(a.Client, s.callback).Exchange(s.with(ctx), code, oauth2.VerifierOption(a.Verifier))
	if unknownClient(err) { // the next attempt registers us anew
		return "", errors.Join(refused, s.directory.ForgetOAuthClient(ctx, a.Client))
	}
	if err != nil {
		s.logger.InfoContext(ctx, "no token for a code", "server", a.Server.Origin, "error", err)
		return "", refused
	}
	defer s.giveBack(ctx, a.Server, a.Client, token.AccessToken)
	if id := s.subject(ctx, a.Server, token.AccessToken); id != "" {
		return id, nil
	}
	var me struct {
		Username string `json:"username"`
		URI      string `json:"uri"` // of the actor (Mastodon since 4.2)
	}
	answered, err := s.get(ctx, a.Server.Origin+"/api/v1/accounts/verify_credentials", token.AccessToken)
	switch {
	case err != nil || !answered.into(&me) || !names.MatchString(me.Username):
		return "", refused
	case me.URI != "":
		return me.URI, nil
	}
	host := strings.TrimPrefix(a.Server.Origin, "https://")
	if id, err = s.actors.ActorNamed(ctx, me.Username+"@"+host); err != nil {
		return "", fmt.Errorf("%w: %s does not know its own account @%s", directory.ErrInvalid, host, me.Username)
	}
	return id, nil
}

// subject is the actor's id, where a server tells it in the way of OpenID
// Connect (Mastodon since 4.4), or "".
func (s *SignIn) subject(ctx context.Context, at server, token string) string {
	if at.UserInfo == "" {
		return ""
	}
	var said struct {
		Subject string `json:"sub"`
	}
	if answered, err := s.get(ctx, at.UserInfo, token); err != nil || !answered.into(&said) {
		return ""
	}
	if !strings.HasPrefix(said.Subject, "https://") { // an id of its own, as OpenID Connect allows
		return ""
	}
	return said.Subject
}

// with has the library ask through the guarded client.
func (s *SignIn) with(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, s.http)
}
