package list

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity says how much a finding matters.
type Severity string

// An Error is read with a guess or misleads readers; a Warning is incomplete
// or untidy.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Finding is one irregularity of the list. Its rule is one of
//
//	encoding          a line had been decoded once too often (and is repaired)
//	encoding-suspect  characters look as if they had been, in a clean file
//	encoding-lost     a replacement character stands where a letter was
//	too-many-cells    a pipe too many, usually inside a cell
//	too-few-cells     the row ends before its table does
//	last-pipe         a row opens with a pipe and does not close with one
//	pipe-in-link      a pipe in a co-op's name is not escaped
//	no-name no-website no-areas no-place    the cell has nothing to say
//	link-text         the link has no text
//	link-junk         something stands before or after the link
//	link-broken       the Markdown of a link is broken
//	url               a malformed web address
//	duplicate         a co-op is listed twice
//	stray-row         a blank line parts a row from its table
//	empty-row         a row has no text at all
//	delimiter         the line of dashes does not match the header
//	region            a table stands under a heading that names no region
//	anchor            a link within the list leads nowhere
//
// What is only style is not reported: padding, a last pipe or none.
type Finding struct {
	Line     int // 1-based
	Severity Severity
	Rule     string
	Message  string
	Fix      string // the corrected line where there is one, or else what to do
}

// Findings names everything irregular in the list as it is now, in the order
// of its lines.
func (d *Document) Findings() []Finding {
	o := d.outline()
	c := &checker{d: d, rows: map[*line]*Row{}, at: map[*line]int{}}
	for i, l := range d.lines {
		c.at[l] = i + 1
	}
	for _, r := range d.Rows() {
		c.rows[r.line] = r
	}
	for i, l := range d.lines {
		c.checkLetters(i+1, l)
		if !o.inert[i] {
			c.checkLinks(i+1, l)
		}
	}
	for _, t := range d.tables {
		c.checkTable(t)
	}
	c.checkDuplicates()
	c.checkAnchors(o)
	slices.SortStableFunc(c.findings, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	return c.findings
}

// checker gathers findings.
type checker struct {
	d        *Document
	rows     map[*line]*Row
	at       map[*line]int // line numbers
	findings []Finding
}

func (c *checker) add(line int, severity Severity, rule, fix, format string, args ...any) {
	c.findings = append(c.findings, Finding{Line: line, Severity: severity, Rule: rule,
		Message: fmt.Sprintf(format, args...), Fix: fix})
}

func (c *checker) checkLetters(at int, l *line) {
	if len(l.repairs) > 0 {
		said := make([]string, len(l.repairs))
		for i, r := range l.repairs {
			said[i] = quote(r.from) + " stands for " + quote(r.to)
		}
		c.add(at, Error, "encoding", l.text, "the text was decoded once too often: %s", strings.Join(said, ", "))
	}
	c.checkSuspects(at, l)
	if strings.Contains(l.text, "\ufffd") {
		c.add(at, Error, "encoding-lost", "write the letter that belongs in place of “\ufffd”", "a character was lost where “\ufffd” stands")
	}
}

// checkSuspects reports what still looks broken in a file that, as a whole, is not.
func (c *checker) checkSuspects(at int, l *line) {
	suspect := slices.ContainsFunc(split(l.text), func(p piece) bool { return p.proper != "" && !p.doubtful() })
	if !suspect {
		return
	}
	repaired := &line{text: l.text}
	repaired.repair()
	said := make([]string, len(repaired.repairs))
	for i, r := range repaired.repairs {
		said[i] = quote(r.from) + " may stand for " + quote(r.to)
	}
	c.add(at, Warning, "encoding-suspect", repaired.text, "the text may have been decoded once too often: %s", strings.Join(said, ", "))
}
