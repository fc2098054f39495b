package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"coopverse/directory"
	"coopverse/directory/opendata"

	"github.com/gorilla/mux"
)

// similarShown is how many similar co-ops a page names.
const similarShown = 5

// entry is what a co-op's page shows.
type entry struct {
	Coop    directory.Coop
	Fields  []field
	Edits   []edit
	Similar []directory.Coop

	EarlierEdits string // address of the page with those before; "": these are all

	Control  *directory.Control // of the website; nil: it has not been shown
	Evidence []directory.Evidence

	News         posts
	Following    following
	Introduction introduced
	Told         *directory.ToldCount  // of the last change; nil: it is for nobody
	Topics       []directory.Topic     // that it belongs to
	Described    opendata.Organization // for search engines
	Waiting      bool                  // somebody else claims it
	Also         []directory.Elsewhere // where else the same co-op has an entry
}

// coopPath is where a co-op's entry is; it is also its id for programs.
func coopPath(handle string) string { return "/coops/" + url.PathEscape(handle) }

// coop answers at a co-op's one address: with a page for people, with a
// document for programs.
func (s *Server) coop(w http.ResponseWriter, r *http.Request) error {
	w.Header().Add("Vary", "Accept")
	handle := mux.Vars(r)["handle"]
	c, err := s.directory.Coop(r.Context(), readable(handle))
	if err != nil {
		return err
	}
	if c.Handle != handle {
		http.Redirect(w, r, coopPath(c.Handle), http.StatusMovedPermanently)
		return nil
	}
	if wants(r) == asJSON {
		return s.coopDocument(w, r, c)
	}
	before, err := readBefore(r)
	if err != nil {
		return err
	}
	if before > 0 {
		return s.older(w, r, coopSpeaker(c), s.directory.Posts, before, false)
	}
	e, err := s.entryOf(r.Context(), c)
	if err != nil {
		return err
	}
	return s.showIfNew(w, r, "coop", page{
		Path: coopPath(c.Handle), JSON: coopPath(c.Handle), Activity: coopPath(c.Handle), Feed: feedPath(c.Handle),
		NoIndex: c.Status == directory.Unlisted, Follow: !e.Closed() && e.Following.Open(), Body: e,
	})
}

func (s *Server) entryOf(ctx context.Context, c directory.Coop) (entry, error) {
	e, whom := entry{Coop: c}, coopSpeaker(c)
	profile, err := s.directory.Profile(ctx, c)
	if err != nil {
		return entry{}, err
	}
	e.Described = opendata.NewOrganization(opendata.Site{Origin: s.config.Origin, Name: s.config.Name}, profile)
	facts, err := s.directory.Facts(ctx, c.ID)
	if err != nil {
		return entry{}, err
	}
	e.Fields = fieldsOf(facts)
	if e.Edits, e.EarlierEdits, err = s.edits(ctx, c.Handle, 0); err != nil {
		return entry{}, err
	}
	if e.Similar, err = s.directory.Similar(ctx, c, similarShown); err != nil {
		return entry{}, err
	}
	if e.News, err = s.posts(ctx, s.directory.Posts, c.Handle, 0, whom.Page); err != nil {
		return entry{}, err
	}
	if e.Following, err = s.following(ctx, whom); err != nil {
		return entry{}, err
	}
	if e.Introduction, err = s.introduced(ctx, c.Handle); err != nil {
		return entry{}, err
	}
	told, err := s.directory.CountReceipts(ctx, c.Handle, 1)
	if err != nil {
		return entry{}, err
	}
	if len(told) > 0 && told[0].All() > 0 {
		e.Told = &told[0]
	}
	if c.Claimed() { // nobody waits beside nobody
		claims, err := s.directory.Claims(ctx, c.Handle)
		if err != nil {
			return entry{}, err
		}
		e.Waiting = slices.ContainsFunc(claims, func(c directory.Claim) bool { return c.State == directory.ClaimWaiting })
	}
	if e.Control, err = s.directory.Control(ctx, c); err != nil {
		return entry{}, err
	}
	if e.Evidence, err = s.directory.PublicEvidence(ctx, c, e.Control); err != nil {
		return entry{}, err
	}
	if e.Also, err = s.directory.Elsewhere(ctx, c.ID); err != nil {
		return entry{}, err
	}
	e.Topics, err = s.topicsOf(ctx, c)
	return e, err
}

// Logo and Header are the pictures that the co-op has chosen, or nil.
func (e entry) Logo() *shownPicture   { return chosenPicture(e.Coop.Logo) }
func (e entry) Header() *shownPicture { return chosenPicture(e.Coop.Header) }

func chosenPicture(value string) *shownPicture {
	p, ok := directory.ReadShown(value)
	if !ok {
		return nil
	}
	return &shownPicture{p.Path(), p.Alt}
}

// Closed and the like say how the co-op stands, in the words of the page.
func (e entry) Closed() bool   { return e.Coop.Status == directory.Defunct }
func (e entry) Unlisted() bool { return e.Coop.Status == directory.Unlisted }
func (e entry) Inactive() bool { return e.Coop.Status == directory.Inactive }

// field is one field of an entry: what stands, and what other sources say
// beneath it.
type field struct {
	Name    string
	Stands  directory.Fact
	Beneath []directory.Fact
}

// fieldsOf groups facts, which come in the order of fields and sources. A
// field about which the only word is that it has no value is left out.
func fieldsOf(facts []directory.Fact) []field {
	var fields []field
	for _, f := range facts {
		if n := len(fields); n > 0 && fields[n-1].Name == f.Field {
			fields[n-1].Beneath = append(fields[n-1].Beneath, f)
			continue
		}
		fields = append(fields, field{Name: f.Field, Stands: f})
	}
	shown := fields[:0]
	for _, f := range fields {
		if f.Stands.Value != "" || len(f.Beneath) > 0 {
			shown = append(shown, f)
		}
	}
	return shown
}

// edit is one step of a co-op's history: the changes that were made at once.
type edit struct {
	Changes []directory.Change // in the order in which they were made; never empty
}

// editsOf groups changes, newest first, by the version that they made.
func editsOf(changes []directory.Change) []edit {
	var edits []edit
	for _, c := range changes {
		if n := len(edits); n == 0 || edits[n-1].First().Version != c.Version {
			edits = append(edits, edit{})
		}
		last := &edits[len(edits)-1]
		last.Changes = append([]directory.Change{c}, last.Changes...)
	}
	return edits
}

// First is the change that stands for the whole edit: they share its version
// and time, and its kind says what the edit was for.
func (e edit) First() directory.Change { return e.Changes[0] }

// Differences are the changes of single fields.
func (e edit) Differences() []directory.Change {
	var differences []directory.Change
	for _, c := range e.Changes {
		if c.Field != "" {
			differences = append(differences, c)
		}
	}
	return differences
}
