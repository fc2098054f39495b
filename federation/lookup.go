package federation

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"strings"

	"coopverse/directory"
	"coopverse/federation/fetch"
)

// errLookup means that what somebody named could not be found.
var errLookup = fmt.Errorf("%w: not found", directory.ErrInvalid)

// actorAt fetches the actor with that id.
func (f *Federation) actorAt(ctx context.Context, id string) (actorDocument, error) {
	found, err := f.dereference(ctx, id)
	if err != nil {
		return actorDocument{}, err
	}
	actor, err := readActor(found.Body)
	if err == nil && actor.Inbox == "" {
		err = &fetch.Error{Kind: fetch.ErrRefused, Err: fmt.Errorf("%s is not an actor", id)}
	}
	if err == nil {
		err = f.spellOut(ctx, &actor)
	}
	return actor, err
}

// lookUp finds the actor behind name@host or behind an address.
func (f *Federation) lookUp(ctx context.Context, account string) (actorDocument, error) {
	id := account
	if !strings.Contains(account, "://") {
		var err error
		if id, err = f.ActorNamed(ctx, strings.TrimPrefix(account, "@")); err != nil {
			return actorDocument{}, err
		}
	}
	return f.actorAt(ctx, id)
}

// webFingerAnswer is what WebFinger says of an account.
type webFingerAnswer struct {
	Subject string         `json:"subject"`
	Links   webFingerLinks `json:"links"`
}

type webFingerLinks []struct {
	Rel      string `json:"rel"`
	Type     string `json:"type"`
	Href     string `json:"href"`
	Template string `json:"template"`
}

// self is the id of the account's actor, or "".
func (links webFingerLinks) self() string {
	for _, link := range links {
		if kind, _, err := mime.ParseMediaType(link.Type); err == nil && link.Rel == "self" && (kind == "application/activity+json" || kind == "application/ld+json") {
			return link.Href
		}
	}
	return ""
}

// webFingerOf asks the host of an account (name@host) about it.
func (f *Federation) webFingerOf(ctx context.Context, account string) (webFingerAnswer, error) {
	_, host, found := strings.Cut(account, "@")
	if !found {
		return webFingerAnswer{}, fmt.Errorf("%q is not written name@host", account)
	}
	ask := url.URL{
		Scheme: "https", Host: host, Path: "/.well-known/webfinger",
		RawQuery: url.Values{"resource": {"acct:" + account}}.Encode(),
	}
	document, err := f.client.JSON(ctx, ask.String(), "application/jrd+json, application/json")
	if err != nil {
		return webFingerAnswer{}, fmt.Errorf("ask %s about %s: %w", host, account, err)
	}
	var answer webFingerAnswer
	if err := json.Unmarshal(document.Body, &answer); err != nil {
		return webFingerAnswer{}, fmt.Errorf("read what %s says about %s: %w", host, account, err)
	}
	return answer, nil
}

// mention looks somebody up whom a text names as name@host.
func (f *Federation) mention(ctx context.Context, account string) (directory.DraftMention, error) {
	name, host, _ := strings.Cut(account, "@")
	if strings.EqualFold(host, f.site.Domain()) {
		handle := strings.ToLower(name)
		if err := f.directory.Exists(ctx, handle); err != nil {
			return directory.DraftMention{}, err
		}
		return directory.DraftMention{Account: account, Handle: handle, Peer: directory.Peer{ID: f.site.Actor(handle), URL: f.site.Page(handle)}}, nil
	}
	actor, err := f.lookUp(ctx, account)
	if err == nil {
		var p directory.Peer
		if p, err = actor.peer(""); err == nil {
			return directory.DraftMention{Account: account, Peer: p}, nil
		}
	}
	return directory.DraftMention{}, fmt.Errorf("%w: @%s: %w", errLookup, account, err)
}

// stands says whether one of our own notes can be answered.
func (f *Federation) stands(ctx context.Context, handle string, post int64) error {
	if post == 0 {
		return f.directory.Exists(ctx, handle)
	}
	p, err := f.directory.Post(ctx, handle, post)
	if err == nil && p.DeletedAt != nil {
		err = fmt.Errorf("%w: post %d of %s was deleted", directory.ErrInvalid, post, handle)
	}
	return err
}

// answeredNote looks the note up that a post is to answer, and returns its id
// and its author. The address may be that of its page.
func (f *Federation) answeredNote(ctx context.Context, address string) (id string, author *directory.DraftMention, err error) {
	if handle, post, ok := f.site.PostOf(address); ok {
		return address, nil, f.stands(ctx, handle, post)
	}
	found, err := f.dereference(ctx, address)
	if err != nil {
		return "", nil, fmt.Errorf("%w: the note %s: %w", errLookup, address, err)
	}
	var n note
	if err := json.Unmarshal(found.Body, &n); err != nil || !fetch.SameHost(string(n.AttributedTo), found.URL) {
		return "", nil, fmt.Errorf("%w: %s is not a note", errLookup, address)
	}
	actor, err := f.actorAt(ctx, string(n.AttributedTo))
	if err != nil {
		return "", nil, fmt.Errorf("%w: the author of %s: %w", errLookup, address, err)
	}
	p, err := actor.peer("")
	if err != nil {
		return "", nil, fmt.Errorf("%w: the author of %s: %w", errLookup, address, err)
	}
	return found.URL, &directory.DraftMention{Account: p.Handle, Peer: p}, nil
}
