package directory

import (
	"context"
	"fmt"
)

// Similar returns up to n listed co-ops that resemble c. A shared service
// counts the more the fewer co-ops offer it; a shared country and region add
// to that. A co-op with which nothing but the region is shared is not similar.
func (d *Directory) Similar(ctx context.Context, c Coop, n int) ([]Coop, error) {
	const query = `
		WITH shared AS (
			SELECT s.coop_id, SUM(1.0 / offered.n) AS points
			FROM coop_services s
			JOIN (SELECT service, COUNT(*) AS n FROM coop_services WHERE coop_id > 0 GROUP BY service) offered ON offered.service = s.service
			WHERE s.service IN (SELECT service FROM coop_services WHERE coop_id = @id) AND s.coop_id <> @id
			GROUP BY s.coop_id
		), near AS (
			SELECT DISTINCT coop_id FROM coop_places
			WHERE country IN (SELECT country FROM coop_places WHERE coop_id = @id) AND coop_id <> @id
		)
		SELECT coops.* FROM coops
		LEFT JOIN shared ON shared.coop_id = coops.id
		LEFT JOIN near ON near.coop_id = coops.id
		WHERE coops.status IN ('active', 'inactive') AND (shared.coop_id IS NOT NULL OR near.coop_id IS NOT NULL)
		ORDER BY COALESCE(shared.points, 0)
			+ CASE WHEN near.coop_id IS NULL THEN 0 ELSE 0.05 END
			+ CASE WHEN coops.region = @region THEN 0.01 ELSE 0 END DESC, coops.name_key
		LIMIT @n`
	var similar []Coop
	err := d.db.read.WithContext(ctx).Raw(query, map[string]any{"id": c.ID, "region": c.Region, "n": n}).Scan(&similar).Error
	if err != nil {
		return nil, fmt.Errorf("look for co-ops like %s: %w", c.Handle, err)
	}
	return similar, nil
}
