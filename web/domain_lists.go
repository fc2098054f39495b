package web

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"coopverse/directory"
)

const (
	// maxDomainList is how many bytes a list of domains may have: some ten thousand domains.
	maxDomainList = 1 << 20
	// maxListForm is how many bytes of the form with a list are read: far more than is
	// taken, so that whoever sends too much is told so.
	maxListForm = 8 << 20
	// plannedShown is how many of the domains of a list a preview names.
	plannedShown = 200
)

// domainLists are the two lists, by the section of the desk that they are on.
var domainLists = map[string]struct {
	allowed bool
	file    string
}{
	"domains": {false, "domain_blocks.csv"},
	"allowed": {true, "domain_allows.csv"},
}

// imported is the page on which operators take a list in.
type imported struct {
	Desk    operatorsHead
	List    string // what was chosen or typed
	Refused string // why nothing of it can be taken; "": it can
	TooLong bool
	Plan    *plannedList

	MostMB int
}

// plannedList is what taking the list in would change.
type plannedList struct {
	directory.DomainPlan
	MoreNew, MoreChanged, MoreWrong int // that are not named
}

// Good is how many domains would be taken.
func (p plannedList) Good() int {
	return len(p.New) + p.MoreNew + len(p.Changed) + p.MoreChanged
}

// Bad is how many lines cannot be taken.
func (p plannedList) Bad() int { return len(p.Wrong) + p.MoreWrong }

// Says is a line that cannot be taken, for people.
func (p plannedList) Says(w directory.WrongLine) string { return sentence(w.Why) }

// firstOf is the beginning of a list, and how many are left out.
func firstOf[T any](list []T) (first []T, more int) {
	n := min(len(list), plannedShown)
	return list[:n], len(list) - n
}

// listSection is which of the two lists an address is about.
func listSection(r *http.Request) string {
	return strings.Split(r.URL.Path, "/")[2]
}

func (s *Server) importForm(w http.ResponseWriter, r *http.Request) error {
	return s.showImport(w, r, http.StatusOK, imported{})
}

func (s *Server) showImport(w http.ResponseWriter, r *http.Request, status int, shown imported) error {
	shown.Desk, shown.MostMB = s.operatorsHead(r.Context(), listSection(r)), maxDomainList>>20
	return s.showDesk(w, status, "operators_import", shown)
}

// importDomains shows what a list would change, or takes it in. It is read from a file
// if one was chosen, which is always shown first, or else from what stands in the form.
func (s *Server) importDomains(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by, err := s.operatorsForm(w, r, maxListForm)
	if err != nil {
		return err
	}
	text, chosen, err := sentList(r)
	if err != nil {
		return err
	}
	refused := func(why error) error {
		shown := imported{Refused: sentence(why), List: strings.ToValidUTF8(text, "\uFFFD")}
		return s.showImport(w, r, http.StatusUnprocessableEntity, shown)
	}
	if len(text) > maxDomainList {
		return s.showImport(w, r, http.StatusUnprocessableEntity, imported{TooLong: true})
	}
	list, err := directory.ReadDomainList(strings.NewReader(text))
	if errors.Is(err, directory.ErrInvalid) {
		return refused(err)
	}
	if err != nil {
		return err
	}
	section := listSection(r)
	plan, err := s.directory.PlanDomains(ctx, list, domainLists[section].allowed)
	if errors.Is(err, directory.ErrInvalid) {
		return refused(err)
	}
	if err != nil {
		return err
	}
	if do := r.PostForm.Get("do"); do != "take" && do != "pass_over" || chosen || !plan.Changes() || do == "take" && len(plan.Wrong) > 0 {
		return s.showPlan(w, r, text, plan)
	}
	if err := s.directory.CarryOut(ctx, by, plan, true); err != nil {
		return err
	}
	return s.toOperators(w, r, section, "imported")
}

// sentList is the list that came with a form, and whether it was chosen as a file.
func sentList(r *http.Request) (text string, chosen bool, err error) {
	file, _, err := r.FormFile("file")
	if err != nil { // none was chosen
		return r.PostForm.Get("list"), false, nil
	}
	defer file.Close()
	read, err := io.ReadAll(io.LimitReader(file, maxDomainList+1))
	if err != nil {
		return "", false, errBadRequest
	}
	if len(read) == 0 && r.PostForm.Get("list") != "" {
		return r.PostForm.Get("list"), false, nil
	}
	return string(read), true, nil
}

func (s *Server) showPlan(w http.ResponseWriter, r *http.Request, text string, plan directory.DomainPlan) error {
	p := plannedList{DomainPlan: plan}
	p.New, p.MoreNew = firstOf(plan.New)
	p.Changed, p.MoreChanged = firstOf(plan.Changed)
	p.Wrong, p.MoreWrong = firstOf(plan.Wrong)
	return s.showImport(w, r, http.StatusOK, imported{List: text, Plan: &p})
}

// exportBlocked answers with the blocked domains as Mastodon writes them.
func (s *Server) exportBlocked(w http.ResponseWriter, r *http.Request) error {
	domains, err := s.directory.BlockedDomains(r.Context())
	if err != nil {
		return err
	}
	asDownload(w, domainLists["domains"].file)
	return directory.WriteBlockedDomains(w, domains)
}

// exportAllowed answers with the allowed domains as Mastodon writes them.
func (s *Server) exportAllowed(w http.ResponseWriter, r *http.Request) error {
	domains, err := s.directory.AllowedDomains(r.Context())
	if err != nil {
		return err
	}
	asDownload(w, domainLists["allowed"].file)
	return directory.WriteAllowedDomains(w, domains)
}

func asDownload(w http.ResponseWriter, file string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+file+`"`)
}
