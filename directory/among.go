package directory

import (
	"strings"

	"gorm.io/gorm"
)

// amongHandles are the numbers that an SQL expression has for each of the handles,
// which it calls said.column1; those for which it has none are left out. Each is
// looked up in an index by itself: PostgreSQL reads all of a table that it has not
// counted yet when it is asked for many at once, and a copy grows fast.
func amongHandles(tx *gorm.DB, handles []string, number string, args ...any) (found []int64, err error) {
	if len(handles) == 0 {
		return nil, nil
	}
	for _, handle := range handles {
		args = append(args, handle)
	}
	rows := "(?)" + strings.Repeat(", (?)", len(handles)-1)
	err = tx.Raw("SELECT number FROM (SELECT ("+number+") AS number FROM (VALUES "+rows+") AS said) AS each_one WHERE number IS NOT NULL", args...).Scan(&found).Error
	return found, err
}
