package web

import (
	"net/http"

	"coopverse/directory"
)

// figures are the numbers on the about page.
type figures struct{ Coops, Countries, Defunct int }

func (s *Server) about(w http.ResponseWriter, r *http.Request) error {
	listed, err := s.directory.Search(r.Context(), directory.Query{})
	if err != nil {
		return err
	}
	closed, err := s.directory.Search(r.Context(), directory.Query{Status: directory.Defunct})
	if err != nil {
		return err
	}
	f := figures{Coops: listed.Total, Countries: len(listed.Countries), Defunct: closed.Total}
	return s.show(w, http.StatusOK, "about", page{Path: "/about", Section: "about", Body: f})
}

// page answers with a page that only says something.
func (s *Server) page(name string) answer {
	return func(w http.ResponseWriter, _ *http.Request) error {
		return s.show(w, http.StatusOK, name, page{Path: "/" + name, Section: name})
	}
}
