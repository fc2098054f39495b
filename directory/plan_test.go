package directory

import "context"

// PlanOf is how SQLite looks for rows of a log.
func (d *Directory) PlanOf(ctx context.Context, condition string) (string, error) {
	var steps []struct{ Detail string }
	err := d.db.read.WithContext(ctx).Raw("EXPLAIN QUERY PLAN SELECT leaf FROM log_records WHERE " + condition).Scan(&steps).Error
	if err != nil || len(steps) == 0 {
		return "", err
	}
	return steps[0].Detail, nil
}
