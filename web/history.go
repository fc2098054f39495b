package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"coopverse/directory"
)

// fromHistoryPage is the origin of what is put back here, for the history.
const fromHistoryPage = "history page"

// historyShown is how many changes of fields one page of the history shows.
const historyShown = 100

// deskHistory is the page on which a co-op sees who changed what in its entry.
type deskHistory struct {
	Desk     deskHead
	Version  int64 // of the entry that is shown
	Edits    []deskEdit
	Newest   string // address of the first page; "" on that page itself
	Older    string // address of the next page; "" on the last one
	Conflict bool   // somebody else has changed the entry meanwhile
	Refused  string // why something could not be put back
}

// deskEdit is one step of the history, and who took it.
type deskEdit struct {
	edit
	Who string // "": no person who signed in here
}

// Differences are the changes of single fields.
func (e deskEdit) Differences() []difference {
	var all []difference
	for _, c := range e.edit.Differences() {
		all = append(all, difference{c})
	}
	return all
}

// difference is a change of one field, on its way to the page.
type difference struct{ directory.Change }

// Words are a long text before and after, cut into what both begin with, what
// differs and what both end with; nil for what is short or no text.
func (d difference) Words() *wordDifference {
	if d.Field != "summary" && d.Field != "notes" || d.Before == "" || d.After == "" {
		return nil
	}
	w := differingWords(d.Before, d.After)
	return &w
}

// wordDifference is how one text became another.
type wordDifference struct{ Begin, Gone, Come, End string }

// differingWords finds the words that two texts begin and end with.
func differingWords(before, after string) wordDifference {
	a, b := strings.Fields(before), strings.Fields(after)
	begin := 0
	for begin < len(a) && begin < len(b) && a[begin] == b[begin] {
		begin++
	}
	end := 0
	for end < len(a)-begin && end < len(b)-begin && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	words := func(of []string) string { return strings.Join(of, " ") }
	return wordDifference{words(a[:begin]), words(a[begin : len(a)-end]), words(b[begin : len(b)-end]), words(a[len(a)-end:])}
}

// history shows who changed what in an entry, to those who speak for the co-op.
func (s *Server) history(w http.ResponseWriter, r *http.Request) error {
	c, _, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	return s.showHistory(w, r, http.StatusOK, c, deskHistory{})
}

func (s *Server) showHistory(w http.ResponseWriter, r *http.Request, status int, c directory.Coop, h deskHistory) error {
	ctx := r.Context()
	before, err := readBefore(r)
	if err != nil {
		return err
	}
	changes, more, err := s.directory.HistoryBefore(ctx, c.Handle, before, historyShown)
	if err != nil {
		return err
	}
	versions := make([]int64, len(changes))
	for i, change := range changes {
		versions[i] = change.Version
	}
	editors, err := s.directory.Editors(ctx, c.Handle, versions)
	if err != nil {
		return err
	}
	h.Desk, h.Version = s.deskHead(ctx, c, "history"), c.Version
	if before > 0 {
		h.Newest = h.Desk.History()
	}
	if more {
		h.Older = h.Desk.History() + "?before=" + strconv.FormatInt(changes[len(changes)-1].ID, 10)
	}
	for _, e := range editsOf(changes) {
		h.Edits = append(h.Edits, deskEdit{e, editors[e.First().Version]})
	}
	return s.showDesk(w, status, "history", h)
}

// putBack gives a field the value that it had before one change of the co-op.
func (s *Server) putBack(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	c, by, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	change, err := strconv.ParseInt(r.PostForm.Get("change"), 10, 64)
	if err != nil {
		return errBadRequest
	}
	version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	if err != nil || version <= 0 {
		return errBadRequest
	}
	_, made, err := s.directory.PutBack(r.Context(), c.Handle, change, version, by, fromHistoryPage)
	switch wrong := new(directory.FieldError); {
	case errors.Is(err, directory.ErrConflict):
		if c, err = s.directory.Coop(r.Context(), c.Handle); err != nil {
			return err
		}
		return s.showHistory(w, r, http.StatusConflict, c, deskHistory{Conflict: true})
	case errors.As(err, &wrong):
		return s.showHistory(w, r, http.StatusUnprocessableEntity, c, deskHistory{Refused: wrong.Reason})
	case err != nil:
		return err
	}
	done := "put_back"
	if len(made) == 0 {
		done = "same"
	}
	s.sessions.Put(r.Context(), doneKey, done)
	http.Redirect(w, r, coopPath(c.Handle)+"/history", http.StatusSeeOther)
	return nil
}
