package directory

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"coopverse/directory/notes"
	"coopverse/directory/picture"
	"coopverse/directory/prose"

	"golang.org/x/text/language"
)

// Limits of what one post holds.
const (
	MaxPost         = 5000 // characters; the document that carries it must stay below 60 kB
	MaxPostPictures = 4    // more are cut off by Mastodon
	MaxAlt          = 1500 // characters, as Mastodon has it
	MaxMentions     = 20
	MaxTags         = 30
)

// Draft is what somebody wants to post.
type Draft struct {
	Text      string
	Markdown  bool   // else the text is plain, paragraphs separated by a blank line
	Language  string // BCP 47; "": as before an edit, or as the text reads
	InReplyTo string // id of the note that it answers, or ""
	Pictures  []DraftPicture
	Mentions  []DraftMention // whom the text names, and whom it answers

	Scheduled    *ScheduledPost // that waited and is published now, by a member; or nil
	KeepPictures bool           // of an edit: leave those that are there
	Version      time.Time      // of an edit: UpdatedAt of the post that the editor saw; zero: whichever it is
	Boost        bool           // have the directory and the co-op's topics pass it on
}

// DraftPicture is a picture for a post.
type DraftPicture struct {
	picture.Picture
	Alt string // what it shows, for those who cannot see it
}

// DraftMention is somebody whom a post names, as looked up.
type DraftMention struct {
	Account string // name@host, as in the text
	Peer    Peer
	Handle  string // of the actor of ours that it is, or ""; nothing is sent to it
}

// Check says what is wrong with the draft, before anything else is done about
// it. Errors wrap ErrInvalid.
func (d Draft) Check() error {
	if err := d.checkText(); err != nil {
		return err
	}
	if n := len(d.Pictures); n > MaxPostPictures {
		return fmt.Errorf("%w: %d pictures; a post takes %d", ErrInvalid, n, MaxPostPictures)
	}
	for i, picture := range d.Pictures {
		if n := utf8.RuneCountInString(picture.Alt); n > MaxAlt {
			return fmt.Errorf("%w: the description of picture %d has %d characters; it takes %d", ErrInvalid, i+1, n, MaxAlt)
		}
		if !isProse(picture.Alt) {
			return fmt.Errorf("%w: the description of picture %d holds characters that are not text", ErrInvalid, i+1)
		}
	}
	if _, err := language.Parse(d.Language); d.Language != "" && err != nil {
		return fmt.Errorf("%w: %q is not a language tag, such as en or pt-BR", ErrInvalid, d.Language)
	}
	return checkIDs(d.InReplyTo)
}

func (d Draft) checkText() error {
	if !isProse(d.Text) {
		return fmt.Errorf("%w: the text holds characters that are not text", ErrInvalid)
	}
	body := d.body()
	if body == "" {
		return fmt.Errorf("%w: a post needs a text", ErrInvalid)
	}
	if n := utf8.RuneCountInString(body); n > MaxPost {
		return fmt.Errorf("%w: the text has %d characters; a post takes %d", ErrInvalid, n, MaxPost)
	}
	// Somebody whom it answers need not be named in it.
	if n := max(len(d.Writing().Mentions()), len(d.Mentions)-1); n > MaxMentions {
		return fmt.Errorf("%w: the text names %d people; a post takes %d", ErrInvalid, n, MaxMentions)
	}
	if n := len(d.Writing().Hashtags()); n > MaxTags {
		return fmt.Errorf("%w: the text has %d hashtags; a post takes %d", ErrInvalid, n, MaxTags)
	}
	return nil
}

// isProse says whether s is made of nothing but text and white space.
func isProse(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) })
}

// body is the text in the form in which it is kept: lines end as on Unix,
// whatever ended them in the form or the terminal that it came from.
func (d Draft) body() string {
	return strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(d.Text))
}

// Writing is what the draft says.
func (d Draft) Writing() prose.Writing { return prose.Writing{Text: d.body(), Markdown: d.Markdown} }

// enoughWords is how long a post must be for its words to tell a language: "We
// moved" could be Dutch.
const enoughWords = 6

// tag is the draft's language: the one that it says, or that the post had before
// an edit, or as it reads; English if nothing tells.
func (d Draft) tag(before string) string {
	known := []string{d.Language, before}
	if len(strings.Fields(d.Text)) >= enoughWords {
		known = append(known, notes.Read(d.Text).Language)
	}
	for _, name := range known {
		if tag, err := language.Parse(name); err == nil && name != "" {
			return tag.String()
		}
	}
	return newsLanguage
}
