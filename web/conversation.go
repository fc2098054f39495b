package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"coopverse/directory"
)

// repliesShown is how many replies one page of them shows.
const repliesShown = 50

// conversation is what others have said about a post of ours, or about the
// introduction of one of our actors.
type conversation struct {
	Address  string // id of what is answered; people look it up on their own server
	Path     string // of this page of the replies
	Response directory.Response
	Replies  []reply
	First    string // address of the first page of replies; "" on that page itself
	Next     string // address of the next page; "" on the last one
}

// reply is what somebody has said, on its way to the page.
type reply struct {
	directory.Reply
	Anchor  string    // its place on the page
	Answers *answered // nil: our post
}

// answered is another reply that a reply answers.
type answered struct {
	Name string // of its author; "" when it is not shown here
	Link string // its place on this page, or its own page
	Here bool
}

// conversation reads the page of replies that a request asks for; 0 is the
// introduction. Elsewhere says that there is no such page any more, and that
// the reader was sent to the first one.
func (s *Server) conversation(w http.ResponseWriter, r *http.Request, handle string, postID int64) (c conversation, elsewhere bool, err error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return conversation{}, false, errBadRequest
	}
	path, after := postPath(handle, postID), values.Get("after")
	if after != "" {
		known, err := s.isReply(r.Context(), after, handle, postID)
		if err != nil {
			return conversation{}, false, err
		}
		if !known {
			http.Redirect(w, r, path, http.StatusSeeOther)
			return conversation{}, true, nil
		}
	}
	counted, err := s.directory.Responses(r.Context(), handle, postID)
	if err != nil {
		return conversation{}, false, err
	}
	found, err := s.directory.Replies(r.Context(), handle, postID, false, after, repliesShown+1)
	if err != nil {
		return conversation{}, false, err
	}
	c = conversation{Address: s.config.Origin + path, Path: path, Response: counted[postID]}
	if after != "" {
		c.First, c.Path = path, repliesAfter(path, after)
	}
	if len(found) > repliesShown {
		found = found[:repliesShown]
		c.Next = repliesAfter(path, found[repliesShown-1].ID)
	}
	c.Replies, err = s.replies(r.Context(), found, c.Address)
	return c, false, err
}

func repliesAfter(path, id string) string { return path + "?" + url.Values{"after": {id}}.Encode() }

// isReply says whether a reply with that id is below the post.
func (s *Server) isReply(ctx context.Context, id, handle string, postID int64) (bool, error) {
	found, err := s.directory.ReplyByID(ctx, id)
	if errors.Is(err, directory.ErrNotFound) {
		return false, nil
	}
	return err == nil && found.Handle == handle && found.PostID == postID, err
}

// replies adds to what was found whom each of them answers.
func (s *Server) replies(ctx context.Context, found []directory.Reply, address string) ([]reply, error) {
	here := make(map[string]directory.Reply)
	for _, f := range found {
		here[f.ID] = f
	}
	replies := make([]reply, len(found))
	for i, f := range found {
		replies[i] = reply{Reply: f, Anchor: anchor(f.ID)}
		if f.InReplyTo == address {
			continue
		}
		if parent, ok := here[f.InReplyTo]; ok {
			replies[i].Answers = &answered{nameOf(parent.Author), "#" + anchor(parent.ID), true}
			continue
		}
		parent, err := s.directory.ReplyByID(ctx, f.InReplyTo)
		switch {
		case errors.Is(err, directory.ErrNotFound):
			replies[i].Answers = &answered{}
		case err != nil:
			return nil, err
		case parent.HiddenAt != nil:
			replies[i].Answers = &answered{}
		default:
			replies[i].Answers = &answered{Name: nameOf(parent.Author), Link: reply{Reply: parent}.Page()}
		}
	}
	return replies, nil
}

// anchor is a reply's place on the page: its id is an address, and too long.
func anchor(id string) string {
	sum := sha256.Sum256([]byte(id))
	return "reply-" + hex.EncodeToString(sum[:6])
}

// Edited says whether the reply has not always read like this.
func (r reply) Edited() bool { return r.UpdatedAt.After(r.PublishedAt) }

// Name is what people call the reply's author.
func (r reply) Name() string { return nameOf(r.Author) }

// AuthorPage and Page are where people read about the author, and the reply as
// its author's server shows it.
func (r reply) AuthorPage() string { return cmp.Or(webLink(r.Author.URL), r.Author.ID) }
func (r reply) Page() string       { return cmp.Or(webLink(r.URL), r.ID) }

// nameOf is a name with something in it to see and to press: some people's are
// nothing but spaces.
func nameOf(p directory.Peer) string {
	if name := p.DisplayName(); strings.ContainsFunc(name, visible) {
		return name
	}
	if p.Handle != "" {
		return p.Handle
	}
	return hostOf(p.ID)
}

func visible(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) }
