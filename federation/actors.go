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

// errGonePost means that a post was deleted.
type errGonePost struct{ post directory.Post }

func (errGonePost) Error() string { return "the post was deleted" }

// serveDocument serves what read returns as an ActivityPub document with an
// ETag. What is gone is answered with 410 and a Tombstone, because other
// servers keep what they get no clear answer about.
func (f *Federation) serveDocument(read func(*http.Request, string) ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept")
		handle := mux.Vars(r)["handle"]
		body, err := f.documents.get(r, func() (int64, error) { return f.directory.LastChange(r.Context()) }, func() ([]byte, error) { return read(r, handle) })
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

// write answers with a document, or with 304 if the other server has it already.
func write(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	hash := sha256.Sum256(body)
	etag := `"` + hex.EncodeToString(hash[:12]) + `"`
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "public, max-age=60")
	w.Header().Set("ETag", etag)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if status == http.StatusOK && strings.Contains(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a reader that has gone away needs no answer
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
	f.logger.Error("document", "path", r.URL.Path, "error", err)
	http.Error(w, "the document could not be read", http.StatusInternalServerError)
}

// actor is the document of one of our actors.
func (f *Federation) actor(r *http.Request, handle string) ([]byte, error) {
	ctx := r.Context()
	if !ours(handle) {
		c, err := f.directory.Coop(ctx, handle)
		if err != nil {
			return nil, err
		}
		return f.coopActor(ctx, c)
	}
	key, err := f.keys.of(ctx, handle)
	if err != nil {
		return nil, err
	}
	about, err := f.directory.About(ctx)
	if err != nil {
		return nil, err
	}
	if handle == document.InstanceHandle {
		return f.site.Instance(key.PublicPEM, about.Since)
	}
	return f.site.Directory(key.PublicPEM, about.Since, about.Coops)
}

func (f *Federation) coopActor(ctx context.Context, c directory.Coop) ([]byte, error) {
	key, err := f.keys.of(ctx, c.Handle)
	if err != nil {
		return nil, err
	}
	return f.site.Coop(c, key.PublicPEM)
}

// ours says whether the handle is one of the directory's own actors.
func ours(handle string) bool {
	return handle == directory.DirectoryHandle || handle == document.InstanceHandle
}

// exists refuses handles that no actor of ours has.
func (f *Federation) exists(r *http.Request, handle string) error {
	_, err := f.nameOf(r, handle)
	return err
}

func (f *Federation) outbox(r *http.Request, handle string) ([]byte, error) {
	if err := f.exists(r, handle); err != nil {
		return nil, err
	}
	query := r.URL.Query()
	if !query.Has("before") {
		total, err := f.directory.PostCount(r.Context(), handle)
		if err != nil {
			return nil, err
		}
		return f.site.Outbox(handle, total)
	}
	before, err := strconv.ParseInt(query.Get("before"), 10, 64)
	if err != nil || before < 0 {
		return nil, directory.ErrNotFound
	}
	posts, err := f.directory.Posts(r.Context(), handle, before, document.OutboxPageSize+1)
	if err != nil {
		return nil, err
	}
	return f.site.OutboxPage(handle, before, posts[:min(len(posts), document.OutboxPageSize)], len(posts) > document.OutboxPageSize)
}

// followers counts who follows and names nobody.
func (f *Federation) followers(r *http.Request, handle string) ([]byte, error) {
	if err := f.exists(r, handle); err != nil {
		return nil, err
	}
	if r.URL.Query().Has("page") {
		return f.site.FollowersPage(handle)
	}
	total, err := f.directory.FollowerCount(r.Context(), handle)
	if err != nil {
		return nil, err
	}
	return f.site.Followers(handle, total)
}

func (f *Federation) following(r *http.Request, handle string) ([]byte, error) {
	if err := f.exists(r, handle); err != nil {
		return nil, err
	}
	if r.URL.Query().Has("page") {
		return f.site.FollowingPage(handle)
	}
	return f.site.Following(handle)
}

func (f *Federation) featured(r *http.Request, handle string) ([]byte, error) {
	if ours(handle) {
		about, err := f.directory.About(r.Context())
		if err != nil {
			return nil, err
		}
		return f.site.DirectoryFeatured(about.Since, about.Coops)
	}
	c, err := f.directory.Coop(r.Context(), handle)
	if err != nil {
		return nil, err
	}
	return f.site.Featured(c)
}

func (f *Federation) introduction(r *http.Request, handle string) ([]byte, error) {
	if handle == directory.DirectoryHandle {
		about, err := f.directory.About(r.Context())
		if err != nil {
			return nil, err
		}
		return f.site.DirectoryIntroduction(about.Since, about.Coops)
	}
	c, err := f.directory.Coop(r.Context(), handle)
	if err != nil {
		return nil, err
	}
	return f.site.Introduction(c)
}

func (f *Federation) post(r *http.Request, handle string) ([]byte, error) {
	if err := f.exists(r, handle); err != nil {
		return nil, err
	}
	id, err := strconv.ParseInt(mux.Vars(r)["post"], 10, 64)
	if err != nil {
		return nil, directory.ErrNotFound
	}
	p, err := f.directory.Post(r.Context(), handle, id)
	if err != nil {
		return nil, err
	}
	if p.DeletedAt != nil {
		return nil, errGonePost{p}
	}
	return f.site.Note(p)
}
