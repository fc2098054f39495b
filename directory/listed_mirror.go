package directory

import (
	"fmt"
	"slices"
	"strings"

	"coopverse/directory/fold"

	"gorm.io/gorm"
)

// relistMirrored makes entries of a mirrored directory findable as they are now,
// and those with the other handles unfindable.
func relistMirrored(tx *gorm.DB, m Mirror, entries []LoggedEntry, gone []string) error {
	if len(entries) == 0 && len(gone) == 0 {
		return nil
	}
	handles := slices.Clone(gone)
	for _, e := range entries {
		handles = append(handles, e.Handle)
	}
	slices.Sort(handles)
	before := make(map[string]listed)
	said := make(map[string]overlay)
	for some := range slices.Chunk(slices.Compact(handles), rowsAtOnce) {
		ids, err := amongHandles(tx, some, "SELECT id FROM listed WHERE mirror_id = ? AND handle = said.column1", m.ID)
		if err != nil {
			return fmt.Errorf("look for what is listed: %w", err)
		}
		var rows []listed
		if err := tx.Where("id IN ?", ids).Find(&rows).Error; err != nil {
			return fmt.Errorf("read what is listed: %w", err)
		}
		for _, r := range rows {
			before[r.Handle] = r
		}
		var overlays []overlay
		if err := tx.Where("host = ? AND handle IN ?", m.Host, some).Find(&overlays).Error; err != nil {
			return fmt.Errorf("read what is said of mirrored entries: %w", err)
		}
		for _, o := range overlays {
			said[o.Handle] = o
		}
	}
	var lowest int64
	if err := tx.Model(&listed{}).Select("COALESCE(MIN(id), 0)").Where("id < 0").Scan(&lowest).Error; err != nil {
		return fmt.Errorf("look for a free number: %w", err)
	}
	var fresh listing
	var touched []listed
	var ids []int64
	for _, row := range before {
		touched, ids = append(touched, row), append(ids, row.ID)
	}
	relisted := make([]relisting, len(entries))
	for i, e := range entries {
		id := before[e.Handle].ID
		if id == 0 {
			lowest--
			id = lowest
		}
		relisted[i] = relisting{e, id, m.ID, said[e.Handle]}
	}
	for _, one := range onAllCores(relisted, relisting.listing) {
		fresh.add(one)
	}
	if err := unlist(tx, ids...); err != nil {
		return fmt.Errorf("take what was listed before out: %w", err)
	}
	if err := fresh.write(tx); err != nil {
		return fmt.Errorf("list mirrored entries: %w", err)
	}
	if err := regroup(tx, websiteKeys(append(touched, fresh.rows...))); err != nil {
		return err
	}
	return newEdition(tx)
}

// relisting is a mirrored entry that is to be found, with what our operators say
// of it.
type relisting struct {
	entry        LoggedEntry
	id, mirrorID int64
	said         overlay
}

func (r relisting) listing() listing {
	c, services, places := r.entry.read(r.id)
	row, text := newListed(c, r.mirrorID), searchTextOf(c, places)
	if r.said.Hidden {
		row.ShownAs = 0
	}
	if r.said.Tags != "" || r.said.Note != "" {
		text.body += " " + fold.Text(strings.ReplaceAll(r.said.Tags, "\n", " ")+" "+r.said.Note)
	}
	return listing{[]listed{row}, services, places, []searchText{text}}
}

func (l *listing) add(other listing) {
	l.rows, l.texts = append(l.rows, other.rows...), append(l.texts, other.texts...)
	l.services, l.places = append(l.services, other.services...), append(l.places, other.places...)
}

// unlistMirror takes all entries of a mirrored directory out of what search finds.
func unlistMirror(tx *gorm.DB, m Mirror) error {
	if err := unlistThose(tx, "SELECT id FROM listed WHERE mirror_id = ?", m.ID); err != nil {
		return err
	}
	var orphans []string
	err := tx.Model(&listed{}).Distinct().Where("shown_as <> id AND shown_as <> 0 AND NOT EXISTS (SELECT 1 FROM listed l WHERE l.id = listed.shown_as)").Pluck("website_key", &orphans).Error
	if err != nil {
		return fmt.Errorf("read what was shown as one of its entries: %w", err)
	}
	if err := regroup(tx, orphans); err != nil {
		return err
	}
	return newEdition(tx)
}

// regroupMirror decides anew as which entries those of a mirrored directory, and
// those with the same websites, are shown.
func regroupMirror(tx *gorm.DB, m Mirror) error {
	var websites []string
	if err := tx.Model(&listed{}).Distinct().Where("mirror_id = ? AND website_key <> ''", m.ID).Pluck("website_key", &websites).Error; err != nil {
		return fmt.Errorf("read the websites of what is listed: %w", err)
	}
	if err := regroup(tx, websites); err != nil {
		return err
	}
	return newEdition(tx)
}
