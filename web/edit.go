package web

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// maxEntryForm is how many bytes of an entry's form are read.
const maxEntryForm = 256 << 10

// doneKey is where a session keeps what was done, for the next page to say.
const doneKey = "done"

// fromEditPage is the origin of what is changed here. The history shows it to
// everybody, so it does not name the person; the audit log does.
const fromEditPage = "edit page"

// formFields are the fields that a co-op edits, in the order of the form.
var formFields = []string{
	"name", "summary", "website", "contact", "services", "products", "hiring", "languages", "places", "remote", "founded", "members", "networks",
	"links", "extra", "notes", "status", "discoverable", "indexable", "featurable", "quotable", "logo", "header",
}

// formParts say with which field a part of the form begins. The pictures come last:
// what stands before them has arrived when one is too large.
var formParts = []struct{ name, first string }{
	{"who", "name"}, {"work", "services"}, {"where", "places"}, {"profile", "links"}, {"seen", "status"}, {"pictures", "logo"},
}

// editing is the page on which a co-op edits its entry.
type editing struct {
	Desk     deskHead
	Version  int64
	Fields   []*formField
	Typed    bool // before signing in
	Conflict bool // somebody else has changed the entry meanwhile
	Wrong    []*formField
	TooLarge bool // some of what was sent was not read
	Preview  *previewed
}

// formPart is a part of the form.
type formPart struct {
	Name   string
	Fields []*formField
}

// Parts are the fields in the parts of the form.
func (e editing) Parts() []formPart {
	var all []formPart
	for _, f := range e.Fields {
		if n := len(all); n < len(formParts) && formParts[n].first == f.Name {
			all = append(all, formPart{Name: formParts[n].name})
		}
		last := &all[len(all)-1]
		last.Fields = append(last.Fields, f)
	}
	return all
}

// editForm shows an entry to those who may edit it.
func (s *Server) editForm(w http.ResponseWriter, r *http.Request) error {
	c, _, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	e, standing, err := s.editing(r.Context(), c)
	if err != nil {
		return err
	}
	if typed := s.typed(r); typed != nil {
		e.Typed = true
		e.take(typed)
		if version, err := strconv.ParseInt(typed.Get("version"), 10, 64); err == nil {
			e.Version = version // so that nothing is overwritten that was changed since
		}
	}
	e.Preview = s.previewOf(c, e, directory.Edit{}, standing)
	return s.showEdit(w, http.StatusOK, e)
}

// showEdit shows the form. Its script asks for the preview again while somebody
// types.
func (s *Server) showEdit(w http.ResponseWriter, status int, e editing) error {
	return s.show(w, status, "edit", page{NoIndex: true, Mine: true, Preview: true, Body: e})
}

// edit changes what the co-op says in its entry: only what was typed, so that
// what was left alone keeps following the other sources.
func (s *Server) edit(w http.ResponseWriter, r *http.Request) error {
	if sameOrigin.Check(r) != nil {
		return errForeignForm
	}
	c, by, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	form, err := s.readEntryForm(w, r, c.Handle)
	if err != nil {
		return err
	}
	ctx := r.Context()
	e, standing, err := s.editing(ctx, c)
	if err != nil {
		return err
	}
	if e.Version, err = strconv.ParseInt(form.values.Get("version"), 10, 64); err != nil || e.Version <= 0 {
		return errBadRequest
	}
	seen, err := s.seenAt(ctx, c.Handle, e.Version, standing)
	if err != nil {
		return err
	}
	e.TooLarge = form.tooLarge
	for _, f := range e.Fields {
		if f.Picture != nil {
			s.takePicture(f, form, by, c.Handle)
		}
	}
	e.take(form.values)
	change := e.change(seen)
	change.Source, change.Origin, change.Version, change.By = directory.FromCoop, fromEditPage, e.Version, by
	e.Preview = s.previewOf(c, e, change, standing)
	if len(e.Wrong) > 0 || e.TooLarge {
		return s.showEdit(w, http.StatusUnprocessableEntity, e)
	}
	if form.values.Get("do") == "preview" {
		return s.showEdit(w, http.StatusOK, e)
	}
	_, made, err := s.directory.EditCoop(ctx, c.Handle, change)
	if errors.Is(err, directory.ErrConflict) {
		return s.editConflict(w, r, e, change, seen)
	}
	if e.refuse(err); len(e.Wrong) > 0 {
		return s.showEdit(w, http.StatusUnprocessableEntity, e)
	}
	if err != nil {
		return err
	}
	for _, f := range e.Fields {
		if f.Picture != nil {
			s.drafts.Invalidate(f.Picture.Kept)
		}
	}
	done := "saved"
	if len(made) == 0 {
		done = "same"
	}
	s.sessions.Put(ctx, doneKey, done)
	http.Redirect(w, r, coopPath(c.Handle)+"/edit", http.StatusSeeOther)
	return nil
}

// editConflict shows the form again as the entry is now, with what was typed,
// after somebody else had changed it.
func (s *Server) editConflict(w http.ResponseWriter, r *http.Request, typed editing, change directory.Edit, seen map[string]string) error {
	c, err := s.directory.Coop(r.Context(), typed.Desk.Whom.Handle)
	if err != nil {
		return err
	}
	e, standing, err := s.editing(r.Context(), c)
	if err != nil {
		return err
	}
	e.Conflict = true
	for i, f := range e.Fields {
		f.Other = standing[f.Name] != seen[f.Name]
		value, set := change.Set[f.Name]
		if unset := slices.Contains(change.Unset, f.Name); set || unset {
			f.Text, f.Picture, f.Unset = typed.Fields[i].Text, typed.Fields[i].Picture, unset && f.CanUnset()
			f.Clash = f.Other && (unset || value != standing[f.Name])
		}
	}
	e.Preview = s.previewOf(c, e, change, standing)
	return s.showEdit(w, http.StatusConflict, e)
}

// keeper is the co-op that an address is about, and who is signed in, if they
// may speak for it. Errors: errSignIn, errNotYours and those of Directory.Coop.
func (s *Server) keeper(w http.ResponseWriter, r *http.Request) (directory.Coop, directory.Actor, error) {
	w.Header().Set("Cache-Control", "no-store")
	handle := readable(mux.Vars(r)["handle"])
	by, err := s.member(r.Context(), handle, directory.Editor)
	if err != nil {
		return directory.Coop{}, directory.Actor{}, err
	}
	c, err := s.directory.Coop(r.Context(), handle)
	return c, by, err
}

// editing is the form as the entry stands, and the values that stand.
func (s *Server) editing(ctx context.Context, c directory.Coop) (editing, map[string]string, error) {
	facts, err := s.directory.Facts(ctx, c.ID)
	if err != nil {
		return editing{}, nil, err
	}
	e := editing{Desk: s.deskHead(ctx, c, "entry"), Version: c.Version}
	known := make(map[string]*formField)
	for _, name := range formFields {
		f := &formField{Name: name}
		e.Fields, known[name] = append(e.Fields, f), f
	}
	standing := map[string]string{"status": string(c.Status)}
	seen := make(map[string]bool)
	for _, fact := range facts {
		f := known[fact.Field]
		first := !seen[fact.Field]
		if first {
			standing[fact.Field], seen[fact.Field] = fact.Value, true
		}
		switch {
		case f == nil: // it has no place on the form
		case first:
			f.Stands = fact
		default:
			f.Beneath = append(f.Beneath, fact)
		}
	}
	for _, f := range e.Fields {
		f.Text = formText(f.Name, standing[f.Name])
		if shapes[f.Name] != nil {
			f.Picture = pictureOf(f.Name, f.Text, c.Name)
		}
	}
	return e, standing, nil
}

// seenAt is what stood in an entry at an earlier version: what stands now
// without the changes since.
func (s *Server) seenAt(ctx context.Context, handle string, version int64, standing map[string]string) (map[string]string, error) {
	changes, err := s.directory.History(ctx, handle)
	if err != nil {
		return nil, err
	}
	seen := maps.Clone(standing)
	for _, c := range changes { // newest first
		if c.Version > version && c.Effective && c.Field != "" {
			seen[c.Field] = c.Before
		}
	}
	return seen, nil
}
