package list

import (
	"strings"
	"unicode"
)

// region is a part of the world that the list has a table for.
type region struct {
	id     string
	title  string   // as the list writes it
	anchor string   // the name of its anchor in the list
	words  []string // headings with one of these name it
}

// regions stand in the order of the list; Africa came later and has its place
// before Asia.
var regions = []region{
	{"north-america", "North America", "coops-namerica", []string{"north america", "northern america", "central america"}},
	{"south-america", "South America", "coops-samerica", []string{"south america", "latin america"}},
	{"africa", "Africa", "coops-africa", []string{"africa"}},
	{"asia", "Asia", "coops-asia", []string{"asia", "middle east"}},
	{"europe", "Europe", "coops-europe", []string{"europe"}},
	{"oceania", "Oceania", "coops-oceania", []string{"oceania", "australia", "australasia", "pacific"}},
	{"worldwide", "Decentralised / Worldwide", "coops-worldwide", []string{"worldwide", "decentralised", "decentralized",
		"distributed", "global", "international", "remote"}},
}

// Regions gives the ids that Row.Region can have, in the order of the list.
func Regions() []string {
	ids := make([]string, len(regions))
	for i, r := range regions {
		ids[i] = r.id
	}
	return ids
}

// regionOf gives the region that a heading names first, "" when it names none.
func regionOf(title string) string {
	spoken := " " + strings.Join(words(title), " ") + " "
	id, first := "", len(spoken)
	for _, r := range regions {
		for _, w := range r.words {
			if at := strings.Index(spoken, " "+w+" "); at >= 0 && at < first {
				id, first = r.id, at
			}
		}
	}
	return id
}

// words gives the words of a text in lower case, without punctuation.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
}
