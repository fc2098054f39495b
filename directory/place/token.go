package place

import (
	"strings"
	"unicode"
)

// gap is what stands before a word. The order matters: of several marks in a
// row the strongest counts.
type gap uint8

const (
	space  gap = iota // "Sydney NSW"
	within            // a comma, colon or bracket: what follows may say where the former is
	list              // "and", "/", "+": what follows is another place
	full              // ";" or a line break: what follows has nothing to do with the former
)

// token is one word of a cell with the gap before it.
type token struct {
	text, folded string
	start, end   int // bytes of the cell
	before       gap
	isBracketed  bool // the first word in a bracket: "Halle (Saale)"
}

// tokens cuts a cell into words.
func tokens(cell string) []token {
	var found []token
	gapBefore, start := space, -1
	flush := func(end int) {
		if start >= 0 {
			if t := (token{cell[start:end], fold(cell[start:end]), start, end, gapBefore, start > 0 && cell[start-1] == '('}); t.folded != "" {
				found = append(found, t)
				gapBefore = space
			}
			start = -1
		}
	}
	for i, r := range cell {
		if isWordRune(r) {
			if start < 0 {
				start = i
			}
			continue
		}
		flush(i)
		gapBefore = max(gapBefore, gapOf(r, cell, i))
	}
	flush(len(cell))
	return found
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune(".'’‘ʻ`´", r)
}

// gapOf weighs a mark. A hyphen inside a word is a space ("Saint-Denis"),
// one between spaces is a comma ("Spain - Madrid"), and so is a colon, which
// can also be a letter of a name (Tiohtià:ke).
func gapOf(r rune, cell string, i int) gap {
	switch r {
	case ',', '(', ')', '[', ']', '，', '、':
		return within
	case ':':
		if strings.HasPrefix(cell[i+1:], " ") {
			return within
		}
	case '/', '+', '&', '·', '\\', '→':
		return list
	case ';', '\n', '|', '•':
		return full
	case '-', '–', '—':
		if i > 0 && cell[i-1] == ' ' {
			return within
		}
	}
	return space
}
