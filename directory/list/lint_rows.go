package list

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

func (c *checker) checkTable(t *table) {
	if t.region == "" {
		at, what := c.at[t.header], "the table stands under no heading"
		if t.heading != nil {
			at, what = c.at[t.heading], fmt.Sprintf("the heading %s names no region", quote(headingTitle(strings.TrimLeft(t.heading.text, " #"))))
		}
		var titles []string
		for _, r := range regions {
			titles = append(titles, r.title)
		}
		c.add(at, Error, "region", "### followed by one of: "+strings.Join(titles, ", "), "%s", what)
	}
	if n := len(cutCells(t.delimiter.text)); n != len(t.columns) {
		fix := strings.TrimSuffix(strings.Repeat("---- | ", len(t.columns)), " | ")
		c.add(c.at[t.delimiter], Warning, "delimiter", fix,
			"%d columns of dashes where the header has %d: GitHub does not show it as a table", n, len(t.columns))
	}
	for _, l := range t.emptyRows {
		c.add(c.at[l], Warning, "empty-row", "remove the line", "the row is empty")
	}
	for _, r := range t.rows {
		c.checkCells(r)
		c.checkContents(r)
	}
}

func (c *checker) addRow(r *Row, severity Severity, rule, format string, args ...any) {
	c.add(r.Line, severity, rule, r.corrected(), format, args...)
}

// checkCells looks at how the row is cut into cells.
func (c *checker) checkCells(r *Row) {
	have, want := len(r.cells), len(r.table.columns)
	switch {
	case have > want:
		c.addRow(r, Error, "too-many-cells", "%s where %d are expected", count(have), want)
	case have < want:
		severity := Warning
		if slices.ContainsFunc(r.table.columns[have:], func(c Column) bool { return c != Notes && c != other }) {
			severity = Error
		}
		c.addRow(r, severity, "too-few-cells", "%s where %d are expected: %s", count(have), want, r.missing())
	}
	if r.opensWithPipe() && !strings.HasSuffix(strings.TrimSpace(r.line.text), "|") {
		c.addRow(r, Warning, "last-pipe", "the row opens with a pipe but has no last one")
	}
	if r.stray && r.parted {
		c.add(r.Line, Error, "stray-row", "remove the blank line above", "a blank line parts the row from its table: GitHub does not show it in it")
	}
	if r.glued {
		c.addRow(r, Error, "pipe-in-link", `a pipe inside the link's text has to be written as \| or &#124;`)
	}
}

func count(cells int) string {
	if cells == 1 {
		return "1 cell"
	}
	return fmt.Sprintf("%d cells", cells)
}

// missing says which columns the row ends before.
func (r *Row) missing() string {
	called := map[Column]string{Coop: "co-op", Areas: "business areas", Place: "region", Notes: "notes"}
	var names []string
	for _, col := range r.table.columns[len(r.cells):] {
		if name := called[col]; name != "" {
			names = append(names, name)
		}
	}
	switch len(names) {
	case 0:
		return "the last cells are missing"
	case 1:
		return "no " + names[0] + " cell"
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last] + " are missing"
}

// checkContents looks at what the cells say, or do not say.
func (c *checker) checkContents(r *Row) {
	for _, f := range r.coop.faults {
		c.addRow(r, f.severity, f.rule, "%s", f.message)
	}
	if len(r.part(Areas)) > 0 && r.Areas == "" {
		c.add(r.Line, Warning, "no-areas", "say what the co-op does", "%s has no business areas", quote(r.Name))
	}
	if len(r.part(Place)) > 0 && r.Place == "" && r.table.has(Place) {
		c.add(r.Line, Warning, "no-place", "say where the co-op is", "%s has no region or country", quote(r.Name))
	}
}

// checkDuplicates reports a co-op at its second line and names the first.
func (c *checker) checkDuplicates() {
	websites, names := map[string]*Row{}, map[string]*Row{}
	for _, r := range c.d.Rows() {
		site, name := siteKey(r.Website), foldName(r.Name)
		first, severity, same := websites[site], Error, "website"
		if first == nil {
			first, severity, same = names[name], Warning, "name"
		}
		if first != nil {
			c.add(r.Line, severity, "duplicate", fmt.Sprintf("keep one of the lines %d and %d", first.Line, r.Line),
				"%s has the same %s as %s on line %d", quote(r.Name), same, quote(first.Name), first.Line)
		}
		if site != "" && websites[site] == nil {
			websites[site] = r
		}
		if name != "" && names[name] == nil {
			names[name] = r
		}
	}
}

// siteKey is the same for two spellings of one website: scheme, “www.”, case
// of the host and a last slash do not count.
func siteKey(website string) string {
	u, err := url.Parse(website)
	if err != nil || website == "" {
		return ""
	}
	key := hostOf(website) + strings.TrimRight(u.Path, "/")
	if u.RawQuery != "" {
		key += "?" + u.RawQuery
	}
	return key
}
