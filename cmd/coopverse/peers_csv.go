package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"coopverse/directory"
)

// domainList is what a list of Mastodon's says.
type domainList struct {
	suspended []directory.BlockedDomain
	milder    int  // how many have another severity
	blocks    bool // it says how severe each block is
	bare      bool // it names domains and nothing else, as Mastodon's lists of allowed ones
}

// readDomainList reads the CSV that Mastodon exports under "Export domain
// blocks" and "Export allowed domains". Its first line names the columns, each after a #; #domain must be
// there. Without a severity a domain counts as suspended, as in older exports.
func readDomainList(r io.Reader) (domainList, error) {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord = -1
	names, err := rows.Read()
	if err != nil {
		return domainList{}, fmt.Errorf("it has no first line: %w", err)
	}
	column := func(row []string, name string) string {
		at := slices.IndexFunc(names, func(n string) bool {
			return strings.TrimPrefix(strings.TrimSpace(strings.TrimPrefix(n, "\ufeff")), "#") == name
		})
		if at < 0 || at >= len(row) {
			return ""
		}
		return strings.TrimSpace(row[at])
	}
	if column(names, "domain") == "" {
		return domainList{}, errors.New("its first line names no column #domain")
	}
	listed := domainList{blocks: column(names, "severity") != "", bare: len(names) == 1}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return listed, nil
		}
		if err != nil {
			return domainList{}, err
		}
		if severity := column(row, "severity"); severity != "" && severity != "suspend" {
			listed.milder++
			continue
		}
		reason := []rune(column(row, "public_comment"))
		reason = reason[:min(len(reason), directory.MaxBlockReason)]
		listed.suspended = append(listed.suspended, directory.BlockedDomain{Domain: column(row, "domain"), Reason: string(reason)})
	}
}
