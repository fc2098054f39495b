package directory_test

import (
	"fmt"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// How many there are for each filter is right after each change, here, by another process
// and at a mirrored home, although it is kept.
func TestCountsAreNeverOld(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		remote := func(when string, want int) {
			t.Helper()
			for range 2 {
				if r := search(t, d, directory.Query{}); r.Remote != want {
					t.Errorf("%s %d work remotely, want %d", when, r.Remote, want)
				}
			}
		}
		n := search(t, d, directory.Query{}).Remote
		remoteIs := map[bool]string{true: "true", false: "false"}
		c, err := d.Coop(t.Context(), "sange")
		if err != nil {
			t.Fatal(err)
		}
		step := 1
		if c.Remote {
			step = -1
		}
		curate(t, d, "sange", map[string]string{"remote": remoteIs[!c.Remote]})
		remote("after an edit", n+step)
		for _, statement := range []string{ // as another process would
			fmt.Sprintf("UPDATE listed SET remote = %t WHERE handle = 'sange'", c.Remote),
			`INSERT INTO changes (handle, version, at, kind, field, before, after, source, origin, effective)
				SELECT handle, version, at, kind, field, before, after, source, origin, effective FROM changes ORDER BY id DESC LIMIT 1`,
		} {
			if _, err := db.SQL().ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		remote("after another process's edit", n)
		far := newHome("far.test")
		far.publish(t, entry("one", "Quokka", "", func(e *directory.LoggedEntry) { e.Remote = true }))
		far.mirrored(t, d)
		remote("after a mirrored entry came", n+1)
		far.publish(t, removal("one"))
		far.mirrored(t, d)
		remote("after it went", n)
	})
}
