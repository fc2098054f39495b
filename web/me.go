package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"coopverse/directory"
)

// me is what a person's own page shows.
type me struct {
	Person  directory.Person
	Notice  string // which message says what has just been done, or ""
	Voices  []voice
	Added   []directory.Proposal // co-ops that the person has added
	Keys    []directory.Passkey
	SignIns []directory.SignIn

	Accounts []directory.Account
	Account  accountForm
	Fresh    bool    // they have signed in lately, and may change how they do
	Ended    []ended // claims that ended because they were here
	Here     int64   // id of this browser's sign-in
}

// voice is one for whom a person speaks.
type voice struct {
	Whom speaker
	Role directory.Role
}

// Coop says whether it is a co-op, which has pages to be edited here.
func (v voice) Coop() bool { return directory.IsCoop(v.Whom.Handle) }

// Owner says whether the person may say who else speaks for it.
func (v voice) Owner() bool { return v.Role == directory.Owner }

// mePage shows for whom somebody speaks, and how and where they sign in.
func (s *Server) mePage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := s.person(ctx)
	if err != nil {
		return err
	}
	shown := me{Person: p, Here: s.sessions.GetInt64(ctx, signInKey), Notice: s.sessions.PopString(ctx, noticeKey)}
	if shown.Voices, err = s.voices(ctx, p.ID); err != nil {
		return err
	}
	if shown.Added, err = s.directory.ProposalsOf(ctx, p.ID); err != nil {
		return err
	}
	if shown.Keys, err = s.directory.Passkeys(ctx, p.ID); err != nil {
		return err
	}
	if shown.Accounts, err = s.directory.Accounts(ctx, p.ID); err != nil {
		return err
	}
	if shown.Ended, err = s.endedClaims(ctx, p.ID); err != nil {
		return err
	}
	shown.Account, shown.Fresh = s.accountForm(ctx, accountToAdd), s.isFresh(ctx)
	if shown.SignIns, err = s.directory.SignIns(ctx, p.ID); err != nil {
		return err
	}
	return s.show(w, http.StatusOK, "me", page{Path: "/me", NoIndex: true, Mine: true, Passkey: true, Account: s.pages.site.Accounts && shown.Fresh, Body: shown})
}

// Ways is how many ways the person has to sign in. The last one stays.
func (m me) Ways() int { return len(m.Keys) + len(m.Accounts) }

// ended is somebody's claim of an entry, which ended because an owner was here.
type ended struct {
	Whom  speaker
	Claim directory.Claim
}

// endedClaims ends the claims that wait on a person, and lists those that ended
// so within the time that they would have waited.
func (s *Server) endedClaims(ctx context.Context, personID int64) ([]ended, error) {
	claims, err := s.directory.EndWaitingClaims(ctx, personID)
	if err != nil {
		return nil, err
	}
	var all []ended
	for _, claim := range claims {
		whom, err := s.speaker(ctx, claim.Handle)
		if err != nil {
			return nil, err
		}
		all = append(all, ended{whom, claim})
	}
	return all, nil
}

// voices are all for whom a person speaks, but those that were removed since.
func (s *Server) voices(ctx context.Context, personID int64) ([]voice, error) {
	members, err := s.directory.Memberships(ctx, personID)
	if err != nil {
		return nil, err
	}
	var voices []voice
	for _, m := range members {
		whom, err := s.speaker(ctx, m.Handle)
		if gone := (*directory.GoneError)(nil); errors.As(err, &gone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		voices = append(voices, voice{Whom: whom, Role: m.Role})
	}
	return voices, nil
}

// beginPasskey has the browser make one more passkey for who is signed in.
func (s *Server) beginPasskey(w http.ResponseWriter, r *http.Request) error {
	p, err := s.mineFresh(w, r)
	if err != nil {
		return err
	}
	h, err := s.holderOf(r.Context(), p)
	if err != nil {
		return err
	}
	return s.askForNew(w, r, toAdd, h)
}

// mine is who has sent a form of their own page.
func (s *Server) mine(w http.ResponseWriter, r *http.Request) (directory.Person, error) {
	if err := s.form(w, r, maxForm); err != nil {
		return directory.Person{}, err
	}
	return s.person(r.Context())
}

func (s *Server) finishPasskey(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := s.person(ctx)
	if err != nil {
		return err
	}
	key, _, err := s.newPasskey(w, r, toAdd)
	if err != nil {
		return err
	}
	if err := s.directory.AddPasskey(ctx, who(p), key); err != nil {
		return err
	}
	s.sessions.Put(ctx, noticeKey, "passkey_added")
	return s.goOn(w, "/me")
}

func (s *Server) removePasskey(w http.ResponseWriter, r *http.Request) error {
	p, err := s.mineFresh(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := s.directory.RemovePasskey(ctx, who(p), r.PostForm.Get("id")); err != nil {
		return err
	}
	s.sessions.Put(ctx, noticeKey, "passkey_removed")
	http.Redirect(w, r, "/me", http.StatusSeeOther)
	return nil
}

// endSignIn signs a person out of one of their browsers, or of all of them.
func (s *Server) endSignIn(w http.ResponseWriter, r *http.Request) error {
	p, err := s.mine(w, r)
	if err != nil {
		return err
	}
	ctx, here := r.Context(), s.sessions.GetInt64(r.Context(), signInKey)
	id, all := int64(0), r.PostForm.Get("id") == "all"
	if !all {
		if id, err = strconv.ParseInt(r.PostForm.Get("id"), 10, 64); err != nil || id <= 0 {
			return errBadRequest
		}
	}
	if err := s.directory.EndSignIn(ctx, p.ID, id); err != nil {
		return err
	}
	if !all && id != here {
		s.sessions.Put(ctx, noticeKey, "ended")
		http.Redirect(w, r, "/me", http.StatusSeeOther)
		return nil
	}
	if err := s.sessions.Destroy(ctx); err != nil {
		return err
	}
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return nil
}
