package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// speaker is one of our actors, as pages name it: a co-op, a topic, or the
// directory itself.
type speaker struct {
	Handle  string
	Name    string
	Page    string // the path of the page about it
	MovedTo string // id of its actor on a server of its own, or ""
}

// actorPath is the path of an actor's id. Of a co-op or a topic it is also that
// of its page.
func actorPath(handle string) string {
	if directory.IsCoop(handle) {
		return coopPath(handle)
	}
	return "/actors/" + url.PathEscape(handle)
}

// speaker returns the actor with that handle. The instance's is none: it says
// nothing.
func (s *Server) speaker(ctx context.Context, handle string) (speaker, error) {
	if handle == directory.DirectoryHandle {
		return speaker{Handle: handle, Name: s.config.Name, Page: "/"}, nil
	}
	if t, ok := directory.TopicOf(handle); ok {
		return speaker{Handle: handle, Name: t.Label, Page: actorPath(handle)}, nil
	}
	c, err := s.directory.Coop(ctx, handle)
	if err != nil {
		return speaker{}, err
	}
	return coopSpeaker(c), nil
}

func coopSpeaker(c directory.Coop) speaker {
	return speaker{Handle: c.Handle, Name: c.Name, Page: coopPath(c.Handle), MovedTo: c.MovedTo}
}

// addressed is the actor that a request's address is about; without a handle in
// it, that is the directory. Elsewhere says that the reader was sent to the one
// way of writing the address.
func (s *Server) addressed(w http.ResponseWriter, r *http.Request) (who speaker, elsewhere bool, err error) {
	handle, ok := mux.Vars(r)["handle"]
	if !ok {
		who, err = s.speaker(r.Context(), directory.DirectoryHandle)
		return who, false, err
	}
	who, err = s.speaker(r.Context(), strings.ToLower(readable(handle)))
	if err != nil {
		return speaker{}, false, err
	}
	folder, _, _ := strings.Cut(r.URL.Path[1:], "/")
	if !strings.HasPrefix(actorPath(who.Handle), "/"+folder+"/") {
		return speaker{}, false, errNotFound
	}
	if who.Handle == handle {
		return who, false, nil
	}
	rest := strings.TrimPrefix(r.URL.Path, "/"+folder+"/"+handle)
	http.Redirect(w, r, (&url.URL{Path: actorPath(who.Handle) + rest, RawQuery: r.URL.RawQuery}).String(), http.StatusMovedPermanently)
	return who, true, nil
}
