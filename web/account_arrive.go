package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"coopverse/directory"
)

// arrive does for what somebody has shown that an account is theirs.
func (s *Server) arrive(w http.ResponseWriter, r *http.Request, asked accountAsked, account directory.Account) error {
	next, err := "", error(nil)
	switch asked.For {
	case accountToAdd:
		next, err = s.arriveToAdd(r.Context(), asked, account)
	case accountToClaim:
		next, err = s.arriveToClaim(r, asked, account)
	default:
		next, err = s.arriveToSignIn(r, account)
	}
	if err != nil {
		return s.accountFailed(w, r, asked, err)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

func (s *Server) arriveToAdd(ctx context.Context, asked accountAsked, account directory.Account) (next string, err error) {
	p, err := s.person(ctx)
	if errors.Is(err, errSignIn) || err == nil && p.ID != asked.Person {
		err = fmt.Errorf("%w: you have signed out, or in as somebody else, meanwhile", directory.ErrInvalid)
	}
	if err != nil {
		return "", err
	}
	if err := s.directory.AddAccount(ctx, who(p), account); err != nil {
		return "", err
	}
	s.sessions.Put(ctx, noticeKey, "account_added")
	return "/me", nil
}

// arriveToSignIn signs in whose account it is. Who is nobody here yet becomes
// somebody if they were invited or have proved a claim.
func (s *Server) arriveToSignIn(r *http.Request, account directory.Account) (next string, err error) {
	ctx := r.Context()
	p, err := s.directory.SignsIn(ctx, account)
	if err == nil {
		if err := s.begin(r, p.ID, "account"); err != nil {
			return "", err
		}
		return s.whatNext(ctx), nil
	}
	if !errors.Is(err, directory.ErrUnknownAccount) {
		return "", err
	}
	if _, err := s.joining(ctx); errors.Is(err, errNoClaim) {
		return "", fmt.Errorf("%w: nobody signs in here with @%s yet; to begin, claim your co-op on its page, or ask somebody who speaks for it to invite you", directory.ErrInvalid, account.Name)
	} else if err != nil {
		return "", err
	}
	return "/register", s.keepShown(ctx, account)
}

// arriveToClaim proves a claim by the account, if the website links it.
func (s *Server) arriveToClaim(r *http.Request, asked accountAsked, account directory.Account) (next string, err error) {
	ctx := r.Context()
	claim, err := s.claimHere(ctx)
	if err == nil && (claim.ID != asked.Claim || claim.State != directory.ClaimBegun) {
		err = errNoClaim
	}
	if err != nil {
		return "", err
	}
	me, err := s.person(ctx)
	if err != nil && !errors.Is(err, errSignIn) {
		return "", err
	}
	known, err := s.directory.AccountByID(ctx, account.ActorID)
	bound := err == nil
	if err != nil && !errors.Is(err, directory.ErrUnknownAccount) {
		return "", err
	}
	if bound && me.ID != 0 && me.ID != known.PersonID {
		return "", fmt.Errorf("%w: @%s belongs to somebody else here than who is signed in, %s; sign out first, or take another account", directory.ErrInvalid, account.Name, me.Name)
	}
	within, cancel := context.WithTimeout(ctx, proveTime)
	defer cancel()
	foundAt, missing := s.config.Accounts.Links(within, claim.Website, s.config.Origin+coopPath(claim.Handle), account)
	if missing != nil {
		s.keepSeen(ctx, missing)
		return claimPath(claim.Handle) + "#seen", nil
	}
	if bound {
		p, err := s.directory.SignsIn(ctx, account)
		if err != nil {
			return "", err
		}
		if me.ID == 0 {
			if err := s.begin(r, p.ID, "account"); err != nil {
				return "", err
			}
		}
	} else if err := s.keepShown(ctx, account); err != nil {
		return "", err
	}
	s.sessions.Remove(ctx, seenKey)
	s.sessions.Remove(ctx, invitationKey)
	return claimPath(claim.Handle), s.directory.ProveClaimByAccount(ctx, claim.ID, foundAt, account.ActorID)
}

// shown is somebody who has signed in elsewhere, and is nobody here yet.
type shown struct {
	Account directory.Account
	At      time.Time
}

// shownTime is how long it takes somebody, at most, to say their name.
const shownTime = time.Hour

// keepShown remembers who has come, under another token than before.
func (s *Server) keepShown(ctx context.Context, account directory.Account) error {
	kept, err := json.Marshal(shown{account, time.Now()})
	if err != nil {
		return fmt.Errorf("remember an account: %w", err)
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	s.sessions.Put(ctx, shownKey, kept)
	return nil
}

// shownHere is the account that this browser has just shown, or nil.
func (s *Server) shownHere(ctx context.Context) *directory.Account {
	var kept shown
	if body := s.sessions.GetBytes(ctx, shownKey); body == nil || json.Unmarshal(body, &kept) != nil || time.Since(kept.At) > shownTime {
		return nil
	}
	return &kept.Account
}

// registerAccount makes somebody who has shown an account a person, and has them
// speak for whom they came to speak for.
func (s *Server) registerAccount(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	ctx := r.Context()
	j, err := s.joining(ctx)
	if err != nil {
		return err
	}
	account := s.shownHere(ctx)
	if account == nil || j.account() != "" && j.account() != account.ActorID {
		return s.accountFailed(w, r, accountAsked{For: accountToRegister}, errLateAnswer)
	}
	name := r.PostForm.Get("name")
	if _, err := directory.PersonName(name); err != nil {
		return s.showRegister(w, r, http.StatusUnprocessableEntity, registering{joining: j, Shown: account, Name: cutTyped(name), Wrong: sentence(err)})
	}
	p, err := s.directory.AddPersonByAccount(ctx, name, *account)
	if errors.Is(err, directory.ErrInvalid) {
		return s.accountFailed(w, r, accountAsked{For: accountToRegister}, err)
	}
	if err != nil {
		return err
	}
	if err := s.begin(r, p.ID, "account"); err != nil {
		return err
	}
	if err := s.join(ctx, j, p); err != nil {
		return err
	}
	http.Redirect(w, r, "/me", http.StatusSeeOther)
	return nil
}

// bring adds the account that has proved a claim to who takes it, if it is
// nobody's yet. Whose else it is, the directory sees.
func (s *Server) bring(ctx context.Context, claim directory.Claim, p directory.Person) error {
	_, err := s.directory.AccountByID(ctx, claim.AccountID)
	if claim.AccountID == "" || !errors.Is(err, directory.ErrUnknownAccount) {
		return nil
	}
	account := s.shownHere(ctx)
	if account == nil || account.ActorID != claim.AccountID {
		return fmt.Errorf("%w: the account was shown too long ago; begin the claim again", directory.ErrInvalid)
	}
	if _, err := s.fresh(ctx, claimPath(claim.Handle)); err != nil {
		return err
	}
	return s.directory.AddAccount(ctx, who(p), *account)
}

// removeAccount takes an account away from who is signed in.
func (s *Server) removeAccount(w http.ResponseWriter, r *http.Request) error {
	p, err := s.mineFresh(w, r)
	if err != nil {
		return err
	}
	if err := s.directory.RemoveAccount(r.Context(), who(p), strings.TrimSpace(r.PostForm.Get("id"))); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), noticeKey, "account_removed")
	http.Redirect(w, r, "/me", http.StatusSeeOther)
	return nil
}
