package web

import (
	"context"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"coopverse/directory"
)

// postsShown is how many posts one page of them shows.
const postsShown = 10

// post is one of our actors' posts, on its way to the page.
type post struct {
	directory.Post
	Author   speaker
	Response directory.Response
}

// postPath is where the page of a post is; 0 is the introduction. It is the
// post's id on other servers, too, so that people who come from there find it.
func postPath(handle string, id int64) string {
	if id == 0 {
		return actorPath(handle) + "/introduction"
	}
	return actorPath(handle) + "/posts/" + strconv.FormatInt(id, 10)
}

// Path is where the post's own page is.
func (p post) Path() string { return postPath(p.Handle, p.ID) }

// Words is what the post says.
func (p post) Words() template.HTML { return wordsOf(p.Post, "") }

// Line is the beginning of the post, for a list.
func (p post) Line() string { return firstLine(p.Words()) }

// posts is one page of posts, newest first.
type posts struct {
	Posts  []post
	Signed bool   // each says whose it is
	Newest string // the address of the first page; "" on the first page itself
	Older  string // the address of the next page; "" on the last one
}

// reading reads the newest posts of something that has some, before the post
// with that id: Posts, Outbox and PostsTagged of a directory are such.
type reading func(ctx context.Context, of string, before int64, limit int) ([]directory.Post, error)

// posts reads one page of posts. Path is the address of the first one.
func (s *Server) posts(ctx context.Context, read reading, of string, before int64, path string) (posts, error) {
	found, err := read(ctx, of, before, postsShown+1)
	if err != nil {
		return posts{}, err
	}
	var p posts
	if len(found) > postsShown {
		found = found[:postsShown]
		p.Older = path + "?before=" + strconv.FormatInt(found[postsShown-1].ID, 10)
	}
	if before > 0 {
		p.Newest = path
	}
	p.Posts, err = s.dressed(ctx, found)
	return p, err
}

// dressed adds to posts who wrote them, and what others did with them. A post
// whose author was removed a moment ago is left out.
func (s *Server) dressed(ctx context.Context, found []directory.Post) ([]post, error) {
	ids := make(map[string][]int64)
	for _, p := range found {
		ids[p.Handle] = append(ids[p.Handle], p.ID)
	}
	authors, responses := make(map[string]speaker), make(map[int64]directory.Response)
	for handle, posted := range ids {
		author, err := s.speaker(ctx, handle)
		if err != nil && troubleOf(err).Code < http.StatusInternalServerError {
			continue
		}
		if err != nil {
			return nil, err
		}
		authors[handle] = author
		counted, err := s.directory.Responses(ctx, handle, posted...)
		if err != nil {
			return nil, err
		}
		maps.Copy(responses, counted)
	}
	var dressed []post
	for _, p := range found {
		if author, ok := authors[p.Handle]; ok {
			dressed = append(dressed, post{p, author, responses[p.ID]})
		}
	}
	return dressed, nil
}

// latest are an actor's newest posts.
func (s *Server) latest(ctx context.Context, handle string, limit int) ([]post, error) {
	found, err := s.directory.Posts(ctx, handle, 0, limit)
	if err != nil {
		return nil, err
	}
	return s.dressed(ctx, found)
}

// readBefore reads from an address which posts are asked for: those before the
// one with that id. A number that is none means the newest.
func readBefore(r *http.Request) (int64, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return 0, errBadRequest
	}
	id, err := strconv.ParseInt(values.Get("before"), 10, 64)
	if err != nil {
		return 0, nil
	}
	return id, nil
}

// olderPosts is a page of what an actor posted earlier.
type olderPosts struct {
	Whom speaker
	posts
}

// older shows what an actor posted before the post with that id.
func (s *Server) older(w http.ResponseWriter, r *http.Request, whom speaker, read reading, before int64, signed bool) error {
	p, err := s.posts(r.Context(), read, whom.Handle, before, whom.Page)
	if err != nil {
		return err
	}
	if len(p.Posts) == 0 {
		http.Redirect(w, r, whom.Page, http.StatusSeeOther)
		return nil
	}
	p.Signed = signed
	path := whom.Page + "?before=" + strconv.FormatInt(before, 10)
	return s.showIfNew(w, r, "posts", page{Path: path, NoIndex: true, Body: olderPosts{whom, p}})
}

// picturePath is where a picture on a post is.
func picturePath(p directory.PostPicture) string {
	if p.MediaType == "image/png" {
		return "/media/" + p.Hash + ".png"
	}
	return "/media/" + p.Hash + ".jpg"
}
