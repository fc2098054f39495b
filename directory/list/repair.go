package list

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// repair is one run of characters that was decoded once too often.
type repair struct{ from, to string }

// piece is a stretch of text: broken (decoded once too often) or not.
type piece struct {
	text   string
	proper string // what a broken piece stands for, "" when it is not broken
}

// isBroken decides whether a file was decoded once too often: the broken
// pieces must outnumber the proper ones. A clean list that quotes an “Ã©”
// stays as it is, and a broken list to which somebody added a proper row is
// still repaired.
func isBroken(text string) bool {
	broken, proper := 0, 0
	for _, p := range split(text) {
		switch {
		case p.proper == "":
			proper++
		case !p.doubtful():
			broken++
		}
	}
	return broken > proper
}

// repair puts the broken pieces of a line right and remembers what it did.
func (l *line) repair() {
	var b strings.Builder
	rest := l.text
	for _, p := range split(l.text) {
		at := strings.Index(rest, p.text)
		b.WriteString(rest[:at])
		rest = rest[at+len(p.text):]
		if p.proper == "" {
			b.WriteString(p.text)
			continue
		}
		b.WriteString(p.proper)
		l.repairs = append(l.repairs, repair{from: p.text, to: p.proper})
	}
	b.WriteString(rest)
	l.text = b.String()
}

// split gives the non-ASCII runs of text in order, each cut where broken
// characters adjoin proper ones: “éÃ©” is a proper piece and a broken one.
func split(text string) []piece {
	var pieces []piece
	for text != "" {
		if text[0] < utf8.RuneSelf {
			text = text[1:]
			continue
		}
		p := firstPiece(text)
		pieces = append(pieces, p)
		text = text[len(p.text):]
	}
	return pieces
}

// firstPiece cuts the piece off that text begins with.
func firstPiece(text string) piece {
	proper, size := undecode(text)
	end := size
	if size == 0 {
		for end < len(text) && text[end] >= utf8.RuneSelf {
			if _, broken := undecode(text[end:]); broken > 0 {
				break
			}
			_, n := utf8.DecodeRuneInString(text[end:])
			end += n
		}
		return piece{text: text[:end]}
	}
	var b strings.Builder
	for size > 0 {
		b.WriteRune(proper)
		proper, size = undecode(text[end:])
		end += size
	}
	return piece{text: text[:end], proper: b.String()}
}

// undecode reads one broken character at the start of text: runes that are,
// as Windows-1252 bytes, exactly one character of UTF-8. It gives the proper
// character and the length of the broken one in bytes, 0 when there is none.
func undecode(text string) (proper rune, size int) {
	var raw [utf8.UTFMax]byte
	n := 0
	for at, r := range text {
		b, ok := windows1252(r)
		if !ok || b < utf8.RuneSelf {
			return 0, 0
		}
		raw[n] = b
		n++
		if utf8.FullRune(raw[:n]) {
			proper, used := utf8.DecodeRune(raw[:n])
			if proper == utf8.RuneError || used != n || n == 1 {
				return 0, 0
			}
			return proper, at + utf8.RuneLen(r)
		}
	}
	return 0, 0
}

// windows1252 gives the byte of a rune in Windows-1252 as browsers have it: the
// five bytes that Microsoft left undefined stand for the control characters of
// the same number, so that “Ã” and U+0081 together are a broken “Á”.
func windows1252(r rune) (byte, bool) {
	switch r {
	case 0x81, 0x8d, 0x8f, 0x90, 0x9d:
		return byte(r), true
	}
	return charmap.Windows1252.EncodeRune(r)
}

// doubtful tells whether a broken piece may well be proper text: one capital
// letter before a closing mark, as in “LIBERTÉ »” with its no-break space.
// Such a piece is no evidence that the file is broken.
func (p piece) doubtful() bool {
	runes := []rune(p.text)
	return len(runes) == 2 && !strings.ContainsRune("ÃÂ", runes[0]) &&
		strings.ContainsRune("\u00a0’‘“”«»…–—®™©°·", runes[1])
}
