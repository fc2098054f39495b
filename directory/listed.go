package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Limits of what entries are ordered and compared by, so that both databases can
// keep an index of it. Nobody's website comes near the second one.
const (
	maxListedName    = 200  // characters
	maxListedWebsite = 1000 // bytes
)

// listed is an entry that search finds, ours or a mirrored directory's.
type listed struct {
	ID         int64 `gorm:"primaryKey;autoIncrement:false"` // Coop.ID, or below 0
	MirrorID   int64 // 0: it is ours
	Handle     string
	Status     Status
	NameKey    string
	WebsiteKey string
	Region     string
	Remote     bool
	Claimed    bool
	ShownAs    int64 // its own id, or that of the same co-op's entry at another home; 0: hidden
}

// TableName names the table of what is listed.
func (listed) TableName() string { return "listed" }

func newListed(c Coop, mirrorID int64) listed {
	row := listed{
		ID: c.ID, MirrorID: mirrorID, Handle: c.Handle, Status: c.Status, NameKey: cut(c.NameKey, maxListedName),
		WebsiteKey: c.WebsiteKey, Region: c.Region, Remote: c.Remote, Claimed: c.Claimed(), ShownAs: c.ID,
	}
	// Whoever has a page on a shared host has a path there.
	if len(row.WebsiteKey) > maxListedWebsite || slices.Contains(sharedHosts, row.WebsiteKey) {
		row.WebsiteKey = ""
	}
	return row
}

// relist makes our co-op findable, or unfindable once it is removed.
func relist(tx *gorm.DB, c Coop, services []coopService, places []Place) error {
	var before []listed
	if err := tx.Where("id = ?", c.ID).Find(&before).Error; err != nil {
		return err
	}
	if len(before) > 0 {
		if err := unlist(tx, c.ID); err != nil {
			return err
		}
	}
	fresh := listing{services: services, places: places}
	if c.Status != Removed {
		fresh.rows = []listed{newListed(c, ownLog)}
		fresh.texts = []searchText{searchTextOf(c, places)}
	}
	if err := fresh.write(tx); err != nil {
		return err
	}
	return regroup(tx, websiteKeys(append(before, fresh.rows...)))
}

// listing is what is written of entries so that they are found.
type listing struct {
	rows     []listed
	services []coopService
	places   []Place
	texts    []searchText
}

func (l *listing) write(tx *gorm.DB) error {
	for _, rows := range []struct {
		n   int
		all any
	}{{len(l.rows), &l.rows}, {len(l.services), &l.services}, {len(l.places), &l.places}} {
		if rows.n == 0 {
			continue
		}
		if err := tx.CreateInBatches(rows.all, rowsAtOnce).Error; err != nil {
			return err
		}
	}
	// FTS5 gathers rows in memory as long as their numbers rise.
	slices.SortFunc(l.texts, func(a, b searchText) int { return cmp.Compare(a.id, b.id) })
	return index(tx, l.texts)
}

// unlist takes entries out of what search finds.
func unlist(tx *gorm.DB, ids ...int64) error {
	for some := range slices.Chunk(ids, rowsAtOnce) {
		if err := unlistThose(tx, "?", some); err != nil {
			return err
		}
	}
	return nil
}

// unlistThose is unlist for the entries that an SQL expression lists.
func unlistThose(tx *gorm.DB, ids string, arg any) error {
	rowid := "coop_id"
	if !isPostgres(tx) {
		rowid = "rowid"
	}
	for _, statement := range []string{
		"DELETE FROM coop_search WHERE " + rowid, "DELETE FROM coop_services WHERE coop_id", "DELETE FROM coop_places WHERE coop_id", "DELETE FROM listed WHERE id",
	} {
		if err := tx.Exec(statement+" IN ("+ids+")", arg).Error; err != nil {
			return err
		}
	}
	return nil
}

// isPostgres says which of the two databases runs the transaction.
func isPostgres(tx *gorm.DB) bool { return tx.Dialector.Name() == "postgres" }

// websiteKeys lists the websites of entries, each once.
func websiteKeys(rows []listed) []string {
	var keys []string
	for _, r := range rows {
		if r.WebsiteKey != "" {
			keys = append(keys, r.WebsiteKey)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// newEdition has pages made anew, after a change of what is listed of mirrored
// directories. Changes of our own entries are counted in the change log.
func newEdition(tx *gorm.DB) error {
	return tx.Exec("UPDATE listing SET edition = edition + 1").Error
}

// Edition names the state of all that is listed: while it is the same, so are
// the pages that show it.
func (d *Directory) Edition(ctx context.Context) (string, error) {
	var at struct{ Changed, Edition int64 }
	err := d.db.read.WithContext(ctx).Raw("SELECT (SELECT COALESCE(MAX(id), 0) FROM changes) AS changed, edition FROM listing").Scan(&at).Error
	if err != nil {
		return "", fmt.Errorf("read the edition: %w", err)
	}
	return fmt.Sprintf("%d.%d", at.Changed, at.Edition), nil
}

// shownAs writes as which entries they are shown.
func shownAs(tx *gorm.DB, rows []listed) error {
	if len(rows) == 0 {
		return nil
	}
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"shown_as"})}).
		CreateInBatches(&rows, rowsAtOnce).Error
}
