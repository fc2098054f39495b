package list

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxBytes is the size of the largest list that Parse takes: 8 MiB. The real
// list has 30 KiB after ten years.
const MaxBytes = 8 << 20

// What can be wrong with a file as a whole. Parse wraps them with the detail:
// sizes for ErrTooLarge, line and byte offset for ErrEncoding.
var (
	ErrNotList  = errors.New("not a list of co-ops")
	ErrTooLarge = errors.New("the list is too large")
	ErrEncoding = errors.New("the list is not plain UTF-8 text")
)

// byteOrderMark is what some Windows editors put in front of a UTF-8 file.
const byteOrderMark = "\ufeff"

// Document is a list that has been read. It is not safe for concurrent edits.
type Document struct {
	mark   string // byteOrderMark or ""
	lines  []*line
	tables []*table
}

// Parse reads a list. It repairs double decoding first (see Repaired). The
// error is ErrTooLarge, ErrEncoding or ErrNotList, wrapped with the detail.
func Parse(data []byte) (*Document, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("%w: it has %d bytes, the limit is %d bytes (%d MiB)", ErrTooLarge, len(data), MaxBytes, MaxBytes>>20)
	}
	if err := checkEncoding(data); err != nil {
		return nil, err
	}
	d := &Document{}
	text := d.takeMark(string(data))
	if strings.TrimSpace(text) == "" {
		return nil, fmt.Errorf("%w: the file is empty", ErrNotList)
	}
	d.lines = splitLines(text)
	if isBroken(text) {
		for _, l := range d.lines {
			l.repair()
		}
		// A broken byte order mark (“ï»¿”) is a proper one now.
		d.lines[0].text = d.takeMark(d.lines[0].text)
	}
	d.findTables()
	if len(d.tables) == 0 {
		return nil, fmt.Errorf("%w: no table with the columns Coop, Business Areas, Region/Country, Notes was found", ErrNotList)
	}
	return d, nil
}

// takeMark cuts a byte order mark off text and remembers it.
func (d *Document) takeMark(text string) string {
	rest, found := strings.CutPrefix(text, byteOrderMark)
	if found && d.mark == "" {
		d.mark = byteOrderMark
		return rest
	}
	return text
}

// checkEncoding names the first byte that cannot stand in a UTF-8 text file.
func checkEncoding(data []byte) error {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		switch {
		case r == utf8.RuneError && size == 1:
			return encodingError(data, at, fmt.Sprintf("byte 0x%02X is not valid UTF-8", data[at]))
		case r == 0:
			return encodingError(data, at, "there is a NUL byte")
		}
		at += size
	}
	return nil
}

func encodingError(data []byte, at int, what string) error {
	line := bytes.Count(data[:at], []byte("\n")) + 1
	return fmt.Errorf("%w: %s at line %d, byte offset %d", ErrEncoding, what, line, at)
}

// Bytes gives the list as it is now: repaired, with every edit, and otherwise
// byte for byte as it was read.
func (d *Document) Bytes() []byte {
	var b bytes.Buffer
	b.WriteString(d.mark)
	for _, l := range d.lines {
		b.WriteString(l.text)
		b.WriteString(l.end)
	}
	return b.Bytes()
}

// Repaired counts the runs of characters that had been decoded once too often
// and were repaired. It is 0 when the file was clean.
func (d *Document) Repaired() int {
	n := 0
	for _, l := range d.lines {
		n += len(l.repairs)
	}
	return n
}

// Rows gives the co-ops in the order of the list.
func (d *Document) Rows() []*Row {
	var rows []*Row
	for _, t := range d.tables {
		rows = append(rows, t.rows...)
	}
	return rows
}
