package website

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"coopverse/federation/fetch"
)

// How long one look at one place may take, and all of them together.
const (
	eachTime  = 5 * time.Second
	totalTime = 15 * time.Second
)

// Resolver looks names up, as a *net.Resolver does. Names are given to it with
// the dot at their end: without it the resolver would also try them within the
// domains of our own network, where they would prove nothing.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// Prover looks for proofs. It may be used by many at once.
type Prover struct {
	client      *fetch.Client
	resolver    Resolver
	each, total time.Duration
}

// New makes a Prover.
func New(client *fetch.Client, resolver Resolver) *Prover {
	return &Prover{client: client, resolver: resolver, each: eachTime, total: totalTime}
}

// Method is a way to prove a claim.
type Method string

// The ways to prove a claim, in the order in which they are looked for.
const (
	RelMe Method = "rel-me" // a link to the co-op's page here, with rel=me
	Meta  Method = "meta"   // a meta tag
	File  Method = "file"   // a file under /.well-known/
	DNS   Method = "dns"    // a TXT record

	// Account is by a link to an account of the fediverse, with rel=me. Whoever
	// signs in with the account has the proof: see Links.
	Account Method = "account"
)

// Proof is what was found.
type Proof struct {
	Method Method
	Where  string // the address, after redirects, or the DNS name
}

// NotProved says that there is no proof.
type NotProved struct {
	// Seen is what was looked at and what was there: English sentences without
	// a full stop.
	Seen []string
	// Unread says that a part of it could not be read this time, so that a
	// proof may stand there all the same.
	Unread bool
}

func (e *NotProved) Error() string { return "no proof: " + strings.Join(e.Seen, "; ") }

// ErrUnreachable means that the website could not be reached, so nothing is
// known. It comes with a *NotProved. A domain that is no more is unreachable
// for good: how long that may go on is for the caller to say.
var ErrUnreachable = errors.New("the website cannot be reached")

// tokens are long enough not to be guessed, and of letters and digits only, so
// that they can be written anywhere.
var tokens = regexp.MustCompile(`^[A-Za-z0-9]{16,128}$`)

// Look looks for the proof of a claim with this token and returns the first
// that it finds. page is the address of the co-op's page here.
func (p *Prover) Look(ctx context.Context, website, page, token string) (Proof, error) {
	return p.look(ctx, website, claim{page: page, token: token})
}

// Again looks whether the website of a co-op that was claimed still has a
// proof. A link without the token will do: that it was put there by whoever
// claimed the co-op has been shown before.
func (p *Prover) Again(ctx context.Context, website, page, token string) (Proof, error) {
	return p.look(ctx, website, claim{page: page, token: token, proved: true})
}

func (p *Prover) look(ctx context.Context, website string, c claim) (Proof, error) {
	if !tokens.MatchString(c.token) {
		return Proof{}, errors.New("look for a proof: not a token")
	}
	return p.visit(ctx, website, c, func(v *visit) []func(context.Context) (Proof, bool) {
		return []func(context.Context) (Proof, bool){v.page, v.file, v.dns}
	})
}

// visit looks at a website in some ways, one after the other.
func (p *Prover) visit(ctx context.Context, website string, c claim, ways func(*visit) []func(context.Context) (Proof, bool)) (Proof, error) {
	s, err := readSite(website, c.page)
	if err != nil {
		return Proof{}, &NotProved{Seen: []string{err.Error()}}
	}
	within, cancel := context.WithTimeout(ctx, p.total)
	defer cancel()
	v := &visit{Prover: p, site: s, claim: c}
	for _, look := range ways(v) {
		if proof, found := look(within); found {
			return proof, nil
		}
	}
	if ctx.Err() != nil {
		return Proof{}, fmt.Errorf("look for a proof at %s: %w", website, ctx.Err())
	}
	missing := &NotProved{Seen: v.seen, Unread: v.unread}
	if !v.reached {
		return Proof{}, fmt.Errorf("%w: %w", ErrUnreachable, missing)
	}
	return Proof{}, missing
}

// claim is what is to be proved.
type claim struct {
	page, token string
	proved      bool // once before
}

// is compares with the token and takes as long whatever text is.
func (c claim) is(text string) bool {
	return subtle.ConstantTimeCompare([]byte(text), []byte(c.token)) == 1
}
