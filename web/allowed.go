package web

import (
	"errors"
	"net/http"

	"coopverse/directory"
)

type allowList = domainList[directory.AllowedDomain]

// allowPage is the page on which operators say with which domains we speak when we speak
// only with some.
type allowPage struct {
	allowList
	Mode allowedMode
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
	return s.showAllowed(w, r, http.StatusOK, allowList{})
}

func (s *Server) showAllowed(w http.ResponseWriter, r *http.Request, status int, shown allowList) error {
	if err := shown.read(s, r, "allowed", s.directory.SomeAllowedDomains, func(a directory.AllowedDomain) string { return a.Domain }); err != nil {
		return err
	}
	mode, err := s.allowedMode(r, false)
	if err != nil {
		return err
	}
	return s.showDesk(w, status, "operators_allowed", allowPage{shown, mode})
}

// allowDomain allows a domain, or gives one that is allowed another note.
func (s *Server) allowDomain(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by, err := s.operatorsForm(w, r, maxDomainForm)
	if err != nil {
		return err
	}
	a := directory.AllowedDomain{Domain: r.PostForm.Get("domain"), Note: r.PostForm.Get("note")}
	if _, err := s.directory.DomainToBlock(ctx, a.Domain); errors.Is(err, directory.ErrInvalid) {
		return s.showAllowed(w, r, http.StatusUnprocessableEntity, allowList{Typed: a, WrongDomain: sentence(err)})
	}
	err = s.directory.AllowDomains(ctx, by, a)
	if errors.Is(err, directory.ErrInvalid) {
		return s.showAllowed(w, r, http.StatusUnprocessableEntity, allowList{Typed: a, WrongWords: sentence(err)})
	}
	if err != nil {
		return err
	}
	return s.toOperators(w, r, "allowed", "domain_allowed")
}

// disallowDomain takes a domain off the list.
func (s *Server) disallowDomain(w http.ResponseWriter, r *http.Request) error {
	return s.takeOff(w, r, "allowed", "domain_disallowed", s.directory.DisallowDomain)
}

// onlyAllowed is the page that asks before it is switched with whom we speak.
type onlyAllowed struct {
	Desk operatorsHead
	Mode allowedMode
}

func (s *Server) onlyAllowedForm(w http.ResponseWriter, r *http.Request) error {
	mode, err := s.allowedMode(r, true)
	if err != nil {
		return err
	}
	return s.showDesk(w, http.StatusOK, "operators_only", onlyAllowed{s.operatorsHead(r.Context(), "allowed"), mode})
}

// switchOnlyAllowed sets whether we speak only with allowed domains.
func (s *Server) switchOnlyAllowed(w http.ResponseWriter, r *http.Request) error {
	by, err := s.operatorsForm(w, r, maxForm)
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
