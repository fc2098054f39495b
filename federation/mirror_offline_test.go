package federation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/seed"
	"coopverse/directory/storetest"
)

// marker stands in what is removed, and nowhere else.
const marker = "zebrafinch"

// A mirror that was away for long catches up with all that has happened: pages of
// edits, new co-ops, removals whose withdrawals reach over pages, and changes of
// keys. Of what was removed nothing is left in it.
func TestMirrorThatWasAwayCatchesUp(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		us, border, home := serveOurs(t, d), newBorder(t), far(t)
		f := border.leadTo(home)
		m := mirrorOf(t, us, border.URL)
		removed := []string{"sange", "igalia", "hypha", "loomio"}
		for _, handle := range removed {
			curate(t, home, handle, map[string]string{"summary": "Before: " + marker})
		}
		us.pulls(m)
		if found := mentions(t, db); len(found) == 0 {
			t.Fatal("the copy says nothing of what will be removed")
		}
		for round := range 4 {
			storetest.ImportList(t, home, everyRow(fmt.Sprint("Round ", round)), seed.Defunct)
			extend(t, home)
			if round < 2 {
				if err := f.RotateKeys(t.Context(), directory.DirectoryHandle, "test"); err != nil {
					t.Fatal(err)
				}
			}
			if round == 1 {
				if err := home.RemoveCoop(t.Context(), "loomio", "It asked.", "test"); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, handle := range removed[:3] {
			if err := home.RemoveCoop(t.Context(), handle, "It asked.", "test"); err != nil {
				t.Fatal(err)
			}
		}
		extend(t, home)
		if err := home.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		us.pulls(m)
		if m, err := d.Mirror(t.Context(), m.Host); err != nil || m.Applied < 512 {
			t.Errorf("shown are only %d records, %v", m.Applied, err)
		} else if audit, err := d.AuditMirror(t.Context(), m); err != nil || len(audit.Wrong) > 0 || audit.Withdrawn < 4*4 {
			t.Errorf("the audit says %+v, %v", audit, err)
		}
		for _, c := range all(t, home) {
			entry, err := home.Entry(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			copied, err := d.MirroredEntry(t.Context(), m, c.Handle)
			if err != nil {
				t.Fatal(err)
			}
			want, _ := json.Marshal(entry.Profile)
			if got, _ := json.Marshal(copied.Profile); !bytes.Equal(got, want) {
				t.Errorf("home says\n%s and the copy\n%s", want, got)
			}
		}
		for _, handle := range removed {
			if got := us.summaryAt(m, handle); got != "none" {
				t.Errorf("of %s is left %q", handle, got)
			}
		}
		if _, err := home.Coop(t.Context(), "newcomer"); err != nil {
			t.Error(err)
		}
		if found := mentions(t, db); len(found) > 0 {
			t.Errorf("what was removed is still in %v", found)
		}
	})
}

// everyRow is the bundled list with a word more in each row, and one row more.
func everyRow(word string) []byte {
	lines := bytes.Split(seed.List, []byte("\n"))
	for i, line := range lines {
		if bytes.HasPrefix(line, []byte("[")) && bytes.Contains(line, []byte(" | ")) {
			lines[i] = append(slices.Clone(line), " "+word...)
		}
		if bytes.HasPrefix(line, []byte("[Igalia]")) {
			lines[i] = append(lines[i], "\n[Newcomer](https://newcomer.example) | Web development | Lyon, France | "+word...)
		}
	}
	return bytes.Join(lines, []byte("\n"))
}

// all are the co-ops that a directory lists.
func all(t *testing.T, d *directory.Directory) []directory.Coop {
	t.Helper()
	var coops []directory.Coop
	for page := 1; ; page++ {
		found, err := d.Search(t.Context(), directory.Query{Home: directory.HomeHere, Page: page})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found.Coops {
			coops = append(coops, f.Coop)
		}
		if page == found.Pages {
			return coops
		}
	}
}

// mentions lists the columns of a database in which the marker stands.
func mentions(t *testing.T, db *directory.Database) []string {
	t.Helper()
	var found []string
	for _, column := range columns(t, db) {
		query := strings.NewReplacer("TABLE", column[0], "COLUMN", column[1], "TEXT", marker).Replace(`SELECT COUNT(*) FROM "TABLE" WHERE CAST("COLUMN" AS VARCHAR) LIKE '%TEXT%'`)
		var n int
		if err := db.SQL().QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			found = append(found, column[0]+"."+column[1])
		}
	}
	return found
}

// columns are all columns of a database, with their tables.
func columns(t *testing.T, db *directory.Database) [][2]string {
	t.Helper()
	query := "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
	if db.Dialect() == "postgres" {
		query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
	}
	rows, err := db.SQL().QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all [][2]string
	for rows.Next() {
		var column [2]string
		if err := rows.Scan(&column[0], &column[1]); err != nil {
			t.Fatal(err)
		}
		all = append(all, column)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// What was erased stands in no table, at home and in a copy.
func TestWhatWasErasedIsNowhere(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db *directory.Database) {
		us, border := serveOurs(t, directory.New(storetest.SQLite(t))), newBorder(t)
		home := directory.New(db)
		storetest.ImportSeed(t, home)
		extend(t, home)
		border.leadTo(home)
		m := mirrorOf(t, us, border.URL)
		for _, field := range []string{"contact", "summary"} {
			curate(t, home, "igalia", map[string]string{field: marker + "@coop.example"})
			us.pulls(m)
			if len(mentions(t, db)) == 0 {
				t.Fatal("nobody says it")
			}
			curate(t, home, "igalia", map[string]string{field: "other@coop.example"})
			if field == "summary" {
				if err := home.EraseHistory(t.Context(), directory.Actor{Name: "test"}, "igalia", "test"); err != nil {
					t.Fatal(err)
				}
				extend(t, home)
			}
			us.pulls(m)
			if found := mentions(t, db); len(found) > 0 {
				t.Errorf("the old %s is still in %v", field, found)
			}
		}
	})
}
