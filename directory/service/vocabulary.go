package service

import (
	"strings"
	"sync"
)

// vocabulary is the table turned around: from words to services.
type vocabulary struct {
	terms   map[string][]term
	same    map[string]string // folded word -> the word it counts as
	longest int               // words in the longest term
}

// term is one meaning of some words.
type term struct {
	id           string
	isTechnology bool
	exactly      string // "IT": counts only when written so; "" otherwise
}

// theVocabulary is built once; it takes a millisecond and some 200 kB.
var theVocabulary = sync.OnceValue(func() *vocabulary {
	v := &vocabulary{terms: map[string][]term{}, same: map[string]string{}}
	for row := range rows(wordsTSV) {
		for _, word := range strings.Split(field(row, 1), "; ") {
			v.same[singular(fold(word))] = field(row, 0)
		}
	}
	for row := range rows(servicesTSV) {
		id := field(row, 0)
		v.learn(id, id, false)
		v.learn(id, field(row, 1), false)
		for column, isTechnology := range map[int]bool{3: false, 4: true} {
			for _, words := range strings.Split(field(row, column), "; ") {
				v.learn(id, words, isTechnology)
			}
		}
	}
	return v
})

// learn makes words mean a service, once.
func (v *vocabulary) learn(id, words string, isTechnology bool) {
	key := v.key(words)
	if key == "" {
		return
	}
	exactly := ""
	if len(words) <= 3 && words != strings.ToLower(words) {
		exactly = words
	}
	for _, t := range v.terms[key] {
		if t.id == id {
			return
		}
	}
	v.terms[key] = append(v.terms[key], term{id, isTechnology, exactly})
	v.longest = max(v.longest, strings.Count(key, " ")+1)
}

// key is the form under which words are looked up.
func (v *vocabulary) key(text string) string {
	var keys []string
	for _, w := range v.words(text) {
		keys = append(keys, w.key)
	}
	return strings.Join(keys, " ")
}

// meanings are the terms that some words of a text stand for.
func (v *vocabulary) meanings(words []word) []term {
	keys := make([]string, len(words))
	for i, w := range words {
		keys[i] = w.key
	}
	var found []term
	for _, t := range v.terms[strings.Join(keys, " ")] {
		if t.exactly == "" || t.exactly == words[0].text || words[0].text == strings.ToUpper(t.exactly) {
			found = append(found, t)
		}
	}
	return found
}
