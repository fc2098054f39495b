package federation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"coopverse/directory"
	"coopverse/federation/fetch"
)

// activity is what the inbox needs to know of what came in. Other programs
// write a single value where there could be a list, and a document where there
// could be an id, or the other way round.
type activity struct {
	ID         string               `json:"id"`
	Type       kind                 `json:"type"`
	Actor      soleReference        `json:"actor"`
	Object     json.RawMessage      `json:"object"`
	Target     reference            `json:"target"`
	Instrument json.RawMessage      `json:"instrument"`
	Mirrors    json.RawMessage      `json:"mirrors"` // the log that a follower copies
	Content    string               `json:"content"`
	Summary    string               `json:"summary"`
	To         oneOrMany[reference] `json:"to"`
	Cc         oneOrMany[reference] `json:"cc"`
	Proof      json.RawMessage      `json:"proof"`
}

// incoming is an activity of a verified sender on its way in.
type incoming struct {
	activity
	inbox  string // handle whose inbox it came to; "" for the shared one
	sender directory.Peer
}

// heard describes the activity for the directory, as concerning the actors
// with those handles.
func (in *incoming) heard(object string, handles ...string) directory.Heard {
	return directory.Heard{Peer: in.sender, ActivityID: in.ID, Type: visible(string(in.Type)), Handles: handles, Object: visible(object)}
}

// kind is the type of an object, the first if it has several.
type kind string

// UnmarshalJSON takes "Note" and ["Note", …].
func (k *kind) UnmarshalJSON(data []byte) error {
	var many oneOrMany[string]
	if err := json.Unmarshal(data, &many); err != nil {
		return err
	}
	*k = ""
	if len(many) > 0 {
		*k = kind(many[0])
	}
	return nil
}

// reference is an id, given plainly, as a document with that id, or as a list
// that begins with one of these.
type reference string

// UnmarshalJSON takes "https://…", {"id": "https://…", …} and ["https://…", …].
func (r *reference) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case '"':
		return json.Unmarshal(data, (*string)(r))
	case '[':
		var many []reference
		if err := json.Unmarshal(data, &many); err != nil || len(many) == 0 {
			return err
		}
		*r = many[0]
		return nil
	case 'n':
		return nil
	}
	var document struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(data, &document); err != nil {
		return err
	}
	*r = reference(document.ID)
	return nil
}

// soleReference is a reference beside which there is no other one.
type soleReference string

// UnmarshalJSON takes what a reference takes, and of lists those with one member:
// who would speak for whom, if several did?
func (s *soleReference) UnmarshalJSON(data []byte) error {
	var many oneOrMany[reference]
	if err := json.Unmarshal(data, &many); err != nil {
		return err
	}
	if len(many) > 1 {
		return fmt.Errorf("it has %d actors, and may have one", len(many))
	}
	*s = ""
	if len(many) == 1 {
		*s = soleReference(many[0])
	}
	return nil
}

// referenceTo is the id in a member that may hold one.
func referenceTo(member json.RawMessage) string {
	var id reference
	if len(member) == 0 || json.Unmarshal(member, &id) != nil {
		return ""
	}
	return string(id)
}

// oneOrMany reads a member that some servers write as an array and some not.
type oneOrMany[T any] []T

// UnmarshalJSON takes {…} and [{…}, …].
func (o *oneOrMany[T]) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case '[':
		return json.Unmarshal(data, (*[]T)(o))
	case 'n':
		return nil
	}
	var one T
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	*o = []T{one}
	return nil
}

// byLanguage is a text in several languages.
type byLanguage map[string]string

// UnmarshalJSON takes {"fr": "…", …} and [], which is what PHP makes of an empty one.
func (b *byLanguage) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("[]")) {
		return nil
	}
	return json.Unmarshal(data, (*map[string]string)(b))
}

// misread says of JSON that does not fit which member it is, in its own words
// and not in those of this program.
func misread(err error) error {
	if wrong := new(json.UnmarshalTypeError); errors.As(err, &wrong) && wrong.Field != "" {
		return fmt.Errorf("%s cannot be of the type %s", wrong.Field, wrong.Value)
	}
	return err
}

// webLinks are the addresses of a page: one, a Link, or several of both.
type webLinks []string

// UnmarshalJSON takes "https://…", {"href": "https://…", …} and lists of them.
func (w *webLinks) UnmarshalJSON(data []byte) error {
	var links oneOrMany[json.RawMessage]
	if err := json.Unmarshal(data, &links); err != nil {
		return err
	}
	for _, one := range links {
		var link struct {
			Href string `json:"href"`
		}
		var plain string
		if json.Unmarshal(one, &plain) != nil && json.Unmarshal(one, &link) != nil {
			continue // of no use, and no reason to refuse the rest
		}
		*w = append(*w, plain+link.Href)
	}
	return nil
}

// page is the first address that people can open; "" if there is none.
func (w webLinks) page() string {
	for _, link := range w {
		if u, err := url.Parse(link); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
			return u.String()
		}
	}
	return ""
}

// publicNames are the three ways in which "everyone" is written (ActivityPub,
// section 5.6, and JSON-LD's short forms).
var publicNames = []reference{"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"}

// isPublic says whether something is addressed to everyone.
func isPublic(addressees ...reference) bool {
	return slices.ContainsFunc(addressees, func(r reference) bool { return slices.Contains(publicNames, r) })
}

// note is what we read of other people's notes.
type note struct {
	ID           string               `json:"id"`
	Type         kind                 `json:"type"`
	AttributedTo reference            `json:"attributedTo"`
	Actor        reference            `json:"actor"`
	InReplyTo    reference            `json:"inReplyTo"`
	Name         string               `json:"name"`
	Summary      string               `json:"summary"`
	Sensitive    bool                 `json:"sensitive"`
	Content      string               `json:"content"`
	MediaType    string               `json:"mediaType"`
	ContentMap   byLanguage           `json:"contentMap"`
	Language     languageName         `json:"language"`
	To           oneOrMany[reference] `json:"to"`
	Cc           oneOrMany[reference] `json:"cc"`
	Tag          oneOrMany[tag]       `json:"tag"`
	URL          webLinks             `json:"url"`
	Published    moment               `json:"published"`
	Updated      moment               `json:"updated"`
}

// isBy says whether somebody wrote the note, maybe in the name of a group
// (Mobilizon's events).
func (n note) isBy(id string) bool {
	return string(n.AttributedTo) == id || string(n.Actor) == id
}

// warning is the text behind which the note is hidden. That of an article is an
// excerpt (WordPress, NodeBB).
func (n note) warning() string {
	if n.Type != "Note" && n.Type != "Question" && !n.Sensitive {
		return ""
	}
	return plainText(n.Summary, maxWarning)
}

type tag struct {
	Type kind   `json:"type"`
	Href string `json:"href"`
}

// UnmarshalJSON takes a tag that is written out; a plain hashtag names nobody.
func (t *tag) UnmarshalJSON(data []byte) error {
	type plain tag
	if len(data) > 0 && data[0] != '{' {
		*t = tag{}
		return nil
	}
	return json.Unmarshal(data, (*plain)(t))
}

// languageName is a language as it is named outside of a contentMap: "fr", or
// {"identifier": "fr", "name": "Français"} (Lemmy, PeerTube).
type languageName string

// UnmarshalJSON takes both, and anything else for none.
func (l *languageName) UnmarshalJSON(data []byte) error {
	var named struct {
		Identifier string `json:"identifier"`
	}
	if json.Unmarshal(data, (*string)(l)) != nil && json.Unmarshal(data, &named) == nil {
		*l = languageName(named.Identifier)
	}
	return nil
}

// noteTypes are the types of object that can be an answer.
var noteTypes = []kind{"Note", "Question", "Article", "Page", "Image", "Video", "Audio", "Event", "ChatMessage"}

// moment is a time as other servers write it, or zero if it cannot be read.
type moment struct{ time.Time }

// UnmarshalJSON takes a time of RFC 3339, and anything else for none.
func (m *moment) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil {
		return nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		m.Time = t
	}
	return nil
}

// or is the time, or another one if it is missing or in the future.
func (m moment) or(other time.Time) time.Time {
	if m.IsZero() || m.After(other) {
		return other.UTC().Truncate(time.Millisecond)
	}
	return m.UTC().Truncate(time.Millisecond)
}

// readActivity reads what came in. Errors: a *refusal.
func readActivity(body []byte) (a activity, err error) {
	if err := fetch.Plain(body); err != nil {
		return activity{}, refuse(http.StatusBadRequest, "%v", err)
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return activity{}, refuse(http.StatusBadRequest, "the body is not an activity: %v", misread(err))
	}
	return a, nil
}

// isFarewell says whether it is the Delete of an actor by itself.
func (a *activity) isFarewell() bool {
	return a.Type == "Delete" && a.Actor != "" && referenceTo(a.Object) == string(a.Actor)
}

// plainText is one line of text without markup, of at most limit characters.
func plainText(text string, limit int) string {
	runes := []rune(strings.Join(strings.Fields(visible(withoutTags(text))), " "))
	return string(runes[:min(len(runes), limit)])
}
