package web

import (
	"net/http"

	"coopverse/directory/list"

	"github.com/gorilla/mux"
)

// shelf is one section of the list that is not about single co-ops: books,
// tools, networks.
type shelf struct {
	list.Section
	Others []list.Section
}

func (s *Server) resources(w http.ResponseWriter, r *http.Request) error {
	sections, err := s.directory.Sections(r.Context())
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, "resources", page{Path: "/resources", Section: "resources", Body: sections})
}

func (s *Server) resource(w http.ResponseWriter, r *http.Request) error {
	sections, err := s.directory.Sections(r.Context())
	if err != nil {
		return err
	}
	id := mux.Vars(r)["id"]
	for i, section := range sections {
		if section.ID == id {
			others := append(append([]list.Section{}, sections[:i]...), sections[i+1:]...)
			return s.show(w, http.StatusOK, "resource", page{Path: "/resources/" + id, Section: "resources", Body: shelf{section, others}})
		}
	}
	return errNotFound
}
