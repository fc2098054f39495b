package web

import (
	"context"
	"errors"
	"net/http"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// invitationKey is where a session keeps the token of the invitation that its
// browser wants to accept.
const invitationKey = "invitation"

// joining is for what somebody becomes a person here: nobody can who was not
// invited and has not proved a claim.
type joining struct {
	Whom  speaker
	Role  directory.Role
	Token string           // of the invitation, or ""
	Claim *directory.Claim // if there is no invitation
	Owned bool             // there are owners, so that a claim waits

	Proposal *directory.Proposal // of a co-op that adds itself, if there is neither
}

// page is where somebody who is signed in already joins.
func (j joining) page() string {
	if j.Token != "" {
		return "/invitations/" + j.Token
	}
	if j.Proposal != nil {
		return directory.ProposalPage
	}
	return claimPath(j.Whom.Handle)
}

// joining is for what this browser may register somebody, or errNoClaim.
func (s *Server) joining(ctx context.Context) (joining, error) {
	if token := s.sessions.GetString(ctx, invitationKey); token != "" {
		i, err := s.directory.Invitation(ctx, token)
		if err != nil {
			s.sessions.Remove(ctx, invitationKey)
			return joining{}, err
		}
		whom, err := s.speaker(ctx, i.Handle)
		return joining{Whom: whom, Role: i.Role, Token: token}, err
	}
	claim, err := s.claimHere(ctx)
	if err != nil && !errors.Is(err, errNoClaim) {
		return joining{}, err
	}
	if claim.State != directory.ClaimProved {
		return s.proposing(ctx)
	}
	whom, err := s.speaker(ctx, claim.Handle)
	if err != nil {
		return joining{}, err
	}
	members, err := s.directory.Members(ctx, claim.Handle)
	j := joining{Whom: whom, Role: directory.Owner, Claim: &claim}
	for _, m := range members {
		j.Owned = j.Owned || m.Role == directory.Owner
	}
	return j, err
}

// proposing is joining by adding a co-op.
func (s *Server) proposing(ctx context.Context) (joining, error) {
	p, err := s.proposalHere(ctx)
	if err != nil {
		return joining{}, err
	}
	if p.State != directory.ProposalProved {
		return joining{}, errNoClaim
	}
	return joining{Whom: speaker{Name: p.Name, Page: directory.ProposalPage}, Role: directory.Owner, Proposal: &p}, nil
}

// registerPage shows where somebody becomes a person here.
func (s *Server) registerPage(w http.ResponseWriter, r *http.Request) error {
	j, err := s.joining(r.Context())
	if errors.Is(err, errNoClaim) {
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := s.person(r.Context()); err == nil { // who is known already needs no second self
		http.Redirect(w, r, j.page(), http.StatusSeeOther)
		return nil
	} else if !errors.Is(err, errSignIn) {
		return err
	}
	return s.showRegister(w, r, http.StatusOK, registering{joining: j, Shown: s.shownHere(r.Context())})
}

// registering is what the page shows on which somebody becomes a person here.
type registering struct {
	joining
	Shown       *directory.Account // that this browser has just shown, or nil
	Account     accountForm
	Name, Wrong string // what was typed, and a sentence about it
}

// account is the id of the account that has proved the claim, or "".
func (j joining) account() string {
	if j.Claim == nil {
		return ""
	}
	return j.Claim.AccountID
}

// ByPasskey says whether the person may come with a passkey: not for a claim
// that an account has proved, whose person it must be.
func (j joining) ByPasskey() bool { return j.account() == "" }

func (s *Server) showRegister(w http.ResponseWriter, r *http.Request, status int, shown registering) error {
	shown.Account = s.accountForm(r.Context(), accountToRegister)
	return s.show(w, status, "register", page{Path: "/register", NoIndex: true, Passkey: true, Account: s.pages.site.Accounts && shown.Shown == nil, Body: shown})
}

// beginRegister has the browser make a passkey for somebody new.
func (s *Server) beginRegister(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	j, err := s.joining(r.Context())
	if err == nil && !j.ByPasskey() {
		err = errNoClaim
	}
	if err != nil {
		return err
	}
	name, err := directory.PersonName(r.PostForm.Get("name"))
	if err != nil {
		return err
	}
	return s.askForNew(w, r, toRegister, newHolder(name))
}

// finishRegister makes the person, signs them in, and has them speak for whom
// they came to speak for.
func (s *Server) finishRegister(w http.ResponseWriter, r *http.Request) error {
	key, name, err := s.newPasskey(w, r, toRegister)
	if err != nil {
		return err
	}
	ctx := r.Context()
	j, err := s.joining(ctx)
	if err == nil && !j.ByPasskey() {
		err = errNoClaim
	}
	if err != nil {
		return err
	}
	p, err := s.directory.AddPerson(ctx, name, key)
	if err != nil {
		return err
	}
	if err := s.begin(r, p.ID, "passkey"); err != nil {
		return err
	}
	if err := s.join(ctx, j, p); err != nil {
		return err
	}
	return s.goOn(w, "/me")
}

// join has a new person speak for whom they came to speak for.
func (s *Server) join(ctx context.Context, j joining, p directory.Person) error {
	s.sessions.Remove(ctx, shownKey)
	switch {
	case j.Token != "":
		return s.accept(ctx, j.Token, p)
	case j.Proposal != nil:
		return s.send(ctx, *j.Proposal, p)
	}
	return s.take(ctx, *j.Claim, p)
}

// invited is what an invitation's page shows.
type invited struct {
	joining
	Me string // name of who is signed in, or ""
}

// invitationPage shows to what a link invites.
func (s *Server) invitationPage(w http.ResponseWriter, r *http.Request) error {
	ctx, token := r.Context(), mux.Vars(r)["token"]
	i, err := s.directory.Invitation(ctx, token)
	if err != nil {
		return err
	}
	p, err := s.person(ctx)
	if err != nil && !errors.Is(err, errSignIn) {
		return err
	}
	whom, err := s.speaker(ctx, i.Handle)
	if err != nil {
		return err
	}
	w.Header().Set("Referrer-Policy", "same-origin") // whoever has the address can use it
	return s.show(w, http.StatusOK, "invitation", page{NoIndex: true, Body: invited{joining{Whom: whom, Role: i.Role, Token: token}, p.Name}})
}

// acceptInvitation makes who is signed in a member; others register or sign in
// first.
func (s *Server) acceptInvitation(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	ctx, token := r.Context(), mux.Vars(r)["token"]
	if _, err := s.directory.Invitation(ctx, token); err != nil {
		return err
	}
	p, err := s.person(ctx)
	if errors.Is(err, errSignIn) {
		s.sessions.Put(ctx, invitationKey, token)
		next := "/register"
		if r.PostForm.Get("known") != "" {
			next = "/sign-in"
		}
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	if err == nil {
		err = s.accept(ctx, token, p)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/me", http.StatusSeeOther)
	return nil
}

func (s *Server) accept(ctx context.Context, token string, p directory.Person) error {
	s.sessions.Remove(ctx, invitationKey)
	if _, err := s.directory.AcceptInvitation(ctx, token, who(p)); err != nil {
		return err
	}
	s.sessions.Put(ctx, noticeKey, "invited")
	return nil
}
