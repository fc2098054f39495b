package directory

import (
	"context"
	"fmt"
	"time"

	"github.com/maypok86/otter/v2"
	"gorm.io/gorm"
)

const (
	// keptCounts is of how many queries the counts stay in memory, of at most some
	// hundred facets each.
	keptCounts = 200
	// countsTime is how long they stay after they were asked for last.
	countsTime = 5 * time.Minute
)

// counts keeps how many co-ops there are for each value of a filter, for all who ask
// until something that is listed changes: counting takes much longer than to read a page.
type counts struct {
	kept *otter.Cache[countedQuery, Results]
}

// countedQuery is a query without words, in one state of what is listed.
type countedQuery struct {
	edition string
	query   Query
}

func newCounts() counts {
	return counts{otter.Must(&otter.Options[countedQuery, Results]{
		MaximumSize: keptCounts, ExpiryCalculator: otter.ExpiryAccessing[countedQuery, Results](countsTime),
	})}
}

// counted returns the results of a query with nothing but the counts. They are at least
// as new as the edition, which is read first.
func (d *Directory) counted(ctx context.Context, q Query) (Results, error) {
	if q.Text != "" {
		return count(d.db.read.WithContext(ctx), q)
	}
	edition, err := d.Edition(ctx)
	if err != nil {
		return Results{}, err
	}
	q.Page = 0
	return d.db.counts.kept.Get(ctx, countedQuery{edition, q}, otter.LoaderFunc[countedQuery, Results](func(ctx context.Context, _ countedQuery) (Results, error) {
		return count(d.db.read.WithContext(context.WithoutCancel(ctx)), q) // others wait for it too
	}))
}

func count(db *gorm.DB, q Query) (r Results, err error) {
	var total int64
	if err := filtered(db, q).Distinct("listed.id").Count(&total).Error; err != nil {
		return r, fmt.Errorf("search: %w", err)
	}
	r.Total = int(total)
	return r, facets(db, q, &r)
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
