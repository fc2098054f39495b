package notes

import (
	"strconv"
	"strings"
)

// Facts is what a note says besides its words.
type Facts struct {
	Founded  int    // year, 0 when the note does not tell
	Members  string // who works there, as a number the note gives: "8", "150+", "10–20"; "" when it does not
	Inactive bool   // the co-op is said to have closed
	Language string // BCP 47 of the note; "" when empty or too short to tell
}

// Read reads a note. It understands the words of some fifteen languages for
// founding, size and closing; what it does not understand it leaves out.
func Read(markdown string) Facts {
	text := words(markdown)
	f := Facts{Language: language(text)}
	if s := founded(text); s.found {
		f.Founded, _ = strconv.Atoi(text[s.factStart:s.factEnd])
	}
	if s := members(text); s.found {
		f.Members = plainNumber(text[s.factStart:s.factEnd])
	}
	f.Inactive = inactive(text).found
	return f
}

// words blanks addresses out of a note, byte for byte, so that what is found
// can be changed where it stands.
func words(markdown string) string {
	return addresses.ReplaceAllStringFunc(markdown, func(s string) string { return strings.Repeat(" ", len(s)) })
}

// span is where a note states a fact: the phrase, and the fact within it.
type span struct {
	start, end         int
	factStart, factEnd int
	found              bool
}

func spanOf(m []int) span {
	return span{m[2], m[3], m[4], m[5], true}
}

// founded finds the year of founding. A word that says "founded" counts
// before one that says "since": "Founded in 1993, worker-owned since 2020".
func founded(text string) span {
	for _, p := range []pattern{foundedThen, thenFounded} {
		if m := p().FindStringSubmatchIndex(text); m != nil {
			return spanOf(m)
		}
	}
	for _, m := range matches(sinceThen, text) {
		if s := spanOf(m); !endsInactive(text[:s.start]) {
			return s
		}
	}
	return span{}
}

// endsInactive tells that what follows says since when a co-op is closed.
func endsInactive(text string) bool {
	for _, m := range matches(closedDown, text) {
		if strings.TrimSpace(text[m[3]:]) == "" {
			return true
		}
	}
	return false
}

// members finds how many work there.
func members(text string) span {
	for _, p := range []pattern{manyWorkers, workersOfMany} {
		for _, m := range matches(p, text) {
			if s := spanOf(m); !isYear(text[s.factStart:s.factEnd]) {
				return s
			}
		}
	}
	return span{}
}

// isYear tells numbers that are more likely a year: "since 2019 members only".
func isYear(number string) bool {
	return len(number) == 4 && !strings.HasSuffix(number, "+") &&
		(strings.HasPrefix(number, "19") || strings.HasPrefix(number, "20"))
}

// plainNumber drops the marks between thousands, and spaces.
func plainNumber(number string) string {
	return strings.NewReplacer(",", "", ".", "", " ", "").Replace(number)
}

// inactive finds the words that say a co-op has closed.
func inactive(text string) span {
	for _, m := range matches(closedDown, text) {
		if s := spanOf(m); !notClosed.MatchString(text[s.end:]) {
			return s
		}
	}
	return span{}
}

// matches finds a pattern everywhere. A match takes in the mark after it,
// which may be the one the next begins with, so each search starts at the end
// of the last phrase.
func matches(p pattern, text string) [][]int {
	var all [][]int
	for from := 0; from < len(text); {
		m := p().FindStringSubmatchIndex(text[from:])
		if m == nil {
			break
		}
		for i := range m {
			m[i] += from
		}
		all = append(all, m)
		from = m[3]
	}
	return all
}
