package directory

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	lite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What ails a database for a while. Nothing was done, as far as we know; the same may be
// tried again. Every error of a database that comes from one of these is one of them.
var (
	// ErrBusy means that more comes in than can be written at the moment.
	ErrBusy = errors.New("too much is waiting to be written")
	// ErrFull means that there is no room on the disk.
	ErrFull = errors.New("the disk is full")
	// ErrAway means that the database cannot be reached, or takes nothing now.
	ErrAway = errors.New("the database does not answer")
)

// Ailing says whether an error is of a database that cannot do more at the moment.
func Ailing(err error) bool {
	return errors.Is(err, ErrBusy) || errors.Is(err, ErrFull) || errors.Is(err, ErrAway)
}

// diagnosed names what ails the database, in an error of its driver.
func diagnosed(err error) error {
	if err == nil || Ailing(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if what := ailment(err); what != nil {
		return fmt.Errorf("%w: %w", what, err)
	}
	return err
}

func ailment(err error) error {
	var file *lite.Error
	var answered *pgconn.PgError
	switch {
	case errors.As(err, &file):
		return fileAilments[file.Code()&0xff]
	case errors.As(err, &answered):
		return ailmentByCode(answered.Code)
	}
	var unreachable *pgconn.ConnectError
	var network *net.OpError
	if errors.As(err, &unreachable) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return ErrAway
	}
	return nil
}

// fileAilments are the codes of SQLite (its list of result codes). A quota that is used up
// is no full disk to it: the file can just not be written.
var fileAilments = map[int]error{
	sqlite3.SQLITE_FULL: ErrFull, sqlite3.SQLITE_BUSY: ErrBusy,
	sqlite3.SQLITE_IOERR: ErrAway, sqlite3.SQLITE_READONLY: ErrAway, sqlite3.SQLITE_CANTOPEN: ErrAway,
}

// ailmentByCode reads a code of PostgreSQL's (its manual, appendix A): of class 53 it lacks
// something, of 57P0 it is being stopped or started, of 08 the connection is of no use, and
// with 25006 it only reads, as one does that another takes the place of.
func ailmentByCode(code string) error {
	switch {
	case code == "53100":
		return ErrFull
	case strings.HasPrefix(code, "53"):
		return ErrBusy
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "57P0"), code == "25006":
		return ErrAway
	}
	return nil
}

// The two dialects, with errors that say what ails the database.
type (
	diagnosedSQLite   struct{ *sqlite.Dialector }
	diagnosedPostgres struct{ *postgres.Dialector }
)

// Translate names what ails the database.
func (diagnosedSQLite) Translate(err error) error { return diagnosed(err) }

// Translate names what ails the database.
func (diagnosedPostgres) Translate(err error) error { return diagnosed(err) }
