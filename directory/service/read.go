package service

import (
	"slices"
	"strings"
)

// Read finds the services that a text names: their ids in order of mention,
// each once, and the parts in which nothing was recognised, as written.
func Read(cell string) (ids []string, unread []string) {
	v := theVocabulary()
	words := v.words(cell)
	mentions := v.mentions(words)
	for _, p := range v.parts(cell, words) {
		if p.first < p.last && len(within(mentions, p)) == 0 {
			unread = append(unread, strings.TrimSpace(cell[p.start:p.end]))
		}
	}
	return idsOf(mentions), unread
}

// mention is a place in a text where services are named.
type mention struct {
	first, last  int // words[first:last]
	ids          []string
	isTechnology bool
}

// mentions finds the longest terms, from left to right, and settles what
// their neighbourhood makes of them.
func (v *vocabulary) mentions(words []word) []mention {
	var found []mention
	for i := 0; i < len(words); {
		m, n := v.longestAt(words, i)
		if n == 0 {
			i++
			continue
		}
		found = append(found, m)
		i += n
	}
	for i := range found {
		if i > 0 {
			settle(words, &found[i-1], &found[i])
		}
	}
	return found
}

// longestAt is the mention that begins at words[i], and its length, 0 if
// there is none. Terms do not reach over marks.
func (v *vocabulary) longestAt(words []word, i int) (mention, int) {
	n := 1
	for n < v.longest && i+n < len(words) && !words[i+n].isBreak {
		n++
	}
	for ; n > 0; n-- {
		if terms := v.meanings(words[i : i+n]); len(terms) > 0 {
			m := mention{first: i, last: i + n, isTechnology: true}
			for _, t := range terms {
				m.ids = append(m.ids, t.id)
				m.isTechnology = m.isTechnology && t.isTechnology
			}
			return m, n
		}
	}
	return mention{}, 0
}

// settle looks at a mention and the one before it. "Development" and
// "engineering" say little of their own: after "Drupal" or "Python" they only
// tell that these are made here, and in "web design and development" they
// are of the web too.
func settle(words []word, before, m *mention) {
	isDevelopment := isHead(words[m.first].key) && m.last == m.first+1
	isDesign := words[m.first].key == "design" && m.last == m.first+1
	follows := before.last == m.first && !words[m.first].isBreak
	joined := before.last == m.first-1 && isAnd(words[m.first-1].key) && !words[m.first].isBreak
	switch {
	case isDevelopment && follows && before.isTechnology:
		before.isTechnology, m.ids = false, nil
	case isDevelopment && follows && !isManner(before.ids):
		m.ids = nil
	case joined && isOfTheWeb(before.ids) && isDevelopment:
		m.ids = []string{"web-development"}
	case joined && isOfTheWeb(before.ids) && isDesign:
		m.ids = []string{"web-design"}
	case joined && isDesign && slices.Contains(before.ids, "ux-design"):
		m.ids = []string{"ux-design"}
	}
}

// isHead tells the words that lean on the one before.
func isHead(key string) bool {
	switch key {
	case "development", "engineering", "programming", "desarrollo", "developpement", "entwicklung":
		return true
	}
	return false
}

// isManner tells services that are a way of doing another: open source
// development is open source, and development.
func isManner(ids []string) bool {
	return len(ids) > 0 && (ids[0] == "open-source" || ids[0] == "consulting" || ids[0] == "design")
}

func isOfTheWeb(ids []string) bool {
	return slices.Contains(ids, "web-development") || slices.Contains(ids, "web-design")
}

// idsOf lists what mentions name. Technologies count when there is nothing
// else.
func idsOf(mentions []mention) []string {
	var ids, technologies []string
	for _, m := range mentions {
		into := &ids
		if m.isTechnology {
			into = &technologies
		}
		for _, id := range m.ids {
			if !slices.Contains(*into, id) {
				*into = append(*into, id)
			}
		}
	}
	if len(ids) == 0 {
		return technologies
	}
	return ids
}

// within are the mentions of a part.
func within(mentions []mention, p part) []mention {
	var found []mention
	for _, m := range mentions {
		if m.first >= p.first && m.first < p.last {
			found = append(found, m)
		}
	}
	return found
}
