package directory

import (
	"strings"

	"coopverse/directory/fold"
	"coopverse/directory/place"
	"coopverse/directory/service"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// searchText is what of a co-op can be searched, folded, by weight.
type searchText struct{ name, services, place, body string }

func searchTextOf(c Coop, places []Place) searchText {
	var services, where []string
	for _, id := range c.ServiceIDs() {
		if s, ok := service.Lookup(id); ok {
			services = append(services, s.Label)
		}
	}
	for _, p := range places {
		where = append(where, p.City, p.Subdivision, place.CountryName(p.Country))
	}
	return searchText{
		name:     fold.Text(c.Name + " " + c.Handle + " " + websiteHost(c.WebsiteKey)),
		services: fold.Text(strings.Join(services, " ") + " " + c.ListedAreas),
		place:    fold.Text(strings.Join(where, " ") + " " + c.ListedPlace),
		body:     fold.Text(strings.Join([]string{c.Summary, names(c.Products), names(c.Networks), c.Notes}, " ")),
	}
}

// index makes the co-op findable by its words, or unfindable once it is removed.
func (d *Database) index(tx *gorm.DB, c Coop, places []Place) error {
	t := searchTextOf(c, places)
	if d.postgres {
		if c.Status == Removed {
			return tx.Exec("DELETE FROM coop_search WHERE coop_id = ?", c.ID).Error
		}
		return tx.Exec(`INSERT INTO coop_search (coop_id, document) VALUES (?,
			setweight(to_tsvector('simple', ?), 'A') || setweight(to_tsvector('simple', ?), 'B') ||
			setweight(to_tsvector('simple', ?), 'C') || setweight(to_tsvector('simple', ?), 'D'))
			ON CONFLICT (coop_id) DO UPDATE SET document = EXCLUDED.document`,
			c.ID, t.name, t.services, t.place, t.body).Error
	}
	if err := tx.Exec("DELETE FROM coop_search WHERE rowid = ?", c.ID).Error; err != nil || c.Status == Removed {
		return err
	}
	return tx.Exec("INSERT INTO coop_search (rowid, name, services, place, body) VALUES (?, ?, ?, ?, ?)",
		c.ID, t.name, t.services, t.place, t.body).Error
}

// matching keeps the co-ops in which every word begins some word.
func (d *Directory) matching(tx *gorm.DB, words []string) *gorm.DB {
	if d.db.postgres {
		return tx.Joins("JOIN coop_search ON coop_search.coop_id = coops.id").
			Where("coop_search.document @@ to_tsquery('simple', ?)", prefixQuery(words, "", " & "))
	}
	return tx.Joins("JOIN coop_search ON coop_search.rowid = coops.id").
		Where("coop_search MATCH ?", prefixQuery(words, `"`, " AND "))
}

// ranking orders results: a word in the name counts most, then services,
// places and free text. Without words the order is by name.
func (d *Directory) ranking(q Query) clause.OrderBy {
	words := queryWords(q.Text)
	by := clause.Expr{SQL: "coops.name_key, coops.id"}
	switch {
	case len(words) == 0:
	case d.db.postgres:
		by.SQL = "ts_rank('{0.1, 0.3, 0.5, 1.0}', coop_search.document, to_tsquery('simple', ?)) DESC, " + by.SQL
		by.Vars = []any{prefixQuery(words, "", " & ")}
	default:
		by.SQL = "bm25(coop_search, 10.0, 5.0, 3.0, 1.0), " + by.SQL
	}
	return clause.OrderBy{Expression: by}
}

// prefixQuery writes words in the query language of FTS5 ("web"* AND "dev"*)
// or tsquery (web:* & dev:*). Folded words hold letters and digits only, so
// nothing in them can be taken for an operator.
func prefixQuery(words []string, quote, and string) string {
	star := ":*"
	if quote != "" {
		star = "*"
	}
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = quote + w + quote + star
	}
	return strings.Join(parts, and)
}
