package document

import (
	"fmt"
	"time"

	"coopverse/directory"
	"coopverse/federation/document/streams"
)

// Message says something to one person alone: a note that nobody can look up,
// to nobody but whom it names. Mastodon shows it as a private mention.
func (s Site) Message(m directory.Message, id int64, at time.Time) ([]byte, error) {
	here := fmt.Sprintf("%s/messages/%d", s.Actor(directory.DirectoryHandle), id)
	to := []any{m.ActorID}

	note := streams.NewActivityStreamsNote()
	note.SetJSONLDId(idOf(here))
	note.SetActivityStreamsPublished(publishedAt(at))
	mention := directory.PostMention{Account: m.Account, ActorID: m.ActorID, URL: m.URL}
	text := fmt.Sprintf(`<p><a href="%s" class="u-url mention">@%s</a> %s %s</p>`,
		escape(pageOf(mention)), escape(m.Account), escape(m.Text), link(s.Origin+m.Path, "noopener"))
	content := streams.NewActivityStreamsContentProperty()
	content.AppendXMLSchemaString(text)
	note.SetActivityStreamsContent(content)
	beyond := note.GetUnknownProperties()
	beyond["attributedTo"] = s.Actor(directory.DirectoryHandle)
	beyond["to"], beyond["cc"], beyond["contentMap"] = to, []any{}, map[string]any{language: text}
	beyond["tag"] = []any{map[string]any{"type": "Mention", "href": m.ActorID, "name": "@" + m.Account}}

	create := streams.NewActivityStreamsCreate()
	s.begin(create, directory.DirectoryHandle, here+"/create")
	create.SetActivityStreamsPublished(publishedAt(at))
	create.GetUnknownProperties()["to"], create.GetUnknownProperties()["cc"] = to, []any{}
	create.SetActivityStreamsObject(noteObject(note))
	return encode(create)
}
