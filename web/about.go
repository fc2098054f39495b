package web

import (
	"net/http"

	"coopverse/directory"
)

// blockedShown is how many blocked domains the about page lists.
const blockedShown = 1000

// aboutUs is what the about page shows: the directory in numbers, and what it
// has told its followers.
type aboutUs struct {
	Coops, Countries, Defunct int
	News                      posts
	Following                 following
	Introduction              introduced
	Blocked                   []directory.BlockedDomain
	MoreBlocked               int // that are not listed
}

func (s *Server) about(w http.ResponseWriter, r *http.Request) error {
	listed, err := s.directory.Search(r.Context(), directory.Query{Home: directory.HomeHere})
	if err != nil {
		return err
	}
	closed, err := s.directory.Search(r.Context(), directory.Query{Status: directory.Defunct, Home: directory.HomeHere})
	if err != nil {
		return err
	}
	us := aboutUs{Coops: listed.Total, Countries: len(listed.Countries), Defunct: closed.Total}
	if us.News.Posts, err = s.latest(r.Context(), directory.DirectoryHandle, newsShown); err != nil {
		return err
	}
	whom, err := s.speaker(r.Context(), directory.DirectoryHandle)
	if err != nil {
		return err
	}
	if us.Following, err = s.following(r.Context(), whom); err != nil {
		return err
	}
	if us.Introduction, err = s.introduced(r.Context(), whom.Handle); err != nil {
		return err
	}
	if us.Blocked, err = s.directory.BlockedDomains(r.Context()); err != nil {
		return err
	}
	shown := min(len(us.Blocked), blockedShown)
	us.Blocked, us.MoreBlocked = us.Blocked[:shown], len(us.Blocked)-shown
	return s.show(w, http.StatusOK, "about", page{Path: "/about", Section: "about", Feed: feedPath(directory.DirectoryHandle), Follow: true, Body: us})
}

// page answers with a page that only says something.
func (s *Server) page(name string) answer {
	return func(w http.ResponseWriter, _ *http.Request) error {
		return s.show(w, http.StatusOK, name, page{Path: "/" + name, Section: name})
	}
}
