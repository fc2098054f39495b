package document

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"coopverse/directory"
	"coopverse/directory/prose"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

// Mastodon finds hashtags and mentions by these classes, and notifies by tag.
func TestHashtagsAndMentionsAreMarked(t *testing.T) {
	const (
		ada         = `<span class="h-card"><a href="https://m.example/@ada?a=1&amp;b=2" class="u-url mention">@<span>Ada</span></a></span>`
		cooperation = `<a href="https://coops.example/tags/cooperation" class="mention hashtag" rel="tag">#<span>Coopération</span></a>`
	)
	for text, want := range map[string]string{
		"@Ada@m.example":             ada,
		"(@Ada@M.Example)":           "(" + ada + ")",
		"@ada@m.example":             strings.Replace(ada, "Ada", "ada", 1),
		"@bob@elsewhere.example":     "@bob@elsewhere.example",
		"@Ada":                       "@Ada",
		"@cy@m.example":              `<span class="h-card"><a href="https://m.example/users/cy" class="u-url mention">@<span>cy</span></a></span>`,
		"#Coopération":               cooperation,
		"＃Coopération":               cooperation,
		"C#1 #1":                     "C#1 #1",
		"Acme (@acme)":               "Acme (@acme)",
		"https://x.example/#a":       link("https://x.example/#a", vouchesForNothing),
		"#日本":                        `<a href="https://coops.example/tags/%E6%97%A5%E6%9C%AC" class="mention hashtag" rel="tag">#<span>日本</span></a>`,
		"https://x.example/(@Ada@m)": link("https://x.example/(@Ada@m)", vouchesForNothing),
	} {
		p := richPost()
		p.Body = text
		if got, _ := site.content(p); got != "<p>"+want+"</p>" {
			t.Errorf("%q becomes\n%s, want\n%s", text, got, want)
		}
	}
}

// Whom a post answers need not stand in its text.
func TestPostTagsWhomItNames(t *testing.T) {
	note := read(t, federated(t)["note-rich"])
	want := []any{
		object{"type": "Hashtag", "name": "#Coopération", "href": "https://coops.example/tags/cooperation"},
		object{"type": "Hashtag", "name": "#PlatformCoop", "href": "https://coops.example/tags/platformcoop"},
		object{"type": "Mention", "name": "@Ada@m.example", "href": "https://m.example/users/ada"},
		object{"type": "Mention", "name": "@cy@m.example", "href": "https://m.example/users/cy"},
	}
	if !reflect.DeepEqual(note["tag"], any(want)) {
		t.Errorf("the tags are %v", note["tag"])
	}
	cc := []any{site.FollowersAddress("acme"), "https://m.example/users/ada", "https://m.example/users/cy"}
	for _, name := range []string{"create-note-rich", "update-note-rich"} {
		activity := read(t, federated(t)[name])
		if !reflect.DeepEqual(activity["cc"], any(cc)) || !reflect.DeepEqual(activity["object"].(object)["cc"], any(cc)) {
			t.Errorf("%s goes to %v, its note to %v", name, activity["cc"], activity["object"].(object)["cc"])
		}
	}
	if note["inReplyTo"] != richPost().InReplyTo {
		t.Errorf("it answers %v", note["inReplyTo"])
	}
	if plain := read(t, federated(t)["note"]); plain["inReplyTo"] != nil || len(plain["tag"].([]any)) > 0 {
		t.Errorf("a post about nobody says %v", plain)
	}
}

func TestPicturesSayWhatTheyShow(t *testing.T) {
	want := []any{
		object{"type": "Image", "mediaType": "image/jpeg", "url": "https://coops.example/media/5e1f.jpg", "width": 1600.0, "height": 900.0, "name": `Two people "at work"`},
		object{"type": "Image", "mediaType": "image/png", "url": "https://coops.example/media/c0de.png", "width": 40.0, "height": 30.0},
	}
	if note := read(t, federated(t)["note-rich"]); !reflect.DeepEqual(note["attachment"], any(want)) {
		t.Errorf("the pictures are %v", note["attachment"])
	}
}

// "to" is Tongan, and "tag" is spoken in Sudan. Neither is a list.
func TestLanguagesAreNoTerms(t *testing.T) {
	for _, tag := range []string{"to", "tag", "cc", "value", "topic"} {
		p := post()
		p.Language = tag
		create := read(t, must(t)(site.CreateNote(p, true)))
		note := create["object"].(object)
		if want := (object{tag: note["content"]}); !reflect.DeepEqual(note["contentMap"], any(want)) {
			t.Errorf("contentMap is %v", note["contentMap"])
		}
		if context := fmt.Sprint(create["@context"]); strings.Contains(context, "schema") || strings.Contains(context, "7aa9") {
			t.Errorf("%s is a language, and the context %s", tag, context)
		}
	}
}

// largest fills a post up to every limit that a draft has, with text of the
// given kind.
func largest(filler string) directory.Post {
	p := directory.Post{ID: 1 << 40, Handle: strings.Repeat("h", 30), Language: "zh-Hant-TW", PublishedAt: listed, UpdatedAt: edited, InReplyTo: "https://m.example/users/ada/statuses/115000000000000000"}
	var b strings.Builder
	for i := range directory.MaxMentions {
		account := fmt.Sprintf("somebody_%02d@mastodon.example", i)
		fmt.Fprintf(&b, "@%s ", account)
		p.Mentions = append(p.Mentions, directory.PostMention{
			Account: account, ActorID: fmt.Sprintf("https://mastodon.example/ap/users/1150000000000000%02d", i), URL: "https://mastodon.example/@" + account,
		})
	}
	for i := range directory.MaxTags {
		fmt.Fprintf(&b, "#Hashtag%02d ", i)
	}
	text := []rune(b.String() + strings.Repeat(filler, directory.MaxPost))
	p.Body = string(text[:directory.MaxPost])
	for i := range directory.MaxPostPictures {
		p.Pictures = append(p.Pictures, directory.PostPicture{Position: i, Hash: strings.Repeat("f", 64), MediaType: "image/jpeg", Width: 2048, Height: 2048, Alt: strings.Repeat("🌍", directory.MaxAlt)})
	}
	return p
}

// worstFillers are texts that grow: by escaping, by links, by percent signs.
var worstFillers = []string{
	"&", "\"", "'", "<", "\\", "🌍", "é", "\u2028", "&\n", "&\n\n", "\n\n&", "http://a.b ", "https://x.example/&&&&&&&&&& ", "#a ", "#日本語 ", "日", "😀 #𐐀 ", "@somebody_01@mastodon.example ",
	"- \n", "> \n\n", "*a* ", "[a](https://x.example) ", "`&` ", "\n\n# &", "1. &\n", "[🌍](https://x.example/🌍) ",
}

// manyLongTags are hashtags of letters that take twelve bytes in an address.
func manyLongTags() string {
	var b strings.Builder
	for i := range directory.MaxTags {
		b.WriteString("#" + strings.Repeat("𐐀", 140+i) + " ")
	}
	return b.String()
}

// Rule 18 for posts: whatever people write, Misskey takes it.
func TestLargestPostFits(t *testing.T) {
	for _, filler := range worstFillers {
		for _, lead := range []string{"", manyLongTags(), "#" + strings.Repeat("𐐀", 2000) + " ", "https://x.example/" + strings.Repeat("&", 4000) + " "} {
			p, written := largest(filler), largest(filler)
			p.Body = string([]rune(lead + p.Body)[:directory.MaxPost])
			written.Body, written.Markdown = p.Body, true
			for _, document := range [][]byte{must(t)(site.CreateNote(p, true)), must(t)(site.UpdateNote(p, true)), must(t)(site.UpdateNote(written, true))} {
				if len(document) > 60_000 {
					t.Errorf("%q: %d bytes", filler, len(document))
				}
				note := read(t, document)["object"].(object)
				checkHTML(t, note["content"].(string))
				if n := len(note["tag"].([]any)); n < directory.MaxMentions {
					t.Errorf("%q: only %d tags are left", filler, n)
				}
			}
		}
	}
}

// A long post of the usual kind loses nothing.
func TestLongPostKeepsItsLinksAndLanguage(t *testing.T) {
	p := largest("Nous sommes une coopérative d'informatique. https://acme.example/ ")
	for i := range p.Pictures {
		p.Pictures[i].Alt = "Deux personnes au travail"
	}
	note := read(t, must(t)(site.CreateNote(p, true)))["object"].(object)
	if n := len(note["tag"].([]any)); n != directory.MaxMentions+directory.MaxTags || note["contentMap"] == nil {
		t.Errorf("%d tags, contentMap %v", n, note["contentMap"] != nil)
	}
	if text := note["content"].(string); strings.Count(text, "<a ") != strings.Count(p.Body, "http")+directory.MaxMentions+directory.MaxTags {
		t.Errorf("%d links in %s", strings.Count(text, "<a "), text)
	}
}

func TestPageOfTheLargestPostsFits(t *testing.T) {
	document := must(t)(site.OutboxPage(largest("&").Handle, 0, slices.Repeat([]directory.Post{largest("&")}, OutboxPageSize), true, true))
	if len(document) > 1_000_000 {
		t.Errorf("%d bytes", len(document))
	}
}

// What is read aloud of a post is what was written, whatever that was.
func TestTextStaysAsWritten(t *testing.T) {
	pieces := rapid.OneOf(
		rapid.SampledFrom(append(worstFillers, "@Ada@m.example", "@nobody@x.example", "#Coop", "(@acme)", "https://x.example/a_(b).", "\n", "\n\n", " ", "</p><script>", "&amp;")),
		rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		p := richPost()
		p.Body = strings.Join(rapid.SliceOfN(pieces, 0, 12).Draw(t, "pieces"), "")
		p.Automatic, p.Handle = rapid.Bool().Draw(t, "automatic"), rapid.SampledFrom([]string{"acme", "directory", "hosting"}).Draw(t, "handle")
		content, tags := site.content(p)
		if got, want := aloud(content), words(visible(p.Body)); got != want {
			t.Errorf("%q reads %q, want %q, from %s", p.Body, got, want, content)
		}
		if len(tags) != len((prose.Writing{Text: p.Body}).Hashtags())+len(p.Mentions) {
			t.Errorf("%q has the tags %v", p.Body, tags)
		}
	})
}

// aloud is what a browser shows of HTML, without spaces. A mention shows the
// name only, and its host is put back here.
func aloud(content string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(content))
	for tokens.Next() != html.ErrorToken {
		if token := tokens.Token(); token.Type == html.TextToken {
			b.WriteString(token.Data)
		}
	}
	return words(b.String())
}

// words is a text without spaces, without what brings a hashtag or mention into
// another form.
func words(text string) string {
	text = strings.NewReplacer("＃", "#").Replace(text)
	for _, account := range []string{"Ada@m.example", "cy@m.example"} {
		name, _, _ := strings.Cut(account, "@")
		text = strings.ReplaceAll(text, "@"+account, "@"+name)
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}
