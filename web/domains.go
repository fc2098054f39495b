package web

import (
	"errors"
	"net/http"

	"coopverse/directory"
)

// maxDomainForm is how many bytes of the form for a domain are read: every
// character of its texts may take twelve.
const maxDomainForm = 20 << 10

// banished is the page on which operators block domains.
type banished struct {
	Desk        operatorsHead
	Asked       string // part of a name that is looked for; "": all
	Domains     []directory.BlockedDomain
	Next        string // address of the next page, or ""
	Typed       directory.BlockedDomain
	WrongDomain string // why what was typed cannot be taken; "": it can
	WrongReason string

	MostReason, MostNote int
}

// domainsPage lists the blocked domains for operators.
func (s *Server) domainsPage(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.operator(r.Context()); err != nil {
		return err
	}
	return s.showDomains(w, r, http.StatusOK, banished{})
}

func (s *Server) showDomains(w http.ResponseWriter, r *http.Request, status int, shown banished) (err error) {
	shown.Desk, shown.Asked = s.operatorsHead(r.Context(), "domains"), askedName(r)
	shown.MostReason, shown.MostNote = directory.MaxBlockReason, directory.MaxBlockNote
	if shown.Domains, err = s.directory.SomeBlockedDomains(r.Context(), shown.Asked, r.URL.Query().Get("after"), operatorsShown+1); err != nil {
		return err
	}
	if len(shown.Domains) > operatorsShown {
		shown.Domains = shown.Domains[:operatorsShown]
		shown.Next = nextNamed("/operators/domains", shown.Asked, shown.Domains[operatorsShown-1].Domain, false)
	}
	return s.showDesk(w, status, "domains", shown)
}

// blockDomain blocks a domain, or gives one that is blocked another reason.
func (s *Server) blockDomain(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxDomainForm); err != nil {
		return err
	}
	ctx := r.Context()
	by, err := s.operator(ctx)
	if err != nil {
		return err
	}
	b := directory.BlockedDomain{
		Domain: r.PostForm.Get("domain"), Reason: r.PostForm.Get("reason"), Note: r.PostForm.Get("note"),
		Obfuscated: r.PostForm.Get("obfuscated") != "",
	}
	if _, err := s.directory.DomainToBlock(ctx, b.Domain); errors.Is(err, directory.ErrInvalid) {
		return s.showDomains(w, r, http.StatusUnprocessableEntity, banished{Typed: b, WrongDomain: sentence(err)})
	}
	err = s.directory.BlockDomains(ctx, by, b)
	if errors.Is(err, directory.ErrInvalid) {
		return s.showDomains(w, r, http.StatusUnprocessableEntity, banished{Typed: b, WrongReason: sentence(err)})
	}
	if err != nil {
		return err
	}
	return s.toOperators(w, r, "domains", "domain_blocked")
}

// unblockDomain ends the block of a domain.
func (s *Server) unblockDomain(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxDomainForm); err != nil {
		return err
	}
	by, err := s.operator(r.Context())
	if err != nil {
		return err
	}
	if err := s.directory.UnblockDomain(r.Context(), by, r.PostForm.Get("domain")); err != nil {
		return err
	}
	return s.toOperators(w, r, "domains", "domain_unblocked")
}
