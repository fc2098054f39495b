package directory

import (
	"encoding/json"
	"fmt"
	"slices"

	"gorm.io/gorm"
)

// Found is a co-op that search shows: an entry of ours, or of a mirrored directory.
type Found struct {
	Coop
	Home string      // the mirrored directory's host; "": it is ours
	Also []Elsewhere // the entries of the same co-op at other homes
	Tags []string    // that our operators gave it, here or there
	Note string      // of our operators, plain text
}

// mirroredText is a mirrored entry as its home wrote it.
type mirroredText struct {
	ID                  int64
	Host, Handle, Entry string
}

func mirroredTexts(tx *gorm.DB, ids []int64) (map[int64]mirroredText, error) {
	var all []mirroredText
	err := tx.Table("listed l").Select("l.id, m.host, l.handle, e.entry").Joins("JOIN mirrors m ON m.id = l.mirror_id").
		Joins("JOIN mirrored_entries e ON e.mirror_id = l.mirror_id AND e.handle = l.handle").Where("l.id IN ?", ids).Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("read mirrored entries: %w", err)
	}
	byID := make(map[int64]mirroredText, len(all))
	for _, m := range all {
		byID[m.ID] = m
	}
	return byID, nil
}

// coop is the entry as we show it.
func (m mirroredText) coop() Coop {
	var entry LoggedEntry
	_ = json.Unmarshal([]byte(m.Entry), &entry) // it was read before it was kept; what we read otherwise by now is left out
	entry.Handle = m.Handle
	c, _, _ := entry.read(m.ID)
	return c
}

// foundIn reads what is shown of entries, in their order.
func foundIn(tx *gorm.DB, rows []listed) ([]Found, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	var ours, theirs []int64
	for _, r := range rows {
		if r.MirrorID == ownLog {
			ours = append(ours, r.ID)
		} else {
			theirs = append(theirs, r.ID)
		}
	}
	var coops []Coop
	if err := tx.Where("id IN ?", ours).Find(&coops).Error; err != nil {
		return nil, fmt.Errorf("read co-ops: %w", err)
	}
	byID := make(map[int64]Found, len(rows))
	for _, c := range coops {
		byID[c.ID] = Found{Coop: c}
	}
	texts, err := mirroredTexts(tx, theirs)
	if err != nil {
		return nil, err
	}
	for id, m := range texts {
		byID[id] = Found{Coop: m.coop(), Home: m.Host}
	}
	same, err := sameCoops(tx, rows...)
	if err != nil {
		return nil, err
	}
	found := make([]Found, 0, len(rows))
	for _, r := range rows {
		if f, ok := byID[r.ID]; ok { // else it is gone since its row was read
			f.add(same[r.ShownAs])
			found = append(found, f)
		}
	}
	return found, nil
}

// add says of a co-op what is said of it elsewhere, and by our operators.
func (f *Found) add(same []sameCoop) {
	for _, s := range same {
		if s.ID != f.ID {
			f.Also = append(f.Also, s.Elsewhere)
		}
		for _, tag := range split(s.Tags, "\n") {
			if !slices.Contains(f.Tags, tag) {
				f.Tags = append(f.Tags, tag)
			}
		}
		if s.Note != "" && (f.Note == "" || s.ID == f.ID) {
			f.Note = s.Note
		}
	}
}
