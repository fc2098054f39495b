package web

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"coopverse/directory"
	"coopverse/directory/place"
	"coopverse/directory/service"

	"github.com/gorilla/mux"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
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
	"name", "summary", "website", "services", "places", "remote", "founded", "members", "languages", "notes", "status", "featurable", "quotable",
}

// editing is the page on which a co-op edits its entry.
type editing struct {
	Desk     deskHead
	Version  int64
	Fields   []*formField
	Typed    bool // before signing in
	Conflict bool // somebody else has changed the entry meanwhile
	Wrong    []*formField
	Preview  *previewed
}

// formField is one field of the form, and what is known about it.
type formField struct {
	Name    string
	Text    string         // as it stands, or as it was typed
	Stands  directory.Fact // without a Field: nobody has said anything
	Beneath []directory.Fact
	Unset   bool   // the co-op no longer wants to speak about it
	Refused string // why what was typed cannot be taken
	Other   bool   // somebody else has changed it since the form was opened
	Clash   bool   // and something else was typed here
}

// CanUnset says whether something would stand if the co-op took its word back.
func (f *formField) CanUnset() bool {
	return f.Stands.Source == directory.FromCoop && len(f.Beneath) > 0 && (f.Name != "name" || f.Beneath[0].Value != "")
}

// Undecided says whether the field may be left without a word of anybody.
func (f *formField) Undecided() bool {
	return f.Stands.Field == "" || f.Stands.Source == directory.FromCoop && len(f.Beneath) == 0
}

// Groups are the services to choose from, with those that are chosen.
func (f *formField) Groups() []serviceGroup { return serviceGroups(split(f.Text, ",")) }

// Statuses are those that a co-op may give itself, and the one that it has.
func (f *formField) Statuses() []directory.Status {
	all := []directory.Status{directory.Active, directory.Inactive, directory.Defunct}
	if now := directory.Status(f.Text); now == directory.Unlisted {
		all = append(all, now)
	}
	return all
}

// editForm shows an entry to those who may edit it.
func (s *Server) editForm(w http.ResponseWriter, r *http.Request) error {
	c, _, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	e, _, err := s.editing(r.Context(), c)
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
	return s.showDesk(w, http.StatusOK, "edit", e)
}

// edit changes what the co-op says in its entry: only what was typed, so that
// what was left alone keeps following the other sources.
func (s *Server) edit(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxEntryForm); err != nil {
		return err
	}
	c, by, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	e, standing, err := s.editing(ctx, c)
	if err != nil {
		return err
	}
	if e.Version, err = strconv.ParseInt(r.PostForm.Get("version"), 10, 64); err != nil || e.Version <= 0 {
		return errBadRequest
	}
	seen, err := s.seenAt(ctx, c.Handle, e.Version, standing)
	if err != nil {
		return err
	}
	e.take(r.PostForm)
	change := e.change(seen)
	change.Source, change.Origin, change.Version, change.By = directory.FromCoop, fromEditPage, e.Version, by
	preview, status := r.PostForm.Get("do") == "preview", http.StatusOK
	if len(e.Wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	if preview {
		e.Preview = s.previewOf(c, e, change, standing)
	}
	if preview || len(e.Wrong) > 0 {
		return s.showDesk(w, status, "edit", e)
	}
	_, made, err := s.directory.EditCoop(ctx, c.Handle, change)
	if errors.Is(err, directory.ErrConflict) {
		return s.editConflict(w, r, e, change, seen)
	}
	if err != nil {
		return err
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
			f.Text, f.Unset = typed.Fields[i].Text, unset && f.CanUnset()
			f.Clash = f.Other && (unset || value != standing[f.Name])
		}
	}
	return s.showDesk(w, http.StatusConflict, "edit", e)
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

// take puts what was typed into the form.
func (e *editing) take(typed map[string][]string) {
	for _, f := range e.Fields {
		f.Text = strings.ToValidUTF8(strings.Join(typed[f.Name], ","), "\uFFFD")
		f.Unset = f.CanUnset() && slices.Contains(typed["unset"], f.Name)
	}
}

// change is what of the form differs from what whoever typed had seen. What
// cannot be taken is noted in the form.
func (e *editing) change(seen map[string]string) directory.Edit {
	change := directory.Edit{Set: make(map[string]string)}
	written := make(map[string]string)
	for _, f := range e.Fields {
		before := seen[f.Name]
		switch {
		case f.Unset:
			change.Unset = append(change.Unset, f.Name)
		case sameWords(f.Text, formText(f.Name, before)):
		case f.Name == "featurable" || f.Name == "quotable":
			if f.Text != "" {
				written[f.Name] = f.Text
			} else if f.Undecided() {
				change.Unset = append(change.Unset, f.Name)
			}
		case f.Name == "services":
			written[f.Name] = inOrderOf(before, f.Text)
		case f.Name == "languages":
			written[f.Name] = languageTags(f.Text)
		default:
			written[f.Name] = f.Text
		}
	}
	values, err := directory.Normalize(written)
	for name, value := range values {
		if value != seen[name] && (name != "remote" || value != "false" || seen[name] != "") {
			change.Set[name] = value
		}
	}
	e.refuse(err)
	return change
}

// refuse notes beside each field why it cannot be taken.
func (e *editing) refuse(err error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return
	}
	for _, f := range e.Fields {
		for _, one := range joined.Unwrap() {
			if wrong := new(directory.FieldError); errors.As(one, &wrong) && wrong.Field == f.Name {
				f.Refused = wrong.Reason
				e.Wrong = append(e.Wrong, f)
			}
		}
	}
}

// sameWords says whether two texts differ in nothing but white space.
func sameWords(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) }

// formText is a value as people write it into the form.
func formText(field, value string) string {
	switch field {
	case "languages":
		var names []string
		for _, tag := range split(value, ",") {
			names = append(names, languageInEnglish(tag))
		}
		return strings.Join(names, ", ")
	case "remote":
		return cmp.Or(value, "false")
	}
	return value
}

// inOrderOf lists chosen services: first those that were there, in the order of
// before, which is that of mention.
func inOrderOf(before, chosen string) string {
	now := split(chosen, ",")
	kept := slices.DeleteFunc(split(before, ","), func(id string) bool { return !slices.Contains(now, id) })
	for _, id := range now {
		if !slices.Contains(kept, id) {
			kept = append(kept, id)
		}
	}
	return strings.Join(kept, ",")
}

// split cuts a list into its members, without spaces around them.
func split(list, separator string) []string {
	var parts []string
	for part := range strings.SplitSeq(list, separator) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// languageInEnglish names a language in the one language of our pages so far.
func languageInEnglish(tag string) string {
	parsed, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	return display.English.Tags().Name(parsed)
}

// tagsByName are the languages that can be typed by their English names or
// their own.
var tagsByName = sync.OnceValue(func() map[string]string {
	tags := make(map[string]string)
	for _, tag := range display.Supported.Tags() {
		for _, names := range []string{display.Self.Name(tag), languageInEnglish(tag.String())} {
			if key := strings.ToLower(names); key != "" && (tags[key] == "" || len(tag.String()) < len(tags[key])) {
				tags[key] = tag.String()
			}
		}
	}
	return tags
})

// languageTags is a list of languages with their names turned into tags.
func languageTags(text string) string {
	var tags []string
	for _, name := range split(text, ",") {
		tags = append(tags, cmp.Or(tagsByName()[strings.ToLower(name)], name))
	}
	return strings.Join(tags, ",")
}

// serviceGroup is a shelf of the vocabulary.
type serviceGroup struct {
	Name     string
	Services []chosenService
}

// Chosen counts those that are chosen.
func (g serviceGroup) Chosen() int {
	n := 0
	for _, s := range g.Services {
		if s.Chosen {
			n++
		}
	}
	return n
}

type chosenService struct {
	service.Service
	Chosen bool
}

// shelves say where on the form a service is found; those not named here are
// on the last one, "other".
var shelves = []struct{ name, ids string }{
	{"build", "web-development software-development mobile-apps games cms ecommerce crm erp databases data open-data ai maps-gis xr testing accessibility open-source decentralised campaign-tools products"},
	{"run", "hosting sysadmin infrastructure isp it-support maintenance security collaboration hardware"},
	{"design", "web-design ux-design graphic-design design video-animation music-audio writing-translation marketing"},
	{"other", ""},
}

func serviceGroups(chosen []string) []serviceGroup {
	groups := make([]serviceGroup, len(shelves))
	for i, shelf := range shelves {
		groups[i].Name = shelf.name
	}
	for _, known := range service.All() {
		at := slices.IndexFunc(shelves, func(shelf struct{ name, ids string }) bool {
			return slices.Contains(strings.Fields(shelf.ids), known.ID)
		})
		if at < 0 {
			at = len(shelves) - 1
		}
		groups[at].Services = append(groups[at].Services, chosenService{known, slices.Contains(chosen, known.ID)})
	}
	return groups
}

// previewed is a profile as other servers show it, roughly.
type previewed struct {
	Name, Account, Summary string
	Where                  string
	Services               []string
	Lines                  []previewLine
}

// previewLine is one line of the table on a profile.
type previewLine struct{ Field, Value string }

// previewLines is how many lines of the table many programs show.
const previewLines = 4

// previewOf is the profile that the entry would have after a change.
func (s *Server) previewOf(c directory.Coop, e editing, change directory.Edit, standing map[string]string) *previewed {
	values := maps.Clone(standing)
	maps.Copy(values, change.Set)
	for _, f := range e.Fields {
		if !slices.Contains(change.Unset, f.Name) {
			continue
		}
		values[f.Name] = ""
		if len(f.Beneath) > 0 {
			values[f.Name] = f.Beneath[0].Value
		}
	}
	p := &previewed{Name: values["name"], Account: s.pages.site.account(c.Handle), Summary: values["summary"], Services: split(values["services"], ",")}
	where := split(values["places"], ";")
	if len(where) == 0 && values["region"] != "" {
		where = append(where, place.RegionName(values["region"]))
	}
	p.Where = strings.Join(where, "; ")
	lines := []previewLine{
		{"website", values["website"]}, {"places", p.Where}, {"services", values["services"]}, {"founded", values["founded"]},
		{"status", values["status"]},
	}
	for _, line := range lines {
		if line.Value != "" && len(p.Lines) < previewLines {
			p.Lines = append(p.Lines, line)
		}
	}
	return p
}
