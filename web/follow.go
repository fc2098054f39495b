package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/mux"
)

// lookUpTime is how long somebody's server may take to say where its follow
// dialog is.
const lookUpTime = 8 * time.Second

// maxForm is how many bytes of a form are read.
const maxForm = 4 << 10

// sameOrigin refuses forms that another site's page sends.
var sameOrigin = http.NewCrossOriginProtection()

// following is the part of a page where people follow one of our actors, or that
// of a mirrored entry at its home.
type following struct {
	Actor     string // its id
	Account   string // @agaric@coops.example
	Name      string
	Path      string // where the form is sent
	Back      string // the page of whom it follows
	Feed      string // path of the same news for feed readers, or "" where we have none
	MovedTo   string // id of its actor on a server of its own, where it is followed instead, or ""
	Followers int
	Typed     string
	Wrong     string // which message says why that will not do; "": nothing is wrong
}

// Open says whether there is a form to follow by.
func (f following) Open() bool { return f.MovedTo == "" }

// following gathers what an actor's follow field shows.
func (s *Server) following(ctx context.Context, whom speaker) (following, error) {
	followers, err := s.directory.FollowerCount(ctx, whom.Handle)
	if err != nil {
		return following{}, err
	}
	return following{
		Actor: s.config.Origin + actorPath(whom.Handle), Account: s.pages.site.account(whom.Handle), Name: whom.Name,
		Path: strings.TrimSuffix(whom.Page, "/") + "/follow", Back: whom.Page, Feed: feedPath(whom.Handle), MovedTo: whom.MovedTo, Followers: followers,
	}, nil
}

// followed is whom the address of a request is about. Elsewhere says that the
// reader was sent to where there is a form, or a reason why there is none.
func (s *Server) followed(w http.ResponseWriter, r *http.Request) (f following, elsewhere bool, err error) {
	if mux.Vars(r)["host"] != "" {
		f, err = s.followedThere(r)
		return f, false, err
	}
	whom, elsewhere, err := s.addressed(w, r)
	if elsewhere || err != nil {
		return following{}, elsewhere, err
	}
	if whom.MovedTo != "" {
		http.Redirect(w, r, whom.Page, http.StatusSeeOther)
		return following{}, true, nil
	}
	f, err = s.following(r.Context(), whom)
	return f, false, err
}

// followForm shows the follow field on a page of its own.
func (s *Server) followForm(w http.ResponseWriter, r *http.Request) error {
	f, elsewhere, err := s.followed(w, r)
	if elsewhere || err != nil {
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
	f, elsewhere, err := s.followed(w, r)
	if elsewhere || err != nil {
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
