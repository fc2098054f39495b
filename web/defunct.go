package web

import (
	"net/http"
	"strconv"

	"coopverse/directory"
)

// defunct shows the co-ops that have closed.
func (s *Server) defunct(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r)
	if err != nil {
		return err
	}
	if fresh, err := s.unchanged(w, r, "defunct"); fresh || err != nil {
		return err
	}
	found, err := s.directory.Search(r.Context(), directory.Query{Status: directory.Defunct, Page: q.Page})
	if err != nil {
		return err
	}
	closed := index{Results: found, Letters: byInitial(found.Coops), address: defunctPath}
	return s.show(w, http.StatusOK, "defunct", page{Path: defunctPath(found.Page), Section: "defunct", Body: closed})
}

func defunctPath(page int) string {
	if page <= 1 {
		return "/defunct"
	}
	return "/defunct?page=" + strconv.Itoa(page)
}
