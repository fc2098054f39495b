package federation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"coopverse/directory"
	"coopverse/federation/document"

	"github.com/gorilla/mux"
)

// serveDocument serves what read returns as an ActivityPub document with an
// ETag. What is gone is answered with 410 and a Tombstone, because other
// servers keep what they get no clear answer about. The document is kept: a
// co-op's until something of that co-op changes, so that its old posts are at
// hand, and one that speaks of many until something in the directory does.
func (f *Federation) serveDocument(read func(r *http.Request, handle string) ([]byte, error)) http.HandlerFunc {
	return f.whileCurrent(f.answerWith(func(r *http.Request, handle string) ([]byte, error) {
		head, err := f.directory.LastChange(r.Context())
		if err != nil {
			return nil, err
		}
		lastChange := func(context.Context) (int64, error) { return head, nil }
		if directory.IsCoop(handle) {
			lastChange = func(ctx context.Context) (int64, error) { return f.directory.LastChangeOf(ctx, handle) }
		}
		return f.documents.get(r, head, lastChange, func() ([]byte, error) { return read(r, handle) })
	}))
}

// whileCurrent answers with what is kept as long as nothing has changed, and else has
// makeIt answer, which keeps it.
func (f *Federation) whileCurrent(makeIt http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		head, err := f.directory.LastChange(r.Context())
		if err != nil {
			f.fail(w, r, err)
			return
		}
		body, ok := f.documents.current(r.URL.RequestURI(), head)
		if !ok {
			makeIt(w, r)
			return
		}
		w.Header().Set("Vary", "Accept")
		write(w, r, http.StatusOK, document.ActivityType, body)
	}
}

// answerWith is serveDocument without keeping the document.
func (f *Federation) answerWith(read func(r *http.Request, handle string) ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept")
		handle, err := f.handle(r)
		var body []byte
		if err == nil {
			body, err = read(r, handle)
		}
		var gone *directory.GoneError
		var gonePost errGonePost
		status := http.StatusOK
		switch {
		case errors.As(err, &gone):
			status = http.StatusGone
			body, err = f.site.Tombstone(gone.Handle, gone.At)
		case errors.As(err, &gonePost):
			status = http.StatusGone
			body, err = f.site.PostTombstone(handle, gonePost.post.ID, *gonePost.post.DeletedAt)
		}
		if err != nil {
			f.fail(w, r, err)
			return
		}
		write(w, r, status, document.ActivityType, body)
	}
}

// handle is whose address was asked for, with ErrNotFound or *GoneError if it
// is nobody's. Each actor has one address and no other spelling.
func (f *Federation) handle(r *http.Request) (string, error) {
	handle := mux.Vars(r)["handle"]
	if actor := f.site.Origin + r.URL.Path; actor != f.site.Actor(handle) && !strings.HasPrefix(actor, f.site.Actor(handle)+"/") {
		return "", directory.ErrNotFound
	}
	return handle, f.directory.Exists(r.Context(), handle)
}

// write answers with a document, or with 304 if the other server has it already.
// It may be kept for a minute, if nothing else was said of it.
func write(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	etag := etagOf(body)
	w.Header().Set("Content-Type", contentType)
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "public, max-age=60")
	}
	w.Header().Set("ETag", etag)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if status == http.StatusOK && strings.Contains(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a reader that has gone away needs no answer
}

func etagOf(body []byte) string {
	hash := sha256.Sum256(body)
	return `"` + hex.EncodeToString(hash[:12]) + `"`
}

// fail answers a request for what we do not have or cannot read.
func (f *Federation) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, directory.ErrNotFound) {
		http.Error(w, "there is no such thing here", http.StatusNotFound)
		return
	}
	if gone := new(directory.GoneError); errors.As(err, &gone) {
		http.Error(w, gone.Reason, http.StatusGone)
		return
	}
	if !hungUp(r) {
		f.complain("a document could not be read", err, "path", r.URL.Path)
	}
	if directory.Ailing(err) {
		w.Header().Set("Retry-After", slowDown)
		http.Error(w, errAiling.Error(), http.StatusServiceUnavailable)
		return
	}
	http.Error(w, "the document could not be read", http.StatusInternalServerError)
}

// hungUp says whether nobody waits for the answer any more: what was not found out for
// them is no error of ours.
func hungUp(r *http.Request) bool { return errors.Is(r.Context().Err(), context.Canceled) }

// actor is the document of one of our actors.
func (f *Federation) actor(r *http.Request, handle string) ([]byte, error) {
	return f.actorOf(r.Context(), handle)
}

func (f *Federation) actorOf(ctx context.Context, handle string) ([]byte, error) {
	if directory.IsCoop(handle) {
		c, err := f.directory.Coop(ctx, handle)
		if err != nil {
			return nil, err
		}
		return f.coopActor(ctx, c)
	}
	keys, err := f.keys.of(ctx, handle)
	if err != nil {
		return nil, err
	}
	about, err := f.directory.About(ctx)
	if err != nil {
		return nil, err
	}
	shown := keys.newest().shown
	if handle == directory.InstanceHandle {
		return f.site.Instance(shown, about.Since)
	}
	if topic, ok := directory.TopicOf(handle); ok {
		n, err := f.directory.TopicCoops(ctx, topic)
		if err != nil {
			return nil, err
		}
		return f.site.Topic(topic, shown, about.Since, n)
	}
	return f.site.Directory(shown, about.Since, about.Coops)
}

func (f *Federation) coopActor(ctx context.Context, c directory.Coop) ([]byte, error) {
	keys, err := f.keys.of(ctx, c.Handle)
	if err != nil {
		return nil, err
	}
	return f.site.Coop(c, keys.newest().shown)
}
