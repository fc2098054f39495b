package directory

import (
	"context"
	"fmt"
	"strings"

	"coopverse/directory/fold"

	"gorm.io/gorm"
)

// MaxQueryWords is how many words of a search count; the rest is ignored.
const MaxQueryWords = 8

// PerPage is how many co-ops one page of results holds.
const PerPage = 50

// Query asks for co-ops. The zero Query asks for all that are listed.
type Query struct {
	Text    string // words that must all occur, each may be the beginning of one
	Region  string // region id
	Country string // ISO 3166-1 alpha-2
	Service string // service id
	Remote  bool   // only those that work remotely
	Status  Status // Defunct asks for defunct ones; "" for active and inactive ones
	Home    string // asks for a home's own entries: the host of a mirrored directory, or HomeHere; "" for all, each co-op once
	Page    int    // from 1

	each bool // of what is shown as one, every entry
}

// HomeHere is the Query.Home and the Facet.ID of this directory itself. No host
// is called that.
const HomeHere = "here"

// Facet is one value that results can be filtered by, with the number of
// co-ops that would remain.
type Facet struct {
	ID    string
	Count int
}

// Results is one page of what a Query found.
type Results struct {
	Coops     []Found
	Total     int
	Page      int // from 1
	Pages     int
	Regions   []Facet // each facet counted under all filters but its own
	Countries []Facet
	Services  []Facet
	Homes     []Facet // by host; this directory is HomeHere
	Remote    int
}

// Search finds co-ops: best match first when there is text, else by name.
func (d *Directory) Search(ctx context.Context, q Query) (Results, error) {
	db := d.db.read.WithContext(ctx)
	var r Results
	var total int64
	if err := filtered(db, q).Distinct("listed.id").Count(&total).Error; err != nil {
		return r, fmt.Errorf("search: %w", err)
	}
	r.Total = int(total)
	r.Pages = max(1, (r.Total+PerPage-1)/PerPage)
	r.Page = min(max(1, q.Page), r.Pages)
	var rows []listed
	found := ranked(db, q).Limit(PerPage).Offset((r.Page - 1) * PerPage)
	if err := found.Select("listed.*").Find(&rows).Error; err != nil {
		return r, fmt.Errorf("search: %w", err)
	}
	var err error
	if r.Coops, err = foundIn(db, rows); err != nil {
		return r, err
	}
	return r, facets(db, q, &r)
}

// filtered is the query for the entries that q asks for, some of them perhaps
// several times.
func filtered(db *gorm.DB, q Query) *gorm.DB {
	tx := narrowed(db, q)
	if words := queryWords(q.Text); len(words) > 0 {
		return matching(tx, words, q.each || q.Home != "")
	}
	if strings.TrimSpace(q.Text) != "" {
		return tx.Where("1 = 0") // nothing but punctuation was asked for
	}
	return tx
}

// notAdopted leaves out copies whose entries are ours by now.
const notAdopted = "NOT EXISTS (SELECT 1 FROM mirrors m WHERE m.id = listed.mirror_id AND m.adopted_at IS NOT NULL)"

// narrowed is filtered whatever words are asked for.
func narrowed(db *gorm.DB, q Query) *gorm.DB {
	tx := db.Model(&listed{})
	switch {
	case q.Home == HomeHere:
		tx = tx.Where("listed.mirror_id = ?", ownLog)
	case q.Home != "":
		tx = tx.Where("listed.mirror_id = (SELECT id FROM mirrors WHERE host = ?) AND listed.shown_as <> 0", q.Home)
	case q.each:
		tx = tx.Where("listed.shown_as <> 0 AND " + notAdopted)
	default:
		tx = tx.Where("listed.shown_as = listed.id AND " + notAdopted)
	}
	if q.Status == "" {
		tx = tx.Where("listed.status IN ?", []Status{Active, Inactive})
	} else {
		tx = tx.Where("listed.status = ?", q.Status)
	}
	if q.Region != "" {
		tx = tx.Where("listed.region = ?", q.Region)
	}
	if q.Country != "" {
		tx = tx.Where("EXISTS (SELECT 1 FROM coop_places p WHERE p.coop_id = listed.id AND p.country = ?)", strings.ToUpper(q.Country))
	}
	if q.Service != "" {
		tx = tx.Where("EXISTS (SELECT 1 FROM coop_services s WHERE s.coop_id = listed.id AND s.service = ?)", q.Service)
	}
	if q.Remote {
		tx = tx.Where("listed.remote")
	}
	return tx
}

func facets(db *gorm.DB, q Query, r *Results) error {
	count := func(into *[]Facet, q Query, join, column string) error {
		tx := filtered(db, q)
		if join != "" {
			tx = tx.Joins(join)
		}
		err := tx.Select(column + " AS id, COUNT(DISTINCT listed.id) AS count").Where(column + " <> ''").
			Group(column).Order("count DESC, id").Scan(into).Error
		if err != nil {
			return fmt.Errorf("count %s: %w", column, err)
		}
		return nil
	}
	without := func(change func(*Query)) Query { other := q; change(&other); return other }
	if err := count(&r.Regions, without(func(q *Query) { q.Region = "" }), "", "listed.region"); err != nil {
		return err
	}
	if err := count(&r.Countries, without(func(q *Query) { q.Country = "" }), "JOIN coop_places cp ON cp.coop_id = listed.id", "cp.country"); err != nil {
		return err
	}
	if err := count(&r.Services, without(func(q *Query) { q.Service = "" }), "JOIN coop_services cs ON cs.coop_id = listed.id", "cs.service"); err != nil {
		return err
	}
	everywhere := without(func(q *Query) { q.Home, q.each = "", true })
	if err := count(&r.Homes, everywhere, "LEFT JOIN mirrors ON mirrors.id = listed.mirror_id", "COALESCE(mirrors.host, '"+HomeHere+"')"); err != nil {
		return err
	}
	var remote int64
	if err := filtered(db, without(func(q *Query) { q.Remote = true })).Distinct("listed.id").Count(&remote).Error; err != nil {
		return fmt.Errorf("count remote: %w", err)
	}
	r.Remote = int(remote)
	return nil
}

// queryWords folds what a person typed into the words to look for.
func queryWords(text string) []string {
	words := fold.Words(text)
	return words[:min(len(words), MaxQueryWords)]
}
