package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// What a session holds about the claim that its browser has begun.
const (
	seenKey   = "claim-seen"    // what was seen when its proof was not found, a sentence a line
	seenAtKey = "claim-seen-at" // when, in seconds since 1970
)

// errNoClaim means that this browser has begun no claim of the kind that is
// asked for.
var errNoClaim = errors.New("no claim was begun here")

// claiming is what the page shows on which a co-op is claimed.
type claiming struct {
	Coop  directory.Coop
	Owned bool             // there are owners already: a new one waits
	Me    string           // name of who is signed in, or ""
	Role  directory.Role   // that they have there, or ""
	Claim *directory.Claim // of this browser, or nil
	Ways  []ProofWay       // to prove it
	Seen  []string         // when it was not found

	Account accountForm // by which it is proved
	At      time.Time   // when that was
}

// Path and the like are for the page's words.
func (c claiming) Path() string  { return claimPath(c.Coop.Handle) }
func (c claiming) Begun() bool   { return c.Claim != nil && c.Claim.State == directory.ClaimBegun }
func (c claiming) Proved() bool  { return c.Claim != nil && c.Claim.State == directory.ClaimProved }
func (c claiming) Waiting() bool { return c.Claim != nil && c.Claim.State == directory.ClaimWaiting }

func claimPath(handle string) string { return coopPath(handle) + "/claim" }

// claimPage shows how a co-op is claimed, and how far the claim of this browser
// has come. No address names a claim: only the browser that began it has it.
func (s *Server) claimPage(w http.ResponseWriter, r *http.Request) error {
	c, elsewhere, err := s.coopHere(w, r)
	if elsewhere || err != nil {
		return err
	}
	return s.showClaim(w, r, c)
}

// coopHere is the co-op that a request's address is about.
func (s *Server) coopHere(w http.ResponseWriter, r *http.Request) (c directory.Coop, elsewhere bool, err error) {
	handle := mux.Vars(r)["handle"]
	c, err = s.directory.Coop(r.Context(), strings.ToLower(readable(handle)))
	if err != nil {
		return directory.Coop{}, false, err
	}
	if c.Handle != handle {
		http.Redirect(w, r, coopPath(c.Handle), http.StatusSeeOther)
		return directory.Coop{}, true, nil
	}
	return c, false, nil
}

func (s *Server) showClaim(w http.ResponseWriter, r *http.Request, c directory.Coop) error {
	ctx := r.Context()
	shown := claiming{Coop: c}
	members, err := s.directory.Members(ctx, c.Handle)
	if err != nil {
		return err
	}
	p, err := s.person(ctx)
	if err != nil && !errors.Is(err, errSignIn) {
		return err
	}
	shown.Me = p.Name
	for _, m := range members {
		shown.Owned = shown.Owned || m.Role == directory.Owner
		if m.PersonID == p.ID {
			shown.Role = m.Role
		}
	}
	shown.Ways, shown.Account = s.waysToProve(c.Website, c.Handle, ""), s.accountForm(ctx, accountToClaim)
	claim, err := s.claimOf(ctx, c)
	if err != nil && !errors.Is(err, errNoClaim) {
		return err
	}
	if err == nil {
		shown.Claim = &claim
		shown.Ways = s.waysToProve(claim.Website, c.Handle, claim.Token)
		if seen := s.sessions.GetString(ctx, seenKey); seen != "" {
			shown.Seen, shown.At = strings.Split(seen, "\n"), time.Unix(s.sessions.GetInt64(ctx, seenAtKey), 0)
		}
	}
	return s.show(w, http.StatusOK, "claim", page{Path: claimPath(c.Handle), NoIndex: true, Account: s.pages.site.Accounts && shown.Begun(), Body: shown})
}

// waysToProve are those that a website has. Those without a token are only
// counted.
func (s *Server) waysToProve(website, handle, token string) []ProofWay {
	if website == "" || s.config.Prove == nil || s.config.ProofWays == nil {
		return nil
	}
	if token == "" {
		token = strings.Repeat("X", 26)
	}
	return s.config.ProofWays(website, s.config.Origin+coopPath(handle), token)
}

// claimHere is the claim that this browser has begun, or errNoClaim. One that
// was proved long ago proves nothing about who sits here now.
func (s *Server) claimHere(ctx context.Context) (directory.Claim, error) {
	id := s.sessions.GetInt64(ctx, claimKey)
	if id == 0 {
		return directory.Claim{}, errNoClaim
	}
	claim, err := s.directory.Claim(ctx, id)
	switch {
	case errors.Is(err, directory.ErrNotFound):
		return directory.Claim{}, errNoClaim
	case err != nil:
		return directory.Claim{}, err
	case claim.State == directory.ClaimEnded, claim.State == directory.ClaimGranted, claim.State == directory.ClaimProved && !claim.Fresh():
		return directory.Claim{}, errNoClaim
	}
	return claim, nil
}

// claimOf is claimHere, if it is about c and the website that c has.
func (s *Server) claimOf(ctx context.Context, c directory.Coop) (directory.Claim, error) {
	claim, err := s.claimHere(ctx)
	if err == nil && (claim.Handle != c.Handle || claim.Website != c.Website) {
		return directory.Claim{}, errNoClaim
	}
	return claim, err
}

// beginClaim begins a claim and shows how it is proved.
func (s *Server) beginClaim(w http.ResponseWriter, r *http.Request) error {
	c, elsewhere, err := s.claimForm(w, r)
	if elsewhere || err != nil {
		return err
	}
	ctx := r.Context()
	if _, err := s.claimOf(ctx, c); errors.Is(err, errNoClaim) {
		claim, err := s.directory.BeginClaim(ctx, c.Handle)
		if err != nil {
			return err
		}
		s.sessions.Put(ctx, claimKey, claim.ID)
		s.sessions.Remove(ctx, seenKey)
	} else if err != nil {
		return err
	}
	http.Redirect(w, r, claimPath(c.Handle), http.StatusSeeOther)
	return nil
}

// claimForm reads a form of the claim's page.
func (s *Server) claimForm(w http.ResponseWriter, r *http.Request) (c directory.Coop, elsewhere bool, err error) {
	if err := s.form(w, r, maxForm); err != nil {
		return directory.Coop{}, false, err
	}
	return s.coopHere(w, r)
}

// checkClaim looks for the proof of this browser's claim.
func (s *Server) checkClaim(w http.ResponseWriter, r *http.Request) error {
	if s.config.Prove == nil {
		return errNotFound
	}
	return s.prove(w, r, func(ctx context.Context, claim directory.Claim) (method, foundAt string, err error) {
		ctx, cancel := context.WithTimeout(ctx, proveTime)
		defer cancel()
		return s.config.Prove(ctx, claim.Website, s.config.Origin+coopPath(claim.Handle), claim.Token)
	})
}

// sandboxProof is what a trial has instead of a proof.
const sandboxProof = "sandbox"

// pretendClaim proves this browser's claim by nothing. It is for a trial on
// one's own machine only.
func (s *Server) pretendClaim(w http.ResponseWriter, r *http.Request) error {
	if !s.config.Sandbox {
		return errNotFound
	}
	return s.prove(w, r, func(context.Context, directory.Claim) (method, foundAt string, err error) {
		return sandboxProof, "", nil
	})
}

func (s *Server) prove(w http.ResponseWriter, r *http.Request, look func(context.Context, directory.Claim) (method, foundAt string, err error)) error {
	c, elsewhere, err := s.claimForm(w, r)
	if elsewhere || err != nil {
		return err
	}
	ctx, next := r.Context(), claimPath(c.Handle)
	claim, err := s.claimOf(ctx, c)
	if err == nil && claim.State == directory.ClaimBegun {
		method, foundAt, missing := look(ctx, claim)
		if missing == nil {
			err = s.directory.ProveClaim(ctx, claim.ID, method, foundAt)
			s.sessions.Remove(ctx, seenKey)
			s.sessions.Remove(ctx, invitationKey)
		} else {
			s.keepSeen(ctx, missing)
			next += "#seen"
		}
	}
	if err != nil && !errors.Is(err, errNoClaim) {
		return err
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// keepSeen remembers what was seen when a proof was not found.
func (s *Server) keepSeen(ctx context.Context, missing error) {
	s.sessions.Put(ctx, seenKey, missing.Error())
	s.sessions.Put(ctx, seenAtKey, time.Now().Unix())
}

// takeClaim makes who is signed in an owner by this browser's claim.
func (s *Server) takeClaim(w http.ResponseWriter, r *http.Request) error {
	c, elsewhere, err := s.claimForm(w, r)
	if elsewhere || err != nil {
		return err
	}
	ctx := r.Context()
	p, err := s.person(ctx)
	if err != nil {
		return err
	}
	claim, err := s.claimOf(ctx, c)
	if errors.Is(err, errNoClaim) {
		http.Redirect(w, r, claimPath(c.Handle), http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.bring(ctx, claim, p); err != nil {
		return err
	}
	if err := s.take(ctx, claim, p); err != nil {
		return err
	}
	http.Redirect(w, r, "/me", http.StatusSeeOther)
	return nil
}

// take makes p an owner by a claim, at once or after having waited.
func (s *Server) take(ctx context.Context, claim directory.Claim, p directory.Person) error {
	claim, err := s.directory.TakeClaim(ctx, claim.ID, who(p))
	if err != nil {
		return err
	}
	s.sessions.Remove(ctx, claimKey)
	if claim.State == directory.ClaimWaiting {
		s.sessions.Put(ctx, noticeKey, "waiting")
	} else {
		s.sessions.Put(ctx, noticeKey, "claimed")
	}
	return nil
}
