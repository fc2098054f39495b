package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"coopverse/directory"

	"github.com/alexedwards/scs/v2"
)

// What a session holds.
const (
	signInKey = "sign-in" // id of a directory.SignIn
	claimKey  = "claim"   // id of the claim that this browser has begun
	returnKey = "return"  // path of our own to go on with after signing in
	noticeKey = "notice"  // which message the next page begins with
)

// newSessions makes the sessions. The cookie is for our own site only, and is
// not to be read by scripts; on https its name binds it to this host (the
// __Host- prefix of RFC 6265bis). What the browser holds is kept hashed.
func newSessions(d *directory.Directory, origin string) *scs.SessionManager {
	m := scs.New()
	m.Store = d.Sessions()
	m.HashTokenInStore = true
	m.Lifetime, m.IdleTimeout = directory.MaxSignIn, directory.IdleSignIn
	m.Cookie.Name, m.Cookie.Path = "session", "/"
	m.Cookie.HttpOnly, m.Cookie.SameSite = true, http.SameSiteLaxMode
	if strings.HasPrefix(origin, "https://") {
		m.Cookie.Name, m.Cookie.Secure = "__Host-session", true
	}
	return m
}

// errSignIn sends a reader who is not signed in to where that is done.
var errSignIn = errors.New("sign in first")

// errNotYours means that somebody who is signed in may not do this.
var errNotYours = errors.New("this is not for you to change")

// person returns who is signed in, or errSignIn.
func (s *Server) person(ctx context.Context) (directory.Person, error) {
	id := s.sessions.GetInt64(ctx, signInKey)
	if id == 0 {
		return directory.Person{}, errSignIn
	}
	p, err := s.directory.SignedIn(ctx, id)
	if errors.Is(err, directory.ErrNotFound) {
		return directory.Person{}, errSignIn
	}
	return p, err
}

// member returns who is signed in, if they speak for the actor with that
// handle; with the role of an owner if that is asked for. Errors: errSignIn,
// errNotYours.
func (s *Server) member(ctx context.Context, handle string, role directory.Role) (directory.Actor, error) {
	p, err := s.person(ctx)
	if err != nil {
		return directory.Actor{}, err
	}
	has, err := s.directory.RoleOf(ctx, handle, p.ID)
	if errors.Is(err, directory.ErrNotFound) || err == nil && role == directory.Owner && has != directory.Owner {
		return directory.Actor{}, errNotYours
	}
	return directory.Actor{PersonID: p.ID, Name: p.Name}, err
}

// begin signs a person in, in this browser: its session gets another token, so
// that nobody who knew the old one is signed in with it.
// how is passkey or account.
func (s *Server) begin(r *http.Request, personID int64, how string) error {
	ctx := r.Context()
	before, err := s.person(ctx)
	if err == nil { // who signs in once more is not in two places
		err = s.directory.EndSignIn(ctx, before.ID, s.sessions.GetInt64(ctx, signInKey))
	}
	if err != nil && !errors.Is(err, errSignIn) {
		return err
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	signIn, err := s.directory.BeginSignIn(ctx, personID, how, r.UserAgent())
	if err == nil {
		s.sessions.Put(ctx, signInKey, signIn.ID)
		s.sessions.Put(ctx, freshKey, signIn.At.Unix())
	}
	return err
}

// wentWhere takes out of the session where a reader wanted to go before signing
// in: a path of our own, and nothing else.
func (s *Server) wentWhere(ctx context.Context) string {
	to := s.sessions.PopString(ctx, returnKey)
	if u, err := url.Parse(to); err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") {
		return "/me"
	}
	return to
}

// form reads a form of our own pages, of at most limit bytes.
func (s *Server) form(w http.ResponseWriter, r *http.Request, limit int64) error {
	w.Header().Set("Cache-Control", "no-store")
	if err := sameOrigin.Check(r); err != nil {
		return errForeignForm
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(limit) //nolint:gosec // the body is limited above
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		return errBadRequest
	}
	return nil
}

// proveTime is how long looking for a proof may take.
const proveTime = 15 * time.Second
