package web

import (
	"context"
	"net/http"
	"strconv"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// What a co-op's desk shows at most.
const (
	deskReplies = 50
	maxHideForm = 16 << 10 // bytes; a reply's id is an address
)

// deskHead is what the pages for those who speak for a co-op have in common.
type deskHead struct {
	Whom    speaker
	Section string // which of the pages it is: entry, history, evidence, news, followers or people; "": one below them
	Done    string // which message says what was done a moment ago; "": nothing was
	Owner   bool   // who looks may also say who speaks for it
}

// Entry, News and Followers are where the co-op edits its entry, and sees its
// news and who hears it.
func (h deskHead) Entry() string     { return h.Whom.Page + "/edit" }
func (h deskHead) News() string      { return h.Whom.Page + "/news" }
func (h deskHead) Followers() string { return h.Whom.Page + "/followers" }

// Evidence is where it shows that it is a co-op.
func (h deskHead) Evidence() string { return h.Whom.Page + "/evidence" }

// History is where it sees who changed what, and puts it back.
func (h deskHead) History() string { return h.Whom.Page + "/history" }

// People is where an owner says who else speaks for it.
func (h deskHead) People() string { return peoplePath(h.Whom.Handle) }

func (s *Server) deskHead(ctx context.Context, c directory.Coop, section string) deskHead {
	_, err := s.member(ctx, c.Handle, directory.Owner)
	return deskHead{coopSpeaker(c), section, s.sessions.PopString(ctx, doneKey), err == nil}
}

// showDesk shows a page for those who speak for a co-op.
func (s *Server) showDesk(w http.ResponseWriter, status int, name string, body any) error {
	return s.show(w, status, name, page{NoIndex: true, Mine: true, Body: body})
}

// desk is where a co-op sees its news, and what came of it.
type desk struct {
	Desk      deskHead
	Waiting   []waitingPost // none but on the first page of posts
	Posts     []deskPost
	Newest    string
	Older     string
	Replies   []deskReply
	Followers int
	Control   *directory.Control // nil: by its website it has proved nothing
}

// deskPost is a post, and how many servers know of it.
type deskPost struct {
	post
	Told, Awaited, Refused int
	Counted                bool // false: it is not known
}

// Edit and Delete are where the post is changed and taken back.
func (p deskPost) Edit() string   { return newsPath(p.Handle, p.ID) + "/edit" }
func (p deskPost) Delete() string { return newsPath(p.Handle, p.ID) + "/delete" }

// newsPath is the folder of the pages on which a co-op works on a post.
func newsPath(handle string, id int64) string {
	return coopPath(handle) + "/news/" + strconv.FormatInt(id, 10)
}

// deskReply is a reply, and what it answers.
type deskReply struct{ reply }

// Post is the page of the post that it stands below, or would.
func (r deskReply) Post() string { return postPath(r.Handle, r.PostID) }

// Hidden says whether nobody else sees it.
func (r deskReply) Hidden() bool { return r.HiddenAt != nil }

// news shows a co-op's desk.
func (s *Server) news(w http.ResponseWriter, r *http.Request) error {
	c, _, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	before, err := readBefore(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	d := desk{Desk: s.deskHead(ctx, c, "news")}
	found, err := s.posts(ctx, s.directory.Posts, c.Handle, before, d.Desk.News())
	if err != nil {
		return err
	}
	d.Newest, d.Older = found.Newest, found.Older
	if d.Newest == "" {
		if d.Waiting, err = s.waiting(ctx, c.Handle); err != nil {
			return err
		}
	}
	if d.Posts, err = s.receipted(ctx, c.Handle, found.Posts); err != nil {
		return err
	}
	replies, err := s.directory.AllReplies(ctx, c.Handle, deskReplies)
	if err != nil {
		return err
	}
	for _, r := range replies {
		d.Replies = append(d.Replies, deskReply{reply{Reply: r, Anchor: anchor(r.ID)}})
	}
	if d.Followers, err = s.directory.FollowerCount(ctx, c.Handle); err != nil {
		return err
	}
	if d.Control, err = s.directory.Control(ctx, c); err != nil {
		return err
	}
	return s.showDesk(w, http.StatusOK, "desk", d)
}

// receipted adds to posts how telling of their last change went.
func (s *Server) receipted(ctx context.Context, handle string, found []post) ([]deskPost, error) {
	ids := make([]int64, len(found))
	for i, p := range found {
		ids[i] = p.ID
	}
	told, err := s.directory.CountReceiptsOfPosts(ctx, handle, ids...)
	if err != nil {
		return nil, err
	}
	posts := make([]deskPost, len(found))
	for i, p := range found {
		t, counted := told[p.ID]
		posts[i] = deskPost{p, t.Told, t.Awaited, t.Refused, counted}
	}
	return posts, nil
}

// hideReply takes a reply off the co-op's pages, or shows it again.
func (s *Server) hideReply(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxHideForm); err != nil {
		return err
	}
	c, by, err := s.keeper(w, r)
	if err != nil {
		return err
	}
	id, hide := r.PostForm.Get("reply"), r.PostForm.Get("do") == "hide"
	done := "shown"
	if hide {
		done = "hidden"
	}
	if err := s.directory.HideReply(r.Context(), by, c.Handle, id, hide); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), doneKey, done)
	http.Redirect(w, r, coopPath(c.Handle)+"/news#"+anchor(id), http.StatusSeeOther)
	return nil
}

// keptPost is keeper and the post of that co-op that the address names.
func (s *Server) keptPost(w http.ResponseWriter, r *http.Request) (directory.Coop, directory.Actor, directory.Post, error) {
	c, by, err := s.keeper(w, r)
	if err != nil {
		return directory.Coop{}, directory.Actor{}, directory.Post{}, err
	}
	p, err := s.standingPost(r, c)
	return c, by, p, err
}

// standingPost is the co-op's post that an address is about, if it stands.
func (s *Server) standingPost(r *http.Request, c directory.Coop) (directory.Post, error) {
	id, err := strconv.ParseInt(mux.Vars(r)["id"], 10, 64)
	if err != nil {
		return directory.Post{}, errNotFound
	}
	p, err := s.directory.Post(r.Context(), c.Handle, id)
	if err == nil && p.DeletedAt != nil {
		err = errPostGone
	}
	return p, err
}

// deletion is the page that asks whether a post is to be taken back.
type deletion struct {
	Desk deskHead
	Post deskPost
}

// deleteForm asks before a post is taken back.
func (s *Server) deleteForm(w http.ResponseWriter, r *http.Request) error {
	c, _, p, err := s.keptPost(w, r)
	if err != nil {
		return err
	}
	return s.showDesk(w, http.StatusOK, "delete", deletion{s.deskHead(r.Context(), c, ""), deskPost{post: post{Post: p, Author: coopSpeaker(c)}}})
}

// deletePost takes a post back, also where others have a copy.
func (s *Server) deletePost(w http.ResponseWriter, r *http.Request) error {
	if err := s.form(w, r, maxForm); err != nil {
		return err
	}
	c, by, p, err := s.keptPost(w, r)
	if err != nil {
		return err
	}
	if err := s.directory.DeletePost(r.Context(), by, c.Handle, p.ID, fromNewsPage); err != nil {
		return err
	}
	return s.toDesk(w, r, c, "deleted")
}

// toDesk leads back to the desk, which says what was done.
func (s *Server) toDesk(w http.ResponseWriter, r *http.Request, c directory.Coop, done string) error {
	s.sessions.Put(r.Context(), doneKey, done)
	http.Redirect(w, r, coopPath(c.Handle)+"/news", http.StatusSeeOther)
	return nil
}
