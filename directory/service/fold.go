package service

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold brings one word to the form it is compared in: lower case, no accents,
// no points ("I.T.", "Node.js").
func fold(word string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(word) {
		switch {
		case r == 'ß':
			b.WriteString("ss")
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '#' || r == '+':
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// singular drops the s of a plural. It need not be good English, only do the
// same to the vocabulary and to the text.
func singular(word string) string {
	switch {
	case len(word) <= 3 || strings.HasSuffix(word, "ss") || strings.HasSuffix(word, "us") || strings.HasSuffix(word, "is"):
		return word
	case strings.HasSuffix(word, "ies"):
		return strings.TrimSuffix(word, "ies") + "y"
	}
	return strings.TrimSuffix(word, "s")
}

// isAnd tells the words that join two services.
func isAnd(folded string) bool {
	switch folded {
	case "and", "y", "et", "und", "e", "i", "plus":
		return true
	}
	return false
}
