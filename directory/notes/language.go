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
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && r != '·'
	})
	best, most, tied := "", 0, false
	for row := range strings.Lines(languagesTSV) {
		tag, list, isRow := strings.Cut(strings.TrimSpace(row), "\t")
		if !isRow {
			continue
		}
		votes := votesFor(words, strings.Fields(list))
		if tied = tied && votes <= most || votes == most && votes > 0; votes > most {
			best, most, tied = tag, votes, false
		}
	}
	if most > 0 && !tied {
		return best
	}
	return byTrigrams(text, best)
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

// byTrigrams asks the statistics of three letters in a row; otherwise is the
// answer when the text is too short for them.
func byTrigrams(text, otherwise string) string {
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters < enoughLetters {
		return otherwise
	}
	allowed := map[whatlanggo.Lang]bool{}
	for row := range strings.Lines(languagesTSV) {
		if tag, _, isRow := strings.Cut(row, "\t"); isRow {
			for lang := range whatlanggo.Langs {
				if lang.Iso6391() == tag {
					allowed[lang] = true
				}
			}
		}
	}
	if tag := whatlanggo.DetectLangWithOptions(text, whatlanggo.Options{Whitelist: allowed}).Iso6391(); tag != "" {
		return tag
	}
	return otherwise
}
