package federation

import (
	"context"
	"errors"
	"net/http"
	"time"

	"coopverse/directory"
	"coopverse/directory/clock"
	"coopverse/federation/fetch"
	"coopverse/federation/proof"
)

// send signs as the actor with that handle and delivers. What tells of a change
// is signed with the keys of that time: new ones are told of with the old ones.
// A server that has heard of the new ones in another way refuses those (401),
// and is asked once more with the ones in use. A server that refuses one kind of
// signature is asked with the other one.
func (f *Federation) send(ctx context.Context, v *visit, handle string, l letter, about directory.Change) error {
	keys, err := f.keys.asOf(ctx, handle, v.Head)
	if err != nil {
		return err
	}
	key, kind := keys.at(about.ID), v.Inbox.Server.Takes()
	err = f.sendWith(ctx, v, key, kind, l, about.At)
	if statusOf(err) == http.StatusUnauthorized && key.request.ID != keys.newest().request.ID {
		key = keys.newest()
		err = f.sendWith(ctx, v, key, kind, l, about.At)
	}
	if knocksAgain(v.Inbox, err) {
		if f.sendWith(ctx, v, key, otherThan(kind), l, about.At) == nil {
			return nil
		}
	}
	return err
}

// knocksAgain says whether a refusal may be about the kind of signature. A server
// that has taken this kind before says 401 for another reason mostly, such as
// that it cannot fetch our key now; it is asked otherwise only when that lasts.
func knocksAgain(inbox directory.Inbox, err error) bool {
	switch statusOf(err) {
	case http.StatusBadRequest:
		return true
	case http.StatusUnauthorized:
		return inbox.Server.Signature == "" || inbox.Failures > 0
	}
	return false
}

// statusOf is the status with which a server has refused; 0: none.
func statusOf(err error) int {
	var failure *fetch.Error
	if errors.As(err, &failure) {
		return failure.Status
	}
	return 0
}

func (f *Federation) sendWith(ctx context.Context, v *visit, key ownKey, kind directory.Signature, l letter, at time.Time) error {
	body := l.proved
	if l.by != key.request.ID {
		// A request that we answer may hold what has no canonical form, such as
		// half a character. The answer goes without a proof then.
		var err error
		if body, err = proof.Sign(l.body, key.proof, at); err != nil {
			body = l.body
		}
	}
	if err := v.turn(); err != nil {
		return err
	}
	sign := signerOf(kind)
	err := f.client.Post(ctx, v.Inbox.URL, body, func(r *http.Request) error { return sign(r, body, &key.request, clock.Now()) })
	var failure *fetch.Error
	v.pass(errors.As(err, &failure) && serverFails(failure))
	switch {
	case err == nil:
		v.answered, v.took = true, kind
		v.Inbox.Server.Signature = v.Inbox.Server.Learned(kind)
	case failure != nil:
		v.answered = failure.Status != 0 && !serverFails(failure)
	}
	return err
}
