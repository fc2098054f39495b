package place

import "strings"

// wordKind says what a word of a cell does that is no place.
type wordKind uint8

const (
	noWord wordKind = iota
	remoteWord
	regionWord
	moreWord
	kindOfWord
	aroundWord
)

func (g *Gazetteer) addWords() {
	kinds := map[string]wordKind{"remote": remoteWord, "region": regionWord,
		"more": moreWord, "kindof": kindOfWord, "around": aroundWord}
	for row := range rows(wordsTSV) {
		kind, phrases, _ := strings.Cut(row, "\t")
		for phrase := range strings.SplitSeq(phrases, "; ") {
			g.words[fold(phrase)] = kinds[kind]
		}
	}
}

// isAnd tells the words that stand between two places of a list.
func isAnd(folded string) bool {
	switch folded {
	case "and", "und", "et", "y", "e", "i", "eta", "og", "och", "en", "or", "oder", "ou", "o", "as well as":
		return true
	}
	return false
}
