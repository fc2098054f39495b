package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"strings"
	"time"

	"coopverse/directory"

	"golang.org/x/tools/blog/atom"
)

const (
	feedType = "application/atom+xml"

	// feedShown is how many posts a feed has.
	feedShown = 20
)

// feedPath is where the news of one of our actors is for feed readers.
func feedPath(handle string) string { return actorPath(handle) + "/news.atom" }

// feed answers with what one of our actors has posted or passed on, as Atom
// (RFC 4287). Any site may read it: it is public and the same for everyone.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) error {
	whom, elsewhere, err := s.addressed(w, r)
	if elsewhere || err != nil {
		return err
	}
	found, err := s.directory.Outbox(r.Context(), whom.Handle, 0, feedShown)
	if err != nil {
		return err
	}
	posts, err := s.dressed(r.Context(), found)
	if err != nil {
		return err
	}
	body, err := xml.Marshal(s.feedOf(whom, posts))
	if err != nil {
		return fmt.Errorf("write the feed of %s: %w", whom.Handle, err)
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	sum := sha256.Sum256(body)
	if tagged(w, r, hex.EncodeToString(sum[:12])) {
		return nil
	}
	w.Header().Set("Content-Type", feedType+"; charset=utf-8")
	_, _ = fmt.Fprintf(w, "%s%s", xml.Header, body)
	return nil
}

func (s *Server) feedOf(whom speaker, posts []post) atom.Feed {
	own := s.config.Origin + feedPath(whom.Handle)
	f := atom.Feed{
		Title: whom.Name, ID: own, Author: s.feedAuthor(whom),
		Updated: atom.Time(time.Time{}), // required, also of a feed without entries
		Link:    []atom.Link{{Rel: "self", Href: own, Type: feedType}, {Rel: "alternate", Href: s.config.Origin + whom.Page, Type: "text/html"}},
	}
	for _, p := range posts {
		updated := atom.Time(p.UpdatedAt.UTC())
		f.Updated = max(f.Updated, updated)
		address := s.config.Origin + p.Path()
		f.Entry = append(f.Entry, &atom.Entry{
			Title: firstLine(p.Words()), ID: address, Author: s.feedAuthor(p.Author),
			Published: atom.Time(p.PublishedAt.UTC()), Updated: updated,
			Link:    []atom.Link{{Rel: "alternate", Href: address, Type: "text/html"}},
			Content: &atom.Text{Type: "html", Body: s.feedWords(p.Post)},
		})
	}
	return f
}

func (s *Server) feedAuthor(whom speaker) *atom.Person {
	return &atom.Person{Name: whom.Name, URI: s.config.Origin + whom.Page}
}

// feedWords is a post with its pictures. Readers show it on other sites, so every
// address in it is whole.
func (s *Server) feedWords(p directory.Post) string {
	var b strings.Builder
	b.WriteString(string(wordsOf(p, s.config.Origin)))
	for _, picture := range p.Pictures {
		fmt.Fprintf(&b, `<p><img src="%s" width="%d" height="%d" alt="%s"></p>`,
			s.config.Origin+picturePath(picture), picture.Width, picture.Height, html.EscapeString(picture.Alt))
	}
	return b.String()
}
