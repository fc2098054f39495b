package list

import "strings"

// line is one line of the file. What an edit does not touch stays as it is.
type line struct {
	text    string
	end     string // "\n", "\r\n", "\r" of old Macs, or "" at the end of the file
	repairs []repair
}

func splitLines(text string) []*line {
	var lines []*line
	for text != "" {
		l := &line{text: text}
		if at := strings.IndexAny(text, "\r\n"); at >= 0 {
			l.text, l.end = text[:at], text[at:at+1]
			if strings.HasPrefix(text[at:], "\r\n") {
				l.end = "\r\n"
			}
		}
		lines = append(lines, l)
		text = text[len(l.text)+len(l.end):]
	}
	return lines
}

// lineEnd is the line end that the file uses.
func (d *Document) lineEnd() string {
	if end := d.lines[0].end; end != "" {
		return end
	}
	return "\n"
}

// blank tells whether nothing but white space stands on the line.
func (l *line) blank() bool { return strings.TrimSpace(l.text) == "" }
