package list

import (
	"slices"
	"strings"
)

// Row is one co-op of the list. Its fields say what the row means; to change
// the list use SetCell, SetCoop, Insert and Remove.
type Row struct {
	Line    int    // 1-based line in the file
	Region  string // "europe", …, see Regions; "" under a heading that names none
	Name    string // plain text; the website's host when the link has no text
	Website string // absolute http(s) URL, as written but repaired where malformed; "" if none
	Areas   string // the cell's text, trimmed; `\|` and `&#124;` are read as |
	Place   string // the Region/Country cell, likewise; "" where the table has none
	Notes   string // the notes cell, inline Markdown as written, likewise

	table   *table
	line    *line
	cells   []span   // as cut at the pipes
	columns []Column // the table's, nearly always: see authorsColumns
	parts   [][]span // the cells that make up each of them, normally one
	coop    coopCell
	stray   bool // a blank line parts it from its table
	parted  bool // that line is the one above
	glued   bool // its link has a pipe that nobody escaped
}

// read fills the row's fields from its line.
func (r *Row) read() {
	text := r.line.text
	r.cells = cutCells(text)
	if at := slices.Index(r.table.columns, Coop); at >= 0 {
		cells := len(r.cells)
		r.cells = glueLink(text, r.cells, at)
		r.glued = len(r.cells) < cells
	}
	r.columns = r.authorsColumns()
	r.parts = r.assign()
	r.coop = readCoop(r.text(Coop))
	r.Name, r.Website = r.coop.name, r.coop.website
	r.Areas, r.Place, r.Notes = r.text(Areas), r.text(Place), r.text(Notes)
}

// text gives what a column says. Where pipes split one column over several
// cells, areas were meant as an enumeration and notes as one text.
func (r *Row) text(c Column) string { return unescape(r.written(c)) }

// written gives a column's text as it stands in the file.
func (r *Row) written(c Column) string { return r.joined(c, r.part(c)) }

func (r *Row) joined(c Column, cells []span) string {
	var texts []string
	for _, s := range cells {
		if text := cellText(r.line.text, s); text != "" {
			texts = append(texts, text)
		}
	}
	if c == Areas {
		return strings.Join(texts, ", ")
	}
	return strings.Join(texts, " &#124; ")
}

var (
	usualColumns   = []Column{Coop, Areas, Place, Notes}
	columnsNoPlace = []Column{Coop, Areas, Notes} // the worldwide table
)

// authorsColumns gives the columns that the row's author had in mind: its
// table's, or the usual four in the table that has no place.
func (r *Row) authorsColumns() []Column {
	if len(r.cells) == len(usualColumns) && slices.Equal(r.table.columns, columnsNoPlace) &&
		(cellText(r.line.text, r.cells[Place]) == "" || r.looksLikePlace(int(Place))) {
		return usualColumns
	}
	return r.table.columns
}

// assign gives each column its cells. Missing cells are the last ones. Cells
// too many belong to the last column, and to the areas, as in
//
//	[X](…) | Web development | Hosting | France | |
//
// where findPlace tells how many the areas take.
func (r *Row) assign() [][]span {
	surplus := max(0, len(r.cells)-len(r.columns))
	inAreas, areas := 0, slices.Index(r.columns, Areas)
	if areas >= 0 && areas+1 < len(r.columns) && r.columns[areas+1] == Place {
		inAreas = r.findPlace(areas+1, surplus) - areas - 1
	}
	parts := make([][]span, len(r.columns))
	at := 0
	for i := range r.columns {
		end := at + 1
		if i == areas {
			end += inAreas
		}
		if i == len(r.columns)-1 {
			end = len(r.cells)
		}
		at, end = min(at, len(r.cells)), min(end, len(r.cells))
		parts[i] = r.cells[at:end]
		at = end
	}
	return parts
}

// part gives the cells of a column: none when the row has no such cell,
// several when pipes have split it.
func (r *Row) part(c Column) []span {
	if i := slices.Index(r.columns, c); i >= 0 {
		return r.parts[i]
	}
	return nil
}

// findPlace gives the index of the place among the cells first … first+surplus.
// It is the first cell that looks like one; failing that, the last with any
// text when the row ends with an empty cell for notes, or else the cell where
// the place belongs, since most pipes that stray into a row stray into notes.
func (r *Row) findPlace(first, surplus int) int {
	if surplus == 0 {
		return first
	}
	for i := first; i <= first+surplus; i++ {
		if r.looksLikePlace(i) {
			return i
		}
	}
	if r.blankFrom(len(r.cells) - 1) {
		for i := first + surplus; i > first; i-- {
			if cellText(r.line.text, r.cells[i]) != "" {
				return i
			}
		}
	}
	return first
}

// blankFrom tells whether cell i and all after it are empty.
func (r *Row) blankFrom(i int) bool {
	return !slices.ContainsFunc(r.cells[i:], func(s span) bool { return cellText(r.line.text, s) != "" })
}

// looksLikePlace tells whether a cell ends like a place of the list's regular rows.
func (r *Row) looksLikePlace(i int) bool {
	names := placeNames(cellText(r.line.text, r.cells[i]))
	return len(names) > 0 && r.table.places[names[len(names)-1]]
}

// learnPlaces collects the names of places from the rows that have exactly the
// cells they should have, to know a place again in the rows that have not.
func (d *Document) learnPlaces() {
	places := map[string]bool{"remote": true, "worldwide": true, "global": true, "international": true}
	for _, t := range d.tables {
		t.places = places
		at := slices.Index(t.columns, Place)
		for _, r := range t.rows {
			cells := cutCells(r.line.text)
			if at < 0 || len(cells) != len(t.columns) {
				continue
			}
			for _, name := range placeNames(cellText(r.line.text, cells[at])) {
				places[name] = true
			}
		}
	}
}

// placeNames cuts “Berlin, Germany / Dublin, Ireland” into its four names.
func placeNames(text string) []string {
	var names []string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",/;()", r) }) {
		if name := strings.Join(words(part), " "); name != "" {
			names = append(names, name)
		}
	}
	return names
}
