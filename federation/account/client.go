package account

import (
	"context"
	"errors"
	"net/url"
	"time"

	"coopverse/directory"
	"coopverse/directory/clock"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// errNoOAuth means that a server does not sign people in for others.
var errNoOAuth = errors.New("the server has no OAuth")

// checkEvery is how long a server is trusted to know our client. Some forget
// those that nobody used; it is their page, then, that would say so, and nobody
// would come back from it.
const checkEvery = 24 * time.Hour

// clientAt is what we are at a server, where we register once.
func (s *SignIn) clientAt(ctx context.Context, at server, host string) (directory.OAuthClient, error) {
	known, err := s.directory.OAuthClientAt(ctx, host)
	switch {
	case errors.Is(err, directory.ErrNotFound):
		return s.register(ctx, at, host)
	case err != nil || clock.Since(known.CheckedAt) < checkEvery:
		return known, err
	}
	token, err := (&clientcredentials.Config{
		ClientID: known.ClientID, ClientSecret: known.Secret, TokenURL: at.Token, Scopes: []string{known.Scope}, AuthStyle: oauth2.AuthStyleInParams,
	}).Token(s.with(ctx))
	if unknownClient(err) {
		return s.register(ctx, at, host)
	}
	if err == nil {
		s.giveBack(ctx, at, known, token.AccessToken)
	}
	return known, s.directory.KeepOAuthClient(ctx, known)
}

// unknownClient says whether a server does not know us any more (RFC 6749,
// section 5.2).
func unknownClient(err error) bool {
	var refused *oauth2.RetrieveError
	return errors.As(err, &refused) && refused.ErrorCode == "invalid_client"
}

// register makes us a client (POST /api/v1/apps). Mastodon takes five of them
// in ten minutes.
func (s *SignIn) register(ctx context.Context, at server, host string) (directory.OAuthClient, error) {
	answered, err := s.post(ctx, at.Register, url.Values{
		"client_name": {s.name}, "website": {s.origin}, "redirect_uris": {s.callback}, "scopes": {at.Scope},
	})
	if err != nil {
		return directory.OAuthClient{}, err
	}
	var made struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	if answered.status == 429 || answered.status >= 500 {
		return directory.OAuthClient{}, errBusy
	}
	if !answered.into(&made) || made.ID == "" {
		return directory.OAuthClient{}, errNoOAuth
	}
	c := directory.OAuthClient{Host: host, ClientID: made.ID, Secret: made.Secret, Scope: at.Scope}
	return c, s.directory.KeepOAuthClient(ctx, c)
}

// errBusy means that a server cannot be asked at the moment.
var errBusy = errors.New("the server is busy")

// giveBack tells a server that we need a token no more (RFC 7009). Whether it
// has heard is of no use to know.
func (s *SignIn) giveBack(ctx context.Context, at server, c directory.OAuthClient, token string) {
	form := url.Values{"client_id": {c.ClientID}, "client_secret": {c.Secret}, "token": {token}}
	if answered, err := s.post(ctx, at.Revoke, form); err != nil || answered.status/100 != 2 {
		s.logger.InfoContext(ctx, "a token was not given back", "server", at.Origin, "status", answered.status, "error", err)
	}
}
