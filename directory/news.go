package directory

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"coopverse/directory/service"

	"gorm.io/gorm"
)

// freshness is how long an automatic post is edited instead of followed by
// another one, so that a co-op gives its followers at most one an hour.
const freshness = time.Hour

// newsLanguage is the language of automatic posts, as a BCP 47 tag.
const newsLanguage = "en"

// newsFields are the fields whose changes people want to hear of.
var newsFields = []string{"name", "status", "website", "services", "places"}

// announce tells people what the edit changed, if that is news: in a new post,
// or in the last automatic one while that is fresh. Changes that undo each
// other within that time leave no post. A co-op that has moved to a server of
// its own tells its news there.
func announce(tx *gorm.DB, e *edit) error {
	if e.changes[0].Kind == KindAdded || e.coop.Status == Removed || e.coop.MovedTo != "" || news(e.changes) == "" {
		return nil
	}
	about := Change{Version: e.coop.Version, At: e.at, Source: e.source, Origin: e.origin}
	post, fresh, err := freshPost(tx, e.coop.Handle, e.at)
	if err != nil {
		return err
	}
	if !fresh {
		return publishAutomatic(tx, e.coop.Handle, news(e.changes), about)
	}
	var since []Change
	err = tx.Where("handle = ? AND at >= ? AND field <> ?", e.coop.Handle, post.PublishedAt, postField).Order("id").Find(&since).Error
	if err != nil {
		return fmt.Errorf("read what changed since post %d: %w", post.ID, err)
	}
	return rewrite(tx, post, news(since), about)
}

// news puts changes into words for people; "" when there is nothing to tell.
func news(changes []Change) string {
	before, after := make(map[string]string), make(map[string]string)
	for _, c := range changes {
		if !c.Effective || !slices.Contains(newsFields, c.Field) || onlyReadBetter(c, changes) {
			continue
		}
		if _, ok := before[c.Field]; !ok {
			before[c.Field] = c.Before
		}
		after[c.Field] = c.After
	}
	var sentences []string
	for _, field := range newsFields {
		if before[field] != after[field] {
			sentences = append(sentences, sentence(field, before[field], after[field])...)
		}
	}
	return strings.Join(sentences, "\n\n")
}

// onlyReadBetter says whether the list's words stayed the same and only our
// reading of them changed. That is no news.
func onlyReadBetter(c Change, changes []Change) bool {
	words := map[string]string{"services": "listed_areas", "places": "listed_place"}[c.Field]
	if c.Source != FromList || words == "" {
		return false
	}
	return !slices.ContainsFunc(changes, func(other Change) bool { return other.Version == c.Version && other.Field == words })
}

func sentence(field, before, after string) []string {
	switch field {
	case "name":
		return []string{before + " is now called " + after + "."}
	case "website":
		if after == "" {
			return nil
		}
		return []string{"New website: " + after}
	case "status":
		return statusSentence(Status(before), Status(after))
	case "services":
		return differenceSentences(labels(split(before, ",")), labels(split(after, ",")), "Now also offers ", "No longer offers ")
	default:
		return differenceSentences(split(before, ";"), split(after, ";"), "Now in ", "No longer in ")
	}
}

// statusSentence says nothing of co-ops that vanished from the list: a person
// has yet to decide what that means.
func statusSentence(before, after Status) []string {
	switch {
	case after == Defunct:
		return []string{"This co-op has closed."}
	case after == Inactive:
		return []string{"This co-op is no longer active."}
	case after == Active && before != Unlisted:
		return []string{"This co-op is active again."}
	}
	return nil
}

func differenceSentences(before, after []string, come, gone string) []string {
	var sentences []string
	without := func(a, b []string) []string {
		return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
	}
	if new := without(after, before); len(new) > 0 {
		sentences = append(sentences, come+enumerate(new)+".")
	}
	if old := without(before, after); len(old) > 0 {
		sentences = append(sentences, gone+enumerate(old)+".")
	}
	return sentences
}

// labels turns service ids into words inside a sentence. Abbreviations keep
// their capitals.
func labels(ids []string) []string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = id
		if s, ok := service.Lookup(id); ok {
			words[i] = s.Label
			if len(s.Label) > 1 && s.Label[1:2] == strings.ToLower(s.Label[1:2]) {
				words[i] = strings.ToLower(s.Label[:1]) + s.Label[1:]
			}
		}
	}
	return words
}

// enumerate joins "a", "b" and "c" as "a, b and c".
func enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// mostNamed is how many co-ops are named in a row; the rest is counted.
const mostNamed = 10

// named is how others speak of a co-op.
func named(c Coop) string { return c.Name + " (@" + c.Handle + ")" }

// announceImport has the directory's own actor sum an import up: who joined,
// and how many others changed. A first import is no news.
func (im *importing) announceImport() error {
	if im.first || len(im.Added)+len(im.Closed) == 0 {
		return nil
	}
	var sentences []string
	names := func(handles []string) string {
		var names []string
		for _, e := range im.entries {
			if slices.Contains(handles, e.coop.coop.Handle) {
				names = append(names, named(e.coop.coop))
			}
		}
		if len(names) > mostNamed {
			names = append(names[:mostNamed:mostNamed], fmt.Sprintf("%d more", len(names)-mostNamed))
		}
		return enumerate(names)
	}
	if n := len(im.Added); n > 0 {
		sentences = append(sentences, fmt.Sprintf("%s joined the directory: %s.", counted(n, "co-op", "co-ops"), names(im.Added)))
	}
	if n := len(im.Closed); n > 0 {
		sentences = append(sentences, fmt.Sprintf("%s closed: %s.", counted(n, "co-op has", "co-ops have"), names(im.Closed)))
	}
	if n := len(im.Changed) + len(im.Renamed); n > 0 {
		sentences = append(sentences, fmt.Sprintf("%s changed.", counted(n, "other entry has", "other entries have")))
	}
	return publishAutomatic(im.tx, DirectoryHandle, strings.Join(sentences, "\n\n"), Change{At: im.at, Source: FromList, Origin: im.Name})
}

// publishAutomatic publishes a post that nobody has written.
func publishAutomatic(tx *gorm.DB, handle, body string, about Change) error {
	_, err := publish(tx, &Post{Handle: handle, Body: body, Language: newsLanguage, Automatic: true, PublishedAt: about.At}, about)
	return err
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
