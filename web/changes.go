package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/gorilla/mux"
)

// changesShown is how many changes of fields a page of a co-op's public history shows.
const changesShown = 60

// earlier is a page of the public history of a co-op's entry.
type earlier struct {
	Whom  speaker
	Edits []edit
	Older string // address of the next page; "" on the last one
}

// edits reads a page of a co-op's history, and where the next one is.
func (s *Server) edits(ctx context.Context, handle string, before int64) (edits []edit, older string, err error) {
	changes, more, err := s.directory.HistoryBefore(ctx, handle, before, changesShown)
	if err != nil {
		return nil, "", err
	}
	if more {
		older = coopPath(handle) + "/changes?before=" + strconv.FormatInt(changes[len(changes)-1].ID, 10)
	}
	return editsOf(changes), older, nil
}

// changes shows what has changed in an entry before what its page shows.
func (s *Server) changes(w http.ResponseWriter, r *http.Request) error {
	handle := mux.Vars(r)["handle"]
	c, err := s.directory.Coop(r.Context(), readable(handle))
	if err != nil {
		return err
	}
	before, err := readBefore(r)
	if err != nil {
		return err
	}
	shown := earlier{Whom: coopSpeaker(c)}
	if shown.Edits, shown.Older, err = s.edits(r.Context(), c.Handle, before); err != nil {
		return err
	}
	if before == 0 || c.Handle != handle || len(shown.Edits) == 0 {
		http.Redirect(w, r, coopPath(c.Handle)+"#history", http.StatusSeeOther)
		return nil
	}
	return s.showIfNew(w, r, "changes", page{Path: coopPath(c.Handle) + "/changes?before=" + strconv.FormatInt(before, 10), NoIndex: true, Body: shown})
}
