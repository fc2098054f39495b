package place

import "strings"

// phrase is one or more words of a cell that mean something together, or a
// single word that means nothing to us.
type phrase struct {
	start, end int // bytes of the cell
	before     gap
	isAnd      bool
	isCapitals bool
	folded     string
	word       wordKind
	meanings   []meaning
}

// meaning is an entry a name may stand for.
type meaning struct {
	entry  int32
	isCode bool
}

// match joins words to the longest names and phrases we know.
func (g *Gazetteer) match(words []token) []phrase {
	var found []phrase
	for i := 0; i < len(words); {
		p, n := g.longestAt(words[i:])
		found = append(found, p)
		i += n
	}
	return found
}

// longestAt is the longest phrase at the start of words, and its length.
func (g *Gazetteer) longestAt(words []token) (phrase, int) {
	n := 1
	for n < len(words) && n < g.longest && (words[n].before == space || words[n].isBracketed) {
		n++
	}
	for ; n > 0; n-- {
		if p := g.phraseOf(words[:n]); p.word != noWord || len(p.meanings) > 0 {
			return p, n
		}
	}
	p := g.phraseOf(words[:1])
	p.isAnd = isAnd(p.folded)
	return p, 1
}

func (g *Gazetteer) phraseOf(words []token) phrase {
	p := phrase{start: words[0].start, end: words[len(words)-1].end, before: words[0].before}
	folded := make([]string, len(words))
	p.isCapitals = true
	for i, w := range words {
		folded[i] = w.folded
		p.isCapitals = p.isCapitals && w.text == strings.ToUpper(w.text)
	}
	p.folded = strings.Join(folded, " ")
	isWritten := p.folded != "uk" && len(p.folded) <= 2 && words[0].text == strings.ToLower(words[0].text)
	if !isWritten {
		p.meanings = g.meanings(p.folded, p.isCapitals)
	}
	if word := g.words[p.folded]; word != noWord && !(p.isCapitals && len(p.meanings) > 0) {
		p.word, p.meanings = word, nil
	}
	return p
}

// meanings lists what a folded name may stand for.
func (g *Gazetteer) meanings(name string, isCapitals bool) []meaning {
	first := g.byName[name]
	if first == 0 && strings.Contains(name, "e") {
		first = g.byName[withoutUmlautE(name)]
	}
	var all []meaning
	for i := first; i != 0; i = g.links[i].next {
		if l := g.links[i]; isCapitals || !l.isCode {
			all = append(all, meaning{l.entry, l.isCode})
		}
	}
	return all
}

// runs groups phrases that have no mark and no "and" between them.
func runs(phrases []phrase) [][]phrase {
	var all [][]phrase
	var run []phrase
	next := space
	for _, p := range phrases {
		before := max(p.before, next)
		next = space
		if before > space && len(run) > 0 {
			all, run = append(all, run), nil
		}
		if p.isAnd {
			next = max(list, before)
			continue
		}
		p.before = before
		run = append(run, p)
	}
	if len(run) > 0 {
		all = append(all, run)
	}
	return all
}

// placesOf picks the place names of a run and tells whether the run is
// understood. One strange word makes names of towns doubtful ("Orange
// Consulting"), but not the full name of a country ("the heart of France").
func (g *Gazetteer) placesOf(run []phrase) (places []phrase, known bool) {
	strange := false
	for _, p := range run {
		switch {
		case len(p.meanings) > 0:
			places = append(places, p)
		case p.word == noWord:
			strange = true
		}
	}
	if strange || !g.isAddress(places) {
		places = g.onlyCountries(places)
	}
	for _, p := range run {
		if p.word == kindOfWord {
			g.preferSubdivisions(places)
		}
	}
	return places, len(places) > 0
}

// isAddress tells that names without a comma between them belong together:
// "Sydney NSW", "Portland Oregon USA", "Germany Berlin".
func (g *Gazetteer) isAddress(places []phrase) bool {
	for i := 1; i < len(places); i++ {
		former, latter := places[i-1].meanings, places[i].meanings
		if len(g.inside(former, latter)) == 0 && len(g.inside(latter, former)) == 0 {
			return false
		}
	}
	return true
}

func (g *Gazetteer) onlyCountries(places []phrase) []phrase {
	var countries []phrase
	for _, p := range places {
		if g.namesCountry(p) {
			countries = append(countries, p)
		}
	}
	return countries
}

// preferSubdivisions keeps the state of what is both a state and a town.
func (g *Gazetteer) preferSubdivisions(places []phrase) {
	for i, p := range places {
		var states []meaning
		for _, m := range p.meanings {
			if g.entries[m.entry].kind == subdivision {
				states = append(states, m)
			}
		}
		if len(states) > 0 {
			places[i].meanings = states
		}
	}
}

// namesCountry tells that a phrase is a country's name, or its capitals where
// they can mean nothing else.
func (g *Gazetteer) namesCountry(p phrase) bool {
	return len(p.meanings) > 0 && g.entries[g.best(p.meanings)].kind == country && !g.isAmbiguousCode(p)
}

// inside are those of the inner meanings that lie in one of the outer ones.
func (g *Gazetteer) inside(inner, outer []meaning) []meaning {
	var found []meaning
	for _, in := range inner {
		for _, out := range outer {
			if g.holds(out.entry, in.entry) {
				found = append(found, in)
				break
			}
		}
	}
	return found
}

// best is the likeliest of some meanings; there must be one.
func (g *Gazetteer) best(meanings []meaning) int32 {
	best := meanings[0].entry
	for _, m := range meanings[1:] {
		if g.entries[m.entry].weight > g.entries[best].weight {
			best = m.entry
		}
	}
	return best
}

// weight is that of the likeliest meaning.
func (g *Gazetteer) weight(meanings []meaning) float64 {
	return g.entries[g.best(meanings)].weight
}

// isAmbiguousCode tells two capitals that can be a country or a state of the
// USA (CA, CO, IN) or two countries (SA). Nobody means Delaware by DE alone in
// a list that is half European.
func (g *Gazetteer) isAmbiguousCode(p phrase) bool {
	if len(p.folded) != 2 || p.folded == "de" {
		return false
	}
	countries := 0
	for _, m := range p.meanings {
		e := g.entries[m.entry]
		if m.isCode && e.kind == subdivision && e.country == "US" {
			return true
		}
		if m.isCode && e.kind == country {
			countries++
		}
	}
	return countries > 1
}
