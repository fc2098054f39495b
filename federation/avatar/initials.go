package avatar

import (
	"strings"
	"unicode"

	"golang.org/x/image/font/sfnt"
)

// smallWords do not count as initials.
var smallWords = map[string]bool{
	"a": true, "an": true, "the": true, "of": true, "and": true, "for": true, "in": true, "&": true,
	"de": true, "del": true, "la": true, "las": true, "el": true, "los": true, "y": true, "e": true,
	"du": true, "des": true, "le": true, "les": true, "et": true, "der": true, "die": true, "das": true, "und": true,
}

// initials are one or two letters for a co-op: the first ones of the first two
// words that say which co-op it is. A name in letters that our font lacks is
// stood in for by the handle, which has plain letters only.
func initials(handle, name string) string {
	if letters := firstLetters(strings.FieldsFunc(name, separates)); letters != "" {
		return letters
	}
	return firstLetters(strings.Split(handle, "_"))
}

// separates says whether a name is cut at r: hyphen and apostrophe are inside
// of words ("co-op", "Worker's").
func separates(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '\'' && r != '’' && r != '-' && r != '.'
}

func firstLetters(words []string) string {
	var letters []rune
	for _, word := range words {
		if smallWords[strings.ToLower(word)] && len(words) > 1 {
			continue
		}
		for _, r := range word {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				continue
			}
			if r = unicode.ToUpper(r); !drawable(r) {
				return ""
			}
			letters = append(letters, r)
			break
		}
		if len(letters) == 2 {
			break
		}
	}
	return string(letters)
}

// drawable says whether the font has a shape for r.
func drawable(r rune) bool {
	glyph, err := bold.GlyphIndex(&sfnt.Buffer{}, r)
	return err == nil && glyph != 0
}
