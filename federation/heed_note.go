package federation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"coopverse/directory"
	"coopverse/directory/clock"
	"coopverse/federation/document"
	"coopverse/federation/fetch"
)

// maxNamed is how many actors of ours one note can name.
const maxNamed = 20

// heedReaction counts a like or boost of one of our posts.
func (f *Federation) heedReaction(ctx context.Context, in *incoming) error {
	object := referenceTo(in.Object)
	handle, post, ok := f.site.PostOf(object)
	if !ok {
		return f.noteDown(ctx, in, "no effect")
	}
	h := in.heard(object, handle)
	return f.late(ctx, h, handle, post, f.directory.React(ctx, h, handle, post))
}

// late answers what is said about a post that is not there: somebody may speak
// of a post that was just deleted, but not of one that never was.
func (f *Federation) late(ctx context.Context, h directory.Heard, handle string, post int64, err error) error {
	if !errors.Is(err, directory.ErrNotFound) {
		return missing(err)
	}
	p, found := f.directory.Post(ctx, handle, post)
	if found != nil || p.DeletedAt == nil {
		return missing(err)
	}
	return f.directory.Note(ctx, h, "the post was deleted")
}

// heedCreate shows a public answer to one of our posts, and notes it when
// somebody names one of our actors.
func (f *Federation) heedCreate(ctx context.Context, in *incoming) error {
	n, err := f.noteIn(ctx, in)
	if err != nil || n == nil {
		return err
	}
	named := f.named(ctx, n)
	if taken, err := f.heedCode(ctx, in, n, named); taken || err != nil {
		return err
	}
	if handle, post, ok := f.site.PostOf(string(n.InReplyTo)); ok && in.public(n) {
		// Mostly the post is there, and need not be looked for before.
		h := in.heard(n.ID, including(named, handle)...)
		if err := f.directory.AddReply(ctx, h, n.reply(handle, post)); !absent(err) {
			return err
		}
	}
	handle, post, answers, err := f.answered(ctx, string(n.InReplyTo))
	if err != nil {
		return err
	}
	if !answers && len(named) == 0 {
		if _, _, ours := f.site.PostOf(string(n.InReplyTo)); ours {
			return refuse(http.StatusBadRequest, "there is no post %s here to answer", n.InReplyTo)
		}
		return nil
	}
	if answers {
		named = including(named, handle)
	}
	h := in.heard(n.ID, named...)
	if !in.public(n) {
		return f.directory.Note(ctx, h, "not public, not kept")
	}
	if !answers {
		return f.directory.Note(ctx, h, "named")
	}
	return f.late(ctx, h, handle, post, f.directory.AddReply(ctx, h, n.reply(handle, post)))
}

// including are the handles, and one more if it is not among them.
func including(handles []string, handle string) []string {
	if slices.Contains(handles, handle) {
		return handles
	}
	return append(slices.Clip(handles), handle)
}

// answered returns the post of ours that a note answers, directly or by
// answering an answer to it.
func (f *Federation) answered(ctx context.Context, inReplyTo string) (handle string, post int64, ok bool, err error) {
	if handle, post, ok = f.site.PostOf(inReplyTo); ok {
		err = f.missing(ctx, directory.Subject{Handle: handle, PostID: post})
		if post != 0 && errors.Is(err, directory.ErrNotFound) { // one that was deleted has been there
			_, err = f.directory.Post(ctx, handle, post)
		}
	} else if inReplyTo != "" {
		var reply directory.Reply
		reply, err = f.directory.ReplyByID(ctx, inReplyTo)
		handle, post = reply.Handle, reply.PostID
	}
	if absent(err) {
		return "", 0, false, nil
	}
	return handle, post, handle != "" && err == nil, err
}

// named lists the actors of ours that a note names or is addressed to: a
// message to one person often names nobody (Lemmy, Pleroma's ChatMessage).
func (f *Federation) named(ctx context.Context, n *note) []string {
	ids := slices.Concat(n.To, n.Cc)
	for _, t := range n.Tag {
		if t.Type == "Mention" {
			ids = append(ids, reference(t.Href))
		}
	}
	var handles []string
	for _, id := range ids {
		handle, ok := f.site.HandleOf(string(id))
		if ok && !slices.Contains(handles, handle) && len(handles) < maxNamed && f.missing(ctx, directory.Subject{Handle: handle, Actor: true}) == nil {
			handles = append(handles, handle)
		}
	}
	return handles
}

// noteIn reads the note that the sender has written. Only its id may be given,
// and is looked up then. It is nil for what is no note. Other people's notes,
// which some servers pass on, are refused.
func (f *Federation) noteIn(ctx context.Context, in *incoming) (*note, error) {
	object := in.Object
	if len(object) > 0 && object[0] == '"' {
		id := referenceTo(object)
		if !fetch.SameHost(id, in.sender.ID) {
			return nil, refuse(http.StatusBadRequest, "%s is not on the host of its author", id)
		}
		found, err := f.dereference(ctx, id)
		if err != nil {
			return nil, unconfirmed(err, "the note cannot be looked up")
		}
		object = found.Body
	}
	var n note
	if err := json.Unmarshal(object, &n); err != nil {
		return nil, refuse(http.StatusBadRequest, "the object of the %s cannot be read: %v", in.Type, misread(err))
	}
	if !slices.Contains(noteTypes, n.Type) {
		return nil, nil
	}
	switch {
	case !n.isBy(in.sender.ID):
		return nil, refuse(http.StatusUnauthorized, "%s cannot speak for %q", in.sender.ID, n.AttributedTo)
	case !fetch.SameHost(n.ID, in.sender.ID):
		return nil, refuse(http.StatusBadRequest, "the id %q of the %s is not on the host of its author", n.ID, n.Type)
	}
	return &n, nil
}

// public says whether everybody may read a note.
func (in *incoming) public(n *note) bool {
	return isPublic(slices.Concat(n.To, n.Cc)...)
}

// reply is a note as we show it below the post that it answers.
func (n *note) reply(handle string, post int64) directory.Reply {
	at := clock.Now()
	published := n.Published.or(at)
	updated := published
	if !n.Updated.IsZero() {
		updated = n.Updated.or(at)
	}
	return directory.Reply{
		ID: n.ID, Handle: handle, PostID: post, InReplyTo: string(n.InReplyTo), URL: n.page(),
		Warning: n.warning(), Content: n.html(), Language: n.language(),
		PublishedAt: published, UpdatedAt: updated,
	}
}

// page is where people read the note.
func (n *note) page() string {
	if page := n.URL.page(); page != "" {
		return page
	}
	return n.ID
}

// heedUpdate takes in an edited answer, hears that a log which we mirror has grown, or fetches the profile of a known actor
// anew. What the activity itself says of a profile is not believed.
func (f *Federation) heedUpdate(ctx context.Context, in *incoming) error {
	id := referenceTo(in.Object)
	if id == in.sender.ID {
		fresh, err := f.signer(ctx, in.sender.KeyID)
		if err != nil { // new keys are told of with the old ones
			var actor actorDocument
			if actor, err = f.actorAt(ctx, id); err == nil {
				fresh, err = actor.peer("")
			}
		}
		if err == nil && fresh.ID != id {
			err = fmt.Errorf("%s shows %s", id, fresh.ID)
		}
		if err != nil {
			f.logger.Debug("profile not refreshed", "actor", in.sender.ID, "error", err)
			return nil
		}
		return f.directory.RenewPeer(ctx, in.sender, fresh)
	}
	if origin, ok := originOf(in.sender.ID); ok && id == document.LogOf(origin) {
		return f.directory.MirrorRings(ctx, in.sender.ID, origin)
	}
	known, err := f.directory.ReplyByID(ctx, id)
	if errors.Is(err, directory.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	n, err := f.noteIn(ctx, in)
	if err != nil || n == nil {
		return err
	}
	h := in.heard(n.ID, known.Handle)
	if !in.public(n) {
		return f.directory.ForgetNote(ctx, h, n.ID)
	}
	return f.directory.EditReply(ctx, h, n.reply(known.Handle, known.PostID))
}

// heedDelete forgets a note, or an actor that says good-bye. Whether the sender
// has written the note is for the directory to see.
func (f *Federation) heedDelete(ctx context.Context, in *incoming) error {
	id := referenceTo(in.Object)
	switch id {
	case "":
		return refuse(http.StatusBadRequest, "the Delete has no object")
	case in.sender.ID:
		return f.directory.ForgetPeer(ctx, in.sender.ID)
	}
	var handles []string
	known, err := f.directory.ReplyByID(ctx, id)
	if err == nil {
		handles = append(handles, known.Handle)
	} else if !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	return f.directory.ForgetNote(ctx, in.heard(id, handles...), id)
}
