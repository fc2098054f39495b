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
// that are shown as one the one that is shown, whichever of them has the words;
// each keeps all of them apart. found.points says how well it matches, the more
// the better.
func matching(tx *gorm.DB, words []string, each bool) *gorm.DB {
	as := "m.shown_as"
	if each {
		as = "m.id"
	}
	// Kept apart, because FTS5 cannot say how well a row matches once rows are grouped.
	hits := "SELECT rowid AS id, -bm25(coop_search, 10.0, 5.0, 3.0, 1.0) AS points FROM coop_search WHERE coop_search MATCH @words"
	asked := prefixQuery(words, `"`, " AND ")
	if isPostgres(tx) {
		hits = "SELECT coop_id AS id, ts_rank('{0.1, 0.3, 0.5, 1.0}', document, to_tsquery('simple', @words)) AS points FROM coop_search WHERE document @@ to_tsquery('simple', @words)"
		asked = prefixQuery(words, "", " & ")
	}
	return tx.Joins("JOIN (WITH hits AS MATERIALIZED ("+hits+") SELECT "+as+" AS id, MAX(hits.points) AS points FROM hits JOIN listed m ON m.id = hits.id GROUP BY "+as+") found ON found.id = listed.id",
		sql.Named("words", asked))
}

// ranking orders results: a word in the name counts most, then services,
// places and free text. Without words the order is by name.
func ranking(q Query) string {
	if len(queryWords(q.Text)) == 0 {
		return "listed.name_key, listed.id"
	}
	return "found.points DESC, listed.name_key, listed.id"
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
