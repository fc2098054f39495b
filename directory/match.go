package directory

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// match finds out which co-op each entry of the list is. Confirmed renames
// come first, then whoever has the same name and website, the same website,
// the same name, and last those whose address gained or lost a path: /about
// became /, or the other way round.
func (im *importing) match() error {
	if err := im.matchConfirmed(); err != nil {
		return err
	}
	website := func(c *edit) []string { return c.keys("website", websiteKey) }
	name := func(c *edit) []string { return c.keys("name", nameKey) }
	im.matchBy(both(name, website), func(e *entry) string { return pair(nameKey(e.name), websiteKey(e.website)) })
	im.matchBy(website, func(e *entry) string { return websiteKey(e.website) })
	im.matchBy(name, func(e *entry) string { return nameKey(e.name) })
	im.matchBy(bareHost, func(e *entry) string { return websiteHost(websiteKey(e.website)) })
	im.matchBy(anyHost, func(e *entry) string { return bare(websiteKey(e.website)) })
	return nil
}

// keys are the forms of everything that any source says about field.
func (e *edit) keys(field string, key func(string) string) []string {
	var keys []string
	for _, f := range e.facts[field] {
		if k := key(f.Value); k != "" {
			keys = append(keys, k)
		}
	}
	return keys
}

func both(name, website func(*edit) []string) func(*edit) []string {
	return func(c *edit) []string {
		var pairs []string
		for _, n := range name(c) {
			for _, w := range website(c) {
				pairs = append(pairs, pair(n, w))
			}
		}
		return pairs
	}
}

func pair(name, website string) string { return name + "\x00" + website }

// bare returns the website key if it is a host without a path, else "".
func bare(websiteKey string) string {
	if strings.Contains(websiteKey, "/") {
		return ""
	}
	return websiteKey
}

func bareHost(c *edit) []string {
	return c.keys("website", func(w string) string { return bare(websiteKey(w)) })
}

// anyHost leaves out the hosts that many share.
func anyHost(c *edit) []string {
	return c.keys("website", func(w string) string {
		if label, _ := registrableLabel(w); label == nil {
			return ""
		}
		return websiteHost(websiteKey(w))
	})
}

// matchBy pairs the entries and co-ops that are left where exactly one of each
// has the same key.
func (im *importing) matchBy(coopKeys func(*edit) []string, entryKey func(*entry) string) {
	matched := im.matched()
	coops, ambiguous := map[string]*edit{}, map[string]bool{}
	for _, c := range im.coops {
		if matched[c] || c.coop.MergedInto != "" {
			continue
		}
		for _, k := range coopKeys(c) {
			if other := coops[k]; other != nil && other != c {
				ambiguous[k] = true
			}
			coops[k] = c
		}
	}
	entries := map[string]int{}
	for _, e := range im.entries {
		if e.coop == nil {
			entries[entryKey(e)]++
		}
	}
	for _, e := range im.entries {
		k := entryKey(e)
		c := coops[k]
		if e.coop == nil && k != "" && c != nil && !ambiguous[k] && entries[k] == 1 && !matched[c] {
			e.coop, matched[c] = c, true
		}
	}
}

func (im *importing) matched() map[*edit]bool {
	matched := make(map[*edit]bool)
	for _, e := range im.entries {
		if e.coop != nil {
			matched[e.coop] = true
		}
	}
	return matched
}

// matchConfirmed applies the renames that a person confirmed. A new entry that
// an earlier import made for the new name is merged into the old one.
func (im *importing) matchConfirmed() error {
	for oldName, newName := range im.Same {
		old := im.findCoop(oldName)
		if old == nil || old.coop.Status == Removed {
			return fmt.Errorf("%w: --same %s=%s: there is no co-op %q here", ErrInvalid, oldName, newName, oldName)
		}
		e := im.findEntry(newName)
		if e == nil {
			return fmt.Errorf("%w: --same %s=%s: the list has no co-op %q", ErrInvalid, oldName, newName, newName)
		}
		if e.coop != nil && e.coop != old {
			return fmt.Errorf("%w: --same names %q twice", ErrInvalid, newName)
		}
		e.coop = old
		for _, c := range im.coops {
			if c != old && c.coop.Status != Removed && im.describes(e, c) {
				if err := im.merge(c, old); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// describes says whether the entry would be taken for c by name or website.
func (im *importing) describes(e *entry, c *edit) bool {
	return nameKey(e.name) == c.coop.NameKey || e.website != "" && websiteKey(e.website) == c.coop.WebsiteKey
}

// merge gives what a curator or the co-op itself said about duplicate to kept,
// where kept has no such word yet, and removes duplicate.
func (im *importing) merge(duplicate, kept *edit) error {
	if duplicate.coop.Claimed() {
		return fmt.Errorf("%w: %s has been claimed, so it cannot be merged into %s", ErrInvalid, duplicate.coop.Handle, kept.coop.Handle)
	}
	for field, facts := range duplicate.facts {
		for source, f := range facts {
			if _, spoken := kept.facts[field][source]; source.standsAbove(FromList) && !spoken {
				kept.sayAs(source, field, f.Value)
			}
		}
	}
	if err := shareEntryPictures(im.tx, duplicate.coop.Handle, kept.coop.Handle); err != nil {
		return err
	}
	im.Merged = append(im.Merged, duplicate.coop.Handle)
	c := duplicate.coop
	c.RemovedReason, c.MergedInto = "the same co-op as "+kept.coop.Handle, kept.coop.Handle
	duplicate.coop.Status, duplicate.coop.MergedInto = Removed, kept.coop.Handle
	why := Change{At: im.at, Kind: KindMerged, After: kept.coop.Handle, Source: FromList, Origin: im.Name}
	return im.directory.erase(im.tx, c, why, &im.topics)
}

func (im *importing) findCoop(handleOrName string) *edit {
	for _, c := range im.coops {
		if c.coop.Handle == strings.ToLower(handleOrName) {
			return c
		}
	}
	for _, c := range im.coops {
		if c.coop.NameKey == nameKey(handleOrName) {
			return c
		}
	}
	return nil
}

// findEntry finds an entry by its name, its website or the handle that an
// earlier import gave it.
func (im *importing) findEntry(name string) *entry {
	for _, e := range im.entries {
		if nameKey(e.name) == nameKey(name) || e.website != "" && websiteKey(e.website) == websiteKey(name) {
			return e
		}
	}
	for _, c := range im.coops {
		if c.coop.Handle != strings.ToLower(name) {
			continue
		}
		for _, e := range im.entries {
			if im.describes(e, c) {
				return e
			}
		}
	}
	return nil
}

// suggestRename looks among the added co-ops for the one that the vanished
// co-op may have become.
func (im *importing) suggestRename(vanished *edit) {
	for _, e := range im.entries {
		if e.coop == nil || len(e.coop.changes) != 1 || e.coop.changes[0].Kind != KindAdded {
			continue
		}
		if resembles(vanished.coop, e.coop.coop) {
			im.LikelyRenames = append(im.LikelyRenames, LikelyRename{vanished.coop.Handle, vanished.coop.Name, e.coop.coop.Handle, e.name})
		}
	}
}

// resembles says whether two entries look like one co-op under two names: the
// names are alike, or one holds the other; or the website's label stayed; or
// the row says the same about everything else.
func resembles(a, b Coop) bool {
	nameA, nameB := strings.Join(distinctWords(a.Name), " "), strings.Join(distinctWords(b.Name), " ")
	labelA, _ := registrableLabel(a.Website)
	labelB, _ := registrableLabel(b.Website)
	sameRow := a.ListedPlace != "" && a.ListedAreas != "" && a.ListedAreas == b.ListedAreas && a.ListedPlace == b.ListedPlace
	return alike(nameA, nameB) || within(nameA, nameB) || within(nameB, nameA) ||
		alike(strings.Join(labelA, ""), strings.Join(labelB, "")) || sameRow ||
		len(a.Notes) > 20 && a.Notes == b.Notes
}

// within says whether the words of a are among those of b.
func within(a, b string) bool { return len(a) >= 4 && strings.Contains(" "+b+" ", " "+a+" ") }

// alike says whether at most a third of the longer of two words differs.
func alike(a, b string) bool {
	longer := max(len(a), len(b))
	return min(len(a), len(b)) >= 3 && levenshtein.ComputeDistance(a, b)*3 <= longer
}
