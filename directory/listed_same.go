package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// regroup decides anew as which entries those with these websites are shown. The
// entries of one co-op at several homes are shown as one: that which the co-op has
// claimed, else ours, else that of the mirror that was added first. Two of the
// same home are two co-ops; a closed one is never shown as one that is not. What is
// left of a copy that was adopted comes last. A website of very many entries is no
// co-op's: they are shown as they are.
func regroup(tx *gorm.DB, websites []string) error {
	if len(websites) == 0 {
		return nil
	}
	var mirrors []Mirror
	if err := tx.Select("id, adopted_at").Find(&mirrors).Error; err != nil {
		return fmt.Errorf("read which mirrors there are: %w", err)
	}
	if len(mirrors) == 0 {
		return nil
	}
	adopted := make(map[int64]bool)
	for _, m := range mirrors {
		adopted[m.ID] = m.AdoptedAt != nil
	}
	for some := range slices.Chunk(websites, rowsAtOnce) {
		some, err := fewHave(tx, some)
		if err != nil {
			return err
		}
		var rows []listed
		err = tx.Where("website_key <> '' AND website_key IN ? AND shown_as <> 0 AND status <> ?", some, Unlisted).Find(&rows).Error
		if err != nil {
			return fmt.Errorf("read what has the same website: %w", err)
		}
		// Ours has the number 0, and mirrors are numbered as they are added.
		slices.SortFunc(rows, func(a, b listed) int {
			return cmp.Or(strings.Compare(a.site(), b.site()), compareBool(adopted[a.MirrorID], adopted[b.MirrorID]), -compareBool(a.Claimed, b.Claimed),
				cmp.Compare(a.MirrorID, b.MirrorID), strings.Compare(a.Handle, b.Handle))
		})
		if err := shownAs(tx, grouped(rows)); err != nil {
			return fmt.Errorf("show the same co-op once: %w", err)
		}
	}
	return nil
}

// sameAtMost is how many entries may have a website that is taken for that of one co-op.
const sameAtMost = 100

// fewHave returns those of the websites that few entries have. Those of the others
// are shown as they are.
func fewHave(tx *gorm.DB, websites []string) (few []string, err error) {
	values := make([]any, len(websites), len(websites)+1)
	for i, w := range websites {
		values[i] = w
	}
	var crowded []string
	err = tx.Raw("SELECT said.column1 FROM (VALUES (?)"+strings.Repeat(", (?)", len(websites)-1)+`) AS said
		WHERE EXISTS (SELECT 1 FROM listed WHERE website_key <> '' AND website_key = said.column1 LIMIT 1 OFFSET ?)`, append(values, sameAtMost)...).Scan(&crowded).Error
	if err != nil {
		return nil, fmt.Errorf("count who has the same website: %w", err)
	}
	if len(crowded) == 0 {
		return websites, nil
	}
	err = tx.Exec("UPDATE listed SET shown_as = id WHERE website_key IN ? AND shown_as <> id AND shown_as <> 0", crowded).Error
	if err != nil {
		return nil, fmt.Errorf("show each of many for itself: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(websites), func(w string) bool { return slices.Contains(crowded, w) }), nil
}

// site is equal for what may be shown as one.
func (l listed) site() string {
	if l.Status == Defunct {
		return l.WebsiteKey + " closed"
	}
	return l.WebsiteKey
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// grouped returns those of the rows, of which the first of each site speaks for
// the others, that are to be shown as another entry than before.
func grouped(rows []listed) (changed []listed) {
	type group struct {
		as    listed
		homes []int64
	}
	var groups []*group // of the site of the row
	for _, row := range rows {
		if len(groups) > 0 && groups[0].as.site() != row.site() {
			groups = nil
		}
		at := slices.IndexFunc(groups, func(g *group) bool { return !slices.Contains(g.homes, row.MirrorID) })
		if at < 0 {
			at = len(groups)
			groups = append(groups, &group{as: row})
		}
		groups[at].homes = append(groups[at].homes, row.MirrorID)
		if as := groups[at].as.ID; row.ShownAs != as {
			row.ShownAs = as
			changed = append(changed, row)
		}
	}
	return changed
}

// Elsewhere is another entry of the same co-op.
type Elsewhere struct {
	Home   string // the mirrored directory's host; "": this directory
	Handle string
}

// Elsewhere lists the entries of the same co-op at other homes, the one first that
// search shows. The id is that of a Coop or a Found.
func (d *Directory) Elsewhere(ctx context.Context, id int64) ([]Elsewhere, error) {
	var row listed
	tx := d.db.read.WithContext(ctx)
	if err := tx.Where("id = ?", id).Find(&row).Error; err != nil {
		return nil, fmt.Errorf("read what is listed: %w", err)
	}
	if row.ShownAs == 0 {
		return nil, nil
	}
	same, err := sameCoops(tx, row)
	if err != nil {
		return nil, err
	}
	var others []Elsewhere
	for _, s := range same[row.ShownAs] {
		if s.ID != id {
			others = append(others, s.Elsewhere)
		}
	}
	return others, nil
}

// sameCoop is one of the entries that are shown as one, with what our operators
// say of it.
type sameCoop struct {
	ID, ShownAs int64
	Elsewhere   `gorm:"embedded"`
	Tags, Note  string
}

// sameCoops are the entries that are shown as the same as those, by the id of
// the one that is shown.
func sameCoops(tx *gorm.DB, rows ...listed) (map[int64][]sameCoop, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ShownAs
	}
	var all []sameCoop
	err := tx.Table("listed l").Select("l.id, l.shown_as, COALESCE(m.host, '') AS home, l.handle, COALESCE(o.tags, '') AS tags, COALESCE(o.note, '') AS note").
		Joins("LEFT JOIN mirrors m ON m.id = l.mirror_id").Joins("LEFT JOIN overlays o ON o.host = m.host AND o.handle = l.handle").
		Where("l.shown_as IN ? AND (l.id IN ? OR l.shown_as <> l.id)", ids, ids).
		Order("CASE WHEN l.id = l.shown_as THEN 0 ELSE 1 END, l.mirror_id, l.handle").Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("read where else co-ops are listed: %w", err)
	}
	same := make(map[int64][]sameCoop)
	for _, s := range all {
		same[s.ShownAs] = append(same[s.ShownAs], s)
	}
	return same, nil
}
