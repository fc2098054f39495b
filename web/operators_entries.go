package web

import (
	"context"
	"errors"
	"net/http"

	"coopverse/directory"
)

// operatorsClaimList are the claims that wait on owners, and the proofs that are
// not found any more.
type operatorsClaimList struct {
	Desk    operatorsHead
	Waiting []claimToSee
	Lapsed  []claimToSee
}

type claimToSee struct {
	directory.Claim
	Coop speaker
	Who  string // who has claimed
	Word word
}

func (s *Server) operatorsClaims(w http.ResponseWriter, r *http.Request) error {
	return s.showOpenClaims(w, r, http.StatusOK, word{})
}

func (s *Server) showOpenClaims(w http.ResponseWriter, r *http.Request, status int, refused word) error {
	ctx := r.Context()
	waiting, lapsed, err := s.directory.OpenClaims(ctx, operatorsShown)
	if err != nil {
		return err
	}
	shown := operatorsClaimList{Desk: s.operatorsHead(ctx, "claims")}
	for _, list := range []struct {
		claims []directory.Claim
		into   *[]claimToSee
	}{{waiting, &shown.Waiting}, {lapsed, &shown.Lapsed}} {
		for _, claim := range list.claims {
			whom, err := s.speaker(ctx, claim.Handle)
			if err != nil {
				return err
			}
			name, err := s.nameOf(ctx, claim.PersonID)
			if err != nil {
				return err
			}
			*list.into = append(*list.into, claimToSee{claim, whom, name, wordOn(claim.ID, refused)})
		}
	}
	return s.showDesk(w, status, "operators_claims", shown)
}

// nameOf is the name of a person; "" for one who was forgotten.
func (s *Server) nameOf(ctx context.Context, personID *int64) (string, error) {
	if personID == nil {
		return "", nil
	}
	p, err := s.directory.PersonByID(ctx, *personID)
	if errors.Is(err, directory.ErrNotFound) {
		return "", nil
	}
	return p.Name, err
}

// endClaim ends a claim that waits on owners.
func (s *Server) endClaim(w http.ResponseWriter, r *http.Request) error {
	by, id, err := s.decision(w, r)
	if err != nil {
		return err
	}
	err = s.directory.EndClaim(r.Context(), by, id, r.PostForm.Get("why"))
	if refused, is := refusedWord(err, id, r); is {
		return s.showOpenClaims(w, r, http.StatusUnprocessableEntity, refused)
	}
	if err != nil {
		return err
	}
	return s.toOperators(w, r, "claims", "ended")
}

// operatorsEntryList are the co-ops that have added themselves.
type operatorsEntryList struct {
	Desk    operatorsHead
	Entries []entryToDecide
}

type entryToDecide struct {
	directory.Proposal
	Who  string // who has sent it
	Word word
}

func (s *Server) operatorsEntries(w http.ResponseWriter, r *http.Request) error {
	return s.showEntriesToDecide(w, r, http.StatusOK, word{})
}

func (s *Server) showEntriesToDecide(w http.ResponseWriter, r *http.Request, status int, refused word) error {
	ctx := r.Context()
	proposals, err := s.directory.ProposalsWaiting(ctx, operatorsShown)
	if err != nil {
		return err
	}
	shown := operatorsEntryList{Desk: s.operatorsHead(ctx, "entries")}
	for _, p := range proposals {
		name, err := s.nameOf(ctx, p.PersonID)
		if err != nil {
			return err
		}
		shown.Entries = append(shown.Entries, entryToDecide{p, name, wordOn(p.ID, refused)})
	}
	return s.showDesk(w, status, "operators_entries", shown)
}

// decideEntry lists a co-op that has added itself, or says no with a reason.
func (s *Server) decideEntry(w http.ResponseWriter, r *http.Request) error {
	by, id, err := s.decision(w, r)
	if err != nil {
		return err
	}
	if r.PostForm.Get("do") == "accept" {
		if _, err := s.directory.AcceptProposal(r.Context(), by, id); err != nil {
			return err
		}
		return s.toOperators(w, r, "entries", "accepted")
	}
	err = s.directory.RefuseProposal(r.Context(), by, id, r.PostForm.Get("why"))
	if refused, is := refusedWord(err, id, r); is {
		return s.showEntriesToDecide(w, r, http.StatusUnprocessableEntity, refused)
	}
	if err != nil {
		return err
	}
	return s.toOperators(w, r, "entries", "refused")
}
