package document

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"coopverse/directory"
)

// TopicName is the name that a topic's actor shows. What it is about comes
// first, for the initials on its picture.
func (s Site) TopicName(t directory.Topic) string { return t.Label + " · " + s.Name }

func (s Site) aboutTopic(t directory.Topic, coops int) string {
	who := topicCoops(t)
	return fmt.Sprintf("<p>%s, as listed in %s, a directory of technology co-ops that belong to the people who work in them: %d. Follow this account to hear which co-ops join, and what %s write.</p><p>Corrections and removal: %s</p>",
		escape(upperFirst(who)), escape(s.Name), coops, escape(who), s.contact())
}

// topicCoops says what co-ops a topic is about: "co-ops in France".
func topicCoops(t directory.Topic) string {
	switch {
	case t.Kind == directory.TopicService:
		return "co-ops that offer " + lowerFirst(t.Label)
	case t.Kind == directory.TopicRegion && t.ID == "worldwide":
		return "co-ops that work worldwide"
	case withArticle.MatchString(t.Label):
		return "co-ops in the " + t.Label
	}
	return "co-ops in " + t.Label
}

// withArticle finds the countries that are not spoken of without "the".
var withArticle = regexp.MustCompile(`^(United|US|British|Republic of|DR|Isle of) ` +
	`|^(Bahamas|Comoros|Gambia|Maldives|Netherlands|Philippines|Seychelles|Caribbean Netherlands)$` +
	`| (Islands|Republic|Territories)$`)

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// lowerFirst makes a label part of a sentence, unless it begins with an
// abbreviation.
func lowerFirst(label string) string {
	if len(label) > 1 && unicode.IsUpper(rune(label[1])) {
		return label
	}
	return strings.ToLower(label[:1]) + label[1:]
}
