package directory

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// ListedDomain is a line of a list of domains.
type ListedDomain struct {
	Line       int    // in the file, from 1
	Domain     string // as it stands there
	Severity   string // "suspend", "silence" or "noop"; "" in lists without, which are of suspended or of allowed domains
	Reason     string // for everybody
	Obfuscated bool   // the public sees it with stars
}

// DomainList is a list of blocked or of allowed domains, as Mastodon exports them.
type DomainList struct {
	Domains []ListedDomain
	Blocks  bool // it says how severe each block is
	Bare    bool // it names domains and nothing else, as lists of allowed ones
}

// severities are those that Mastodon knows.
var severities = []string{"", "suspend", "silence", "noop"}

// ReadDomainList reads the CSV that Mastodon exports under "Export domain
// blocks" and "Export allowed domains". Its first line names the columns, each after
// a #; #domain must be there. ErrInvalid names the line that cannot be read.
func ReadDomainList(r io.Reader) (DomainList, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return DomainList{}, fmt.Errorf("read the list: %w", err)
	}
	if !utf8.Valid(text) {
		return DomainList{}, fmt.Errorf("%w: the list is not UTF-8 text", ErrInvalid)
	}
	rows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	rows.FieldsPerRecord = -1
	names, err := readRow(rows)
	if errors.Is(err, io.EOF) {
		return DomainList{}, fmt.Errorf("%w: the list is empty", ErrInvalid)
	}
	if err != nil {
		return DomainList{}, err
	}
	for i, name := range names {
		names[i] = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), "#"))
	}
	if !slices.Contains(names, "domain") {
		return DomainList{}, fmt.Errorf("%w: line 1 names no column #domain, as Mastodon's lists do", ErrInvalid)
	}
	l := DomainList{Blocks: slices.Contains(names, "severity"), Bare: len(names) == 1}
	for {
		row, err := readRow(rows)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return DomainList{}, err
		}
		column := func(name string) string {
			if at := slices.Index(names, name); at >= 0 && at < len(row) {
				return strings.TrimSpace(row[at])
			}
			return ""
		}
		line, _ := rows.FieldPos(0)
		l.Domains = append(l.Domains, ListedDomain{
			Line: line, Domain: column("domain"), Severity: strings.ToLower(column("severity")),
			Reason: cut(oneLine(column("public_comment")), MaxBlockReason), Obfuscated: strings.EqualFold(column("obfuscate"), "true"),
		})
	}
	if len(l.Domains) == 0 {
		return DomainList{}, fmt.Errorf("%w: the list names no domain", ErrInvalid)
	}
	return l, nil
}

// readRow reads the next row of a list. ErrInvalid names the line.
func readRow(rows *csv.Reader) ([]string, error) {
	row, err := rows.Read()
	if wrong := new(csv.ParseError); errors.As(err, &wrong) {
		return nil, fmt.Errorf("%w: line %d: %w", ErrInvalid, wrong.StartLine, wrong.Err)
	}
	return row, err
}

// WriteBlockedDomains writes a list that Mastodon imports.
func WriteBlockedDomains(w io.Writer, domains []BlockedDomain) error {
	rows := [][]string{{"#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"}}
	for _, b := range domains {
		rows = append(rows, []string{b.Domain, "suspend", "true", "true", b.Reason, fmt.Sprint(b.Obfuscated)})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// WriteAllowedDomains writes a list that Mastodon imports.
func WriteAllowedDomains(w io.Writer, domains []AllowedDomain) error {
	rows := [][]string{{"#domain"}}
	for _, a := range domains {
		rows = append(rows, []string{a.Domain})
	}
	return csv.NewWriter(w).WriteAll(rows)
}
