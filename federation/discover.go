package federation

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"coopverse/directory"
	"coopverse/federation/avatar"
	"coopverse/federation/document"

	"github.com/gorilla/mux"
)

// webFinger says which actor stands behind an acct: address, an actor's id or
// its page (RFC 7033). 410 means to other servers that the actor was deleted,
// so it is said only of what was removed.
func (f *Federation) webFinger(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	resource := r.URL.Query().Get("resource")
	if resource == "" {
		http.Error(w, "ask with ?resource=acct:name@host", http.StatusBadRequest)
		return
	}
	handle, ok := document.ResourceHandle(resource, f.site)
	if !ok {
		http.Error(w, "there is no such actor here", http.StatusNotFound)
		return
	}
	head, err := f.directory.LastChange(r.Context())
	if err != nil {
		f.fail(w, r, err)
		return
	}
	body, err := f.documents.get(r, head, func(context.Context) (int64, error) { return head, nil }, func() ([]byte, error) {
		name, logo, err := f.looksOf(r, handle)
		if err != nil {
			return nil, err
		}
		return f.site.WebFinger(handle, name, logo)
	})
	if err != nil {
		f.fail(w, r, err)
		return
	}
	write(w, r, http.StatusOK, document.WebFingerType, body)
}

// looksOf is the name that the actor with that handle shows, and the value of
// its logo if it has one.
func (f *Federation) looksOf(r *http.Request, handle string) (name, logo string, err error) {
	if topic, ok := directory.TopicOf(handle); ok {
		return topic.Label, "", nil
	}
	if !directory.IsCoop(handle) {
		return f.site.Name, "", nil
	}
	c, err := f.directory.Coop(r.Context(), handle)
	return document.DisplayName(c), c.Logo, err
}

// hostMeta says where WebFinger is; Akkoma asks for it first.
func (f *Federation) hostMeta(w http.ResponseWriter, r *http.Request) {
	write(w, r, http.StatusOK, document.HostMetaType, f.site.HostMeta())
}

func (f *Federation) nodeInfoLinks(w http.ResponseWriter, r *http.Request) {
	body, err := f.site.NodeInfoLinks()
	if err != nil {
		f.fail(w, r, err)
		return
	}
	write(w, r, http.StatusOK, document.NodeInfoType, body)
}

func (f *Federation) nodeInfo(w http.ResponseWriter, r *http.Request) {
	about, err := f.directory.About(r.Context())
	if err != nil {
		f.fail(w, r, err)
		return
	}
	body, ok := f.site.NodeInfo(mux.Vars(r)["version"], about.Coops, about.Posts)
	if !ok {
		f.fail(w, r, directory.ErrNotFound)
		return
	}
	write(w, r, http.StatusOK, document.NodeInfoType, body)
}

// avatar serves an actor's generated picture. Its address changes with it, so
// it may be kept for long.
func (f *Federation) avatar(w http.ResponseWriter, r *http.Request) {
	handle, err := f.handle(r)
	if err != nil {
		f.fail(w, r, err)
		return
	}
	name, _, err := f.looksOf(r, handle)
	if err != nil {
		f.fail(w, r, err)
		return
	}
	picture, err := avatar.PNG(handle, name)
	if err != nil {
		f.fail(w, r, err)
		return
	}
	writePicture(w, "image/png", picture)
}

// picture serves a picture of a post or an entry. Its address names its bytes.
func (f *Federation) picture(w http.ResponseWriter, r *http.Request) {
	name := mux.Vars(r)["picture"]
	hash, _, _ := strings.Cut(name, ".")
	picture, err := f.directory.Picture(r.Context(), hash)
	if err == nil && f.site.Picture(hash, picture.MediaType) != f.site.Origin+r.URL.Path {
		err = directory.ErrNotFound
	}
	if err != nil {
		f.fail(w, r, err)
		return
	}
	writePicture(w, picture.MediaType, picture.Data)
}

// writePicture answers with a picture that may be kept for long.
func writePicture(w http.ResponseWriter, mediaType string, data []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.Header().Set("Cache-Control", "public, max-age="+strconv.Itoa(int((30*24*time.Hour).Seconds())))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(data) // a reader that has gone away needs no answer
}
