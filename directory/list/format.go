package list

import "strings"

// formatRow writes a row the way most rows of the list are written:
//
//	[Brierwood Coop](http://brierwood.coop) | Mobile apps | Ottawa | |
//
// or, where the table opens its lines with a pipe, with that pipe.
func formatRow(cells []string, piped bool) string {
	var b strings.Builder
	for i, cell := range cells {
		if i > 0 || piped || !beginsRow(cell, true) {
			b.WriteString("| ")
		}
		b.WriteString(cell)
		if cell != "" {
			b.WriteByte(' ')
		}
	}
	b.WriteByte('|')
	return b.String()
}

// corrected gives the row as it ought to be written.
func (r *Row) corrected() string {
	var texts [Notes + 1]string
	for c := range texts {
		texts[c] = r.written(Column(c))
	}
	// A link that leads to no website is left for its author to put right.
	if r.glued || len(r.coop.faults) > 0 && (r.Website != "" || !strings.Contains(texts[Coop], "](")) {
		texts[Coop] = escape(Link(r.Name, r.Website))
	}
	if r.coop.junk != "" {
		texts[Notes] = join(escape(r.coop.junk), texts[Notes])
	}
	if !r.table.has(Place) {
		texts[Notes] = join(texts[Place], texts[Notes])
	}
	cells := make([]string, len(r.table.columns))
	for i, c := range r.table.columns {
		switch {
		case c != other:
			cells[i] = texts[c]
		case i < len(r.cells):
			cells[i] = cellText(r.line.text, r.cells[i])
		}
	}
	return formatRow(cells, r.opensWithPipe())
}

func join(first, second string) string {
	return strings.Trim(first+"; "+second, "; ")
}

func (r *Row) opensWithPipe() bool {
	return strings.HasPrefix(strings.TrimSpace(r.line.text), "|")
}
