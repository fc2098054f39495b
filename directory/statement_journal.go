package directory

import (
	"sync"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// statementJournal is up to which size SQLite keeps in memory what would undo the
// statement under way, in bytes. SQLite's own 64 kB are 16 pages, and it makes a file for
// more: that is what writing down thirty activities takes.
const statementJournal = 4 << 20

// keepJournals sets the size of statementJournal, for every connection of this process.
var keepJournals = sync.OnceFunc(func() {
	tls := libc.NewTLS()
	defer tls.Close()
	size := libc.NewVaList(int32(statementJournal))
	defer libc.Xfree(tls, size)
	// It is refused if SQLite runs already, and then stays as it is.
	sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_STMTJRNL_SPILL, size)
})
