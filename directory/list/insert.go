package list

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Insert adds a co-op to the table of a region, one of Regions. Name, Website,
// Areas, Place and Notes of the row are written; what the table has no column
// for (Place in the worldwide table) is left out. The row comes at its place
// in the alphabet when the table is roughly sorted, and last otherwise. A
// region that the list does not have yet gets a heading and a table. The error
// names a region that is unknown, or says that the name is missing.
func (d *Document) Insert(region string, row Row) (*Row, error) {
	if !slices.Contains(Regions(), region) {
		return nil, fmt.Errorf("insert %s: unknown region %q, want one of %s", quote(row.Name), region, strings.Join(Regions(), ", "))
	}
	if strings.TrimSpace(row.Name) == "" {
		return nil, fmt.Errorf("insert into %s: the co-op has no name", region)
	}
	t := d.tableOf(region)
	if t == nil {
		t = d.addRegion(region)
	}
	r := &Row{Region: region, table: t, line: &line{text: t.format(row), end: d.lineEnd()}}
	r.read()
	d.place(r)
	return r, nil
}

func (d *Document) tableOf(region string) *table {
	at := slices.IndexFunc(d.tables, func(t *table) bool { return t.region == region })
	if at < 0 {
		return nil
	}
	return d.tables[at]
}

func (t *table) has(c Column) bool { return slices.Contains(t.columns, c) }

func (t *table) format(row Row) string {
	texts := map[Column]string{Coop: Link(row.Name, row.Website), Areas: row.Areas, Place: row.Place, Notes: row.Notes}
	cells := make([]string, len(t.columns))
	for i, c := range t.columns {
		cells[i] = escape(texts[c])
	}
	piped := strings.HasPrefix(strings.TrimSpace(t.header.text), "|")
	return formatRow(cells, piped)
}

// place puts a new row into its table and its line into the list.
func (d *Document) place(r *Row) {
	at := r.table.placeFor(foldName(r.Name))
	before := r.table.delimiter
	if at > 0 {
		before = r.table.rows[at-1].line
	}
	r.table.rows = slices.Insert(r.table.rows, at, r)
	d.insertAfter(before, r.line)
	d.renumber()
}

// placeFor gives the index at which a name disturbs the order of the table
// least. The tables are kept by hand: a few names stand elsewhere than the
// alphabet says, and where more than a quarter of them does, nobody sorts.
func (t *table) placeFor(name string) int {
	disorder, smaller := 0, 0
	keys := make([]string, len(t.rows))
	for i, r := range t.rows {
		keys[i] = foldName(r.Name)
		if i > 0 && keys[i] < keys[i-1] {
			disorder++
		}
		if keys[i] <= name {
			smaller++
		}
	}
	if disorder*4 > len(keys) {
		return len(keys)
	}
	// wrong counts the names that would stand on the wrong side of the new one.
	at, wrong, fewest := 0, smaller, smaller
	for i, key := range keys {
		if key <= name {
			wrong--
		} else {
			wrong++
		}
		if wrong < fewest {
			at, fewest = i+1, wrong
		}
	}
	return at
}

// foldName gives a name's letters and digits in lower case without accents, so
// that “Co-operative Web” stands between “Coopdevs” and “Coop IT Easy”.
func foldName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, strings.ToLower(norm.NFKD.String(name)))
}

// insertAfter puts lines into the list below another.
func (d *Document) insertAfter(before *line, lines ...*line) {
	if before.end == "" { // the file ended without a line end
		before.end = d.lineEnd()
		lines[len(lines)-1].end = ""
	}
	at := slices.Index(d.lines, before)
	d.lines = slices.Insert(d.lines, at+1, lines...)
}

// The first two lines of a table, as the real list writes them.
const (
	tableHeader    = "Coop | Business Areas | Region/Country | Notes"
	tableDelimiter = "---- | -------------- | -------------- | -----"
)

// addRegion writes the heading and the table of a region that the list lacks,
// below the table of the region before it.
func (d *Document) addRegion(id string) *table {
	at := slices.IndexFunc(regions, func(r region) bool { return r.id == id })
	model, before := d.neighbour(at)
	marks := "###"
	if model.heading != nil {
		if m := atxHeading.FindStringSubmatch(model.heading.text); m != nil {
			marks = m[1]
		}
	}
	t := &table{
		heading:   d.newLine(marks + " " + regions[at].title),
		header:    d.newLine(tableHeader),
		delimiter: d.newLine(tableDelimiter),
		region:    id,
		columns:   []Column{Coop, Areas, Place, Notes},
		places:    model.places,
	}
	d.insertAfter(before, d.newLine(""), d.newLine(`<a name="`+regions[at].anchor+`"></a>`), d.newLine(""),
		t.heading, d.newLine(""), t.header, t.delimiter)
	after := slices.Index(d.tables, model) + 1
	d.tables = slices.Insert(d.tables, after, t)
	return t
}

func (d *Document) newLine(text string) *line { return &line{text: text, end: d.lineEnd()} }

// neighbour gives the table below which region number `at` belongs, and that
// table's last line: the nearest earlier region, or else the list's last table.
func (d *Document) neighbour(at int) (*table, *line) {
	model := d.tables[len(d.tables)-1]
	for i := at - 1; i >= 0; i-- {
		if t := d.tableOf(regions[i].id); t != nil {
			model = t
			break
		}
	}
	if len(model.rows) == 0 {
		return model, model.delimiter
	}
	return model, model.rows[len(model.rows)-1].line
}
