package notes

import (
	"regexp"
	"strconv"
	"strings"
)

// Rewrite gives a note other facts and leaves the rest of it to the letter. A
// fact that is stated is changed in place, one that is not is appended in
// English ("Founded 2014", "8 members", "Inactive"), and one that no longer
// holds (founded 0, members "", inactive false) is cut out.
//
// Reading the result gives what was asked for years from 1800 to 2099 and
// members that are a number, a number with "+", or a range.
func Rewrite(markdown string, founded int, members string, inactive bool) string {
	note := markdown
	// A note may state a fact twice; cutting one uncovers the other.
	for range maxStatements {
		now := Read(note)
		switch {
		case now.Founded != founded:
			note = stateFounded(note, founded)
		case now.Members != members:
			note = stateMembers(note, members)
		case now.Inactive != inactive:
			note = stateInactive(note, inactive)
		default:
			return note
		}
	}
	return note
}

// maxStatements bounds the work on a note that says the same over and over,
// and on members that are no number and so are never read back.
const maxStatements = 16

func stateFounded(note string, year int) string {
	s := founded(words(note))
	switch {
	case s.found && year == 0:
		return cut(note, s)
	case s.found:
		return note[:s.factStart] + strconv.Itoa(year) + note[s.factEnd:]
	}
	return appendFact(note, "Founded "+strconv.Itoa(year))
}

func stateMembers(note, number string) string {
	s := members(words(note))
	switch {
	case s.found && number == "":
		return cut(note, s)
	case s.found:
		return note[:s.factStart] + number + note[s.factEnd:]
	case number == "1":
		return appendFact(note, "1 member")
	case strings.HasSuffix(note, number+" members"):
		return note
	}
	return appendFact(note, number+" members")
}

func stateInactive(note string, closed bool) string {
	if closed {
		return appendFact(note, "Inactive")
	}
	return cut(note, inactive(words(note)))
}

// appendFact adds a fact to a note as its own clause.
func appendFact(note, fact string) string {
	note = strings.TrimRight(note, " \t\r\n;,")
	switch {
	case note == "":
		return fact
	case strings.ContainsAny(note[len(note)-1:], ".!?"):
		return note + " " + fact
	}
	return note + "; " + fact
}

// linkEnd is the rest of a Markdown link whose text has been read.
var linkEnd = regexp.MustCompile(`^[.!]?\]\([^)\n]*\)`)

// cut takes a phrase out of a note, the link it is the text of, and the mark
// that set it off from its neighbours.
func cut(note string, s span) string {
	before, after := note[:s.start], note[s.end:]
	if link := linkEnd.FindString(after); link != "" && strings.HasSuffix(before, "[") {
		before, after = before[:len(before)-1], after[len(link):]
	}
	before = strings.TrimRight(before, " \t,;")
	switch {
	case strings.TrimLeft(after, " \t.,;") == "" && !strings.HasPrefix(after, "."):
		return before
	case before == "" || strings.HasSuffix(before, "."):
		after = strings.TrimLeft(after, " \t.,;")
	}
	if before != "" && after != "" && !strings.ContainsAny(after[:1], " .,;") {
		before += " "
	}
	return strings.TrimRight(before+after, " \t")
}
