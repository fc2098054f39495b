package federation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"

	"coopverse/directory"
	"coopverse/directory/clock"
	"coopverse/federation/fetch"
	"coopverse/federation/signature"
)

// errUnverified means that we do not know who sent a request.
var errUnverified = errors.New("the sender is not verified")

// errFarewell means that an actor whom we never knew says good-bye. It has
// taken its key with it, and there is nothing to forget.
var errFarewell = errors.New("an unknown actor says good-bye")

// errLater means that something of the sender's, mostly its key, cannot be
// fetched at the moment.
var errLater = errors.New("cannot be fetched now")

// verify is the one gate of the inbox: it returns who signed the request, an
// actor whose key and whose own document agree, or an error. Nothing in the
// body has an effect before; read reads it, to know whose word it is said to be.
// A key that we remember is asked first; if it does not fit, the actor may have a
// new one, which is fetched once. Of domains that the operators have blocked nothing
// is asked, not even that.
func (f *Federation) verify(r *http.Request, body []byte, read func() (activity, error)) (directory.Peer, error) {
	claim, err := signature.Read(r, body, clock.Now())
	if err != nil {
		if f.doubtClock(read, err) {
			return directory.Peer{}, fmt.Errorf("%w: %w", errClock, err)
		}
		return directory.Peer{}, fmt.Errorf("%w: %w", errUnverified, err)
	}
	ctx := r.Context()
	a, _ := read() // what cannot be read is nobody's
	known, err := f.knocking(ctx, claim.KeyID, string(a.Actor))
	switch {
	case err != nil:
		return directory.Peer{}, err
	case known.ID != "" && fits(claim, known) == nil:
		f.skew.inTime()
		return known, nil
	case known.ID == "" && a.isFarewell():
		return directory.Peer{}, errFarewell
	}
	peer, err := f.fetchSigner(ctx, claim.KeyID)
	if err != nil {
		return directory.Peer{}, err
	}
	if known.ID != "" && known.ID != peer.ID {
		// The key's id names somebody else now: only the key itself can say that this is so.
		if err := f.directory.PinKey(ctx, peer.ID, known.PublicPEM); err != nil {
			return directory.Peer{}, err
		}
	}
	// It is remembered even if the request is not its own: otherwise whoever
	// forges one could keep an actor whom we do not know yet from reaching us.
	if err := f.directory.RememberPeer(ctx, peer); err != nil {
		return directory.Peer{}, err
	}
	if err := fits(claim, peer); err != nil {
		f.failed.note(claim.KeyID)
		return directory.Peer{}, fmt.Errorf("%w: %w", errUnverified, err)
	}
	f.skew.inTime()
	return peer, nil
}

func fits(claim *signature.Claim, p directory.Peer) error {
	key, err := signature.ParsePublicKey(p.PublicPEM)
	if err != nil {
		return err
	}
	return claim.Verify(key)
}

// fetchSigner fetches the actor to whom a key belongs, once for all who ask at the
// same time. A key that could not be had, or did not fit, is not asked for again for a
// while.
func (f *Federation) fetchSigner(ctx context.Context, keyID string) (directory.Peer, error) {
	if f.failed.recently(keyID) {
		return directory.Peer{}, fmt.Errorf("%w: its key %s was of no use a moment ago", errUnverified, keyID)
	}
	if f.away.recently(keyID) {
		return directory.Peer{}, fmt.Errorf("the sender's key %w: it could not be had a moment ago", errLater)
	}
	found := f.asking.DoChan(keyID, func() (peer any, err error) {
		defer func() {
			if cause := recover(); cause != nil { // or it would end the program
				peer, err = directory.Peer{}, fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
			}
		}()
		// Who asked first may leave, and is no reason to believe that the key cannot be had.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patienceOfSenders)
		defer cancel()
		return f.askSigner(ctx, keyID)
	})
	select {
	case one := <-found:
		return one.Val.(directory.Peer), one.Err
	case <-ctx.Done():
		return directory.Peer{}, fmt.Errorf("the sender's key %w: %w", errLater, ctx.Err())
	}
}

// askSigner is fetchSigner for one who asks.
func (f *Federation) askSigner(ctx context.Context, keyID string) (directory.Peer, error) {
	end, err := f.limits.mayFetch(ctx, keyID)
	if err != nil {
		return directory.Peer{}, err
	}
	defer end()
	peer, err := f.signer(ctx, keyID)
	if err == nil {
		return peer, nil
	}
	if errors.Is(err, fetch.ErrTemporary) {
		f.away.note(keyID)
		return directory.Peer{}, fmt.Errorf("the sender's key %w: %w", errLater, err)
	}
	f.failed.note(keyID)
	return directory.Peer{}, fmt.Errorf("%w: %w", errUnverified, err)
}

// signer follows a key id to its actor and holds the two against each other:
// the key must name the actor as its owner, and the actor must name the key as
// its own. Otherwise anyone could publish a key for somebody else's name.
func (f *Federation) signer(ctx context.Context, keyID string) (directory.Peer, error) {
	page, _, _ := strings.Cut(keyID, "#")
	found, err := f.dereference(ctx, page)
	if err != nil {
		return directory.Peer{}, err
	}
	shown, err := shownKey(found.Body, keyID)
	if err != nil {
		return directory.Peer{}, err
	}
	owner := shown.Owner
	if owner == "" {
		return directory.Peer{}, fmt.Errorf("%s shows no key %s", page, keyID)
	}
	if owner != found.URL {
		if !fetch.SameHost(owner, found.URL) {
			return directory.Peer{}, fmt.Errorf("the key %s names %q as its owner, who is on another host", keyID, owner)
		}
		if found, err = f.dereference(ctx, owner); err != nil {
			return directory.Peer{}, err
		}
	}
	actor, err := readActor(found.Body)
	if err != nil {
		return directory.Peer{}, fmt.Errorf("read the actor %s: %w", owner, err)
	}
	if actor.ID != owner {
		return directory.Peer{}, fmt.Errorf("the key %s names %s as its owner, whose document is of %s", keyID, owner, actor.ID)
	}
	actor.spellOut(shown)
	return actor.peer(keyID)
}

// shownKey reads the key that a document shows: the key of an actor (GoToSocial serves
// part of the actor at the key's address), or the document itself.
func shownKey(body []byte, keyID string) (publicKey, error) {
	var shown struct {
		PublicKey oneOrMany[publicKey] `json:"publicKey"`
	}
	var itself publicKey
	if err := errors.Join(json.Unmarshal(body, &shown), json.Unmarshal(body, &itself)); err != nil {
		return publicKey{}, fmt.Errorf("read the key %s: %w", keyID, err)
	}
	for _, k := range shown.PublicKey {
		if k.ID == keyID && k.Owner != "" {
			return k, nil
		}
	}
	return itself, nil
}

// spellOut fetches the actor's first key if the actor only names it.
func (f *Federation) spellOut(ctx context.Context, actor *actorDocument) error {
	at := actor.key("")
	if at < 0 || actor.PublicKey[at].PublicKeyPem != "" {
		return nil
	}
	id := actor.PublicKey[at].ID
	page, _, _ := strings.Cut(id, "#")
	if page == actor.ID || !fetch.SameHost(page, actor.ID) {
		return nil // and it stays of no use
	}
	found, err := f.dereference(ctx, page)
	if err != nil {
		return err
	}
	shown, err := shownKey(found.Body, id)
	actor.spellOut(shown)
	return err
}
