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
	r, err := d.counted(ctx, q)
	if err != nil {
		return r, err
	}
	r.Pages = max(1, (r.Total+PerPage-1)/PerPage)
	r.Page = min(max(1, q.Page), r.Pages)
	var rows []listed
	found := ranked(db, q).Limit(PerPage).Offset((r.Page - 1) * PerPage)
	if err := found.Select("listed.*").Find(&rows).Error; err != nil {
		return r, fmt.Errorf("search: %w", err)
	}
	r.Coops, err = foundIn(db, rows)
	return r, err
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

// queryWords folds what a person typed into the words to look for.
func queryWords(text string) []string {
	words := fold.Words(text)
	return words[:min(len(words), MaxQueryWords)]
}
