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

// index is a page of co-ops in the order of their names.
type index struct {
	Results directory.Results
	Letters []letter
	Query   query
}

// defunct shows the co-ops that have closed.
func (s *Server) defunct(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r)
	if err != nil {
		return err
	}
	found, err := s.directory.Search(r.Context(), directory.Query{Status: directory.Defunct, Page: q.Page})
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, "defunct", page{Path: "/defunct", Section: "defunct", Body: index{Results: found, Letters: byInitial(found.Coops)}})
}
