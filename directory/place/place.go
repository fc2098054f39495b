package place

// Precision says what the coordinates of a Place are the middle of.
type Precision string

// From a point on the map to an outline: a town, a state or province, a country.
const (
	OfCity        Precision = "city"
	OfSubdivision Precision = "subdivision"
	OfCountry     Precision = "country"
)

// Place is one place a co-op works from. Country is always known; City and
// Subdivision are empty when the text did not go that far (or, for the
// subdivision of a city, when the gazetteer does not know it).
type Place struct {
	City        string  // in its usual English or native spelling: "Montreal"
	Subdivision string  // state, province, region: "Quebec"
	Country     string  // ISO 3166-1 alpha-2, upper case; XK for Kosovo
	Lat, Lon    float64 // degrees, WGS 84, good to about a kilometre for a city
	Precision   Precision
}

// Label is the place in words, as pages show it: "Montreal, Quebec, Canada",
// "Catalonia, Spain", "France". Reading a label gives the same place again.
func (p Place) Label() string {
	country := CountryName(p.Country)
	switch {
	case p.City != "" && saysSubdivision(p.Country, p.Subdivision):
		return p.City + ", " + p.Subdivision + ", " + country
	case p.City != "":
		return p.City + ", " + country
	case p.Subdivision != "":
		return standingAlone(p.Country, p.Subdivision) + ", " + country
	}
	return country
}

// saysSubdivision tells where an address names the subdivision. Americans,
// Canadians and Australians always do (there are too many Portlands), and the
// Scots, Welsh, Northern Irish, Catalans and Basques like to; nobody writes
// "Lyon, Auvergne-Rhône-Alpes, France".
func saysSubdivision(country, subdivision string) bool {
	switch country {
	case "US", "CA", "AU":
		return subdivision != ""
	case "GB":
		return subdivision == "Scotland" || subdivision == "Wales" || subdivision == "Northern Ireland"
	case "ES":
		return subdivision == "Catalonia" || subdivision == "Basque Country"
	}
	return false
}

// standingAlone names a subdivision without a city. Where a town has the same
// name, people mean the town by it, so the subdivision says what it is: "New
// York State", "Salzburg region".
func standingAlone(country, subdivision string) string {
	for row := range rowsUnder(subdivisionsTSV, country+"-") {
		if field(row, subName) == subdivision {
			if alone := field(row, subAlone); alone != "" {
				return alone
			}
			break
		}
	}
	return subdivision
}
