package place

import (
	_ "embed"
	"iter"
	"strconv"
	"strings"
)

// The tables live in the program's text, not on its heap. Their first lines,
// beginning with "#", name the columns.
var (
	//go:embed countries.tsv
	countriesTSV string
	//go:embed subdivisions.tsv
	subdivisionsTSV string
	//go:embed cities.tsv
	citiesTSV string
	//go:embed words.tsv
	wordsTSV string
)

// Columns of countries.tsv, sorted by alpha-2.
const (
	countryAlpha2 = iota
	countryAlpha3
	countryName
	countrySlug
	countryRegion
	countryLat
	countryLon
	countryOther
)

// Columns of subdivisions.tsv. A key is a country and ISO 3166-2 code
// ("US-NY"); in lower case after the hyphen ("GB-ken") it is a part of a
// subdivision such as a shire, whose towns are known only by being near.
const (
	subKey = iota
	subName
	subLat
	subLon
	subAlone
	subOther
)

// Columns of cities.tsv.
const (
	cityCountry = iota
	citySubdivision
	cityName
	cityThousands
	cityLat
	cityLon
	cityOther
)

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

// rowsUnder yields the lines that begin with a prefix; they stand together.
func rowsUnder(table, prefix string) iter.Seq[string] {
	start := strings.Index(table, "\n"+prefix)
	if start < 0 {
		return func(func(string) bool) {}
	}
	return func(yield func(string) bool) {
		for row := range rows(table[start+1:]) {
			if !strings.HasPrefix(row, prefix) || !yield(row) {
				return
			}
		}
	}
}

// field is the nth tab-separated column of a row, "" beyond its end.
func field(row string, n int) string {
	for ; n > 0; n-- {
		tab := strings.IndexByte(row, '\t')
		if tab < 0 {
			return ""
		}
		row = row[tab+1:]
	}
	if tab := strings.IndexByte(row, '\t'); tab >= 0 {
		return row[:tab]
	}
	return row
}

// columns are all fields of a row at once, for those who read whole tables.
func columns(row string) (all [8]string) {
	for i := range all {
		field, rest, more := strings.Cut(row, "\t")
		all[i], row = field, rest
		if !more {
			break
		}
	}
	return all
}

// number reads a column of figures; the tables are checked by a test.
func number(column string) float64 {
	v, _ := strconv.ParseFloat(column, 64)
	return v
}
