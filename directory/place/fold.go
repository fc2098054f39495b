package place

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold brings a name to the form under which it is looked up: lower case,
// without accents and apostrophes, words one space apart. "Saint-Martin-d’Hères"
// and "saint martin dheres" are the same, and so are "St. Gallen" and "Sankt
// Gallen".
func fold(s string) string {
	if !isASCII(s) {
		s = norm.NFKD.String(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range s {
		switch {
		case isDropped(r):
		case !isLetter(r):
			gap = b.Len() > 0
		default:
			if gap {
				b.WriteByte(' ')
				gap = false
			}
			writeFolded(&b, r)
		}
	}
	return oneSaint(b.String())
}

// isDropped tells what is inside words without being a letter: apostrophes,
// the points of "U.S.", and the accents that NFKD has split off.
func isDropped(r rune) bool {
	if r < 0x80 {
		return r == '.' || r == '\'' || r == '`'
	}
	return r == '’' || r == '‘' || r == 'ʻ' || r == '´' || unicode.Is(unicode.Mn, r)
}

// isLetter tells letters and digits, and the vowel signs of Indian scripts.
func isLetter(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r >= 0x80 && unicode.Is(unicode.Mc, r)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// writeFolded writes a letter in lower case. Some letters of the north and
// east do not fall apart into a plain letter and a mark.
func writeFolded(b *strings.Builder, r rune) {
	if r < 0x80 {
		b.WriteByte(byte(unicode.ToLower(r)))
		return
	}
	switch r = unicode.ToLower(r); r {
	case 'ß':
		b.WriteString("ss")
	case 'ø':
		b.WriteByte('o')
	case 'ł':
		b.WriteByte('l')
	case 'æ':
		b.WriteString("ae")
	case 'œ':
		b.WriteString("oe")
	case 'đ', 'ð':
		b.WriteByte('d')
	case 'þ':
		b.WriteString("th")
	case 'ı':
		b.WriteByte('i')
	default:
		b.WriteRune(r)
	}
}

// oneSaint spells every saint out: St, Ste, Sainte, Sankt.
func oneSaint(s string) string {
	for word := range strings.SplitSeq(s, " ") {
		if isSaint(word) {
			return spellSaints(s)
		}
	}
	return s
}

func isSaint(word string) bool {
	return word == "st" || word == "ste" || word == "sainte" || word == "sankt"
}

func spellSaints(s string) string {
	words := strings.Split(s, " ")
	for i, word := range words {
		if isSaint(word) {
			words[i] = "saint"
		}
	}
	return strings.Join(words, " ")
}

// withoutUmlautE writes Muenchen as Munchen, for the German towns that are
// typed on keyboards without umlauts.
func withoutUmlautE(s string) string {
	return strings.NewReplacer("ae", "a", "oe", "o", "ue", "u").Replace(s)
}
