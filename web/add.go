package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"coopverse/directory"
	"coopverse/directory/pace"
)

// What a session holds about the co-op that its browser is adding.
const (
	proposalKey       = "proposal"         // id of a directory.Proposal
	proposalSeenKey   = "proposal-seen"    // as seenKey
	proposalSeenAtKey = "proposal-seen-at" // as seenAtKey
)

// newEntryPace is how many co-ops may be begun to be added from one address.
var newEntryPace = pace.Pace{AtOnce: 5, Every: time.Hour}

// addSlots is how many pieces of evidence the form takes; there is room for more
// on the co-op's desk.
const addSlots = 2

// adding is the page on which a co-op adds itself.
type adding struct {
	Proposal *directory.Proposal // of this browser, to be proved or sent; nil: to be written
	Me       string              // name of who is signed in, or ""
	Ways     []ProofWay
	Seen     []string // when it was not found
	At       time.Time

	Fields   []*addField
	Slots    []*addSlot
	Wrong    []string // ids of the fields that need another look
	Listed   *directory.ListedError
	Namesake bool
}

// Proved says whether the website has shown the token.
func (a adding) Proved() bool {
	return a.Proposal != nil && a.Proposal.State == directory.ProposalProved
}

// Removed says whether the entry that was found was taken out.
func (a adding) Removed() bool { return a.Listed.Coop.Status == directory.Removed }

// addField is one field of the form.
type addField struct {
	Name, Text, Refused string
}

// Optional says whether it may be left empty.
func (f *addField) Optional() bool {
	return f.Name != "name" && f.Name != "website" && f.Name != "services" && f.Name != "places" && f.Name != "contact"
}

// Groups are the services to choose from, with those that are chosen.
func (f *addField) Groups() []serviceGroup { return serviceGroups(split(f.Text, ",")) }

// addSlot is room for a piece of evidence.
type addSlot struct {
	Number  int
	Kind    directory.EvidenceKind
	What    string
	Link    string
	Refused string
}

// Kinds are those to choose from.
func (addSlot) Kinds() []directory.EvidenceKind { return directory.StatedKinds }

// addPage shows the form, or how far the co-op has come that this browser adds.
// The link by which a website proved itself leads here, and on to the entry.
func (s *Server) addPage(w http.ResponseWriter, r *http.Request) error {
	ctx, query := r.Context(), r.URL.Query()
	if token := query.Get("claim"); token != "" {
		handle, err := s.directory.ClaimedWith(ctx, token)
		if err == nil {
			http.Redirect(w, r, coopPath(handle), http.StatusSeeOther)
			return nil
		}
		if !errors.Is(err, directory.ErrNotFound) {
			return err
		}
	}
	p, err := s.proposalHere(ctx)
	switch {
	case errors.Is(err, errNoClaim):
		return s.showAdd(w, http.StatusOK, formToAdd(directory.Written{}))
	case err != nil:
		return err
	case query.Has("change"):
		fields := p.Values()
		fields["languages"] = formText("languages", fields["languages"])
		return s.showAdd(w, http.StatusOK, formToAdd(directory.Written{Fields: fields, Contact: p.Contact, Namesake: p.Namesake, Evidence: p.Evidence}))
	}
	a := adding{Proposal: &p}
	if s.config.Prove != nil && s.config.ProofWays != nil {
		a.Ways = s.config.ProofWays(p.Website, s.config.Origin+directory.ProposalPage, p.Token)
	}
	if seen := s.sessions.GetString(ctx, proposalSeenKey); seen != "" {
		a.Seen, a.At = strings.Split(seen, "\n"), time.Unix(s.sessions.GetInt64(ctx, proposalSeenAtKey), 0)
	}
	who, err := s.person(ctx)
	if err != nil && !errors.Is(err, errSignIn) {
		return err
	}
	a.Me = who.Name
	return s.showAdd(w, http.StatusOK, a)
}

func (s *Server) showAdd(w http.ResponseWriter, status int, a adding) error {
	return s.show(w, status, "add", page{Path: directory.ProposalPage, Body: a})
}

// formToAdd is the form with what was written.
func formToAdd(written directory.Written) adding {
	a := adding{Namesake: written.Namesake}
	for _, name := range directory.ProposalFields {
		a.Fields = append(a.Fields, &addField{Name: name, Text: written.Fields[name]})
	}
	a.Fields = append(a.Fields, &addField{Name: "contact", Text: written.Contact})
	for i := range addSlots {
		slot := &addSlot{Number: i + 1}
		if i < len(written.Evidence) {
			slot.Kind, slot.What, slot.Link = written.Evidence[i].Kind, written.Evidence[i].What, written.Evidence[i].Link
		}
		a.Slots = append(a.Slots, slot)
	}
	return a
}

// refuse notes beside each field why it cannot be taken.
func (a *adding) refuse(err error) bool {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return false
	}
	reasons := make(map[string]string)
	for _, one := range joined.Unwrap() {
		if wrong := new(directory.FieldError); errors.As(one, &wrong) {
			reasons[wrong.Field] = wrong.Reason
		}
	}
	for _, f := range a.Fields {
		if f.Refused = reasons[f.Name]; f.Refused != "" {
			a.Wrong = append(a.Wrong, f.Name)
		}
	}
	for _, slot := range a.Slots {
		id := fmt.Sprintf("evidence-%d", slot.Number)
		if slot.Refused = reasons[id]; slot.Refused != "" {
			a.Wrong = append(a.Wrong, id)
		}
	}
	return len(a.Wrong) > 0
}

// writtenIn reads what a co-op wrote about itself from the form.
func writtenIn(form map[string][]string) directory.Written {
	get := func(name string) string { return strings.ToValidUTF8(strings.Join(form[name], ","), "\uFFFD") }
	written := directory.Written{Fields: make(map[string]string), Contact: get("contact"), Namesake: get("namesake") != ""}
	for _, name := range directory.ProposalFields {
		written.Fields[name] = get(name)
	}
	for i := range addSlots {
		e := directory.Evidence{
			Kind: directory.EvidenceKind(get(fmt.Sprintf("kind-%d", i+1))), What: get(fmt.Sprintf("what-%d", i+1)), Link: get(fmt.Sprintf("link-%d", i+1)),
		}
		if strings.TrimSpace(cmp.Or(string(e.Kind), e.What, e.Link)) != "" {
			written.Evidence = append(written.Evidence, e)
		}
	}
	return written
}

// add takes what a co-op wrote about itself, and shows how its website is
// proved.
func (s *Server) add(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxEntryForm); err != nil {
		return err
	}
	ctx, written := r.Context(), writtenIn(r.PostForm)
	form := formToAdd(written)
	written.Fields["languages"] = languageTags(written.Fields["languages"])
	if form.refuse(written.Check()) {
		return s.showAdd(w, http.StatusUnprocessableEntity, form)
	}
	before, err := s.proposalHere(ctx)
	if err != nil && !errors.Is(err, errNoClaim) {
		return err
	}
	if before.ID == 0 && !s.limits.Allow("new entries from "+network(r.RemoteAddr), newEntryPace) {
		w.Header().Set("Retry-After", slowDown)
		return errTooMany
	}
	p, err := s.directory.Propose(ctx, before.ID, written)
	if errors.As(err, &form.Listed) {
		return s.showAdd(w, http.StatusConflict, form)
	}
	if err != nil {
		return err
	}
	s.sessions.Put(ctx, proposalKey, p.ID)
	s.sessions.Remove(ctx, proposalSeenKey)
	http.Redirect(w, r, directory.ProposalPage, http.StatusSeeOther)
	return nil
}

// proposalHere is the co-op that this browser is adding, or errNoClaim.
func (s *Server) proposalHere(ctx context.Context) (directory.Proposal, error) {
	id := s.sessions.GetInt64(ctx, proposalKey)
	if id == 0 {
		return directory.Proposal{}, errNoClaim
	}
	p, err := s.directory.Proposal(ctx, id)
	begun := p.State == directory.ProposalBegun || p.State == directory.ProposalProved && p.Fresh()
	if errors.Is(err, directory.ErrNotFound) || err == nil && !begun {
		return directory.Proposal{}, errNoClaim
	}
	return p, err
}
