package web

import (
	"errors"
	"net/http"

	"coopverse/directory"
)

// allowList is the page on which operators say with which domains we speak when we speak
// only with some.
type allowList struct {
	Desk    operatorsHead
	Mode    allowedMode
	Asked   string // part of a name that is looked for; "": all
	Domains []directory.AllowedDomain
	Next    string // address of the next page, or ""
	Typed   directory.AllowedDomain

	WrongDomain, WrongNote string // why what was typed cannot be taken; "": it can

	MostNote int
}

// allowedMode is whether we speak only with allowed domains.
type allowedMode struct {
	Only  bool
	Fixed bool // that is set where the program is started

	Followers, Servers int // that are outside, and are told nothing while it is so
}

// allowedMode says who is outside as well if that is so now, or asked.
func (s *Server) allowedMode(r *http.Request, asked bool) (mode allowedMode, err error) {
	mode.Fixed = s.config.OnlyAllowed != nil
	if mode.Only, err = s.directory.SpeaksOnlyWithAllowed(r.Context()); err != nil || !mode.Only && !asked {
		return mode, err
	}
	mode.Followers, mode.Servers, err = s.directory.OutsideAllowed(r.Context())
	return mode, err
}

// allowedPage lists the allowed domains for operators.
func (s *Server) allowedPage(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.operator(r.Context()); err != nil {
		return err
	}
	return s.showAllowed(w, r, http.StatusOK, allowList{})
}

func (s *Server) showAllowed(w http.ResponseWriter, r *http.Request, status int, shown allowList) (err error) {
	shown.Desk, shown.Asked, shown.MostNote = s.operatorsHead(r.Context(), "allowed"), askedName(r), directory.MaxBlockNote
	if shown.Mode, err = s.allowedMode(r, false); err != nil {
		return err
	}
	if shown.Domains, err = s.directory.SomeAllowedDomains(r.Context(), shown.Asked, r.URL.Query().Get("after"), operatorsShown+1); err != nil {
		return err
	}
	if len(shown.Domains) > operatorsShown {
		shown.Domains = shown.Domains[:operatorsShown]
		shown.Next = nextNamed("/operators/allowed", shown.Asked, shown.Domains[operatorsShown-1].Domain, false)
	}
	return s.showDesk(w, status, "operators_allowed", shown)
}

// allowDomain allows a domain, or gives one that is allowed another note.
func (s *Server) allowDomain(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxDomainForm); err != nil {
		return err
	}
	ctx := r.Context()
	by, err := s.operator(ctx)
	if err != nil {
		return err
	}
	a := directory.AllowedDomain{Domain: r.PostForm.Get("domain"), Note: r.PostForm.Get("note")}
	if _, err := s.directory.DomainToBlock(ctx, a.Domain); errors.Is(err, directory.ErrInvalid) {
		return s.showAllowed(w, r, http.StatusUnprocessableEntity, allowList{Typed: a, WrongDomain: sentence(err)})
	}
	err = s.directory.AllowDomains(ctx, by, a)
	if errors.Is(err, directory.ErrInvalid) {
		return s.showAllowed(w, r, http.StatusUnprocessableEntity, allowList{Typed: a, WrongNote: sentence(err)})
	}
	if err != nil {
		return err
	}
	return s.toOperators(w, r, "allowed", "domain_allowed")
}

// disallowDomain takes a domain off the list.
func (s *Server) disallowDomain(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxDomainForm); err != nil {
		return err
	}
	by, err := s.operator(r.Context())
	if err != nil {
		return err
	}
	if err := s.directory.DisallowDomain(r.Context(), by, r.PostForm.Get("domain")); err != nil {
		return err
	}
	return s.toOperators(w, r, "allowed", "domain_disallowed")
}

// onlyAllowed is the page that asks before it is switched with whom we speak.
type onlyAllowed struct {
	Desk operatorsHead
	Mode allowedMode
}

func (s *Server) onlyAllowedForm(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.operator(r.Context()); err != nil {
		return err
	}
	mode, err := s.allowedMode(r, true)
	if err != nil {
		return err
	}
	return s.showDesk(w, http.StatusOK, "operators_only", onlyAllowed{s.operatorsHead(r.Context(), "allowed"), mode})
}

// switchOnlyAllowed sets whether we speak only with allowed domains.
func (s *Server) switchOnlyAllowed(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	by, err := s.operator(r.Context())
	if err != nil {
		return err
	}
	only := r.PostForm.Get("only")
	if s.config.OnlyAllowed != nil || only != "yes" && only != "no" {
		return errBadRequest
	}
	if err := s.directory.SpeakOnlyWithAllowed(r.Context(), by, only == "yes"); err != nil {
		return err
	}
	return s.toOperators(w, r, "allowed", "only_"+only)
}
