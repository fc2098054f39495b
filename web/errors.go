package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"coopverse/directory"
)

var (
	errBadRequest = errors.New("the address is not well-formed")
	errNotFound   = errors.New("there is nothing at this address")
	errMethod     = errors.New("this address can only be read")

	errForeignForm = errors.New("the form was sent from another site's page")
	errPostGone    = errors.New("the post was deleted")
)

// complainEvery is how often it is said in the log that the database ails.
const complainEvery = 10 * time.Second

// trouble is what an error page shows.
type trouble struct {
	Code   int
	Reason string    // why an entry was taken out
	At     time.Time // when
	Post   bool      // it was a post that was taken out

	NotYours bool   // somebody else may do it
	Why      string // what was given cannot be taken, in a sentence
}

// Name is the end of the ids of the texts that explain the trouble.
func (t trouble) Name() string {
	if t.Post {
		return "post_gone"
	}
	if t.NotYours {
		return "not_yours"
	}
	return strconv.Itoa(t.Code)
}

// troubleOf is the one place where errors become status codes.
func troubleOf(err error) trouble {
	var gone *directory.GoneError
	switch {
	case errors.As(err, &gone):
		return trouble{Code: http.StatusGone, Reason: gone.Reason, At: gone.At}
	case errors.Is(err, directory.ErrNotFound), errors.Is(err, errNotFound), errors.Is(err, directory.ErrNoList):
		return trouble{Code: http.StatusNotFound}
	case errors.Is(err, errPostGone):
		return trouble{Code: http.StatusGone, Post: true}
	case errors.Is(err, errForeignForm):
		return trouble{Code: http.StatusForbidden}
	case errors.Is(err, errNotYours), errors.Is(err, directory.ErrNotOwner), errors.Is(err, errNoClaim):
		return trouble{Code: http.StatusForbidden, NotYours: true}
	case errors.Is(err, errSignIn), errors.Is(err, errPasskey):
		return trouble{Code: http.StatusUnauthorized}
	case errors.Is(err, errTooMany):
		return trouble{Code: http.StatusTooManyRequests}
	case errors.Is(err, directory.ErrInvalid):
		return trouble{Code: http.StatusUnprocessableEntity, Why: sentence(err)}
	case errors.Is(err, errMethod):
		return trouble{Code: http.StatusMethodNotAllowed}
	case errors.Is(err, errBadRequest):
		return trouble{Code: http.StatusBadRequest}
	case directory.Ailing(err):
		return trouble{Code: http.StatusServiceUnavailable}
	}
	return trouble{Code: http.StatusInternalServerError}
}

// sentence is what the directory says about what it cannot take.
func sentence(err error) string {
	_, why, found := strings.Cut(err.Error(), directory.ErrInvalid.Error()+": ")
	if !found || why == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(why)
	return string(unicode.ToUpper(first)) + why[size:] + "."
}

// answering runs a and, if it fails, answers with the error's page.
func (s *Server) answering(a answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

func (s *Server) failing(err error) http.Handler {
	return s.answering(func(http.ResponseWriter, *http.Request) error { return err })
}

// statusHungUp is counted for readers who did not wait for the answer, as nginx does:
// that something was not found out for them is no error of ours.
const statusHungUp = 499

// fail answers with a page, or with a problem document where JSON is wanted.
// Nothing of an unexpected error is shown: it goes to the log.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(r.Context().Err(), context.Canceled) {
		w.WriteHeader(statusHungUp)
		return
	}
	var elsewhere *directory.GoneError
	if errors.As(err, &elsewhere) && elsewhere.MergedInto != "" {
		http.Redirect(w, r, homePath(elsewhere.Home, elsewhere.MergedInto), http.StatusMovedPermanently)
		return
	}
	if errors.Is(err, errSignIn) && wants(r) != asJSON {
		s.signInFirst(w, r)
		return
	}
	var stale staleError
	if errors.As(err, &stale) && wants(r) != asJSON {
		s.signInAgain(w, r, stale.back)
		return
	}
	t := troubleOf(err)
	if t.Code == http.StatusInternalServerError {
		s.log.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	if t.Code == http.StatusServiceUnavailable {
		s.ailing.Do(func() {
			s.log.ErrorContext(r.Context(), "the database cannot do its work; pages are shown again when it can", "path", r.URL.Path, "error", err)
		})
		w.Header().Set("Retry-After", slowDown)
	}
	for _, name := range []string{"ETag", "Last-Modified", "Content-Disposition"} {
		w.Header().Del(name)
	}
	w.Header().Set("Cache-Control", "no-store")
	if wants(r) == asJSON {
		writeJSON(w, t.Code, "application/problem+json", problemOf(t))
		return
	}
	if err := s.show(w, t.Code, "trouble", page{NoIndex: true, Body: t}); err != nil {
		s.log.ErrorContext(r.Context(), "error page failed", "error", err)
		http.Error(w, http.StatusText(t.Code), t.Code)
	}
}

// recovering turns a panic into the page of an unexpected error.
func (s *Server) recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch cause := recover(); cause {
			case nil:
			case http.ErrAbortHandler:
				panic(cause)
			default:
				s.fail(w, r, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
			}
		}()
		next.ServeHTTP(w, r)
	})
}
