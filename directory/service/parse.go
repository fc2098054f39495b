package service

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Parse reads a list that a person typed to name services, as in
// "hosting, web dev": ids, labels or other words for them, separated by
// commas. Unlike Read it does not pass over what it does not know: the error
// names the first unknown entry and what it might have been.
func Parse(text string) (ids []string, err error) {
	v := theVocabulary()
	for entry := range strings.SplitSeq(text, ",") {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		terms := v.terms[v.key(entry)]
		if len(terms) == 0 {
			return nil, unknown(v, entry)
		}
		for _, t := range terms {
			if !slices.Contains(ids, t.id) {
				ids = append(ids, t.id)
			}
		}
	}
	return ids, nil
}

func unknown(v *vocabulary, entry string) error {
	near := v.nearest(entry)
	if len(near) == 0 {
		return fmt.Errorf("unknown service %q", entry)
	}
	return fmt.Errorf("unknown service %q, did you mean %s?", entry, strings.Join(near, " or "))
}

// nearest lists up to three services whose words are in the entry or are
// spelled much like it.
func (v *vocabulary) nearest(entry string) []string {
	ids, _ := Read(entry)
	key := v.key(entry)
	for distance := 1; distance <= max(1, len(key)/3) && len(ids) < 3; distance++ {
		ids = append(ids, v.spelledLike(key, distance)...)
	}
	var near []string
	for _, id := range ids {
		if !slices.Contains(near, id) && len(near) < 3 {
			near = append(near, id)
		}
	}
	return near
}

// spelledLike lists the ids of terms that many letters away, sorted.
func (v *vocabulary) spelledLike(key string, distance int) []string {
	var ids []string
	for name, terms := range v.terms {
		if len(name) > distance+2 && levenshtein.ComputeDistance(name, key) == distance {
			for _, t := range terms {
				ids = append(ids, t.id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
