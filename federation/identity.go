package federation

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"coopverse/directory"
	"coopverse/federation/fetch"
)

// ActorNamed is the id of the actor that WebFinger names for an account, which
// is written name@host.
func (f *Federation) ActorNamed(ctx context.Context, account string) (string, error) {
	found, err := f.webFingerOf(ctx, account)
	if err == nil && found.Links.self() == "" {
		err = fmt.Errorf("%s is no account of the fediverse", account)
	}
	return found.Links.self(), err
}

// AccountOf is the account of an actor of another server. Its own document must
// have that very id, and WebFinger must name the actor for its name there; where
// accounts have another host in their names than actors have in their ids, for
// the name there as well. Otherwise a server could give out somebody else's name.
func (f *Federation) AccountOf(ctx context.Context, id string) (directory.Account, error) {
	actor, err := f.actorAt(ctx, id)
	if err != nil {
		return directory.Account{}, err
	}
	if actor.ID != id {
		return directory.Account{}, &fetch.Error{Kind: fetch.ErrRefused, Err: fmt.Errorf("%s shows the actor %s", id, actor.ID)}
	}
	peer, err := actor.peer("")
	if err != nil {
		return directory.Account{}, err
	}
	u, err := url.Parse(id)
	if err != nil {
		return directory.Account{}, fmt.Errorf("the actor's id: %w", err)
	}
	name := actor.PreferredUsername + "@" + u.Host
	called, err := f.calledBy(ctx, name, id)
	if err == nil && !strings.EqualFold(called, name) {
		var again string
		if again, err = f.calledBy(ctx, called, id); err == nil && !strings.EqualFold(again, called) {
			err = fmt.Errorf("%s is called %s, and that %s", id, called, again)
		}
	}
	if err == nil && visible(called) != called {
		err = fmt.Errorf("%s is called %q, which people cannot read", id, called)
	}
	return directory.Account{ActorID: id, Name: called, URL: peer.Page(), Inbox: peer.Deliverable()}, err
}

// calledBy asks WebFinger about an account that must be that actor's, and
// returns what the account is called there.
func (f *Federation) calledBy(ctx context.Context, account, id string) (string, error) {
	found, err := f.webFingerOf(ctx, account)
	if err != nil {
		return "", err
	}
	if found.Links.self() != id {
		return "", fmt.Errorf("%s is %q by WebFinger and not %s", account, found.Links.self(), id)
	}
	if called, ok := strings.CutPrefix(found.Subject, "acct:"); ok && strings.Count(called, "@") == 1 {
		return called, nil
	}
	return account, nil
}
