package place

import (
	"math"
	"strings"
	"sync"
	"time"
)

// Gazetteer knows the places of the three tables by all their names. It takes
// some 20 milliseconds and 8 megabytes to build. It is read-only: several
// goroutines may share one.
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
	kind     kind
	country  string // alpha-2
	sub      string // code after the hyphen of a subdivision's key
	name     string
	lat, lon float64
	weight   float64 // how likely a name alone means this entry
	isPart   bool    // a shire, known by its middle only
}

// link is one meaning of a name. Meanings of the same name are chained.
type link struct {
	entry, next int32
	isCode      bool // "CA": counts only in capitals
}

// kept is how long a gazetteer is kept for whoever opens it next.
const kept = 5 * time.Second

// lately is the gazetteer that was opened lately.
var lately struct {
	sync.Mutex
	gazetteer *Gazetteer
	forget    *time.Timer
}

// Open returns the gazetteer. One that nobody has opened for five seconds is
// forgotten, and nothing of it stays with those who have read in it.
func Open() *Gazetteer {
	lately.Lock()
	defer lately.Unlock()
	if lately.gazetteer == nil {
		lately.gazetteer = build()
		lately.forget = time.AfterFunc(kept, func() {
			lately.Lock()
			defer lately.Unlock()
			lately.gazetteer = nil
		})
	}
	lately.forget.Reset(kept)
	return lately.gazetteer
}

// build makes a gazetteer of the embedded tables.
func build() *Gazetteer {
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
		c := columns(row)
		i := g.add(entry{kind: country, country: c[countryAlpha2], name: c[countryName],
			lat: number(c[countryLat]), lon: number(c[countryLon]), weight: 1e9})
		g.link(c[countryAlpha2], i)
		// Andorra's alpha-3 is AND, and lists are full of that.
		if c[countryAlpha3] != "AND" {
			g.link(c[countryAlpha3], i)
		}
		g.link(c[countryName], i)
		g.linkAll(c[countryOther], i)
	}
}

func (g *Gazetteer) addSubdivisions() {
	for row := range rows(subdivisionsTSV) {
		c := columns(row)
		alpha2, code, _ := strings.Cut(c[subKey], "-")
		e := entry{kind: subdivision, country: alpha2, sub: code, name: c[subName],
			lat: number(c[subLat]), lon: number(c[subLon]), isPart: code != strings.ToUpper(code)}
		switch {
		case c[subAlone] != "":
			e.weight = 0 // the name alone means the town
		case e.isPart || !saysSubdivision(alpha2, e.name):
			e.weight = 1e6
		default:
			e.weight = 5e6
		}
		i := g.add(e)
		if !e.isPart && len(code) > 1 {
			g.link(code, i)
		}
		g.link(c[subName], i)
		g.link(c[subAlone], i)
		g.linkAll(c[subOther], i)
	}
}

func (g *Gazetteer) addCities() {
	for row := range rows(citiesTSV) {
		c := columns(row)
		i := g.add(entry{kind: city, country: c[cityCountry], sub: c[citySubdivision], name: c[cityName],
			lat: number(c[cityLat]), lon: number(c[cityLon]), weight: 1000*number(c[cityThousands]) + 1})
		g.link(c[cityName], i)
		g.linkAll(c[cityOther], i)
	}
}

func (g *Gazetteer) add(e entry) int32 {
	g.entries = append(g.entries, e)
	return int32(len(g.entries) - 1)
}

// linkAll takes a "; " separated column. (As an iterator this costs an
// allocation for each town.)
func (g *Gazetteer) linkAll(names string, i int32) {
	for names != "" {
		var name string
		name, names, _ = strings.Cut(names, "; ")
		g.link(name, i)
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
