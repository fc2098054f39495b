package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// newsShown is how many of an actor's posts stand on its page.
const newsShown = 5

// post is one of our actors' posts, on its way to the page.
type post struct{ directory.Post }

// actorPath is the path of an actor's id. A co-op's is also that of its page.
func actorPath(handle string) string {
	if handle == directory.DirectoryHandle {
		return "/actors/" + handle
	}
	return coopPath(handle)
}

// Path is where the post is. It is its id on other servers, too, so that
// people who come from there find it.
func (p post) Path() string {
	return actorPath(p.Handle) + "/posts/" + strconv.FormatInt(p.ID, 10)
}

// Edited says whether the post has not always read like this.
func (p post) Edited() bool { return p.UpdatedAt.After(p.PublishedAt) }

// Paragraphs is what the post says. Only what the directory itself writes
// names co-ops by their handles.
func (p post) Paragraphs() []paragraph {
	return paragraphsOf(p.Body, p.Automatic && p.Handle == directory.DirectoryHandle)
}

// Line is the beginning of the post, for a list.
func (p post) Line() string {
	for _, first := range p.Paragraphs() {
		return first.String()
	}
	return ""
}

// latest are an actor's newest posts.
func (s *Server) latest(ctx context.Context, handle string, limit int) ([]post, error) {
	posts, err := s.directory.Posts(ctx, handle, 0, limit)
	if err != nil {
		return nil, err
	}
	news := make([]post, len(posts))
	for i, p := range posts {
		news[i] = post{p}
	}
	return news, nil
}

// message is a post's own page.
type message struct {
	Post      post
	Author    string
	Back      string // the author's page
	Following following
}

// coopPost shows a co-op's post.
func (s *Server) coopPost(w http.ResponseWriter, r *http.Request) error {
	handle := mux.Vars(r)["handle"]
	c, err := s.directory.Coop(r.Context(), readable(handle))
	if err != nil {
		return err
	}
	if c.Handle != handle {
		http.Redirect(w, r, coopPath(c.Handle)+"/posts/"+mux.Vars(r)["id"], http.StatusMovedPermanently)
		return nil
	}
	return s.post(w, r, c.Handle, c.Name)
}

// directoryPost shows a post of the directory itself.
func (s *Server) directoryPost(w http.ResponseWriter, r *http.Request) error {
	return s.post(w, r, directory.DirectoryHandle, s.config.Name)
}

// post answers people at an address at which servers get a Note.
func (s *Server) post(w http.ResponseWriter, r *http.Request, handle, author string) error {
	w.Header().Add("Vary", "Accept")
	id, err := strconv.ParseInt(mux.Vars(r)["id"], 10, 64)
	if err != nil {
		return errNotFound
	}
	p, err := s.directory.Post(r.Context(), handle, id)
	if err != nil {
		return err
	}
	if p.DeletedAt != nil {
		return errPostGone
	}
	f, err := s.following(r.Context(), handle, author)
	if err != nil {
		return err
	}
	fresh, err := s.unchanged(w, r, fmt.Sprintf("post-%d-%d", id, f.Followers))
	if fresh || err != nil {
		return err
	}
	m := message{Post: post{p}, Author: author, Back: f.Back, Following: f}
	return s.show(w, http.StatusOK, "post", page{Path: m.Post.Path(), Follow: true, Activity: m.Post.Path(), Body: m})
}
