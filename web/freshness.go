package web

import (
	"context"
	"net/http"
	"time"

	"coopverse/directory"
)

// freshKey is where a session keeps when somebody signed in, in seconds since
// 1970.
const freshKey = "fresh"

// freshTime is how long ago somebody may have signed in who changes how they
// sign in: else a browser that was left open for a minute would be somebody
// else's for good (OWASP ASVS 5.0, 7.5.1).
const freshTime = 10 * time.Minute

// staleError sends somebody to sign in once more, and back.
type staleError struct{ back string }

func (staleError) Error() string {
	return directory.ErrInvalid.Error() + ": you signed in a while ago; load this page again and sign in once more"
}

// Unwrap has it told as something that cannot be taken, where there is no page
// to go to.
func (staleError) Unwrap() error { return directory.ErrInvalid }

// isFresh says whether this browser has just signed in.
func (s *Server) isFresh(ctx context.Context) bool {
	return time.Since(time.Unix(s.sessions.GetInt64(ctx, freshKey), 0)) <= freshTime
}

// fresh returns who has signed in lately. Errors: errSignIn, staleError.
func (s *Server) fresh(ctx context.Context, back string) (directory.Person, error) {
	p, err := s.person(ctx)
	if err == nil && !s.isFresh(ctx) {
		err = staleError{back}
	}
	return p, err
}

// mineFresh is mine, for forms that change how somebody signs in.
func (s *Server) mineFresh(w http.ResponseWriter, r *http.Request) (directory.Person, error) {
	if err := s.form(w, r, maxForm); err != nil {
		return directory.Person{}, err
	}
	return s.fresh(r.Context(), "/me")
}

// signInAgain leads to where somebody who is signed in does so once more.
func (s *Server) signInAgain(w http.ResponseWriter, r *http.Request, back string) {
	s.sessions.Put(r.Context(), returnKey, back)
	http.Redirect(w, r, "/sign-in?again", http.StatusSeeOther)
}

// againFirst is for a link to sign in once more for what one does on /me.
func (s *Server) againFirst(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.person(r.Context()); err != nil {
		return err
	}
	s.signInAgain(w, r, "/me")
	return nil
}
