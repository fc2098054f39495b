package federation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"coopverse/directory"
	"coopverse/federation/fetch"
)

// heed lets an activity of a verified sender have its effect. What we have no
// use for is taken, as the senders expect, and noted if it is about us.
func (f *Federation) heed(ctx context.Context, in *incoming) error {
	switch in.Type {
	case "Follow":
		return f.heedFollow(ctx, in)
	case "Accept", "Reject":
		return f.heedAnswer(ctx, in)
	case "Undo":
		return f.heedUndo(ctx, in)
	case "Block":
		return f.heedBlock(ctx, in)
	case "Like", "Announce", "EmojiReact":
		return f.heedReaction(ctx, in)
	case "Create":
		return f.heedCreate(ctx, in)
	case "Update":
		return f.heedUpdate(ctx, in)
	case "Delete":
		return f.heedDelete(ctx, in)
	case "Move":
		return f.heedMove(ctx, in)
	case "Flag":
		return f.heedFlag(ctx, in)
	case "QuoteRequest":
		return f.heedQuoteRequest(ctx, in)
	case "FeatureRequest":
		return f.heedFeatureRequest(ctx, in)
	}
	return f.noteDown(ctx, in, "no effect")
}

// noteDown notes an activity that has no other effect, if it is about an actor
// of ours, one of their posts, or an item in which somebody features them.
func (f *Federation) noteDown(ctx context.Context, in *incoming, effect string) error {
	var item struct {
		FeaturedObject reference `json:"featuredObject"`
	}
	_ = json.Unmarshal(in.Object, &item) // a plain id has nothing more to say
	for _, id := range []string{referenceTo(in.Object), string(item.FeaturedObject), string(in.Target)} {
		if handle, ok := f.concerned(ctx, id); ok {
			return f.directory.Note(ctx, in.heard(id, handle), effect)
		}
	}
	return nil
}

// concerned returns the actor of ours that an id is of, itself or one of its posts.
func (f *Federation) concerned(ctx context.Context, id string) (handle string, ok bool) {
	if handle, ok = f.site.HandleOf(id); !ok {
		handle, _, ok = f.site.PostOf(id)
	}
	if !ok || f.missing(ctx, directory.Subject{Handle: handle, Actor: true}) != nil {
		return "", false
	}
	return handle, true
}

// followed returns the handle of the actor of ours that object names.
func (f *Federation) followed(object json.RawMessage) (string, error) {
	id := referenceTo(object)
	if id == "" {
		return "", refuse(http.StatusBadRequest, "the activity has no object")
	}
	handle, ok := f.site.HandleOf(id)
	if !ok {
		return "", refuse(http.StatusBadRequest, "%s is not an actor of this server", id)
	}
	return handle, nil
}

func (f *Federation) heedFollow(ctx context.Context, in *incoming) error {
	handle, err := f.followed(in.Object)
	if err != nil {
		return err
	}
	if in.inbox != "" && in.inbox != handle {
		return refuse(http.StatusBadRequest, "a Follow of %s came to the inbox of %s", handle, in.inbox)
	}
	h := in.heard(f.site.Actor(handle), handle)
	if handle == directory.InstanceHandle {
		return f.directory.RefuseFollower(ctx, h, handle, in.request())
	}
	if handle == directory.DirectoryHandle && f.mirrorsUs(in) {
		return f.directory.AddMirrorFollower(ctx, h, in.request())
	}
	return missing(f.directory.AddFollower(ctx, h, handle, in.request()))
}

// request is what is kept of an activity that is to be answered, and comes back
// in the answer: its ids as they came, plainly, whether or not they stood in
// lists or documents (ActivityPods), and with its one type.
func (in *incoming) request() string {
	kept := map[string]string{"type": string(in.Type), "id": in.ID, "actor": string(in.Actor), "object": referenceTo(in.Object)}
	if instrument := referenceTo(in.Instrument); instrument != "" {
		kept["instrument"] = instrument
	}
	encoded, _ := json.Marshal(kept) // text always encodes
	return string(encoded)
}

// heedUndo takes back a Follow, a Like or an Announce. Some servers send what
// is undone, some only its id.
func (f *Federation) heedUndo(ctx context.Context, in *incoming) error {
	id := referenceTo(in.Object)
	var undone activity
	_ = json.Unmarshal(in.Object, &undone) // a plain id has nothing more to say
	if undone.Actor != "" && string(undone.Actor) != in.sender.ID {
		return refuse(http.StatusUnauthorized, "%s cannot undo what %s did", in.sender.ID, undone.Actor)
	}
	object := referenceTo(undone.Object)
	switch undone.Type {
	case "Follow":
		handle, ok := f.site.HandleOf(object)
		if !ok && id != "" {
			return f.undoByID(ctx, in, id)
		}
		return f.undoFollow(ctx, in, handle, id)
	case "Like", "Announce", "EmojiReact":
		handle, post, ok := f.site.PostOf(object)
		if !ok {
			return nil
		}
		return f.undoReaction(ctx, in, directory.ReactionType(string(undone.Type)), id, handle, post)
	case "":
		return f.undoByID(ctx, in, id)
	}
	if handle, ok := f.concerned(ctx, object); ok {
		h := in.heard(object, handle)
		h.Type = "Undo " + string(undone.Type)
		return f.directory.Note(ctx, h, "no effect")
	}
	return nil
}

func (f *Federation) undoByID(ctx context.Context, in *incoming, id string) error {
	if id == "" {
		return refuse(http.StatusBadRequest, "the Undo has no object")
	}
	handle, err := f.directory.FollowedBy(ctx, in.sender.ID, id)
	if err != nil {
		return err
	}
	if handle != "" {
		return f.undoFollow(ctx, in, handle, id)
	}
	reaction, known, err := f.directory.ReactionTo(ctx, in.sender.ID, id)
	if err != nil || !known {
		return err
	}
	return f.undoReaction(ctx, in, reaction.Type, id, reaction.Handle, reaction.PostID)
}

func (f *Federation) undoFollow(ctx context.Context, in *incoming, handle, followID string) error {
	if handle == "" || f.directory.Exists(ctx, handle) != nil {
		return nil
	}
	h := in.heard(f.site.Actor(handle), handle)
	h.Type = "Undo Follow"
	return f.directory.RemoveFollower(ctx, h, handle, followID)
}

func (f *Federation) undoReaction(ctx context.Context, in *incoming, kind, id, handle string, post int64) error {
	if f.directory.Exists(ctx, handle) != nil {
		return nil
	}
	h := in.heard(f.site.Post(handle, post), handle)
	h.Type = "Undo " + kind
	return f.directory.Unreact(ctx, h, kind, id, handle, post)
}

// heedBlock ends the following of whoever blocks one of our actors.
func (f *Federation) heedBlock(ctx context.Context, in *incoming) error {
	handle, err := f.followed(in.Object)
	if err != nil {
		return err
	}
	if err := f.directory.Exists(ctx, handle); err != nil {
		return missing(err)
	}
	return f.directory.RemoveFollower(ctx, in.heard(f.site.Actor(handle), handle), handle, "")
}

// heedMove hands what the sender follows over to the actor that it has become,
// if each of the two names the other: otherwise anyone could bring us to send
// what is meant for somebody else to them.
func (f *Federation) heedMove(ctx context.Context, in *incoming) error {
	target := string(in.Target)
	switch {
	case referenceTo(in.Object) != in.sender.ID:
		return refuse(http.StatusUnauthorized, "%s cannot move somebody else", in.sender.ID)
	case target == "" || target == in.sender.ID:
		return refuse(http.StatusBadRequest, "the Move does not say where to")
	case fetch.SameHost(target, f.site.Origin+"/"):
		return refuse(http.StatusBadRequest, "nobody can move to %s: actors of this server are co-ops", target)
	}
	before, err := f.actorAt(ctx, in.sender.ID)
	if err != nil {
		return unconfirmed(err, "the Move cannot be confirmed")
	}
	after, err := f.actorAt(ctx, target)
	if err != nil {
		return unconfirmed(err, "the Move cannot be confirmed")
	}
	switch {
	case before.ID != in.sender.ID:
		return refuse(http.StatusBadRequest, "%s shows %s", in.sender.ID, before.ID)
	case string(before.MovedTo) != after.ID:
		return refuse(http.StatusBadRequest, "%s does not say that it moved to %s", before.ID, after.ID)
	case !after.names(before.ID):
		return refuse(http.StatusBadRequest, "%s does not call itself %s as well", after.ID, before.ID)
	}
	became, err := after.peer("")
	if err != nil {
		return refuse(http.StatusBadRequest, "%v", err)
	}
	return f.directory.MoveFollower(ctx, in.heard(became.ID), became)
}

// unconfirmed refuses what could not be looked up: for now if another attempt
// may succeed, else for good.
func unconfirmed(err error, what string) error {
	if errors.Is(err, fetch.ErrTemporary) {
		return fmt.Errorf("%s: %w: %w", what, errLater, err)
	}
	return refuse(http.StatusBadRequest, "%s: %v", what, err)
}

// heedFlag puts a report into the operators' queue. It must be about something
// of ours.
func (f *Federation) heedFlag(ctx context.Context, in *incoming) error {
	var named oneOrMany[reference]
	if len(in.Object) == 0 || json.Unmarshal(in.Object, &named) != nil {
		return refuse(http.StatusBadRequest, "the Flag does not say what it is about")
	}
	if len(named) > directory.MaxReportObjects {
		return refuse(http.StatusBadRequest, "the Flag is about %d things; one report takes %d", len(named), directory.MaxReportObjects)
	}
	var objects []directory.ReportObject
	var handles []string
	for i, id := range named {
		handle, ok := f.concerned(ctx, string(id))
		if ok && !slices.Contains(handles, handle) {
			handles = append(handles, handle)
		}
		objects = append(objects, directory.ReportObject{Position: i, Handle: handle, Object: visible(string(id))})
	}
	if len(handles) == 0 {
		return refuse(http.StatusBadRequest, "the Flag is about nothing of this server")
	}
	return f.directory.AddReport(ctx, in.heard(objects[0].Object, handles...), plainText(in.reason(), directory.MaxReportText), objects)
}

// reason is why somebody reports something. Lemmy says it in the summary.
func (a activity) reason() string {
	if a.Content == "" {
		return a.Summary
	}
	return a.Content
}

// heedQuoteRequest answers whether one of our posts may be quoted (FEP-044f).
func (f *Federation) heedQuoteRequest(ctx context.Context, in *incoming) error {
	object, quoting := referenceTo(in.Object), referenceTo(in.Instrument)
	handle, post, ok := f.site.PostOf(object)
	if !ok {
		return refuse(http.StatusBadRequest, "%q is not a post of this server", object)
	}
	if err := f.mayAsk(in, quoting); err != nil {
		return err
	}
	leave := directory.Authorization{Handle: handle, Type: directory.QuoteAuthorization, Interacting: quoting, PostID: post}
	return missing(f.directory.Authorize(ctx, in.heard(object, handle), leave, in.request()))
}

// heedFeatureRequest answers whether one of our actors may be put into a
// collection (FEP-7aa9).
func (f *Federation) heedFeatureRequest(ctx context.Context, in *incoming) error {
	handle, err := f.followed(in.Object)
	if err != nil {
		return err
	}
	collection := referenceTo(in.Instrument)
	if err := f.mayAsk(in, collection); err != nil {
		return err
	}
	leave := directory.Authorization{Handle: handle, Type: directory.FeatureAuthorization, Interacting: collection}
	return missing(f.directory.Authorize(ctx, in.heard(f.site.Actor(handle), handle), leave, in.request()))
}

// mayAsk refuses a request whose instrument, the quoting note or the
// collection, is not the sender's.
func (f *Federation) mayAsk(in *incoming, instrument string) error {
	if !fetch.SameHost(instrument, in.sender.ID) {
		return refuse(http.StatusBadRequest, "the instrument %q of the %s is not on the host of its actor", instrument, in.Type)
	}
	var written note
	if json.Unmarshal(in.Instrument, &written) == nil && written.AttributedTo != "" && string(written.AttributedTo) != in.sender.ID {
		return refuse(http.StatusUnauthorized, "the instrument of the %s is by %s and not by %s", in.Type, written.AttributedTo, in.sender.ID)
	}
	return nil
}

// missing turns "there is no such thing" into an answer that nobody takes for
// the end of the inbox, as 404 would be.
func missing(err error) error {
	if absent(err) {
		return refuse(http.StatusBadRequest, "%v", err)
	}
	return err
}

// absent says whether an error is that there is no such thing, or not any more.
func absent(err error) bool {
	var gone *directory.GoneError
	return errors.Is(err, directory.ErrNotFound) || errors.As(err, &gone)
}
