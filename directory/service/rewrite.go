package service

import (
	"slices"
	"strings"
)

// Rewrite changes the text of a cell when a co-op changes its services from
// before to after. Parts that name only what stays are kept to the letter,
// parts that name what went are dropped (or said with the labels of what
// stays of them), and what came is added with its label. Reading the result
// gives after, though perhaps in another order.
func Rewrite(cell string, before, after []string) string {
	if sameSet(before, after) {
		return cell
	}
	text := join(keep(cell, before, after))
	text = join(append(nonEmpty(text), labels(missing(text, after))...))
	if ids, _ := Read(text); sameSet(ids, after) {
		return text
	}
	// What was only hinted at (a technology, say) speaks up once the rest is
	// gone. Then plain labels are the honest text.
	return join(labels(after))
}

// keep lists the parts of a cell that may stay.
func keep(cell string, before, after []string) []string {
	v := theVocabulary()
	words := v.words(cell)
	mentions := v.mentions(words)
	var kept []string
	for _, p := range v.parts(cell, words) {
		text := strings.TrimSpace(cell[p.start:p.end])
		named := allIDs(within(mentions, p))
		stay := slices.DeleteFunc(slices.Clone(named), func(id string) bool {
			return slices.Contains(before, id) && !slices.Contains(after, id)
		})
		switch {
		case text == "":
		case len(stay) == len(named):
			kept = append(kept, text)
		default:
			kept = append(kept, labels(stay)...)
		}
	}
	return kept
}

// allIDs lists what mentions name, technologies too.
func allIDs(mentions []mention) []string {
	var ids []string
	for _, m := range mentions {
		for _, id := range m.ids {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// missing are the ids that a text does not name.
func missing(text string, ids []string) []string {
	named, _ := Read(text)
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(named, id) })
}

func labels(ids []string) []string {
	var all []string
	for _, id := range ids {
		if l := label(id); !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	return all
}

func nonEmpty(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func join(parts []string) string { return strings.Join(parts, ", ") }

func sameSet(a, b []string) bool {
	for _, id := range a {
		if !slices.Contains(b, id) {
			return false
		}
	}
	for _, id := range b {
		if !slices.Contains(a, id) {
			return false
		}
	}
	return true
}
