package service

import (
	_ "embed"
	"iter"
	"strings"
	"sync"
)

//go:embed services.tsv
var servicesTSV string

//go:embed words.tsv
var wordsTSV string

// Service is one thing a client can look for.
type Service struct {
	ID          string // [a-z0-9-]{1,30}, never changes
	Label       string // as pages show it: "Web development"
	Description string // one line
}

// All lists the services in the order of the table, which is the order a
// filter shows them in.
func All() []Service {
	var all []Service
	for row := range rows(servicesTSV) {
		all = append(all, Service{ID: field(row, 0), Label: field(row, 1), Description: field(row, 2)})
	}
	return all
}

var byID = sync.OnceValue(func() map[string]Service {
	known := make(map[string]Service)
	for _, s := range All() {
		known[s.ID] = s
	}
	return known
})

// Lookup finds a service by its id.
func Lookup(id string) (Service, bool) {
	s, ok := byID()[id]
	return s, ok
}

// Slug is the form of an id that fits into a handle: "web_development".
func Slug(id string) string { return strings.ReplaceAll(id, "-", "_") }

// label is what pages show for an id; an id nobody knows is its own label.
func label(id string) string {
	if s, ok := Lookup(id); ok {
		return s.Label
	}
	return id
}

// rows yields the lines of a table without its comments.
func rows(table string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for row := range strings.Lines(table) {
			row = strings.TrimRight(row, "\r\n")
			if row != "" && row[0] != '#' && !yield(row) {
				return
			}
		}
	}
}

// field is the nth tab-separated column of a row, "" beyond its end.
func field(row string, n int) string {
	columns := strings.Split(row, "\t")
	if n >= len(columns) {
		return ""
	}
	return columns[n]
}
