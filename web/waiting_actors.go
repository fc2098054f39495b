package web

import (
	"errors"
	"net/http"

	"coopverse/directory"
)

// maxActorForm is how many bytes of a form with an actor's id are read.
const maxActorForm = 20 << 10

// returned is the page about actors who have come back with another key.
type returned struct {
	Desk   operatorsHead
	Actors []directory.Pinned
}

// operatorsActors lists the actors who wait with another key.
func (s *Server) operatorsActors(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actors, err := s.directory.PinnedPeers(ctx)
	if err != nil {
		return err
	}
	return s.showDesk(w, http.StatusOK, "operators_actors", returned{s.operatorsHead(ctx, "actors"), actors})
}

// decideActor admits an actor or keeps it out. Who is admitted has the name of
// somebody we knew, so it takes a fresh sign-in.
func (s *Server) decideActor(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by, err := s.operatorsForm(w, r, maxActorForm)
	if err != nil {
		return err
	}
	if _, err := s.fresh(ctx, "/operators/actors"); err != nil {
		return err
	}
	id := r.PostForm.Get("actor")
	switch r.PostForm.Get("do") {
	case "admit":
		err := s.directory.AdmitPeer(ctx, by, id, r.PostForm.Get("key"))
		if errors.Is(err, directory.ErrConflict) {
			return s.toOperators(w, r, "actors", "other_key")
		}
		if err != nil {
			return err
		}
		return s.toOperators(w, r, "actors", "admitted")
	case "keep":
		if err := s.directory.KeepPeerOut(ctx, by, id); err != nil {
			return err
		}
		return s.toOperators(w, r, "actors", "kept_out")
	}
	return errBadRequest
}
