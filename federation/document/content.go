package document

import (
	"strings"
	"unicode/utf8"

	"coopverse/directory"
	"coopverse/directory/prose"
)

// maxContent is how long a post may become by its links, hashtags and mentions,
// in bytes of JSON: not longer than one of ampersands is without any.
const maxContent = len("&amp;") * directory.MaxPost

// content is a post's text as HTML, and what other servers must know of whom
// and what it names. They notify only whom it tags.
func (s Site) content(p directory.Post) (html string, tags []any) {
	m, said := &markup{site: s, post: p, tagged: map[string]bool{}}, p.Writing()
	bare := prose.Markup{Part: func(p prose.Part) string { return escape(p.Text) }, Link: writtenOut}
	if m.size = weight(said.HTML(bare)); m.size > maxContent && said.Markdown {
		said.Markdown = false // thousands of little lists would be longer than others take
		m.size = weight(said.HTML(bare))
	}
	html = said.HTML(prose.Markup{Part: m.mark, Link: m.link})
	for _, mention := range p.Mentions {
		m.tags = append(m.tags, map[string]any{"type": "Mention", "href": mention.ActorID, "name": "@" + mention.Account})
	}
	return html, m.tags
}

// markup turns what a post refers to into links.
type markup struct {
	site   Site
	post   directory.Post
	size   int // of the content and its hashtags, in bytes of JSON
	tags   []any
	tagged map[string]bool // by folded hashtag
}

// mark is a part of the post as HTML: with a link if it refers to something,
// and if the post does not become too long by it.
func (m *markup) mark(p prose.Part) string {
	plain, linked := escape(p.Text), m.reference(p)
	more := weight(linked) - weight(plain)
	var tag map[string]any
	if p.Kind == prose.Hashtag && !m.tagged[p.Name] {
		tag = hashtag(p.Text, m.site.Tag(p.Name))
		more += weight(tag)
	}
	if m.size+more > maxContent {
		return plain
	}
	m.size += more
	if tag != nil {
		m.tagged[p.Name], m.tags = true, append(m.tags, tag)
	}
	return linked
}

// link is words that lead to an address; if the post becomes too long by it, the
// address stands behind the words.
func (m *markup) link(address, words string) string {
	plain, linked := writtenOut(address, words), `<a href="`+escape(address)+`" rel="`+vouchesForNothing+`" target="_blank">`+words+`</a>`
	more := weight(linked) - weight(plain)
	if m.size+more > maxContent {
		return plain
	}
	m.size += more
	return linked
}

func writtenOut(address, words string) string { return words + " (" + escape(address) + ")" }

// reference is a part as the link that it is, with the classes by which
// Mastodon finds hashtags and mentions.
func (m *markup) reference(p prose.Part) string {
	switch p.Kind {
	case prose.Hashtag:
		return `<a href="` + escape(m.site.Tag(p.Name)) + `" class="mention hashtag" rel="tag">#<span>` + escape(withoutSign(p.Text)) + `</span></a>`
	case prose.Mention:
		for _, mention := range m.post.Mentions {
			if strings.EqualFold(mention.Account, p.Name) {
				name, _, _ := strings.Cut(withoutSign(p.Text), "@")
				return `<span class="h-card"><a href="` + escape(pageOf(mention)) + `" class="u-url mention">@<span>` + escape(name) + `</span></a></span>`
			}
		}
	case prose.Coop:
		if m.post.NamesCoops() {
			return `(<a href="` + escape(m.site.Actor(p.Name)) + `">@` + p.Name + `</a>)`
		}
	}
	return linkedPart(p)
}

// pageOf is where a person reads about somebody.
func pageOf(m directory.PostMention) string {
	if webAddress(m.URL) {
		return m.URL
	}
	return m.ActorID
}

// withoutSign is a hashtag without its #, which has two shapes, or a mention
// without its first @.
func withoutSign(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return text[size:]
}

// hashtag is how a post says which hashtag it has; text is as written there.
func hashtag(text, at string) map[string]any {
	return map[string]any{"type": "Hashtag", "name": "#" + visible(withoutSign(text)), "href": at}
}

// weight is how many bytes of JSON something takes.
func weight(v any) int {
	b, err := writeJSON(v)
	if err != nil {
		panic(err) // text always encodes
	}
	return len(b)
}

// attachments are the pictures of a post. A description that is empty is none.
func (s Site) attachments(pictures []directory.PostPicture) []any {
	attachments := []any{}
	for _, p := range pictures {
		attachment := image(p.MediaType, s.Picture(p.Hash, p.MediaType))
		attachment["width"], attachment["height"] = p.Width, p.Height
		if alt := visible(p.Alt); alt != "" {
			attachment["name"] = alt
		}
		attachments = append(attachments, attachment)
	}
	return attachments
}
