package place

import "strings"

// countryRow is the line of a country, "" for a code that is none.
func countryRow(alpha2 string) string {
	if len(alpha2) != 2 {
		return ""
	}
	for row := range rowsUnder(countriesTSV, alpha2+"\t") {
		return row
	}
	return ""
}

// CountryName is the short English name of a country ("United Kingdom",
// "Netherlands"), or "" for a code ISO 3166-1 does not have.
func CountryName(alpha2 string) string { return field(countryRow(alpha2), countryName) }

// CountrySlug names a country in [a-z0-9_]{1,30} ("united_kingdom"). It stands
// in addresses that others have stored, so it is written down in countries.tsv
// and does not follow a change of name.
func CountrySlug(alpha2 string) string { return field(countryRow(alpha2), countrySlug) }

// Countries lists the alpha-2 codes of all countries, sorted.
func Countries() []string {
	codes := make([]string, 0, 250)
	for row := range rows(countriesTSV) {
		codes = append(codes, field(row, countryAlpha2))
	}
	return codes
}

// Region is the part of the world a country is in, as the list divides it:
// "north-america" (with Central America and the Caribbean), "south-america",
// "asia", "europe", "oceania" or "africa". Antarctica and the empty islands
// around it are "worldwide". It is "" for a code that is no country.
func Region(alpha2 string) string { return field(countryRow(alpha2), countryRegion) }

// Regions lists the regions in the order of the list's headings.
func Regions() []string {
	return []string{"north-america", "south-america", "africa", "asia", "europe", "oceania", "worldwide"}
}

// RegionName is the name of a region as pages show it, "" for an unknown one.
func RegionName(id string) string {
	switch id {
	case "north-america":
		return "North America"
	case "south-america":
		return "South America"
	case "africa", "asia", "europe", "oceania", "worldwide":
		return strings.ToUpper(id[:1]) + id[1:]
	}
	return ""
}

// RegionSlug is a region's id as it stands in a handle: "north_america".
func RegionSlug(id string) string { return strings.ReplaceAll(id, "-", "_") }
