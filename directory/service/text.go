package service

import (
	"regexp"
	"strings"
	"unicode"
)

// word is one word of a text.
type word struct {
	text, key  string
	start, end int  // bytes of the text
	isBreak    bool // a mark stands before it: what follows is something else
}

// part is a piece of a text between marks outside of brackets: "hosting" in
// "design (web and print), hosting". Its words are words[first:last].
type part struct {
	start, end  int // bytes of the text
	first, last int
}

// foreignText is what a cell can hold besides words: addresses, and the table
// mark "|" written so that Markdown does not take it for the end of the cell.
var foreignText = regexp.MustCompile(`https?://[^\s)\]]+|&#124;|[{}]`)

// blank overwrites what is no words with spaces, so that positions stay.
func blank(text string) string {
	text = foreignText.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat(" ", len(s)) })
	return inBraces.ReplaceAllStringFunc(text, func(s string) string { return strings.ReplaceAll(s, "|", " ") })
}

// inBraces finds "open {data|source}" after the braces went: a "|" between
// letters.
var inBraces = regexp.MustCompile(`\pL\|\pL`)

// words cuts a text into words.
func (v *vocabulary) words(text string) []word {
	var found []word
	isBreak, start := false, -1
	text = blank(text)
	add := func(end int) {
		if start < 0 {
			return
		}
		if w := v.word(text, start, end); w.key != "" {
			w.isBreak = isBreak
			found = append(found, w)
			isBreak = false
		}
		start = -1
	}
	for i, r := range text {
		switch {
		case isInWord(r, text, i, start >= 0):
			if start < 0 {
				start = i
			}
		default:
			add(i)
			if r == '&' || r == '+' {
				found = append(found, word{text: string(r), key: "and", start: i, end: i + 1, isBreak: isBreak})
				isBreak = false
			}
			isBreak = isBreak || isMark(r, text, i) || strings.ContainsRune("()[]", r)
		}
	}
	add(len(text))
	return joinCoop(found)
}

func (v *vocabulary) word(text string, start, end int) word {
	w := word{text: strings.TrimRight(text[start:end], "."), start: start, end: end}
	w.key = singular(fold(w.text))
	if same := v.same[w.key]; same != "" {
		w.key = same
	}
	return w
}

// joinCoop makes one word of co-op and co-operative.
func joinCoop(words []word) []word {
	joined := words[:0]
	for _, w := range words {
		if n := len(joined); n > 0 && !w.isBreak && joined[n-1].key == "co" && (w.key == "op" || w.key == "operative") {
			joined[n-1].key, joined[n-1].end = "coop", w.end
			continue
		}
		joined = append(joined, w)
	}
	return joined
}

// isInWord tells letters and digits, and the marks inside "I.T.", "Node.js",
// ".NET", "l'hébergement", "C#" and "C++".
func isInWord(r rune, text string, i int, inside bool) bool {
	switch {
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
		return true
	case r == '.':
		return i+1 < len(text) && !strings.ContainsRune(" \n,;)|", rune(text[i+1])) || inside && i >= 2 && text[i-2] == '.'
	case r == '#':
		return inside
	case r == '+':
		return inside && (strings.HasPrefix(text[i:], "++") || text[i-1] == '+')
	case r == '\'' || r == '’':
		return inside
	}
	return false
}

// isMark tells the marks between two services of a list.
func isMark(r rune, text string, i int) bool {
	switch r {
	case ',', ';', '/', '|', '\n', '•', '·', ':', '.', '，', '、':
		return true
	case '-', '–', '—':
		return i > 0 && text[i-1] == ' '
	}
	return false
}

// parts cuts a text at the marks outside of brackets.
func (v *vocabulary) parts(text string, words []word) []part {
	var found []part
	start, first := 0, 0
	add := func(end int) {
		last := first
		for last < len(words) && words[last].start < end {
			last++
		}
		found = append(found, part{start, end, first, last})
		first = last
	}
	depth, blanked := 0, blank(text)
	inWord := false
	for i, r := range blanked {
		switch {
		case r == '(' || r == '[':
			depth++
		case r == ')' || r == ']':
			depth = max(0, depth-1)
		case depth == 0 && !isInWord(r, blanked, i, inWord) && isMark(r, blanked, i):
			add(i)
			start = i + len(string(r))
		}
		inWord = isInWord(r, blanked, i, inWord)
	}
	add(len(text))
	return found
}
