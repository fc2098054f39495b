package web

import (
	"net/http"
	"net/url"
	"strconv"

	"coopverse/directory/prose"

	"github.com/gorilla/mux"
)

// hashtag is what the page of a hashtag shows.
type hashtag struct {
	Tag string // folded, without #
	posts
}

// tagPath is where the posts with a hashtag are.
func tagPath(tag string) string { return "/tags/" + url.PathEscape(tag) }

// tag shows the posts with a hashtag.
func (s *Server) tag(w http.ResponseWriter, r *http.Request) error {
	asked := mux.Vars(r)["tag"]
	parts := prose.Parts("#" + asked)
	if len(parts) != 1 || parts[0].Kind != prose.Hashtag {
		return errNotFound
	}
	tag := parts[0].Name
	if tag != asked {
		http.Redirect(w, r, tagPath(tag), http.StatusMovedPermanently)
		return nil
	}
	before, err := readBefore(r)
	if err != nil {
		return err
	}
	path := tagPath(tag)
	found, err := s.posts(r.Context(), s.directory.PostsTagged, tag, before, path)
	if err != nil {
		return err
	}
	found.Signed = true
	if before > 0 {
		path += "?before=" + strconv.FormatInt(before, 10)
	}
	return s.showIfNew(w, r, "tag", page{Path: path, NoIndex: len(found.Posts) == 0 || before > 0, Body: hashtag{tag, found}})
}
