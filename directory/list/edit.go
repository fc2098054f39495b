package list

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrNoColumn says that the row's table lacks the column, as the table of
// worldwide co-ops lacks Region/Country.
var ErrNoColumn = errors.New("the table has no such column")

// SetCell writes one cell of a row. Only that cell's bytes change; the padding
// around it stays, and so does everything when the cell says text already. A
// pipe in text is written as `&#124;` and a line break as a space. For Coop
// the text is Markdown, see Link.
//
// A row that has too few cells gets the missing ones. In a row that has too
// many, the cells that belong together are joined first, since otherwise
// nobody could tell which is which. The error is ErrNoColumn.
func (d *Document) SetCell(r *Row, c Column, text string) error {
	if c == other || !r.table.has(c) {
		return fmt.Errorf("%s of %s: %w", c, quote(r.Name), ErrNoColumn)
	}
	written := escape(text)
	if unescape(written) == r.text(c) {
		return nil
	}
	r.joinParts()
	r.addCells(slices.Index(r.columns, c))
	r.replace(r.part(c)[0], written)
	return nil
}

// SetCoop writes the name and the website of a co-op; website may be "".
func (d *Document) SetCoop(r *Row, name, website string) {
	name = strings.Join(strings.Fields(name), " ")
	if name == r.Name && website == r.Website {
		return
	}
	// The column is there: without it the table would not be one of co-ops.
	_ = d.SetCell(r, Coop, Link(name, website))
}

// Remove takes a co-op's line out of the list. The row is not to be used again.
func (d *Document) Remove(r *Row) {
	r.table.rows = slices.DeleteFunc(r.table.rows, func(x *Row) bool { return x == r })
	d.lines = slices.DeleteFunc(d.lines, func(x *line) bool { return x == r.line })
	d.renumber()
}

func (d *Document) renumber() {
	at := make(map[*line]int, len(d.lines))
	for i, l := range d.lines {
		at[l] = i + 1
	}
	for _, r := range d.Rows() {
		r.Line = at[r.line]
	}
}

// joinParts makes one cell of each column that pipes have split over several,
// from the last to the first so that the cells before keep their places.
func (r *Row) joinParts() {
	for i := len(r.columns) - 1; i >= 0; i-- {
		if cells := r.parts[i]; len(cells) > 1 {
			whole := span{cells[0].start, cells[len(cells)-1].end}
			r.replace(whole, r.joined(r.columns[i], cells))
		}
	}
}

// addCells adds empty cells to the end of the row until it has cell number at.
func (r *Row) addCells(at int) {
	for at >= len(r.cells) {
		text := strings.TrimRight(r.line.text, " \t")
		closed := r.cells[len(r.cells)-1].end < len(text)
		if !closed {
			text += " |"
		}
		// The closing pipe makes an empty cell count as one.
		r.line.text = text + " |"
		r.read()
	}
}

// replace writes a cell's text in its place, between its padding.
func (r *Row) replace(s span, written string) {
	old := r.line.text[s.start:s.end]
	left := len(old) - len(strings.TrimLeft(old, " \t"))
	before, after := old[:left], old[len(strings.TrimRight(old, " \t")):]
	if left == len(old) { // nothing but padding so far
		before, after = " ", ""
	}
	if after == "" && s.end < len(r.line.text) && (left == len(old) || strings.HasSuffix(written, `\`)) {
		after = " " // also, a backslash must not escape the pipe
	}
	if written == "" && s.end == len(r.line.text) {
		after += "|" // an empty cell that nothing closes would not count
	}
	if !strings.Contains(r.line.text[:s.start], "|") && !beginsRow(written, r.stray) {
		before = "| " + before // or else the line would be no row any more
	}
	r.line.text = r.line.text[:s.start] + before + written + after + r.line.text[s.end:]
	r.read()
}

// beginsRow tells whether a line may begin with this text and still be a row:
// a “# 1” would make it a heading, nothing at all would drop the first cell.
// A stray row is known by its link: see looksLikeRow.
func beginsRow(written string, stray bool) bool {
	r, _ := utf8.DecodeRuneInString(written)
	return r == '[' || !stray && r != utf8.RuneError && unicode.IsLetter(r)
}
