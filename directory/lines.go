package directory

import (
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"coopverse/directory/place"
)

// Limits of one line of a field that holds several, in characters. Mastodon
// gives its own people 255 for a line of their profile.
const (
	MaxLabel     = 60
	MaxLineValue = 255
	MaxAddress   = 500
)

// mostLines are the fields that hold one thing a line, and how many.
var mostLines = map[string]int{"links": 8, "networks": 12, "products": 12, "extra": 8}

// Lines is how many lines the field holds; 0: its text is on one line.
func (f Field) Lines() int { return mostLines[f.Name] }

// Line is one line of a field that holds several: "Label | rest".
type Line struct {
	Label string
	Rest  string // an address, or what a profile line says; "" if there is none
}

func (l Line) String() string {
	if l.Rest == "" {
		return l.Label
	}
	return l.Label + " | " + l.Rest
}

// readLine takes a line apart at its first bar.
func readLine(text string) Line {
	label, rest, _ := strings.Cut(text, "|")
	return Line{strings.TrimSpace(label), strings.TrimSpace(rest)}
}

// ReadLines takes a stored value apart.
func ReadLines(value string) []Line {
	var lines []Line
	for _, text := range split(value, "\n") {
		lines = append(lines, readLine(text))
	}
	return lines
}

// names are the labels of a stored value, in words.
func names(value string) string {
	var all []string
	for _, line := range ReadLines(value) {
		all = append(all, line.Label)
	}
	return strings.Join(all, ", ")
}

// collapse drops white space that says nothing. The lines of a field that holds
// several stay apart.
func (f Field) collapse(text string) string {
	if f.Lines() == 0 {
		return strings.Join(strings.Fields(text), " ")
	}
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	for i, line := range lines {
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return strings.Join(lines, "\n")
}

// normalLines brings each line into its form with normal. The error names the
// first line that cannot be taken, counted from 1 as it was typed.
func normalLines(field string, normal func(Line) (Line, error)) func(string, *place.Gazetteer) (string, error) {
	return func(text string, _ *place.Gazetteer) (string, error) {
		var lines []string
		for i, raw := range strings.Split(text, "\n") {
			if raw == "" {
				continue
			}
			line, err := normal(readLine(raw))
			if err == nil && utf8.RuneCountInString(line.Label) > MaxLabel {
				err = fmt.Errorf("%.20q… is longer than %d characters", line.Label, MaxLabel)
			}
			if err != nil {
				return "", fmt.Errorf("line %d: %w", i+1, err)
			}
			if !slices.Contains(lines, line.String()) {
				lines = append(lines, line.String())
			}
		}
		if most := mostLines[field]; len(lines) > most {
			return "", fmt.Errorf("%d lines are too many", len(lines))
		}
		return strings.Join(lines, "\n"), nil
	}
}

// normalLink takes a label with an address, or an address alone, which is then
// called by its host.
func normalLink(l Line) (Line, error) {
	if l.Rest == "" && strings.Contains(l.Label, "://") {
		l = Line{"", l.Label}
	}
	if l.Rest == "" {
		return l, fmt.Errorf("%.80q has no address; write it as Label | https://…", l.Label)
	}
	if err := checkAddress(l.Rest); err != nil {
		return l, err
	}
	if l.Label == "" {
		l.Label = cut(websiteHost(websiteKey(l.Rest)), MaxLabel)
	}
	return l, nil
}

// normalNamed takes a name, with or without an address.
func normalNamed(l Line) (Line, error) {
	switch {
	case l.Label == "" || strings.Contains(l.Label, "://"):
		return l, errors.New("it begins with no name; write it as Name | https://…")
	case l.Rest == "":
		return l, nil
	}
	return l, checkAddress(l.Rest)
}

// normalExtra takes a name and what is said beneath it.
func normalExtra(l Line) (Line, error) {
	switch {
	case l.Label == "" || l.Rest == "":
		return l, errors.New("it needs a name and a text; write it as Name | text")
	case utf8.RuneCountInString(l.Rest) > MaxLineValue:
		return l, fmt.Errorf("the text is longer than %d characters", MaxLineValue)
	}
	return l, nil
}

func checkAddress(text string) error {
	if len(text) > MaxAddress {
		return fmt.Errorf("%.40q… is longer than %d characters", text, MaxAddress)
	}
	_, err := normalWebsite(text, nil)
	return err
}

// normalContact takes a mail address without a name, or a web address.
func normalContact(text string, _ *place.Gazetteer) (string, error) {
	if address, err := mail.ParseAddress(text); text == "" || err == nil && address.Address == text && len(text) <= MaxLineValue {
		return text, nil
	}
	if !strings.Contains(text, "://") {
		return "", fmt.Errorf("%.80q is neither a mail address nor a web address", text)
	}
	return text, checkAddress(text)
}

// normalHiring takes yes, no, or the address where the jobs are.
func normalHiring(text string, _ *place.Gazetteer) (string, error) {
	switch lower := strings.ToLower(text); {
	case lower == "" || lower == "yes" || lower == "no":
		return lower, nil
	case !strings.Contains(text, "://"):
		return "", fmt.Errorf("%.80q is neither yes nor no nor an address", text)
	}
	return text, checkAddress(text)
}
