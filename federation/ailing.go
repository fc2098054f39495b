package federation

import (
	"errors"
	"time"

	"coopverse/directory"
)

// errAiling is what others are told of what ails our database.
var errAiling = errors.New("this server can take and show nothing at the moment: come again later")

// complainEvery is how often it is said that the database ails.
const complainEvery = 10 * time.Second

// complain logs an error. What ails the database holds up everything at once, so that is
// said now and then and not for each thing that waits.
func (f *Federation) complain(what string, err error, about ...any) {
	about = append(about, "error", err)
	if !directory.Ailing(err) {
		f.logger.Error(what, about...)
		return
	}
	f.ailing.Do(func() {
		f.logger.Error("the database cannot do its work; everything waits and goes on when it can", append(about, "first", what)...)
	})
}
