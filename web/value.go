package web

import "coopverse/directory"

// value is what one source says about one field, on its way to the page.
type value struct{ Field, Value string }

func newValue(field, v string) value { return value{field, v} }

// Parts are the members of a value that is a list.
func (v value) Parts() []string {
	separator := ","
	if v.Field == "places" {
		separator = ";"
	}
	return split(v.Value, separator)
}

// Lines are those of a value that has several.
func (v value) Lines() []directory.Line { return directory.ReadLines(v.Value) }

// Shown is the picture that a value is.
func (v value) Shown() directory.Shown {
	p, _ := directory.ReadShown(v.Value)
	return p
}

// chip is something that was asked for, and the address without it.
type chip struct{ URL, Text string }

func newChip(url, text string) chip { return chip{url, text} }
