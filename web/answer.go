package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"coopverse/directory"
)

// Answer is where a co-op answers a reply.
func (r deskReply) Answer(news string) string {
	return news + "/new?" + url.Values{"answer": {r.ID}}.Encode()
}

// replyTo fills an empty form for an answer to a reply that came in here.
func (s *Server) replyTo(r *http.Request, form *composing) error {
	if form.answers = r.URL.Query().Get("answer"); form.answers == "" {
		return nil
	}
	if err := s.findAnswered(r.Context(), form); err != nil {
		return err
	}
	if form.Answers != nil && form.Answers.Author.Handle != "" {
		form.Text = "@" + form.Answers.Author.Handle + " "
	}
	return nil
}

// findAnswered finds the reply that the form says it answers. A co-op answers
// what was said to it; of what was deleted meanwhile the form says so.
func (s *Server) findAnswered(ctx context.Context, form *composing) error {
	if form.answers == "" || !form.New() {
		form.answers = ""
		return nil
	}
	found, err := s.directory.ReplyByID(ctx, form.answers)
	switch {
	case errors.Is(err, directory.ErrNotFound), err == nil && found.Handle != form.Desk.Whom.Handle:
		form.answers, form.Wrong = "", "unanswerable"
		return nil
	case err != nil:
		return err
	}
	form.Answers = &reply{Reply: found, Anchor: anchor(found.ID)}
	return nil
}
