package place

import (
	"math"
	"strings"
)

// Gazetteer knows the places of the three tables by all their names. It takes
// some 20 milliseconds and a few megabytes to open; drop it after reading and
// nothing of it stays. It is read-only: several goroutines may share one.
type Gazetteer struct {
	entries []entry
	byName  map[string]int32 // folded name, phrase or code -> first of links
	links   []link
	words   map[string]wordKind
	longest int // words in the longest name
}

type kind uint8

const (
	city kind = iota
	subdivision
	country
)

// entry is one row of a table. The strings are parts of the embedded text.
type entry struct {
	kind               kind
	country            string // alpha-2
	sub                string // code after the hyphen of a subdivision's key
	name               string
	lat, lon           float64
	weight             float64 // how likely a name alone means this entry
	isPart, hasOwnTown bool    // a shire; a subdivision with a town of its name
}

// link is one meaning of a name. Meanings of the same name are chained.
type link struct {
	entry, next int32
	isCode      bool // "CA": counts only in capitals
}

// Open builds a gazetteer from the embedded tables.
func Open() *Gazetteer {
	n := strings.Count(citiesTSV, "\n") + strings.Count(subdivisionsTSV, "\n") + strings.Count(countriesTSV, "\n")
	g := &Gazetteer{
		entries: make([]entry, 0, n),
		byName:  make(map[string]int32, n+n/4),
		links:   make([]link, 1, n+n/4), // 0 ends a chain
		words:   map[string]wordKind{},
	}
	g.addCountries()
	g.addSubdivisions()
	g.addCities()
	g.addWords()
	return g
}

func (g *Gazetteer) addCountries() {
	for row := range rows(countriesTSV) {
		alpha2 := field(row, countryAlpha2)
		i := g.add(entry{kind: country, country: alpha2, name: field(row, countryName),
			lat: number(row, countryLat), lon: number(row, countryLon), weight: 1e9})
		g.link(alpha2, i)
		// Andorra's alpha-3 is AND, and lists are full of that.
		if alpha3 := field(row, countryAlpha3); alpha3 != "AND" {
			g.link(alpha3, i)
		}
		g.linkAll(row, countryName, countryOther, i)
	}
}

func (g *Gazetteer) addSubdivisions() {
	for row := range rows(subdivisionsTSV) {
		alpha2, code, _ := strings.Cut(field(row, subKey), "-")
		e := entry{kind: subdivision, country: alpha2, sub: code, name: field(row, subName),
			lat: number(row, subLat), lon: number(row, subLon), weight: 5e6}
		e.isPart = code != strings.ToUpper(code)
		e.hasOwnTown = field(row, subAlone) != ""
		if e.isPart || !saysSubdivision(alpha2, e.name) {
			e.weight = 1e6
		}
		if e.hasOwnTown {
			e.weight = 0
		}
		i := g.add(e)
		if !e.isPart && len(code) > 1 {
			g.link(code, i)
		}
		if e.hasOwnTown {
			g.link(field(row, subAlone), i)
		}
		g.linkAll(row, subName, subOther, i)
	}
}

func (g *Gazetteer) addCities() {
	for row := range rows(citiesTSV) {
		thousands := number(row, cityThousands)
		i := g.add(entry{kind: city, country: field(row, cityCountry), sub: field(row, citySubdivision),
			name: field(row, cityName), lat: number(row, cityLat), lon: number(row, cityLon), weight: 1000*thousands + 1})
		g.linkAll(row, cityName, cityOther, i)
	}
}

func (g *Gazetteer) add(e entry) int32 {
	g.entries = append(g.entries, e)
	return int32(len(g.entries) - 1)
}

func (g *Gazetteer) linkAll(row string, name, others int, i int32) {
	g.link(field(row, name), i)
	for other := range otherNames(row, others) {
		g.link(other, i)
	}
}

// link makes a name mean an entry. Two or three capitals are a code.
func (g *Gazetteer) link(name string, i int32) {
	isCode := len(name) <= 3 && name == strings.ToUpper(name) && isASCII(name)
	key := fold(name)
	if key == "" {
		return
	}
	g.longest = max(g.longest, strings.Count(key, " ")+1)
	g.links = append(g.links, link{entry: i, next: g.byName[key], isCode: isCode})
	g.byName[key] = int32(len(g.links) - 1)
}

// holds tells whether the entry outer contains inner, as in "inner, outer".
func (g *Gazetteer) holds(outer, inner int32) bool {
	o, i := &g.entries[outer], &g.entries[inner]
	if outer == inner || o.country != i.country || o.kind < i.kind {
		return false
	}
	switch {
	case o.kind == country:
		return i.kind != country
	case o.kind == subdivision && i.kind == subdivision:
		return i.isPart && !o.isPart && kilometres(o, i) < 400
	case o.kind == subdivision && o.isPart:
		return kilometres(o, i) < 80
	case o.kind == subdivision:
		return o.sub == i.sub
	}
	// A quarter and its city: "Hackney, London".
	return o.sub == i.sub && o.weight > 8*i.weight && kilometres(o, i) < 15
}

// kilometres is the rough distance between two entries: a flat map will do
// for telling one shire from another.
func kilometres(a, b *entry) float64 {
	const perDegree = 111
	north := (a.lat - b.lat) * perDegree
	east := (a.lon - b.lon) * perDegree * math.Cos(a.lat*math.Pi/180)
	return math.Hypot(north, east)
}

// place is the entry as the world outside sees it. A shire is given under
// its own name.
func (g *Gazetteer) place(i int32) Place {
	e := &g.entries[i]
	p := Place{Country: e.country, Lat: e.lat, Lon: e.lon, Precision: OfCountry}
	switch e.kind {
	case city:
		p.City, p.Subdivision, p.Precision = e.name, subdivisionName(e.country, e.sub), OfCity
	case subdivision:
		p.Subdivision, p.Precision = e.name, OfSubdivision
	}
	return p
}

func subdivisionName(country, code string) string {
	if code == "" {
		return ""
	}
	for row := range rowsUnder(subdivisionsTSV, country+"-"+code+"\t") {
		return field(row, subName)
	}
	return ""
}
