// Package fold makes words comparable: "Cambá", "CAMBA" and "camba" are one
// word. Names, places, services and searches are all folded here and nowhere
// else, so that what is stored and what is asked always meet.
package fold

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// spelledOut holds the letters that Unicode does not decompose but that
// people without them on their keyboard write differently.
var spelledOut = map[rune]string{
	'ø': "o", 'ł': "l", 'ß': "ss", 'æ': "ae", 'œ': "oe", 'đ': "d", 'ð': "d", 'þ': "th", 'ı': "i", 'ŋ': "n", 'ħ': "h", 'ŧ': "t",
}

// String lowers the case of s and takes off its marks. Punctuation and spaces
// stay as they are.
func String(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		r = unicode.ToLower(r)
		switch spelled, ok := spelledOut[r]; {
		case ok:
			b.WriteString(spelled)
		case !unicode.Is(unicode.Mn, r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// joined takes out what stands inside one word: the apostrophe of "worker's"
// and the hyphen of "co-op", which half of the movement writes without one.
var joined = strings.NewReplacer("'", "", "’", "", "co-op", "coop")

// Words splits s into folded words of letters and digits.
func Words(s string) []string {
	return strings.FieldsFunc(joined.Replace(String(s)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// Text is Words joined by single spaces.
func Text(s string) string { return strings.Join(Words(s), " ") }
