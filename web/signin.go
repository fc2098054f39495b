package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"coopverse/directory"
)

// private is for pages that differ from person to person: they have a session,
// and no cache keeps them. All other pages go without a cookie.
func (s *Server) private(a answer) http.Handler {
	return s.sessions.LoadAndSave(s.answering(func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		return a(w, r)
	}))
}

// maxReturn is how many bytes the address of a page has, at most, to which
// somebody is led back after signing in.
const maxReturn = 2 << 10

// signInFirst leads a reader to where one signs in, and remembers the page that
// was asked for. What was sent to us is not repeated afterwards.
func (s *Server) signInFirst(w http.ResponseWriter, r *http.Request) {
	to := r.URL.RequestURI()
	// Else each of a crowd's requests would leave a session behind.
	if r.Method == http.MethodGet && len(to) <= maxReturn && s.limits.Allow("pages from "+network(r.RemoteAddr), addressPace) {
		s.sessions.Put(r.Context(), returnKey, to)
	}
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}

// signingIn is what the page shows on which one signs in.
type signingIn struct {
	Again   bool // somebody is signed in, and is to show once more that it is they
	Typed   bool // what was typed before is kept for afterwards
	Account accountForm
}

// signInPage shows where one signs in.
func (s *Server) signInPage(w http.ResponseWriter, r *http.Request) error {
	again := r.URL.Query().Has("again")
	if _, err := s.person(r.Context()); err == nil && !again {
		http.Redirect(w, r, "/me", http.StatusSeeOther)
		return nil
	} else if err != nil && !errors.Is(err, errSignIn) {
		return err
	}
	shown := signingIn{Again: again, Typed: s.sessions.Exists(r.Context(), typedKey), Account: s.accountForm(r.Context(), accountToSignIn)}
	return s.show(w, http.StatusOK, "signin", page{Path: "/sign-in", NoIndex: true, Passkey: true, Account: s.pages.site.Accounts, Body: shown})
}

// beginSignIn has the browser ask for one of the passkeys that it has for us:
// nobody needs to type who they are.
func (s *Server) beginSignIn(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	if !s.pages.site.Passkeys {
		return errNoPasskeys
	}
	options, data, err := s.passkeys.BeginDiscoverableLogin()
	if err != nil {
		return err
	}
	return s.ask(w, r, ceremony{For: toSignIn, Data: *data}, options)
}

func (s *Server) finishSignIn(w http.ResponseWriter, r *http.Request) error {
	p, err := s.passkeyUsed(w, r)
	if err != nil {
		return err
	}
	if err := s.begin(r, p.ID, "passkey"); err != nil {
		return err
	}
	return s.goOn(w, s.whatNext(r.Context()))
}

// goOn tells the script where to go.
func (s *Server) goOn(w http.ResponseWriter, to string) error {
	writeJSON(w, http.StatusOK, "application/json", map[string]string{"next": to})
	return nil
}

// whatNext is where somebody goes on who has signed in: to the page that they
// asked for, or to the invitation or claim for which they did so.
func (s *Server) whatNext(ctx context.Context) string {
	if to := s.wentWhere(ctx); to != "/me" {
		return to
	}
	if token := s.sessions.PopString(ctx, invitationKey); token != "" {
		return "/invitations/" + token
	}
	if claim, err := s.claimHere(ctx); err == nil {
		return claimPath(claim.Handle)
	}
	if _, err := s.proposalHere(ctx); err == nil {
		return directory.ProposalPage
	}
	return "/me"
}

// signOut ends the sign-in of this browser, and forgets all that it was told.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	ctx := r.Context()
	p, err := s.person(ctx)
	if err == nil {
		err = s.directory.EndSignIn(ctx, p.ID, s.sessions.GetInt64(ctx, signInKey))
	}
	if err != nil && !errors.Is(err, errSignIn) {
		return err
	}
	if err := s.sessions.Destroy(ctx); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// who is the person as the audit log names one.
func who(p directory.Person) directory.Actor { return directory.Actor{PersonID: p.ID, Name: p.Name} }

// browsers and systems are told apart by what stands in what a browser calls
// itself. The order matters: most of them also claim to be others.
var (
	browsers = [][2]string{{"Firefox/", "Firefox"}, {"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"FxiOS/", "Firefox"}, {"Safari/", "Safari"}}
	systems  = [][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Mac OS X", "macOS"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
)

// browserName is a short name for a browser, such as "Firefox, Linux", or "".
func browserName(agent string) string {
	var parts []string
	for _, known := range [][][2]string{browsers, systems} {
		for _, k := range known {
			if strings.Contains(agent, k[0]) {
				parts = append(parts, k[1])
				break
			}
		}
	}
	return strings.Join(parts, ", ")
}
