package document

import (
	"time"

	"coopverse/directory"
	"coopverse/federation/document/streams"

	"github.com/go-fed/activity/streams/vocab"
)

// language is the one in which we write ourselves.
const language = "en"

// Note is a post as its own document. quotable says whether others may quote it.
func (s Site) Note(p directory.Post, quotable bool) ([]byte, error) {
	return encode(s.note(s.post(p, quotable)))
}

// Introduction is the note in which a co-op introduces itself. It is made from
// the entry and pinned to the profile, because a server that has just heard of
// the co-op reads pinned notes and nothing older.
func (s Site) Introduction(c directory.Coop) ([]byte, error) {
	return encode(s.note(s.introduction(c)))
}

// DirectoryIntroduction is the same for the directory's own actor.
func (s Site) DirectoryIntroduction(since time.Time, coops int) ([]byte, error) {
	return encode(s.note(s.directoryIntroduction(since, coops)))
}

// TopicIntroduction is the same for a topic with that many co-ops.
func (s Site) TopicIntroduction(t directory.Topic, since time.Time, coops int) ([]byte, error) {
	return encode(s.note(s.topicIntroduction(t, since, coops)))
}

// said is one thing that one of our actors said.
type said struct {
	handle             string
	post               int64 // 0: the introduction
	page               string
	content            string // HTML
	markdown           string // that it was typed as, or ""
	language           string // BCP 47
	published, updated time.Time
	quotable           bool

	inReplyTo string // id of a note, or ""
	mentioned []string
	tags      []any
	pictures  []directory.PostPicture
}

func (s Site) post(p directory.Post, quotable bool) said {
	w := said{
		handle: p.Handle, post: p.ID, page: s.Post(p.Handle, p.ID), language: p.Language, published: p.PublishedAt, updated: p.UpdatedAt,
		quotable: quotable, inReplyTo: p.InReplyTo, mentioned: mentioned(p), pictures: p.Pictures,
	}
	w.content, w.tags = s.content(p)
	if p.Markdown {
		w.markdown = visible(p.Body)
	}
	return w
}

// mentioned lists the ids of those whom a post names.
func mentioned(p directory.Post) []string {
	var ids []string
	for _, m := range p.Mentions {
		ids = append(ids, m.ActorID)
	}
	return ids
}

func (s Site) introduction(c directory.Coop) said {
	content := "<p>" + escape(DisplayName(c)) + "</p>" + describe(c, maxSummary)
	if hasWebsite(c) {
		content += "<p>" + link(c.Website, vouchesForNothing) + "</p>"
	}
	w := s.ownIntroduction(c.Handle, content+s.standing(c), c.ListedAt)
	w.updated, w.quotable = c.UpdatedAt, c.MayBeQuoted()
	return w
}

func (s Site) directoryIntroduction(since time.Time, coops int) said {
	return s.ownIntroduction(directory.DirectoryHandle, s.aboutDirectory(coops), since)
}

func (s Site) topicIntroduction(t directory.Topic, since time.Time, coops int) said {
	return s.ownIntroduction(t.Handle, s.aboutTopic(t, coops), since)
}

func (s Site) ownIntroduction(handle, content string, since time.Time) said {
	return said{handle: handle, page: s.Page(handle), content: content, language: language, published: since, updated: since, quotable: true}
}

// note is a public note: to everyone, with a copy to the followers and those
// whom it names.
func (s Site) note(w said) vocab.ActivityStreamsNote {
	note := streams.NewActivityStreamsNote()
	note.SetJSONLDId(idOf(s.Post(w.handle, w.post)))
	s.addressPublicly(note, w.handle, w.mentioned)
	page := streams.NewActivityStreamsURLProperty()
	page.AppendIRI(address(w.page))
	note.SetActivityStreamsUrl(page)
	content := streams.NewActivityStreamsContentProperty()
	content.AppendXMLSchemaString(w.content)
	note.SetActivityStreamsContent(content)
	note.SetActivityStreamsPublished(publishedAt(w.published))
	s.setReactions(note, w)

	beyond := note.GetUnknownProperties()
	beyond["attributedTo"] = s.Actor(w.handle)
	beyond["contentMap"] = map[string]any{w.language: w.content}
	if w.markdown != "" {
		beyond["source"] = map[string]any{"content": w.markdown, "mediaType": "text/markdown"}
	}
	beyond["attachment"], beyond["tag"] = s.attachments(w.pictures), append([]any{}, w.tags...)
	beyond["interactionPolicy"] = map[string]any{"canQuote": approved(s.everyone(w.handle, w.quotable))}
	if w.inReplyTo != "" {
		beyond["inReplyTo"] = w.inReplyTo // as its author spells it
	}
	if w.updated.After(w.published) {
		// go-fed writes whole seconds, and an edit in the second of the post
		// would look like no edit.
		beyond["updated"] = w.updated.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return note
}

// setReactions says where others find who answered, liked and boosted a note.
func (s Site) setReactions(note vocab.ActivityStreamsNote, w said) {
	replies := streams.NewActivityStreamsRepliesProperty()
	replies.SetIRI(address(s.RepliesAddress(w.handle, w.post)))
	note.SetActivityStreamsReplies(replies)
	likes := streams.NewActivityStreamsLikesProperty()
	likes.SetIRI(address(s.LikesAddress(w.handle, w.post)))
	note.SetActivityStreamsLikes(likes)
	shares := streams.NewActivityStreamsSharesProperty()
	shares.SetIRI(address(s.SharesAddress(w.handle, w.post)))
	note.SetActivityStreamsShares(shares)
}

// addressPublicly addresses to everyone, with a copy to the followers and to
// those with the ids in also.
func (s Site) addressPublicly(t extensible, handle string, also []string) {
	cc := []any{s.FollowersAddress(handle)}
	for _, id := range also {
		cc = append(cc, id)
	}
	t.GetUnknownProperties()["to"], t.GetUnknownProperties()["cc"] = []any{public}, cc
}

func publishedAt(at time.Time) vocab.ActivityStreamsPublishedProperty {
	p := streams.NewActivityStreamsPublishedProperty()
	p.Set(at.UTC())
	return p
}
