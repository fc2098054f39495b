package place

import (
	"slices"
	"strings"
)

// Reading is what a region cell says.
type Reading struct {
	Places []Place  // in order of mention, each once
	Remote bool     // the co-op says it works from anywhere, also or only
	Unread []string // the parts that named no place we know, as written
}

// Read reads a region cell of the list, or any text like it. It never fails:
// what it does not understand is in Unread. Of a town the gazetteer does not
// know, the country that was named beside it is kept.
func (g *Gazetteer) Read(cell string) Reading {
	reader := reader{g: g, cell: cell}
	for _, run := range runs(g.match(tokens(cell))) {
		reader.read(run)
	}
	reader.close()
	return reader.Reading
}

// reader holds what was mentioned since the last full stop: places whose
// country may still follow ("Potsdam / Rostock, Germany").
type reader struct {
	Reading
	g       *Gazetteer
	cell    string
	pending []mention
}

// mention is a place name with all it may mean.
type mention struct {
	phrase
	qualified bool // a container of it was named: "Berlin, Germany"
}

// read takes up one run of words without a mark between them.
func (r *reader) read(run []phrase) {
	if run[0].before == full {
		r.close()
	}
	places, known := r.g.placesOf(run)
	for _, p := range run {
		known = known || p.word == remoteWord || p.word == regionWord || p.word == moreWord && len(run) == 1
		r.Remote = r.Remote || p.word == remoteWord
	}
	if !known {
		r.Unread = append(r.Unread, text(r.cell, run))
	}
	for i, p := range places {
		if i == 0 {
			p.before = run[0].before
		}
		r.mention(p)
	}
}

// mention fits a place name to those before it: it may say where they are, be
// a part of the one before, or be another place.
func (r *reader) mention(p phrase) {
	if len(r.pending) > 0 && p.before <= within {
		last := &r.pending[len(r.pending)-1]
		if r.qualify(last, p) || r.specify(last, p) {
			return
		}
		if r.isElsewhere(*last, p) {
			r.Unread = append(r.Unread, text(r.cell, []phrase{last.phrase}))
			r.pending = r.pending[:len(r.pending)-1]
		}
	}
	r.pending = append(r.pending, mention{phrase: p})
}

// qualify narrows the last mention to what lies in p, and with it the ones
// before that have no country yet: "Lille, Paris, Nantes, Lyon (France)".
func (r *reader) qualify(last *mention, p phrase) bool {
	inside := r.g.inside(last.meanings, p.meanings)
	if len(inside) == 0 {
		return false
	}
	last.meanings, last.qualified = inside, true
	for i := range r.pending[:len(r.pending)-1] {
		earlier := &r.pending[i]
		inside := r.g.inside(earlier.meanings, p.meanings)
		// "Berlin and Portland, USA": there is a Berlin in New Hampshire, but
		// nobody who means it would say so little.
		if len(inside) > 0 && r.g.weight(inside)*10 >= r.g.weight(earlier.meanings) {
			earlier.meanings, earlier.qualified = inside, true
		}
	}
	return true
}

// specify takes the other order, "Germany (Berlin, Leipzig)": p replaces the
// country when that is where people would look for it anyway.
func (r *reader) specify(last *mention, p phrase) bool {
	inside := r.g.inside(p.meanings, last.meanings)
	if last.qualified || len(inside) == 0 || r.g.entries[r.g.best(last.meanings)].kind == city {
		return false
	}
	if best := r.g.best(p.meanings); best != r.g.best(inside) {
		return false
	}
	p.meanings = inside
	*last = mention{phrase: p, qualified: true}
	return true
}

// isElsewhere tells that the last mention, a smallish town, was read wrongly
// because p says it is in a country where we know no such town.
func (r *reader) isElsewhere(last mention, p phrase) bool {
	const wellKnown = 300_000 // inhabitants
	return !last.qualified && last.end <= p.start && r.g.namesCountry(p) &&
		r.g.entries[r.g.best(last.meanings)].kind == city && r.g.weight(last.meanings) < wellKnown
}

// close settles what the pending mentions mean.
func (r *reader) close() {
	for _, m := range r.pending {
		if !m.qualified && r.g.isAmbiguousCode(m.phrase) {
			r.Unread = append(r.Unread, text(r.cell, []phrase{m.phrase}))
			continue
		}
		r.addPlace(r.g.place(r.g.best(m.meanings)))
	}
	r.pending = r.pending[:0]
}

func (r *reader) addPlace(p Place) {
	if !slices.Contains(r.Places, p) {
		r.Places = append(r.Places, p)
	}
}

// text is the part of a cell that phrases came from.
func text(cell string, phrases []phrase) string {
	return strings.TrimSpace(cell[phrases[0].start:phrases[len(phrases)-1].end])
}
