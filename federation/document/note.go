package document

import (
	"time"

	"coopverse/directory"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
)

// language is the one that our notes are written in.
const language = "en"

// Note is a post as its own document.
func (s Site) Note(p directory.Post) ([]byte, error) {
	return encode(s.note(s.post(p)), plainContext)
}

// Introduction is the note in which a co-op introduces itself. It is made from
// the entry and pinned to the profile, because a server that has just heard of
// the co-op reads pinned notes and nothing older.
func (s Site) Introduction(c directory.Coop) ([]byte, error) {
	return encode(s.note(s.introduction(c)), plainContext)
}

// DirectoryIntroduction is the same for the directory's own actor.
func (s Site) DirectoryIntroduction(since time.Time, coops int) ([]byte, error) {
	return encode(s.note(s.directoryIntroduction(since, coops)), plainContext)
}

// said is one thing that one of our actors said.
type said struct {
	handle, id, page   string
	content            string // HTML
	published, updated time.Time
}

func (s Site) post(p directory.Post) said {
	id := s.Post(p.Handle, p.ID)
	content := paragraphs(p.Body, nil)
	if p.Automatic && p.Handle == directory.DirectoryHandle {
		// The directory names co-ops as "Acme (@acme)".
		content = paragraphs(p.Body, s.Actor)
	}
	return said{p.Handle, id, id, content, p.PublishedAt, p.UpdatedAt}
}

func (s Site) introduction(c directory.Coop) said {
	content := "<p>" + escape(DisplayName(c)) + "</p>" + describe(c, maxSummary)
	if hasWebsite(c) {
		content += "<p>" + link(c.Website, vouchesForNothing) + "</p>"
	}
	content += s.standing(c)
	return said{c.Handle, s.IntroductionAddress(c.Handle), s.Page(c.Handle), content, c.ListedAt, c.UpdatedAt}
}

func (s Site) directoryIntroduction(since time.Time, coops int) said {
	h := directory.DirectoryHandle
	return said{h, s.IntroductionAddress(h), s.Page(h), s.aboutDirectory(coops), since, since}
}

// note is a public note: to everyone, with a copy to the followers.
func (s Site) note(w said) vocab.ActivityStreamsNote {
	note := streams.NewActivityStreamsNote()
	note.SetJSONLDId(idOf(w.id))
	author := streams.NewActivityStreamsAttributedToProperty()
	author.AppendIRI(address(s.Actor(w.handle)))
	note.SetActivityStreamsAttributedTo(author)
	s.addressPublicly(note, w.handle)
	page := streams.NewActivityStreamsUrlProperty()
	page.AppendIRI(address(w.page))
	note.SetActivityStreamsUrl(page)
	content := streams.NewActivityStreamsContentProperty()
	content.AppendXMLSchemaString(w.content)
	note.SetActivityStreamsContent(content)
	note.SetActivityStreamsPublished(publishedAt(w.published))

	beyond := note.GetUnknownProperties()
	beyond["contentMap"] = map[string]any{language: w.content}
	beyond["attachment"], beyond["tag"] = []any{}, []any{}
	if w.updated.After(w.published) {
		// go-fed writes whole seconds, and an edit in the second of the post
		// would look like no edit.
		beyond["updated"] = w.updated.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return note
}

// addressed is what can be addressed to somebody.
type addressed interface {
	SetActivityStreamsTo(vocab.ActivityStreamsToProperty)
	SetActivityStreamsCc(vocab.ActivityStreamsCcProperty)
}

func (s Site) addressPublicly(t addressed, handle string) {
	to := streams.NewActivityStreamsToProperty()
	to.AppendIRI(address(public))
	t.SetActivityStreamsTo(to)
	cc := streams.NewActivityStreamsCcProperty()
	cc.AppendIRI(address(s.FollowersAddress(handle)))
	t.SetActivityStreamsCc(cc)
}

func publishedAt(at time.Time) vocab.ActivityStreamsPublishedProperty {
	p := streams.NewActivityStreamsPublishedProperty()
	p.Set(at.UTC())
	return p
}
