package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"

	"coopverse/directory"
)

// followersShown is how many followers one page of them shows.
const followersShown = 50

// audience is who follows a co-op, and whom it has blocked.
type audience struct {
	Desk   deskHead
	Total  int
	Shown  []follower
	Newest string // address of the first page; "" on that page itself
	Older  string // address of the next page; "" on the last one
	Blocks []directory.Block
}

// follower is somebody who follows, on the way to the page.
type follower struct{ directory.Follower }

// Name, Account and Page are what people call the follower, the handle, and
// where people read about them.
func (f follower) Name() string    { return nameOf(f.Peer) }
func (f follower) Account() string { return f.Peer.Handle }
func (f follower) Page() string    { return cmp.Or(webLink(f.Peer.URL), f.PeerID) }

// followersPage shows those who speak for a co-op who follows it. At the same
// address other servers find how many do.
func (s *Server) followersPage(w http.ResponseWriter, r *http.Request) error {
	w.Header().Add("Vary", "Accept")
	c, _, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	a := audience{Desk: s.deskHead(ctx, c, "followers")}
	after := r.URL.Query().Get("after")
	found, err := s.directory.NewestFollowers(ctx, c.Handle, after, followersShown+1)
	if errors.Is(err, directory.ErrNotFound) { // who follows no more leaves no place to go on from
		after = ""
		found, err = s.directory.NewestFollowers(ctx, c.Handle, after, followersShown+1)
	}
	if err != nil {
		return err
	}
	if after != "" {
		a.Newest = a.Desk.Followers()
	}
	if len(found) > followersShown {
		found = found[:followersShown]
		a.Older = a.Desk.Followers() + "?" + url.Values{"after": {found[followersShown-1].PeerID}}.Encode()
	}
	for _, f := range found {
		a.Shown = append(a.Shown, follower{f})
	}
	if a.Total, err = s.directory.FollowerCount(ctx, c.Handle); err != nil {
		return err
	}
	if a.Blocks, err = s.directory.Blocks(ctx, c.Handle); err != nil {
		return err
	}
	return s.showDesk(w, http.StatusOK, "followers", a)
}

// blockSender has the co-op hear nothing more of somebody.
func (s *Server) blockSender(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxHideForm); err != nil {
		return err
	}
	c, by, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	if err := s.directory.BlockSender(r.Context(), by, c.Handle, r.PostForm.Get("block")); err != nil {
		return err
	}
	return s.toFollowers(w, r, c, "blocked")
}

// unblockSender has the co-op hear somebody again.
func (s *Server) unblockSender(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxHideForm); err != nil {
		return err
	}
	c, by, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	if err := s.directory.UnblockSender(r.Context(), by, c.Handle, r.PostForm.Get("unblock")); err != nil {
		return err
	}
	return s.toFollowers(w, r, c, "unblocked")
}

// toFollowers leads back to the followers, where it is said what was done.
func (s *Server) toFollowers(w http.ResponseWriter, r *http.Request, c directory.Coop, done string) error {
	s.sessions.Put(r.Context(), doneKey, done)
	http.Redirect(w, r, coopPath(c.Handle)+"/followers", http.StatusSeeOther)
	return nil
}
