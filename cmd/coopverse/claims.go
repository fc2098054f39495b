package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"coopverse/directory"
	"coopverse/federation/document"
	"coopverse/federation/website"
	"coopverse/web"
)

// claimsEvery is how often claims are looked through: those that have waited
// long enough are granted, and proofs that are due are looked at again.
const claimsEvery = time.Hour

// claimsAtOnce is how many proofs are looked at each time.
const claimsAtOnce = 50

// proveWith is how the pages look for a proof. Its error is for people: what
// was seen, a sentence a line.
func proveWith(p *website.Prover) web.ProveClaim {
	return func(ctx context.Context, site, page, token string) (method, foundAt string, err error) {
		proof, err := p.Look(ctx, site, page, token)
		return string(proof.Method), proof.Where, forPeople(err)
	}
}

// forPeople is what was seen instead of a proof, a sentence a line.
func forPeople(err error) error {
	var missing *website.NotProved
	switch {
	case errors.As(err, &missing):
		return errors.New(strings.Join(missing.Seen, "\n"))
	case err != nil:
		return errors.New("the website did not answer in time")
	}
	return nil
}

// proofWays says to the pages how a claim is proved.
func proofWays(site, page, token string) []web.ProofWay {
	var ways []web.ProofWay
	for _, i := range website.Instructions(site, page, token) {
		ways = append(ways, web.ProofWay{Method: string(i.Method), Where: i.Where, Text: i.Text})
	}
	return ways
}

// claimWatch looks after the claims that were proved. Processes that share a
// database may all do so: what one has done the others find done.
type claimWatch struct {
	directory *directory.Directory
	prover    *website.Prover
	site      document.Site
	logger    *slog.Logger
}

// watch looks through the claims now and then until ctx ends.
func (w claimWatch) watch(ctx context.Context) {
	ticker := time.NewTicker(claimsEvery)
	defer ticker.Stop()
	for {
		if err := w.once(ctx); err != nil && ctx.Err() == nil {
			w.logger.Error("looking after claims", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// once looks at the proofs that are due first, so that no claim is granted of
// which the proof has just lapsed. What keeps it from one does not keep it from
// the others.
func (w claimWatch) once(ctx context.Context) error {
	due, err := w.directory.ClaimsToCheck(ctx, claimsAtOnce)
	if err != nil {
		return err
	}
	var failures []error
	for _, claim := range due {
		failures = append(failures, w.check(ctx, claim))
	}
	granted, err := w.directory.SettleClaims(ctx)
	for _, claim := range granted {
		w.logger.Info("a claim was granted after its time of waiting", "coop", claim.Handle, "claim", claim.ID)
	}
	return errors.Join(append(failures, err)...)
}

func (w claimWatch) check(ctx context.Context, claim directory.Claim) error {
	c, err := w.directory.Coop(ctx, claim.Handle)
	if err != nil {
		return err
	}
	var control *directory.Control
	if claim.State == directory.ClaimGranted {
		if control, err = w.directory.Control(ctx, c); err != nil {
			return err
		}
	}
	if control != nil && control.Unproved != "" {
		site := control.Unproved
		var proof website.Proof
		if proof, err = w.anew(ctx, claim, site); err == nil {
			return w.directory.ProvedAnew(ctx, claim.ID, site, string(proof.Method), proof.Where)
		}
	} else {
		err = w.again(ctx, claim)
	}
	seen, missing := "", new(website.NotProved)
	switch {
	case errors.As(err, &missing):
		seen = strings.Join(missing.Seen, "; ")
	case err != nil:
		return err
	}
	lapsed, err := w.directory.CheckedClaim(ctx, claim.ID, seen)
	if lapsed {
		w.logger.Warn("the proof of a claim has lapsed", "coop", claim.Handle, "claim", claim.ID, "website", c.Website, "seen", seen)
	}
	return err
}

// anew looks at the website that an entry names now for the proof of its claim.
func (w claimWatch) anew(ctx context.Context, claim directory.Claim, site string) (website.Proof, error) {
	page := w.site.Actor(claim.Handle)
	proof, err := w.prover.Look(ctx, site, page, claim.Token)
	if err != nil && claim.AccountID != "" {
		return w.linked(ctx, claim, site)
	}
	return proof, err
}

// again looks at a proof once more. What a co-op put on its website before it
// had a page here may have been replaced by a link to that page.
func (w claimWatch) again(ctx context.Context, claim directory.Claim) error {
	if claim.Method == directory.MethodAccount {
		_, err := w.linked(ctx, claim, claim.Website)
		return err
	}
	if claim.Page != "" {
		if _, err := w.prover.Again(ctx, claim.Website, w.site.Origin+claim.Page, claim.Token); err == nil {
			return nil
		}
	}
	_, err := w.prover.Again(ctx, claim.Website, w.site.Actor(claim.Handle), claim.Token)
	return err
}

// linked looks whether a website links the account that has proved a claim.
func (w claimWatch) linked(ctx context.Context, claim directory.Claim, site string) (website.Proof, error) {
	account, err := w.directory.AccountByID(ctx, claim.AccountID)
	if errors.Is(err, directory.ErrUnknownAccount) { // its person is forgotten
		account, err = directory.Account{ActorID: claim.AccountID, URL: claim.AccountID}, nil
	}
	if err != nil {
		return website.Proof{}, err
	}
	return w.prover.Links(ctx, site, w.site.Actor(claim.Handle), account.URL, account.ActorID)
}
