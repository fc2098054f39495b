package web

import (
	"unicode"
	"unicode/utf8"

	"coopverse/directory"
)

// index is one page of co-ops.
type index struct {
	Results directory.Results
	Letters []letter // by initial, as in a printed index; empty when the best match comes first
	address func(page int) string
}

// letter is the part of an index under one initial.
type letter struct {
	Initial string
	Coops   []directory.Found
}

// HasMore and HasFewer say whether there are pages after and before this one.
func (x index) HasMore() bool  { return x.Results.Page < x.Results.Pages }
func (x index) HasFewer() bool { return x.Results.Page > 1 }

// Next and Previous are the addresses of those pages.
func (x index) Next() string     { return x.address(x.Results.Page + 1) }
func (x index) Previous() string { return x.address(x.Results.Page - 1) }

// byInitial groups co-ops, already in the order of their folded names, under
// their initials. All digits are under one.
func byInitial(coops []directory.Found) []letter {
	var letters []letter
	for _, c := range coops {
		initial := initialOf(c.NameKey)
		if n := len(letters); n == 0 || letters[n-1].Initial != initial {
			letters = append(letters, letter{Initial: initial})
		}
		last := &letters[len(letters)-1]
		last.Coops = append(last.Coops, c)
	}
	return letters
}

func initialOf(nameKey string) string {
	r, _ := utf8.DecodeRuneInString(nameKey)
	if !unicode.IsLetter(r) {
		return "#"
	}
	return string(unicode.ToUpper(r))
}
