package web

import (
	"context"
	"net/http"
	"strconv"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// newsShown is how many of the directory's posts stand on the page about it.
const newsShown = 5

// message is a post's own page.
type message struct {
	Post         post
	Conversation conversation
	Following    following
}

// post answers people at an address at which servers get a Note.
func (s *Server) post(w http.ResponseWriter, r *http.Request) error {
	w.Header().Add("Vary", "Accept")
	whom, elsewhere, err := s.addressed(w, r)
	if elsewhere || err != nil {
		return err
	}
	id, err := strconv.ParseInt(mux.Vars(r)["id"], 10, 64)
	if err != nil {
		return errNotFound
	}
	p, err := s.directory.Post(r.Context(), whom.Handle, id)
	if err != nil {
		return err
	}
	if p.DeletedAt != nil {
		return errPostGone
	}
	m := message{Post: post{Post: p, Author: whom}}
	m.Conversation, elsewhere, err = s.conversation(w, r, whom.Handle, id)
	if elsewhere || err != nil {
		return err
	}
	m.Post.Response = m.Conversation.Response
	if m.Following, err = s.following(r.Context(), whom); err != nil {
		return err
	}
	return s.showIfNew(w, r, "post", page{
		Path: m.Conversation.Path, Activity: m.Post.Path(), NoIndex: m.Conversation.First != "", Follow: m.Following.Open(), Body: m,
	})
}

// introduced is what others did with an actor's introduction.
type introduced struct {
	Path     string
	Response directory.Response
}

func (s *Server) introduced(ctx context.Context, handle string) (introduced, error) {
	counted, err := s.directory.Responses(ctx, handle, 0)
	return introduced{postPath(handle, 0), counted[0]}, err
}

// introduction is the page of the note in which an actor introduces itself.
type introduction struct {
	Whom         speaker
	Conversation conversation
}

// introduction shows what others said about an actor's introduction. While
// nobody did, people find on the page about the actor what there is to read.
func (s *Server) introduction(w http.ResponseWriter, r *http.Request) error {
	whom, elsewhere, err := s.addressed(w, r)
	if elsewhere || err != nil {
		return err
	}
	c, elsewhere, err := s.conversation(w, r, whom.Handle, 0)
	if elsewhere || err != nil {
		return err
	}
	if c.Response.Replies == 0 {
		return people(whom.Page)(w, r)
	}
	w.Header().Add("Vary", "Accept")
	return s.showIfNew(w, r, "introduction", page{
		Path: c.Path, Activity: postPath(whom.Handle, 0), NoIndex: c.First != "", Body: introduction{whom, c},
	})
}
