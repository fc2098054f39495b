package main

import (
	"context"

	"coopverse/directory"
	"coopverse/federation"
	"coopverse/federation/account"
	"coopverse/federation/fetch"
	"coopverse/federation/website"
	"coopverse/web"
)

// accounts is how the pages let people show who they are by an account of the
// fediverse. The address of the callback is known to other servers by the client
// that we are there, and so stays.
func accounts(d *directory.Directory, f *federation.Federation, p *website.Prover, client *fetch.Client, config web.Config) web.Accounts {
	signIn := account.New(d, account.Config{
		Origin: config.Origin, Name: config.Name, Callback: config.Origin + "/accounts/callback", Client: client, Actors: f, Logger: config.Logger,
	})
	return web.Accounts{
		Begin: signIn.Begin, Finish: signIn.Finish,
		Links: func(ctx context.Context, site, page string, a directory.Account) (string, error) {
			proof, err := p.Links(ctx, site, page, a.URL, a.ActorID)
			return proof.Where, forPeople(err)
		},
	}
}
