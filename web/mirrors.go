package web

import (
	"net/http"
	"net/url"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// mirror is a copy of another directory, as pages tell of it.
type mirror struct {
	directory.Mirror
	Coops int
}

// Standing is how the copy stands, as the end of the ids of the texts that say so.
func (m mirror) Standing() string {
	switch {
	case m.AdoptedAt != nil:
		return "adopted"
	case m.State == directory.MirrorFrozen:
		return "frozen"
	case m.Failures > 0 && m.VerifiedAt != nil:
		return "silent"
	case m.State == directory.MirrorCopying || m.VerifiedAt == nil:
		return "copying"
	}
	return "current"
}

// Search is where its entries are found.
func (m mirror) Search() string { return query{Home: m.Host}.URL() }

// mirrors lists the directories of which there are copies here.
func (s *Server) mirrors(w http.ResponseWriter, r *http.Request) error {
	all, err := s.directory.Mirrors(r.Context())
	if err != nil {
		return err
	}
	shown := make([]mirror, len(all))
	for i, m := range all {
		shown[i].Mirror = m
		if shown[i].Coops, err = s.directory.MirroredCount(r.Context(), m); err != nil {
			return err
		}
	}
	return s.showIfNew(w, r, "mirrors", page{Path: "/mirrors", Section: "mirrors", Body: shown})
}

// mirror leads to the entries of one of them.
func (s *Server) mirror(w http.ResponseWriter, r *http.Request) error {
	m, err := s.directory.Mirror(r.Context(), readable(mux.Vars(r)["host"]))
	if err != nil {
		return err
	}
	http.Redirect(w, r, mirror{Mirror: m}.Search(), http.StatusSeeOther)
	return nil
}

// homeName names a directory: a mirrored one by its host, ours by its name.
func (s site) homeName(home string) string {
	if home == "" || home == directory.HomeHere {
		return s.Name
	}
	return home
}

// homePath is where we show the entry with that handle of a directory.
func homePath(home, handle string) string {
	if home == "" {
		return coopPath(handle)
	}
	return "/mirrors/" + url.PathEscape(home) + "/" + url.PathEscape(handle)
}
