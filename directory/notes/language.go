package notes

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"

	"github.com/abadojack/whatlanggo"
)

//go:embed languages.tsv
var languagesTSV string

// enoughLetters is how long a text must be for its letters alone to tell a
// language.
const enoughLetters = 25

// language is the BCP 47 tag of a text, "" when it is too short to tell. Small
// words decide, because notes are short; where they do not, the trigrams of a
// longer text do. (Trigrams alone take "Founded 2019" for Danish.)
func language(text string) string {
	leaders := leaders(text)
	switch len(leaders) {
	case 0:
		return byTrigrams(text)
	case 1:
		return leaders[0]
	}
	return closest(text, leaders)
}

// leaders are the languages that have the most of a text's words.
func leaders(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && r != '·' // salarié·es
	})
	var leaders []string
	most := 1
	for row := range strings.Lines(languagesTSV) {
		tag, list, isRow := strings.Cut(strings.TrimSpace(row), "\t")
		if !isRow {
			continue
		}
		switch votes := votesFor(words, strings.Fields(list)); {
		case votes > most:
			leaders, most = []string{tag}, votes
		case votes == most:
			leaders = append(leaders, tag)
		}
	}
	return leaders
}

func votesFor(words, list []string) int {
	votes := 0
	for _, w := range words {
		if slices.Contains(list, w) {
			votes++
		}
	}
	return votes
}

// byTrigrams asks the script, and the statistics of three letters in a row.
func byTrigrams(text string) string {
	info := whatlanggo.Detect(text)
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters < enoughLetters || !info.IsReliable() {
		return ""
	}
	return info.Lang.Iso6391()
}

// closest is the one of some languages that the trigrams of a text are most
// like; the first when they do not tell.
func closest(text string, tags []string) string {
	allowed := map[whatlanggo.Lang]bool{}
	for lang := range whatlanggo.Langs {
		if slices.Contains(tags, lang.Iso6391()) {
			allowed[lang] = true
		}
	}
	info := whatlanggo.DetectWithOptions(text, whatlanggo.Options{Whitelist: allowed})
	if tag := info.Lang.Iso6391(); info.Confidence > 0 && slices.Contains(tags, tag) {
		return tag
	}
	return tags[0]
}
