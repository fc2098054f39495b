package federation

import (
	"context"
	"net/http"
	"time"

	"coopverse/directory"
	"coopverse/directory/clock"
	"coopverse/federation/fetch"
	"coopverse/federation/signature"
)

// dereference fetches the thing with that id; see ask.
func (f *Federation) dereference(ctx context.Context, id string) (*fetch.Document, error) {
	return f.ask(ctx, func(sign fetch.Signer) (*fetch.Document, error) { return f.client.Dereference(ctx, id, sign) })
}

// ask gets something as the instance's own actor, which anyone may fetch unsigned:
// servers in secure mode answer nobody else (GoToSocial, Mastodon). A server that
// answers with 400 or 401 is asked once more, with the other kind of signature; the
// kind that it took is remembered, for what is brought to it as well.
func (f *Federation) ask(ctx context.Context, get func(fetch.Signer) (*fetch.Document, error)) (*fetch.Document, error) {
	a := asking{Federation: f}
	found, err := get(a.sign)
	if status := statusOf(err); status != http.StatusBadRequest && status != http.StatusUnauthorized {
		return found, err
	}
	a.refused, a.other = a.host, otherThan(a.kind)
	again, failed := get(a.sign)
	if failed != nil {
		return nil, err
	}
	if err := f.directory.LearnSignature(ctx, a.refused, a.other); err != nil { // it is found out anew the next time
		f.logger.Warn("which signatures a server takes is not remembered", "host", a.refused, "error", err)
	}
	return again, nil
}

// asking is one document that is asked for, over all redirects.
type asking struct {
	*Federation
	host    string // that was asked last
	kind    directory.Signature
	refused string // the host that is asked with another kind than what it is known to take
	other   directory.Signature
}

func (a *asking) sign(r *http.Request) error {
	ctx := r.Context()
	keys, err := a.keys.of(ctx, directory.InstanceHandle)
	if err != nil {
		return err
	}
	a.host = r.URL.Host
	if a.host == a.refused {
		a.kind = a.other
	} else if a.kind, err = a.directory.SignatureFor(ctx, a.host); err != nil {
		return err
	}
	key := keys.newest()
	return signerOf(a.kind)(r, nil, &key.request, clock.Now())
}

// otherThan is the other kind of signature.
func otherThan(kind directory.Signature) directory.Signature {
	if kind == directory.Cavage {
		return directory.RFC9421
	}
	return directory.Cavage
}

// signerOf is what signs a request in that way.
func signerOf(kind directory.Signature) func(*http.Request, []byte, *signature.Key, time.Time) error {
	if kind == directory.RFC9421 {
		return signature.SignRFC9421
	}
	return signature.Sign
}
