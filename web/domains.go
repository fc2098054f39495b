package web

import (
	"context"
	"errors"
	"net/http"

	"coopverse/directory"
)

// maxDomainForm is how many bytes of the form for a domain are read: every
// character of its texts may take twelve.
const maxDomainForm = 20 << 10

// domainList is the page on which operators keep one of their lists of domains.
type domainList[D directory.BlockedDomain | directory.AllowedDomain] struct {
	Desk    operatorsHead
	Asked   string // part of a name that is looked for; "": all
	Domains []D
	Next    string // address of the next page, or ""
	Typed   D

	WrongDomain, WrongWords string // why what was typed cannot be taken; "": it can

	MostReason, MostNote int
}

// read fills in what the list has of what a request asks for.
func (l *domainList[D]) read(s *Server, r *http.Request, section string, some func(ctx context.Context, part, after string, limit int) ([]D, error), name func(D) string) (err error) {
	l.Desk, l.Asked = s.operatorsHead(r.Context(), section), askedName(r)
	l.MostReason, l.MostNote = directory.MaxBlockReason, directory.MaxBlockNote
	l.Domains, err = some(r.Context(), l.Asked, r.URL.Query().Get("after"), operatorsShown+1)
	if len(l.Domains) > operatorsShown {
		l.Domains = l.Domains[:operatorsShown]
		l.Next = nextNamed("/operators/"+section, l.Asked, name(l.Domains[operatorsShown-1]), false)
	}
	return err
}

// takeOff takes the domain of a form off a list.
func (s *Server) takeOff(w http.ResponseWriter, r *http.Request, section, done string, off func(ctx context.Context, by directory.Actor, domain string) error) error {
	by, err := s.operatorsForm(w, r, maxDomainForm)
	if err != nil {
		return err
	}
	if err := off(r.Context(), by, r.PostForm.Get("domain")); err != nil {
		return err
	}
	return s.toOperators(w, r, section, done)
}

type blockList = domainList[directory.BlockedDomain]

// domainsPage lists the blocked domains for operators.
func (s *Server) domainsPage(w http.ResponseWriter, r *http.Request) error {
	return s.showDomains(w, r, http.StatusOK, blockList{})
}

func (s *Server) showDomains(w http.ResponseWriter, r *http.Request, status int, shown blockList) error {
	if err := shown.read(s, r, "domains", s.directory.SomeBlockedDomains, func(b directory.BlockedDomain) string { return b.Domain }); err != nil {
		return err
	}
	return s.showDesk(w, status, "domains", shown)
}

// blockDomain blocks a domain, or gives one that is blocked another reason.
func (s *Server) blockDomain(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	by, err := s.operatorsForm(w, r, maxDomainForm)
	if err != nil {
		return err
	}
	b := directory.BlockedDomain{
		Domain: r.PostForm.Get("domain"), Reason: r.PostForm.Get("reason"), Note: r.PostForm.Get("note"),
		Obfuscated: r.PostForm.Get("obfuscated") != "",
	}
	if _, err := s.directory.DomainToBlock(ctx, b.Domain); errors.Is(err, directory.ErrInvalid) {
		return s.showDomains(w, r, http.StatusUnprocessableEntity, blockList{Typed: b, WrongDomain: sentence(err)})
	}
	err = s.directory.BlockDomains(ctx, by, b)
	if errors.Is(err, directory.ErrInvalid) {
		return s.showDomains(w, r, http.StatusUnprocessableEntity, blockList{Typed: b, WrongWords: sentence(err)})
	}
	if err != nil {
		return err
	}
	return s.toOperators(w, r, "domains", "domain_blocked")
}

// unblockDomain ends the block of a domain.
func (s *Server) unblockDomain(w http.ResponseWriter, r *http.Request) error {
	return s.takeOff(w, r, "domains", "domain_unblocked", s.directory.UnblockDomain)
}
