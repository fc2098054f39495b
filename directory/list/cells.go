package list

import (
	"strings"
	"unicode"
)

// span is where a cell stands in its line: bytes start to end, padding
// included, pipes excluded.
type span struct{ start, end int }

// cutCells cuts a table line at its pipes, as GitHub does: a pipe that opens
// or closes the line begins or ends a cell but makes no cell of its own, and
// an escaped pipe (`\|`) is text.
func cutCells(text string) []span {
	start := len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	if strings.HasPrefix(text[start:], "|") {
		start++
	}
	var cells []span
	for at := start; at < len(text); at++ {
		switch {
		case text[at] == '\\' && at+1 < len(text) && isPunctuation(text[at+1]):
			at++
		case text[at] == '|':
			cells = append(cells, span{start, at})
			start = at + 1
		}
	}
	if strings.TrimSpace(text[start:]) != "" || len(cells) == 0 {
		cells = append(cells, span{start, len(text)})
	}
	return cells
}

func isPunctuation(c byte) bool {
	return c < unicode.MaxASCII && (unicode.IsPunct(rune(c)) || unicode.IsSymbol(rune(c)))
}

// glueLink joins the cells of a link whose text has a pipe that nobody
// escaped: `[Web|Alternatif](https://…)` is one cell, not two.
func glueLink(text string, cells []span, at int) []span {
	if at >= len(cells) || !strings.HasPrefix(cellText(text, cells[at]), "[") {
		return cells
	}
	inside := text[cells[at].start:]
	inside = inside[strings.Index(inside, "[")+1:]
	closes := strings.IndexAny(inside, "[]")
	if closes < 0 || !strings.HasPrefix(inside[closes:], "](") {
		return cells
	}
	last := at
	for cells[last].end < len(text)-len(inside)+closes {
		last++
	}
	cells[at].end = cells[last].end
	return append(cells[:at+1], cells[last+1:]...)
}

// cellText gives a cell's text as written, without the padding.
func cellText(text string, s span) string {
	return strings.TrimSpace(text[s.start:s.end])
}

var pipes = strings.NewReplacer(`\|`, "|", "&#124;", "|")

// unescape gives the text that a cell stands for: both spellings of a pipe
// inside a cell (`\|` and `&#124;`) are a pipe.
func unescape(cell string) string { return strings.TrimSpace(pipes.Replace(cell)) }

// escape makes text fit for a cell: one line, and no pipe that would end the
// cell. `&#124;` is safe even after a backslash, `\|` is not.
func escape(text string) string {
	text = strings.ToValidUTF8(text, "")
	text = strings.ReplaceAll(text, "\x00", "")
	text = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "|", "&#124;").Replace(text)
	return strings.TrimSpace(text)
}
