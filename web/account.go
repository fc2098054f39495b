package web

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"coopverse/directory"
)

// Accounts are how people show who they are by an account of the fediverse. All
// three go through the guarded client, and their errors are an
// directory.ErrInvalid with a sentence for people when they are at fault, or
// their server is.
type Accounts struct {
	// Begin returns the address of the page on which the server of an account
	// asks whether we may know whose it is; "" when it has no such page. The
	// server sends them back to /accounts/callback with state. memory is for
	// Finish, and not for the browser. Nil: nobody signs in with an account.
	Begin func(ctx context.Context, typed, state string) (page string, memory []byte, err error)
	// Finish returns whose account it is, by the code that the server sends
	// back, and iss, its name for itself (RFC 9207), or "".
	Finish func(ctx context.Context, memory []byte, code, iss string) (directory.Account, error)
	// Links says at which address of a website the account is linked with
	// rel=me. page is the co-op's page here. The error is for people when
	// nothing was found, a sentence a line.
	Links func(ctx context.Context, website, page string, account directory.Account) (foundAt string, err error)
}

// What a session holds about the account that its browser wants to show.
const (
	askedKey        = "account-asked"
	shownKey        = "account-shown" // who has just signed in elsewhere and is nobody here yet
	wrongKey        = "account-wrong" // why it came to nothing, a sentence
	accountTypedKey = "account-typed"
)

// What an account is shown for.
const (
	accountToSignIn   = "sign-in"
	accountToRegister = "register"
	accountToAdd      = "add"
	accountToClaim    = "claim"
)

// accountForm is the form in which people name their account.
type accountForm struct {
	For   string
	Typed string
	Wrong string // a sentence
}

// accountForm is empty, or says why the last attempt came to nothing.
func (s *Server) accountForm(ctx context.Context, what string) accountForm {
	return accountForm{For: what, Typed: s.sessions.PopString(ctx, accountTypedKey), Wrong: s.sessions.PopString(ctx, wrongKey)}
}

// accountAsked is what is remembered until somebody comes back from their
// server, or sends the code.
type accountAsked struct {
	For    string
	State  string // by which the answer is known, or the code
	Memory []byte // nil: a code was shown
	Lacks  bool   // the server was asked and has no page for it
	Person int64  // who adds an account
	Claim  int64  // that is to be proved
}

// server says whether somebody was sent to their server, and not shown a code.
func (a accountAsked) server() bool { return a.Memory != nil }

// accountTime is how long another server may take to answer.
const accountTime = 20 * time.Second

// beginAccount sends somebody to their server, or to the page with a code.
func (s *Server) beginAccount(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	if s.config.Accounts.Begin == nil {
		return errNotFound
	}
	ctx := r.Context()
	asked, err := s.mayAsk(ctx, r.PostForm.Get("for"))
	if err != nil {
		return err
	}
	if asked.State, err = s.directory.AskForAccount(ctx); err != nil {
		return err
	}
	next, typed := "/accounts/code", r.PostForm.Get("account")
	if r.PostForm.Get("how") != "code" {
		within, cancel := context.WithTimeout(ctx, accountTime)
		defer cancel()
		page, memory, err := s.config.Accounts.Begin(within, typed, asked.State)
		if err != nil {
			s.sessions.Put(ctx, accountTypedKey, cutTyped(typed))
			return s.accountFailed(w, r, asked, err)
		}
		if asked.Memory, asked.Lacks = memory, page == ""; page != "" {
			next = page
		}
	}
	kept, err := json.Marshal(asked)
	if err != nil {
		return fmt.Errorf("remember what was asked: %w", err)
	}
	s.sessions.Put(ctx, askedKey, kept)
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// cutTyped is as much of what was typed as the field takes.
func cutTyped(typed string) string {
	runes := []rune(typed)
	return string(runes[:min(len(runes), 200)])
}

// mayAsk is for what this browser may show an account.
func (s *Server) mayAsk(ctx context.Context, what string) (accountAsked, error) {
	asked := accountAsked{For: what}
	switch what {
	case accountToSignIn, accountToRegister:
		return asked, nil
	case accountToAdd:
		p, err := s.fresh(ctx, "/me")
		asked.Person = p.ID
		return asked, err
	case accountToClaim:
		claim, err := s.claimHere(ctx)
		if err == nil && claim.State != directory.ClaimBegun {
			err = errNoClaim
		}
		asked.Claim = claim.ID
		return asked, err
	}
	return asked, errBadRequest
}

// accountFailed leads back to the field, with a sentence beside it.
func (s *Server) accountFailed(w http.ResponseWriter, r *http.Request, asked accountAsked, why error) error {
	if !errors.Is(why, directory.ErrInvalid) {
		return why
	}
	ctx := r.Context()
	s.sessions.Put(ctx, wrongKey, sentence(why))
	to := map[string]string{accountToRegister: "/register", accountToAdd: "/me"}[asked.For]
	if claim, err := s.claimHere(ctx); err == nil && asked.For == accountToClaim {
		to = claimPath(claim.Handle)
	}
	if to == "" {
		to = "/sign-in"
		if _, err := s.person(ctx); err == nil {
			to += "?again"
		}
	}
	http.Redirect(w, r, to+"#account", http.StatusSeeOther)
	return nil
}

// asked is what this browser has asked and not heard the answer of.
func (s *Server) asked(ctx context.Context) (asked accountAsked, ok bool) {
	kept := s.sessions.GetBytes(ctx, askedKey)
	return asked, kept != nil && json.Unmarshal(kept, &asked) == nil
}

var (
	errLateAnswer = fmt.Errorf("%w: that took longer than ten minutes, or the answer came twice; begin again", directory.ErrInvalid)
	errSaidNo     = fmt.Errorf("%w: you said no at your server, so nothing has changed here", directory.ErrInvalid)
	errNoAnswer   = fmt.Errorf("%w: your server did not say who you are; try again, or with a code", directory.ErrInvalid)
)

// accountCallback is where servers send people back. Their answer counts in the
// browser that was sent there, for ten minutes, once.
func (s *Server) accountCallback(w http.ResponseWriter, r *http.Request) error {
	ctx, answer := r.Context(), r.URL.Query()
	asked, ok := s.asked(ctx)
	if !ok || !asked.server() || subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(asked.State)) != 1 {
		if _, err := s.person(ctx); err == nil { // the answer came twice, and the first time all went well
			http.Redirect(w, r, "/me", http.StatusSeeOther)
			return nil
		}
		return s.accountFailed(w, r, accountAsked{}, errLateAnswer)
	}
	if err := s.useAnswer(ctx, asked); err != nil {
		return s.accountFailed(w, r, asked, err)
	}
	switch {
	case answer.Get("error") == "access_denied":
		return s.accountFailed(w, r, asked, errSaidNo)
	case answer.Get("code") == "":
		return s.accountFailed(w, r, asked, errNoAnswer)
	}
	within, cancel := context.WithTimeout(ctx, accountTime)
	defer cancel()
	account, err := s.config.Accounts.Finish(within, asked.Memory, answer.Get("code"), answer.Get("iss"))
	if err != nil {
		return s.accountFailed(w, r, asked, err)
	}
	return s.arrive(w, r, asked, account)
}

// useAnswer uses up what was asked, here and in the directory.
func (s *Server) useAnswer(ctx context.Context, asked accountAsked) error {
	s.sessions.Remove(ctx, askedKey)
	err := s.directory.UseAnswer(ctx, asked.State)
	if errors.Is(err, directory.ErrNotFound) {
		return errLateAnswer
	}
	return err
}

// coded is what the page with a code shows.
type coded struct {
	Lacks bool // the server was asked and has no other way
	To    string
	Text  string             // to be sent
	From  *directory.Account // who has sent it
}

// codePage shows a code, and who has sent it.
func (s *Server) codePage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	asked, ok := s.asked(ctx)
	if !ok || asked.server() {
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return nil
	}
	to := s.pages.site.account(directory.DirectoryHandle)
	shown := coded{Lacks: asked.Lacks, To: to, Text: to + " " + directory.CodeText(asked.State)}
	sender, err := s.directory.CodeSender(ctx, asked.State)
	switch {
	case err == nil:
		shown.From = &sender
	case !errors.Is(err, directory.ErrNotFound):
		return err
	default:
		if awaited, err := s.directory.Asked(ctx, asked.State); err != nil {
			return err
		} else if !awaited {
			s.sessions.Remove(ctx, askedKey)
			return s.accountFailed(w, r, asked, errLateAnswer)
		}
	}
	return s.show(w, http.StatusOK, "code", page{Path: "/accounts/code", NoIndex: true, Body: shown})
}

// takeCode goes on as who has sent the code.
func (s *Server) takeCode(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	ctx := r.Context()
	asked, ok := s.asked(ctx)
	if !ok || asked.server() {
		return s.accountFailed(w, r, asked, errLateAnswer)
	}
	sender, err := s.directory.CodeSender(ctx, asked.State)
	if errors.Is(err, directory.ErrNotFound) {
		http.Redirect(w, r, "/accounts/code", http.StatusSeeOther)
		return nil
	}
	if err == nil {
		err = s.useAnswer(ctx, asked)
	}
	if err != nil {
		return s.accountFailed(w, r, asked, err)
	}
	return s.arrive(w, r, asked, sender)
}
