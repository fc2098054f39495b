package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"coopverse/directory"
)

// checkProposal looks for the token on the website of the co-op that this
// browser adds.
func (s *Server) checkProposal(w http.ResponseWriter, r *http.Request) error {
	if s.config.Prove == nil {
		return errNotFound
	}
	return s.proveProposal(w, r, func(ctx context.Context, p directory.Proposal) (method, foundAt string, err error) {
		if !s.limits.Allow("check of "+hostOf(p.Website), handlePace) {
			w.Header().Set("Retry-After", slowDown)
			return "", "", errTooMany
		}
		ctx, cancel := context.WithTimeout(ctx, proveTime)
		defer cancel()
		return s.config.Prove(ctx, p.Website, s.config.Origin+directory.ProposalPage, p.Token)
	})
}

// pretendProposal is for a trial on one's own machine only.
func (s *Server) pretendProposal(w http.ResponseWriter, r *http.Request) error {
	if !s.config.Sandbox {
		return errNotFound
	}
	return s.proveProposal(w, r, func(context.Context, directory.Proposal) (method, foundAt string, err error) {
		return sandboxProof, "", nil
	})
}

func (s *Server) proveProposal(w http.ResponseWriter, r *http.Request, look func(context.Context, directory.Proposal) (method, foundAt string, err error)) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	ctx, next := r.Context(), directory.ProposalPage
	p, err := s.proposalHere(ctx)
	if err == nil && p.State == directory.ProposalBegun {
		method, foundAt, missing := look(ctx, p)
		switch {
		case errors.Is(missing, errTooMany):
			return missing
		case missing == nil:
			err = s.directory.ProveProposal(ctx, p, method, foundAt)
			for _, earlier := range []string{proposalSeenKey, invitationKey, claimKey} { // what is proved last counts
				s.sessions.Remove(ctx, earlier)
			}
		default:
			s.sessions.Put(ctx, proposalSeenKey, missing.Error())
			s.sessions.Put(ctx, proposalSeenAtKey, time.Now().Unix())
			next += "#seen"
		}
	}
	if err != nil && !errors.Is(err, errNoClaim) {
		return err
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// sendProposal puts what this browser adds before the operators, as who is
// signed in.
func (s *Server) sendProposal(w http.ResponseWriter, r *http.Request) error {
	p, err := s.mine(w, r)
	if err != nil {
		return err
	}
	proposal, err := s.proposalHere(r.Context())
	if errors.Is(err, errNoClaim) {
		http.Redirect(w, r, directory.ProposalPage, http.StatusSeeOther)
		return nil
	}
	if err == nil {
		err = s.send(r.Context(), proposal, p)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/me", http.StatusSeeOther)
	return nil
}

func (s *Server) send(ctx context.Context, proposal directory.Proposal, p directory.Person) error {
	if err := s.directory.SendProposal(ctx, proposal.ID, who(p)); err != nil {
		return err
	}
	s.sessions.Remove(ctx, proposalKey)
	s.sessions.Put(ctx, noticeKey, "sent")
	return nil
}
