package federation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"coopverse/directory"
	"coopverse/federation/fetch"
)

// Publish posts a draft as the actor with that handle, after looking up whom
// its text names and what it answers. Errors as of directory.Publish; ErrInvalid
// also for somebody who cannot be found.
func (f *Federation) Publish(ctx context.Context, by directory.Actor, handle string, draft directory.Draft, origin string) (directory.Post, error) {
	if err := f.complete(ctx, &draft, draft.InReplyTo); err != nil {
		return directory.Post{}, err
	}
	post, err := f.directory.Publish(ctx, by, handle, draft, origin)
	if err != nil {
		return directory.Post{}, err
	}
	f.nameOurs(ctx, post, draft)
	return post, nil
}

// nameOurs notes that a post names actors of ours, to whom nothing is sent. The
// post is out by then, and an error would bring a second one.
func (f *Federation) nameOurs(ctx context.Context, post directory.Post, draft directory.Draft) {
	id := f.site.Post(post.Handle, post.ID)
	for _, m := range draft.Mentions {
		if m.Handle == "" {
			continue
		}
		h := directory.Heard{Peer: directory.Peer{ID: f.site.Actor(post.Handle)}, ActivityID: id + "#" + m.Handle, Type: "Create", Handles: []string{m.Handle}, Object: id}
		if err := f.directory.Note(ctx, h, "named"); err != nil && !errors.Is(err, directory.ErrRepeated) {
			f.complain("whom a post names was not noted", err, "post", id)
		}
	}
}

// EditPost gives a post another text, after looking up whom it names. Errors as
// of Publish.
func (f *Federation) EditPost(ctx context.Context, by directory.Actor, handle string, id int64, draft directory.Draft, origin string) (directory.Post, error) {
	post, err := f.directory.Post(ctx, handle, id)
	if err != nil {
		return directory.Post{}, err
	}
	if err := f.complete(ctx, &draft, post.InReplyTo); err != nil {
		return directory.Post{}, err
	}
	if post, err = f.directory.EditPost(ctx, by, handle, id, draft, origin); err != nil {
		return directory.Post{}, err
	}
	f.nameOurs(ctx, post, draft)
	return post, nil
}

// complete looks up whom a draft concerns.
func (f *Federation) complete(ctx context.Context, draft *directory.Draft, inReplyTo string) error {
	if err := draft.Check(); err != nil {
		return err
	}
	for _, account := range draft.Writing().Mentions() {
		m, err := f.mention(ctx, account)
		if err != nil {
			return err
		}
		draft.Mentions = append(draft.Mentions, m)
	}
	if inReplyTo == "" {
		return nil
	}
	id, author, err := f.answeredNote(ctx, inReplyTo)
	if err != nil {
		return err
	}
	draft.InReplyTo = id
	if author != nil && !slices.ContainsFunc(draft.Mentions, func(m directory.DraftMention) bool { return m.Peer.ID == author.Peer.ID }) {
		draft.Mentions = append(draft.Mentions, *author)
	}
	return nil
}

// MoveCoop hands a co-op's followers over to its actor on another server, given
// as @name@host or by its address. That actor must call ours one of its names
// (alsoKnownAs), or other servers would not follow the move. "" takes a move
// back. Errors as of directory.MoveCoop.
func (f *Federation) MoveCoop(ctx context.Context, handle, target, origin string) (to string, err error) {
	if target == "" {
		return "", f.directory.MoveCoop(ctx, handle, "", origin)
	}
	if _, err := f.directory.Coop(ctx, handle); err != nil {
		return "", err
	}
	errHere := fmt.Errorf("%w: %s is on this server; a co-op moves to a server of its own", directory.ErrInvalid, target)
	if f.onThisServer(target) {
		return "", errHere
	}
	actor, err := f.lookUp(ctx, target)
	if err != nil {
		return "", fmt.Errorf("%w: %s: %w", errLookup, target, err)
	}
	ours := f.site.Actor(handle)
	switch {
	case f.onThisServer(actor.ID):
		return "", errHere
	case !actor.names(ours):
		return "", fmt.Errorf("%w: %s does not name %s as another account of its own; add that there first (on Mastodon: Preferences, Account, Moving from a different account)", directory.ErrInvalid, actor.ID, f.site.Account(handle))
	}
	return actor.ID, f.directory.MoveCoop(ctx, handle, actor.ID, origin)
}

// onThisServer says whether somebody, given as @name@host or by an address, is
// one of our own.
func (f *Federation) onThisServer(account string) bool {
	if strings.Contains(account, "://") {
		return fetch.SameHost(account, f.site.Origin+"/")
	}
	_, host, _ := strings.Cut(strings.TrimPrefix(account, "@"), "@")
	return strings.EqualFold(host, f.site.Domain())
}
