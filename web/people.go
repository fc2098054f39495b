package web

import (
	"net/http"
	"strconv"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// auditShown is how many acts one page of the audit log shows.
const auditShown = 20

// membership is what the page shows on which owners say who speaks for a co-op.
type membership struct {
	Desk    deskHead
	Coop    directory.Coop
	Me      int64 // id of who looks
	Members []directory.Member
	Waiting []directory.Claim // of people who want to be owners

	Open  []directory.Invitation // invitations that can still be used
	Log   []directory.AuditEntry
	Older string // address of what was done before that, or ""

	Link string         // of a new invitation, shown once; or ""
	Role directory.Role // that it gives
}

// Path is where the page is.
func (m membership) Path() string { return peoplePath(m.Coop.Handle) }

func peoplePath(handle string) string { return coopPath(handle) + "/people" }

// owned is the co-op that a request's address is about, and the owner of it who
// asks.
func (s *Server) owned(w http.ResponseWriter, r *http.Request) (c directory.Coop, by directory.Actor, elsewhere bool, err error) {
	c, elsewhere, err = s.coopHere(w, r)
	if elsewhere || err != nil {
		return c, by, elsewhere, err
	}
	by, err = s.member(r.Context(), c.Handle, directory.Owner)
	return c, by, false, err
}

func (s *Server) peoplePage(w http.ResponseWriter, r *http.Request) error {
	c, by, elsewhere, err := s.owned(w, r)
	if elsewhere || err != nil {
		return err
	}
	return s.showPeople(w, r, membership{Coop: c, Me: by.PersonID})
}

func (s *Server) showPeople(w http.ResponseWriter, r *http.Request, shown membership) (err error) {
	ctx := r.Context()
	shown.Desk = s.deskHead(ctx, shown.Coop, "people")
	if shown.Members, err = s.directory.Members(ctx, shown.Coop.Handle); err != nil {
		return err
	}
	claims, err := s.directory.Claims(ctx, shown.Coop.Handle)
	if err != nil {
		return err
	}
	for _, claim := range claims {
		if claim.State == directory.ClaimWaiting {
			shown.Waiting = append(shown.Waiting, claim)
		}
	}
	if shown.Open, err = s.directory.OpenInvitations(ctx, shown.Coop.Handle); err != nil {
		return err
	}
	before, err := readBefore(r)
	if err != nil {
		return err
	}
	if shown.Log, err = s.directory.AuditBefore(ctx, shown.Coop.Handle, before, auditShown+1); err != nil {
		return err
	}
	if len(shown.Log) > auditShown {
		shown.Log = shown.Log[:auditShown]
		shown.Older = shown.Path() + "?before=" + strconv.FormatInt(shown.Log[auditShown-1].ID, 10) + "#log"
	}
	return s.show(w, http.StatusOK, "people", page{Path: peoplePath(shown.Coop.Handle), NoIndex: true, Mine: true, Body: shown})
}

// invite makes an invitation. Its link is shown once, in the answer: only a
// hash of it is kept.
func (s *Server) invite(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	c, by, elsewhere, err := s.owned(w, r)
	if elsewhere || err != nil {
		return err
	}
	role := directory.Role(r.PostForm.Get("role"))
	token, err := s.directory.Invite(r.Context(), by, c.Handle, role)
	if err != nil {
		return err
	}
	return s.showPeople(w, r, membership{Coop: c, Me: by.PersonID, Link: s.config.Origin + "/invitations/" + token, Role: role})
}

// withdrawInvitation ends an invitation that nobody has used.
func (s *Server) withdrawInvitation(w http.ResponseWriter, r *http.Request) error {
	c, by, id, err := s.ownedForm(w, r)
	if err != nil {
		return err
	}
	if err := s.directory.WithdrawInvitation(r.Context(), by, c.Handle, id); err != nil {
		return err
	}
	http.Redirect(w, r, peoplePath(c.Handle), http.StatusSeeOther)
	return nil
}

// setRole makes an owner of an editor, or the other way round.
func (s *Server) setRole(w http.ResponseWriter, r *http.Request) error {
	c, by, id, err := s.ownedForm(w, r)
	if err != nil {
		return err
	}
	role := directory.Role(r.PostForm.Get("role"))
	if err := s.directory.SetRole(r.Context(), by, c.Handle, id, role); err != nil {
		return err
	}
	to := peoplePath(c.Handle)
	if id == by.PersonID && role != directory.Owner {
		to = "/me"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// ownedForm is owned for a form about the person or thing with the number in the
// address.
func (s *Server) ownedForm(w http.ResponseWriter, r *http.Request) (c directory.Coop, by directory.Actor, id int64, err error) {
	if err := s.form(w, r, maxForm); err != nil {
		return c, by, 0, err
	}
	c, by, elsewhere, err := s.owned(w, r)
	if err == nil && elsewhere {
		err = errNotFound
	}
	if err != nil {
		return c, by, 0, err
	}
	if id, err = strconv.ParseInt(mux.Vars(r)["id"], 10, 64); err != nil {
		err = errNotFound
	}
	return c, by, id, err
}

// leave ends the place that whoever is signed in has in a co-op.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) error {
	p, err := s.mine(w, r)
	if err != nil {
		return err
	}
	if err := s.directory.RemoveMember(r.Context(), who(p), r.PostForm.Get("handle"), p.ID); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), noticeKey, "left")
	http.Redirect(w, r, "/me", http.StatusSeeOther)
	return nil
}

// removeMember ends somebody's place in a co-op, from their next request on.
func (s *Server) removeMember(w http.ResponseWriter, r *http.Request) error {
	c, by, id, err := s.ownedForm(w, r)
	if err != nil {
		return err
	}
	if err := s.directory.RemoveMember(r.Context(), by, c.Handle, id); err != nil {
		return err
	}
	to := peoplePath(c.Handle)
	if id == by.PersonID {
		to = "/me"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
