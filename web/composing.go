package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"coopverse/directory"
	"coopverse/directory/picture"
)

// composing is the page on which a co-op writes a post.
type composing struct {
	Desk     deskHead
	Once     string // names this form, so that pressing the button twice posts once
	ID       int64  // of the post that is edited; 0: none
	Waiting  int64  // of the scheduled post that is changed; 0: none
	Version  int64  // of what is edited
	Text     string
	Markdown bool // how Text is read
	Language string
	Boost    bool
	When     schedule
	Answers  *reply // that the post is an answer to, if it came in here
	Slots    []*slot
	Refused  string // why the text cannot be taken
	Wrong    string // which message says what is wrong besides
	Typed    bool   // before signing in
	Conflict *post  // as somebody else has left it meanwhile
	Preview  *post

	answers   string // id of the reply that is answered, as sent
	languages string // that the co-op works in
}

// New says whether nothing is edited, and Out whether the post is out already.
func (c composing) New() bool { return c.ID == 0 && c.Waiting == 0 }
func (c composing) Out() bool { return c.ID != 0 }

// Path is where the form is sent.
func (c composing) Path() string {
	switch {
	case c.Out():
		return newsPath(c.Desk.Whom.Handle, c.ID) + "/edit"
	case c.Waiting != 0:
		return scheduledPath(c.Desk.Whom.Handle, c.Waiting) + "/edit"
	}
	return c.Desk.News() + "/new"
}

// Most and Left are how long the text may be, and how much longer it may get;
// Left is below 0 when it is too long.
func (c composing) Most() int { return directory.MaxPost }
func (c composing) Left() int { return c.Most() - utf8.RuneCountInString(strings.TrimSpace(c.Text)) }

// MostAlt is how long the description of a picture may be.
func (c composing) MostAlt() int { return directory.MaxAlt }

// Marked says whether something is wrong that is marked where it stands.
func (c composing) Marked() bool {
	return c.Refused != "" || c.When.wrong() || slices.ContainsFunc(c.Slots, (*slot).wrong)
}

// Pictured says whether a picture is there, or something wrong with one.
func (c composing) Pictured() bool {
	return slices.ContainsFunc(c.Slots, func(s *slot) bool { return s.Shown != "" || s.wrong() || s.Alt != "" })
}

// commonLanguages are those in which many co-ops write, as BCP 47 tags.
const commonLanguages = "ar bg bn ca cs da de el en eo es et eu fa fi fr ga gl he hi hr hu id is it ja ko lt lv nb nl pl pt pt-BR ro ru sk sl sr sv th tr uk ur vi zh"

// Languages are those to choose from: the one of the text, those that the
// co-op works in, and then the others by their names.
func (c composing) Languages() []string {
	others := strings.Fields(commonLanguages)
	slices.SortFunc(others, func(a, b string) int { return cmp.Compare(languageInEnglish(a), languageInEnglish(b)) })
	var all []string
	for _, tag := range append(append(split(c.Language, ","), split(c.languages, ",")...), others...) {
		if !slices.Contains(all, tag) {
			all = append(all, tag)
		}
	}
	return all
}

// slot is the place of one picture on the form.
type slot struct {
	Number  int    // from 1
	Kept    string // names the picture that is here; "": none
	Shown   string // where it can be looked at
	Alt     string
	Refused string // why the file that was sent cannot be taken
	Wrong   string // which message says what else is wrong

	picture *picture.Picture // that was uploaded just now
	remove  bool
}

func (s *slot) wrong() bool { return s.Refused != "" || s.Wrong != "" }

// Describe says whether the description is what is wrong.
func (s *slot) Describe() bool { return s.Wrong == "alt_missing" || s.Wrong == "alt_long" }

// fill puts a post that was written earlier into the form.
func (c *composing) fill(p directory.Post) {
	c.Version, c.Text, c.Markdown, c.Language = p.UpdatedAt.UnixMilli(), p.Body, p.Markdown, p.Language
	for i, has := range p.Pictures {
		c.Slots[i].Kept, c.Slots[i].Shown, c.Slots[i].Alt = positioned(has.Position), picturePath(has), has.Alt
	}
}

// set takes one field as it was sent.
func (c *composing) set(field, value string) {
	switch field {
	case "text":
		c.Text = strings.ReplaceAll(value, "\r\n", "\n")
	case "once":
		c.Once = value
	case "language":
		c.Language = value
	case "boost":
		c.Boost = value == "yes"
	case "when":
		c.When.Later = value == "later"
	case "due":
		c.When.Typed = strings.TrimSpace(value)
	case "answers":
		c.answers = value
	case "version":
		c.Version, _ = strconv.ParseInt(value, 10, 64) // what is no number is no version that there is
	}
	name, number, _ := strings.Cut(field, "-")
	at, err := strconv.Atoi(number)
	if err != nil || at < 1 || at > len(c.Slots) {
		return
	}
	switch slot := c.Slots[at-1]; name {
	case "alt":
		slot.Alt = strings.Join(strings.Fields(value), " ")
	case "kept":
		slot.Kept = value
	case "remove":
		slot.remove = true
	}
}

// check says whether the form can be taken, and notes why not.
func (c *composing) check(draft directory.Draft) bool {
	if err := draft.Check(); err != nil && !slices.ContainsFunc(c.Slots, (*slot).wrong) {
		c.Refused = withoutKind(err, directory.ErrInvalid)
	}
	if !c.Out() {
		c.When.read()
	}
	return c.Wrong == "" && !c.Marked()
}

// done is which message says what was done.
func (c composing) done() string {
	switch {
	case c.Out():
		return "edited"
	case c.When.Later:
		return "scheduled"
	}
	return "posted"
}
