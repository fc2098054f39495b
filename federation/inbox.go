package federation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"

	"coopverse/directory"
	"coopverse/federation/document"
	"coopverse/federation/fetch"

	"github.com/gorilla/mux"
)

// MaxActivity is the size of the largest activity that is taken in, in bytes.
const MaxActivity = 1 << 20

// activity is what the inbox needs to know of what came in.
type activity struct {
	ID     string          `json:"id"`
	Type   string          `json:"type"`
	Actor  reference       `json:"actor"`
	Object json.RawMessage `json:"object"`
}

// reference is an id, given plainly or as a document with that id.
type reference string

// UnmarshalJSON takes "https://…" and {"id": "https://…", …}.
func (r *reference) UnmarshalJSON(data []byte) error {
	var document struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(data, (*string)(r)) == nil {
		return nil
	}
	if err := json.Unmarshal(data, &document); err != nil {
		return err
	}
	*r = reference(document.ID)
	return nil
}

// refusal is an answer to what cannot be taken in.
type refusal struct {
	status int
	reason string
}

func (r *refusal) Error() string { return r.reason }

func refuse(status int, format string, args ...any) error {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

// receive takes an activity in: read, verify, and let it have its effect. It
// answers when the effect is on the disk.
func (f *Federation) receive(w http.ResponseWriter, r *http.Request) {
	err := f.takeIn(r)
	if err == nil {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	status := http.StatusInternalServerError
	var refused *refusal
	var gone *directory.GoneError
	switch {
	case errors.As(err, &refused):
		status = refused.status
	case errors.Is(err, errUnverified):
		status = http.StatusUnauthorized
	case errors.Is(err, errKeyLater):
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "60")
	case errors.Is(err, directory.ErrNotFound):
		status = http.StatusNotFound
	case errors.As(err, &gone):
		status = http.StatusGone
	}
	level := f.logger.Debug
	if status == http.StatusInternalServerError {
		level = f.logger.Error
		http.Error(w, "the activity could not be taken in", status)
	} else {
		http.Error(w, err.Error(), status)
	}
	level("activity refused", "status", status, "error", err, "from", r.RemoteAddr)
}

func (f *Federation) takeIn(r *http.Request) error {
	inbox, err := f.inboxOwner(r)
	if err != nil {
		return err
	}
	if !isActivity(r.Header.Get("Content-Type")) {
		return refuse(http.StatusUnsupportedMediaType, "send application/activity+json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, MaxActivity))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return refuse(http.StatusRequestEntityTooLarge, "the activity is larger than %d bytes", MaxActivity)
	}
	if err != nil {
		return refuse(http.StatusBadRequest, "the body ended early")
	}
	sender, err := f.verify(r, body)
	if errors.Is(err, errFarewell) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := fetch.Plain(body); err != nil {
		return refuse(http.StatusBadRequest, "%v", err)
	}
	var a activity
	if err := json.Unmarshal(body, &a); err != nil {
		return refuse(http.StatusBadRequest, "the body is not an activity: %v", err)
	}
	if string(a.Actor) != sender.ID {
		return refuse(http.StatusUnauthorized, "%s signed what is said to be of %s", sender.ID, a.Actor)
	}
	if !fetch.SameHost(a.ID, sender.ID) {
		return refuse(http.StatusBadRequest, "the activity's id %q is not on the host of its actor", a.ID)
	}
	err = f.heed(r.Context(), inbox, sender, a, body)
	if errors.Is(err, directory.ErrRepeated) {
		return nil
	}
	return err
}

// inboxOwner returns the handle whose inbox was asked for, "" for the shared one.
func (f *Federation) inboxOwner(r *http.Request) (string, error) {
	handle, personal := mux.Vars(r)["handle"]
	if !personal {
		return "", nil
	}
	return handle, f.exists(r, handle)
}

func isActivity(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && slices.Contains([]string{"application/activity+json", "application/ld+json"}, kind)
}

// isFarewell says whether the body is the Delete of an actor by itself.
func isFarewell(body []byte) bool {
	var a activity
	var object reference
	return fetch.Plain(body) == nil && json.Unmarshal(body, &a) == nil && a.Type == "Delete" &&
		json.Unmarshal(a.Object, &object) == nil && object == a.Actor && object != ""
}

// heed lets an activity of a verified sender have its effect. What we have no
// use for is taken and forgotten, as the senders expect.
func (f *Federation) heed(ctx context.Context, inbox string, sender directory.Peer, a activity, body []byte) error {
	switch a.Type {
	case "Follow":
		return f.heedFollow(ctx, inbox, sender, a, body)
	case "Undo":
		return f.heedUndo(ctx, sender, a)
	case "Block":
		return f.heedBlock(ctx, sender, a)
	case "Delete":
		return f.heedDelete(ctx, sender, a)
	case "Update":
		return f.heedUpdate(ctx, sender, a)
	}
	return nil
}

// followed returns the handle of the actor of ours that object names.
func (f *Federation) followed(object json.RawMessage) (string, error) {
	var id reference
	if err := json.Unmarshal(object, &id); err != nil || id == "" {
		return "", refuse(http.StatusBadRequest, "the activity has no object")
	}
	handle, ok := f.site.HandleOf(string(id))
	if !ok {
		return "", refuse(http.StatusBadRequest, "%s is not an actor of this server", id)
	}
	return handle, nil
}

func (f *Federation) heedFollow(ctx context.Context, inbox string, sender directory.Peer, a activity, body []byte) error {
	handle, err := f.followed(a.Object)
	if err != nil {
		return err
	}
	if inbox != "" && inbox != handle {
		return refuse(http.StatusBadRequest, "a Follow of %s came to the inbox of %s", handle, inbox)
	}
	if handle == document.InstanceHandle {
		return refuse(http.StatusForbidden, "the instance's own actor only signs and cannot be followed; follow %s", f.site.Actor(directory.DirectoryHandle))
	}
	return f.directory.AddFollower(ctx, handle, sender, a.ID, string(body))
}

// heedUndo ends a following. Some servers send the Follow, some only its id.
func (f *Federation) heedUndo(ctx context.Context, sender directory.Peer, a activity) error {
	var id reference
	if err := json.Unmarshal(a.Object, &id); err != nil {
		return refuse(http.StatusBadRequest, "the Undo has no object")
	}
	var undone activity
	_ = json.Unmarshal(a.Object, &undone) // a plain id has nothing more to say
	if undone.Type != "" && undone.Type != "Follow" {
		return nil
	}
	if undone.Actor != "" && string(undone.Actor) != sender.ID {
		return refuse(http.StatusUnauthorized, "%s cannot undo what %s did", sender.ID, undone.Actor)
	}
	handle, _ := f.followed(undone.Object)
	return f.directory.RemoveFollower(ctx, handle, sender.ID, string(id), a.ID)
}

// heedBlock ends the following of whoever blocks one of our actors.
func (f *Federation) heedBlock(ctx context.Context, sender directory.Peer, a activity) error {
	handle, err := f.followed(a.Object)
	if err != nil {
		return err
	}
	return f.directory.RemoveFollower(ctx, handle, sender.ID, "", a.ID)
}

// heedDelete forgets an actor that says good-bye. Other deletions concern
// things that we do not keep.
func (f *Federation) heedDelete(ctx context.Context, sender directory.Peer, a activity) error {
	var object reference
	if json.Unmarshal(a.Object, &object) != nil || string(object) != sender.ID {
		return nil
	}
	return f.directory.ForgetPeer(ctx, sender.ID)
}

// heedUpdate fetches the profile of a known actor anew. What the activity
// itself says of it is not believed.
func (f *Federation) heedUpdate(ctx context.Context, sender directory.Peer, a activity) error {
	var object reference
	if json.Unmarshal(a.Object, &object) != nil || string(object) != sender.ID {
		return nil
	}
	fresh, err := f.signer(ctx, sender.KeyID)
	if err != nil {
		f.logger.Debug("profile not refreshed", "actor", sender.ID, "error", err)
		return nil
	}
	return f.directory.RememberPeer(ctx, fresh)
}
