package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// evidence is the page of a co-op's desk about how it has shown who it is.
type evidence struct {
	Desk    deskHead
	Coop    directory.Coop
	Control *directory.Control
	Ways    []ProofWay // to prove anew a website that is not proved any more, or not yet
	Pieces  []directory.Evidence
	Form    addSlot
}

func (s *Server) evidencePage(w http.ResponseWriter, r *http.Request) error {
	c, _, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	return s.showEvidence(w, r, http.StatusOK, c, addSlot{})
}

func (s *Server) showEvidence(w http.ResponseWriter, r *http.Request, status int, c directory.Coop, form addSlot) (err error) {
	ctx := r.Context()
	shown := evidence{Desk: s.deskHead(ctx, c, "evidence"), Coop: c, Form: form}
	if shown.Control, err = s.directory.Control(ctx, c); err != nil {
		return err
	}
	if toProve(shown.Control) && c.Website != "" {
		shown.Ways = s.waysToProve(c.Website, c.Handle, shown.Control.Claim.Token)
	}
	if shown.Pieces, err = s.directory.EvidenceOf(ctx, c.Handle); err != nil {
		return err
	}
	return s.showDesk(w, status, "evidence", shown)
}

// toProve says whether a website is to show its proof anew.
func toProve(c *directory.Control) bool {
	return c != nil && (c.LapsedAt != nil || c.Unproved != "")
}

// addEvidence has the co-op state something that speaks for it.
func (s *Server) addEvidence(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	c, by, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	form := addSlot{Kind: directory.EvidenceKind(r.PostForm.Get("kind")), What: r.PostForm.Get("what"), Link: r.PostForm.Get("link")}
	err = s.directory.AddEvidence(r.Context(), by, c.Handle, directory.Evidence{Kind: form.Kind, What: form.What, Link: form.Link})
	if wrong := new(directory.FieldError); errors.As(err, &wrong) {
		form.Refused = wrong.Reason
		return s.showEvidence(w, r, http.StatusUnprocessableEntity, c, form)
	}
	if err != nil {
		return err
	}
	return s.toEvidence(w, r, c, "stated")
}

func (s *Server) toEvidence(w http.ResponseWriter, r *http.Request, c directory.Coop, done string) error {
	s.sessions.Put(r.Context(), doneKey, done)
	http.Redirect(w, r, coopPath(c.Handle)+"/evidence", http.StatusSeeOther)
	return nil
}

func (s *Server) withdrawEvidence(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	c, by, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	id, err := numbered(r)
	if err != nil {
		return err
	}
	if err := s.directory.WithdrawEvidence(r.Context(), by, c.Handle, id); err != nil {
		return err
	}
	return s.toEvidence(w, r, c, "withdrawn")
}

// numbered is the number in a request's address.
func numbered(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(mux.Vars(r)["id"], 10, 64)
	if err != nil {
		return 0, errNotFound
	}
	return id, nil
}

// proveAnew looks for the proof at once that would else be looked for in the
// coming hours.
func (s *Server) proveAnew(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	c, _, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	control, err := s.directory.Control(r.Context(), c)
	if err != nil {
		return err
	}
	if s.config.Prove == nil || !toProve(control) || c.Website == "" {
		return s.toEvidence(w, r, c, "same")
	}
	ctx, cancel := context.WithTimeout(r.Context(), proveTime)
	defer cancel()
	method, foundAt, err := s.proofNow(ctx, c, control.Claim)
	if err != nil {
		return s.toEvidence(w, r, c, "unseen")
	}
	if err := s.directory.ProvedAnew(r.Context(), control.Claim.ID, c.Website, method, foundAt); err != nil {
		return err
	}
	return s.toEvidence(w, r, c, "proved")
}

// proofNow looks for the proof of a claim on the website that the entry names:
// the token, or a link to the account that has proved the claim before.
func (s *Server) proofNow(ctx context.Context, c directory.Coop, claim directory.Claim) (method, foundAt string, err error) {
	page := s.config.Origin + coopPath(c.Handle)
	method, foundAt, err = s.config.Prove(ctx, c.Website, page, claim.Token)
	if err == nil || claim.AccountID == "" || s.config.Accounts.Links == nil {
		return method, foundAt, err
	}
	account, err := s.directory.AccountByID(ctx, claim.AccountID)
	if err != nil {
		return "", "", err
	}
	foundAt, err = s.config.Accounts.Links(ctx, c.Website, page, account)
	return directory.MethodAccount, foundAt, err
}

// vouching is the page on which co-ops vouch for another one.
type vouching struct {
	Coop   directory.Coop
	Voices []vouchingVoice
}

// vouchingVoice is a co-op that can vouch, and whether it does.
type vouchingVoice struct {
	Whom    speaker
	Vouches bool
}

// vouchPage shows for which co-ops somebody could vouch for this one.
func (s *Server) vouchPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := s.person(ctx)
	if err != nil {
		return err
	}
	c, elsewhere, err := s.coopHere(w, r)
	if elsewhere || err != nil {
		return err
	}
	voices, err := s.voices(ctx, p.ID)
	if err != nil {
		return err
	}
	pieces, err := s.directory.EvidenceOf(ctx, c.Handle)
	if err != nil {
		return err
	}
	vouches := make(map[string]bool)
	for _, e := range pieces {
		vouches[e.Voucher] = true
	}
	shown := vouching{Coop: c}
	for _, v := range voices {
		if v.Coop() && v.Whom.Handle != c.Handle {
			shown.Voices = append(shown.Voices, vouchingVoice{v.Whom, vouches[v.Whom.Handle]})
		}
	}
	return s.show(w, http.StatusOK, "vouch", page{NoIndex: true, Mine: true, Body: shown})
}

// vouch has a co-op vouch for another one, or take that back.
func (s *Server) vouch(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	ctx, voucher := r.Context(), r.PostForm.Get("as")
	by, err := s.member(ctx, voucher, directory.Editor)
	if err != nil {
		return err
	}
	c, elsewhere, err := s.coopHere(w, r)
	if elsewhere || err != nil {
		return err
	}
	if r.PostForm.Get("do") == "take-back" {
		err = s.directory.TakeBackVouch(ctx, by, voucher, c.Handle)
	} else {
		err = s.directory.Vouch(ctx, by, voucher, c.Handle)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, coopPath(c.Handle)+"#known", http.StatusSeeOther)
	return nil
}
