package list

import (
	"regexp"
	"slices"
	"strings"
)

// Column names one cell of a row.
type Column int

// The columns of the list.
const (
	Coop Column = iota
	Areas
	Place
	Notes

	other Column = -1 // a column that the list did not have when this was written
)

// String gives the column's name as in the real list's header.
func (c Column) String() string {
	switch c {
	case Coop:
		return "Coop"
	case Areas:
		return "Business Areas"
	case Place:
		return "Region/Country"
	case Notes:
		return "Notes"
	}
	return "other"
}

// table is a table of co-ops. Its columns are what its header says.
type table struct {
	header    *line
	delimiter *line
	region    string
	heading   *line // nil when the table stands under no heading
	columns   []Column
	places    map[string]bool // shared by the tables of a list: see learnPlaces
	rows      []*Row
	emptyRows []*line
}

var delimiterRow = regexp.MustCompile(`^[\s|:-]*-[\s|:-]*$`)

// findTables finds the tables of co-ops and reads their rows.
func (d *Document) findTables() {
	o := d.outline()
	isHeading := map[int]bool{}
	for _, h := range o.headings {
		isHeading[h.at] = true
	}
	var open *table
	afterGap := false
	for at := 0; at < len(d.lines); at++ {
		l := d.lines[at]
		switch {
		case o.inert[at]:
		case isHeading[at]:
			open = nil
		case d.beginsTable(at):
			open = d.newTable(o, at)
			afterGap = false
			at++ // the row of dashes
		case l.blank():
			afterGap = true
		case open != nil && looksLikeRow(l.text, afterGap):
			open.rows = append(open.rows, &Row{Line: at + 1, Region: open.region, line: l, table: open, stray: afterGap, parted: at > 0 && d.lines[at-1].blank()})
		}
	}
	d.learnPlaces()
	for _, r := range d.Rows() {
		r.read()
	}
	for _, t := range d.tables {
		t.rows = slices.DeleteFunc(t.rows, t.dropEmpty)
	}
}

// dropEmpty tells whether a row is empty and keeps it for Findings if so.
func (t *table) dropEmpty(r *Row) bool {
	if r.blankFrom(0) {
		t.emptyRows = append(t.emptyRows, r.line)
		return true
	}
	return false
}

// beginsTable tells whether a table of any kind has its header on this line.
func (d *Document) beginsTable(at int) bool {
	return at+1 < len(d.lines) && strings.Contains(d.lines[at].text, "|") &&
		strings.Contains(d.lines[at+1].text, "|") && delimiterRow.MatchString(d.lines[at+1].text) &&
		!delimiterRow.MatchString(d.lines[at].text)
}

// newTable opens the table at a header line. It gives nil for a table that is
// not one of co-ops, which thereby ends the table before it.
func (d *Document) newTable(o outline, at int) *table {
	t := &table{header: d.lines[at], delimiter: d.lines[at+1], columns: readHeader(d.lines[at].text)}
	if t.columns == nil {
		return nil
	}
	var h *heading
	if t.region, h = o.regionAt(at); h != nil {
		t.heading = d.lines[h.at]
	}
	d.tables = append(d.tables, t)
	return t
}

// readHeader gives the columns that a header names, nil when it is not the
// header of a table of co-ops.
func readHeader(text string) []Column {
	var columns []Column
	for _, cell := range cutCells(text) {
		c := columnOf(cellText(text, cell))
		if slices.Contains(columns, c) {
			c = other
		}
		columns = append(columns, c)
	}
	has := func(c Column) bool { return slices.Contains(columns, c) }
	// “Product | Coop | Notes” is a table of products.
	if !has(Coop) || !has(Areas) && !has(Place) && (columns[0] != Coop || !has(Notes)) {
		return nil
	}
	return columns
}

var columnWords = map[string]Column{
	"coop": Coop, "coops": Coop, "cooperative": Coop, "cooperatives": Coop,
	"area": Areas, "areas": Areas, "business": Areas, "services": Areas,
	"region": Place, "country": Place, "location": Place, "place": Place,
	"note": Notes, "notes": Notes, "comments": Notes, "remarks": Notes,
}

// columnOf reads one header cell; its first word that says something decides.
func columnOf(name string) Column {
	name = strings.ReplaceAll(strings.ToLower(plain(name)), "co-op", "coop")
	for _, w := range words(name) {
		if c, ok := columnWords[w]; ok {
			return c
		}
	}
	return other
}

// looksLikeRow tells whether a line below a header is a row. A table ends at a
// blank line on GitHub, but rows that somebody parted from it are meant as
// rows all the same; after a gap a row must look more like one.
func looksLikeRow(text string, afterGap bool) bool {
	text = strings.TrimSpace(text)
	markup := strings.HasPrefix(text, "<") && !strings.HasPrefix(text, "<http")
	if delimiterRow.MatchString(text) || markup || strings.HasPrefix(text, ">") || listMarker.MatchString(text) {
		return false
	}
	piped := strings.Contains(text, "|")
	if afterGap {
		return piped && (text[0] == '[' || text[0] == '|')
	}
	return piped || text[0] == '['
}
