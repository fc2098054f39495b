package web

import (
	"context"
	"net/http"
	"sync"
	"time"

	"coopverse/directory"
	"coopverse/directory/list"

	"github.com/gorilla/mux"
)

// shelf is one section of the list that is not about single co-ops: books,
// tools, networks.
type shelf struct {
	list.Section
	Others []list.Section
}

// keepSections is how long what was read of the list is shown. To read it takes
// longer than all else about a page; it changes a few times a week.
const keepSections = 10 * time.Second

// keptSections are the list's sections as last read.
type keptSections struct {
	mu       sync.Mutex
	readAt   time.Time
	sections []list.Section
}

func (k *keptSections) read(ctx context.Context, d *directory.Directory) ([]list.Section, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if time.Since(k.readAt) < keepSections {
		return k.sections, nil
	}
	sections, err := d.Sections(ctx)
	if err == nil {
		k.readAt, k.sections = time.Now(), sections
	}
	return sections, err
}

func (s *Server) resources(w http.ResponseWriter, r *http.Request) error {
	sections, err := s.sections.read(r.Context(), s.directory)
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, "resources", page{Path: "/resources", Section: "resources", Body: sections})
}

func (s *Server) resource(w http.ResponseWriter, r *http.Request) error {
	sections, err := s.sections.read(r.Context(), s.directory)
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
