package directory

import (
	"database/sql"
	"slices"
	"strings"

	"coopverse/directory/fold"
	"coopverse/directory/place"
	"coopverse/directory/service"

	"gorm.io/gorm"
)

// searchText is what of a co-op can be searched, folded, by weight.
type searchText struct {
	id                          int64
	name, services, place, body string
}

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
		id:       c.ID,
		name:     fold.Text(c.Name + " " + c.Handle + " " + websiteHost(c.WebsiteKey)),
		services: fold.Text(strings.Join(services, " ") + " " + c.ListedAreas),
		place:    fold.Text(strings.Join(where, " ") + " " + c.ListedPlace),
		body:     fold.Text(strings.Join([]string{c.Summary, names(c.Products), names(c.Networks), c.Notes}, " ")),
	}
}

// index makes co-ops findable by their words.
func index(tx *gorm.DB, texts []searchText) error {
	into, row := "coop_search (rowid, name, services, place, body)", "(?, ?, ?, ?, ?)"
	if isPostgres(tx) {
		into, row = "coop_search (coop_id, document)", `(?,
			setweight(to_tsvector('simple', ?), 'A') || setweight(to_tsvector('simple', ?), 'B') ||
			setweight(to_tsvector('simple', ?), 'C') || setweight(to_tsvector('simple', ?), 'D'))`
	}
	for some := range slices.Chunk(texts, rowsAtOnce) {
		var values []any
		for _, t := range some {
			values = append(values, t.id, t.name, t.services, t.place, t.body)
		}
		rows := row + strings.Repeat(", "+row, len(some)-1)
		if err := tx.Exec("INSERT INTO "+into+" VALUES "+rows, values...).Error; err != nil {
			return err
		}
	}
	return nil
}

// matching keeps the entries in which every word begins some word, and of those
// that are shown as one the one that is shown, whichever of them has the words,
// as often as they have them; each keeps all of them apart.
func matching(tx *gorm.DB, words []string, each bool) *gorm.DB {
	has := "listed.id"
	if !each {
		tx, has = tx.Joins("JOIN listed same ON same.shown_as = listed.id"), "same.id"
	}
	if isPostgres(tx) {
		return tx.Joins("JOIN coop_search ON coop_search.coop_id = "+has).Where("coop_search.document @@ to_tsquery('simple', ?)", inTSQuery(words))
	}
	return tx.Joins("JOIN coop_search ON coop_search.rowid = "+has).Where("coop_search MATCH ?", inFTS5(words))
}

// ranked are the entries that q asks for in their order: a word in the name counts most, then services, places
// and free text; of entries that are shown as one the best match counts. Without
// words the order is by name.
func ranked(tx *gorm.DB, q Query) *gorm.DB {
	const byName = "listed.name_key, listed.id DESC" // mirrored ones are numbered downwards
	words := queryWords(q.Text)
	if len(words) == 0 {
		return filtered(tx, q).Order(byName)
	}
	hits, asked := "SELECT rowid AS id, -bm25(coop_search, 10.0, 5.0, 3.0, 1.0) AS points FROM coop_search WHERE coop_search MATCH @words", inFTS5(words)
	if isPostgres(tx) {
		hits, asked = "SELECT coop_id AS id, ts_rank('{0.1, 0.3, 0.5, 1.0}', document, to_tsquery('simple', @words)) AS points FROM coop_search WHERE document @@ to_tsquery('simple', @words)", inTSQuery(words)
	}
	as := "m.shown_as"
	if q.Home != "" {
		as = "m.id"
	}
	// FTS5 cannot say how well a row matches once rows are grouped.
	return narrowed(tx, q).Joins("JOIN (WITH hits AS MATERIALIZED ("+hits+") SELECT "+as+" AS id, MAX(hits.points) AS points FROM hits JOIN listed m ON m.id = hits.id GROUP BY "+as+") best ON best.id = listed.id",
		sql.Named("words", asked)).Order("best.points DESC, " + byName)
}

// inFTS5 and inTSQuery write words in the query language of FTS5 ("web"* AND
// "dev"*) and of tsquery (web:* & dev:*). Folded words hold letters and digits
// only, so nothing in them can be taken for an operator.
func inFTS5(words []string) string { return `"` + strings.Join(words, `"* AND "`) + `"*` }

func inTSQuery(words []string) string { return strings.Join(words, ":* & ") + ":*" }
