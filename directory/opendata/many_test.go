package opendata_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/opendata"
	"coopverse/directory/storetest"
)

// many is a directory with 100,000 copies of one co-op.
func many(t *testing.T) *directory.Directory {
	t.Helper()
	db := storetest.SQLite(t)
	d := directory.New(db)
	storetest.ImportSeed(t, d)
	var columns []string
	rows, err := db.SQL().Query("SELECT name FROM pragma_table_info('coops') WHERE name NOT IN ('id', 'handle')")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		columns = append(columns, name)
	}
	same := strings.Join(columns, ", ")
	const count = "WITH RECURSIVE n (i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < 101000) "
	for _, statement := range []string{
		"INSERT INTO handles (handle, kind, taken_at) " + count + "SELECT 'copy_' || i, 'coop', '2026-01-01 00:00:00+00:00' FROM n",
		"INSERT INTO coops (id, handle, " + same + ") " + count + "SELECT n.i, 'copy_' || n.i, " + same + " FROM n, coops WHERE handle = 'igalia'",
		"INSERT INTO listed (id, mirror_id, handle, status, name_key, website_key, region, remote, claimed, shown_as) " + count +
			"SELECT n.i, 0, 'copy_' || n.i, status, name_key, website_key, region, remote, claimed, n.i FROM n, listed WHERE handle = 'igalia'",
		"INSERT INTO coop_places (coop_id, position, city, subdivision, country, lat, lon, precision) " + count +
			"SELECT n.i, position, city, subdivision, country, lat, lon, precision FROM n, coop_places WHERE coop_id = (SELECT id FROM coops WHERE handle = 'igalia')",
	} {
		if _, err := db.SQL().Exec(statement); err != nil {
			t.Fatalf("%v in %.80s", err, statement)
		}
	}
	return d
}

// counter counts what is written, and how much memory is in use meanwhile.
type counter struct {
	written, pieces int
	most            uint64
}

func (c *counter) Write(b []byte) (int, error) {
	c.written += len(b)
	if c.pieces++; c.pieces%100 == 0 {
		var now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&now)
		c.most = max(c.most, now.HeapAlloc)
	}
	return len(b), nil
}

// TestManyCoopsTakeLittleMemory shows that files with 100,000 co-ops, of 20 MB
// and more, are written with a tenth of that in memory.
func TestManyCoopsTakeLittleMemory(t *testing.T) {
	d := many(t)
	names := []string{"coops.csv", "coops.geojson", "coops.jsonld"}
	for _, f := range opendata.Files() {
		if !slices.Contains(names, f.Name()) {
			continue
		}
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		var c counter
		if err := f.Write(t.Context(), &c, d, site); err != nil {
			t.Fatal(err)
		}
		held := int64(c.most) - int64(before.HeapAlloc)
		said := fmt.Sprintf("%s: %d kB written, %d kB in memory", f.Name(), c.written>>10, held>>10)
		if t.Log(said); c.written < 20<<20 || held > int64(c.written)/10 {
			t.Error(said)
		}
	}
}
