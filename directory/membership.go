package directory

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
)

// KindCollected is the change that tells the directory's followers that its
// collections of co-ops are others now.
const KindCollected Kind = "collections"

// membership notes, during an edit or an import, which topics co-ops join and leave.
type membership struct {
	joined, left map[string][]Coop // by topic
	collected    bool              // the collections are others now
}

// note compares the topics that an edit's co-op belonged to before and after.
func (m *membership) note(e *edit, before, after []string) {
	if m.joined == nil {
		m.joined, m.left = make(map[string][]Coop), make(map[string][]Coop)
	}
	for _, topic := range after {
		if slices.Contains(before, topic) {
			continue
		}
		m.collected = true
		if e.joins(topic) {
			m.joined[topic] = append(m.joined[topic], e.coop)
		}
	}
	for _, topic := range before {
		if !slices.Contains(after, topic) {
			m.collected = true
			m.left[topic] = append(m.left[topic], e.coop)
		}
	}
	if len(after) > 0 && e.changed("featurable") {
		m.collected = true
	}
}

// joins says whether it is news that the co-op belongs to the topic: not if it
// only vanished from the list for a while, or our reading of the list's words
// got better.
func (e *edit) joins(topic string) bool {
	t, _ := TopicOf(topic)
	field := map[TopicKind]string{TopicRegion: "region", TopicCountry: "places", TopicService: "services"}[t.Kind]
	return slices.ContainsFunc(e.changes, func(c Change) bool {
		if !c.Effective || c.Field != field {
			return c.Kind == KindAdded || c.Kind == KindReturned && c.Before != string(Unlisted)
		}
		return !onlyReadBetter(c, e.changes)
	})
}

// changed says whether the edit shows in one of those fields.
func (e *edit) changed(fields ...string) bool {
	return slices.ContainsFunc(e.changes, func(c Change) bool { return c.Effective && slices.Contains(fields, c.Field) })
}

// tell has the topics say who joined, and the directory that its collections
// of co-ops have changed. Nobody is told who left, but that a co-op joined is
// taken back if it leaves again while the post is fresh.
func (m *membership) tell(tx *gorm.DB, about Change) error {
	if !m.collected {
		return nil
	}
	topics := slices.AppendSeq(slices.Collect(maps.Keys(m.joined)), maps.Keys(m.left))
	slices.Sort(topics)
	for _, topic := range slices.Compact(topics) {
		if err := tellTopic(tx, topic, m.joined[topic], m.left[topic], about); err != nil {
			return err
		}
	}
	about.Handle, about.Kind, about.Effective = DirectoryHandle, KindCollected, true
	if err := tx.Create(&about).Error; err != nil {
		return fmt.Errorf("log the new collections: %w", err)
	}
	return nil
}

// tellTopic adds to the topic's post while that is fresh, or makes a new one,
// and takes back what it said of who has left.
func tellTopic(tx *gorm.DB, topic string, joined, left []Coop, about Change) error {
	post, fresh, err := freshPost(tx, topic, about.At)
	if err != nil {
		return err
	}
	var said []string
	if fresh {
		said = strings.Split(post.Body, paragraph)
	}
	says := slices.DeleteFunc(slices.Clone(said), func(sentence string) bool {
		return slices.ContainsFunc(left, func(c Coop) bool { return strings.HasSuffix(sentence, "(@"+c.Handle+")"+hasJoined) })
	})
	says = append(says, joinedSentences(joined)...)
	body := strings.Join(says, paragraph)
	switch {
	case slices.Equal(said, says):
		return nil
	case fresh && utf8.RuneCountInString(body) <= MaxPost:
		return rewrite(tx, post, body, about)
	}
	return publishAutomatic(tx, topic, strings.Join(joinedSentences(joined), paragraph), about)
}

const (
	hasJoined = " joined."
	paragraph = "\n\n" // stands between two
)

// joinedSentences says who joined, each by itself, so that it can be taken back.
func joinedSentences(coops []Coop) []string {
	var sentences []string
	for _, c := range coops[:min(len(coops), mostNamed)] {
		sentences = append(sentences, named(c)+hasJoined)
	}
	if n := len(coops) - mostNamed; n > 0 {
		sentences = append(sentences, counted(n, "more co-op", "more co-ops")+hasJoined)
	}
	return sentences
}

// freshPost returns the actor's last automatic post if it is still fresh at
// that time.
func freshPost(tx *gorm.DB, handle string, at time.Time) (post Post, fresh bool, err error) {
	result := tx.Where("handle = ? AND automatic AND deleted_at IS NULL AND published_at > ?", handle, at.Add(-freshness)).
		Order("id DESC").Limit(1).Find(&post)
	if result.Error != nil {
		return Post{}, false, fmt.Errorf("read the last post of %s: %w", handle, result.Error)
	}
	return post, result.RowsAffected > 0, nil
}
