package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// lookUpTime is how long somebody's server may take to say where its follow
// dialog is.
const lookUpTime = 8 * time.Second

// maxForm is how many bytes of a form are read.
const maxForm = 4 << 10

// sameOrigin refuses forms that another site's page sends.
var sameOrigin = http.NewCrossOriginProtection()

// following is the part of a page where people follow one of our actors.
type following struct {
	Actor     string // its id
	Account   string // @agaric@coops.example
	Name      string
	Path      string // where the form is sent
	Back      string // the page of whom it follows
	Followers int
	Typed     string
	Wrong     string // which message says why that will not do; "": nothing is wrong
}

// following gathers what the follow field of the actor with that handle shows.
func (s *Server) following(ctx context.Context, handle, name string) (following, error) {
	followers, err := s.directory.FollowerCount(ctx, handle)
	if err != nil {
		return following{}, err
	}
	f := following{
		Actor: s.config.Origin + actorPath(handle), Account: s.pages.site.account(handle), Name: name,
		Path: coopPath(handle) + "/follow", Back: coopPath(handle), Followers: followers,
	}
	if handle == directory.DirectoryHandle {
		f.Path, f.Back = "/follow", "/"
	}
	return f, nil
}

// followed is whom the address of a request is about.
func (s *Server) followed(r *http.Request) (following, error) {
	handle, isCoop := mux.Vars(r)["handle"]
	if !isCoop {
		return s.following(r.Context(), directory.DirectoryHandle, s.config.Name)
	}
	c, err := s.directory.Coop(r.Context(), readable(handle))
	if err != nil {
		return following{}, err
	}
	return s.following(r.Context(), c.Handle, c.Name)
}

// followForm shows the follow field on a page of its own.
func (s *Server) followForm(w http.ResponseWriter, r *http.Request) error {
	f, err := s.followed(r)
	if err != nil {
		return err
	}
	return s.showFollow(w, http.StatusOK, f)
}

func (s *Server) showFollow(w http.ResponseWriter, status int, f following) error {
	return s.show(w, status, "follow", page{Path: f.Path, NoIndex: true, Follow: true, Body: f})
}

// follow sends people to their own server, where they confirm.
//
// It must not become a way to dress up a link to just anywhere as one to us.
// So it only takes a form, and only from our own pages: no link leads through
// it. What was typed is in no address, and so in no log and no history.
func (s *Server) follow(w http.ResponseWriter, r *http.Request) error {
	if err := sameOrigin.Check(r); err != nil {
		return errForeignForm
	}
	f, err := s.followed(r)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return errBadRequest
	}
	f.Typed = readable(r.PostForm.Get("server"))
	w.Header().Set("Cache-Control", "no-store")
	dialog, err := s.followDialog(r.Context(), f)
	var wrong mistyped
	if errors.As(err, &wrong) {
		f.Wrong = string(wrong)
		return s.showFollow(w, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, dialog, http.StatusSeeOther)
	return nil
}

// followDialog is where the server that was typed asks "follow?": the address
// that its WebFinger names, else the one that Mastodon and most others have on
// the host that was typed. Either is https.
func (s *Server) followDialog(ctx context.Context, f following) (string, error) {
	h, err := readHome(f.Typed, s.pages.site.hostname())
	if err != nil {
		return "", err
	}
	usual := "https://" + h.Host + "/authorize_interaction?uri=" + url.QueryEscape(f.Actor)
	if h.Name == "" || s.config.Follow == nil {
		return usual, nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpTime)
	defer cancel()
	dialog, err := s.config.Follow(ctx, h.Name+"@"+h.Host, f.Actor)
	if err != nil {
		return "", typedUnknown // and no log: it would say who follows whom
	}
	if !strings.HasPrefix(webLink(dialog), "https://") {
		return usual, nil
	}
	return dialog, nil
}
