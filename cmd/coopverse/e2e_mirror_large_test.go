package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// largestMirror is how much memory a mirror may take, in bytes, however large
// what it copies is.
const largestMirror = 200 << 20

// mirroredEntries is how many co-ops are copied: COOPVERSE_MIRROR_ENTRIES, else
// 3,000.
func mirroredEntries(t *testing.T) int {
	t.Helper()
	text, set := os.LookupEnv("COOPVERSE_MIRROR_ENTRIES")
	if !set {
		return 3000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("COOPVERSE_MIRROR_ENTRIES: %v", err)
	}
	return n
}

// fill adds co-ops to an instance that has the bundled list, as many as it takes
// to have n, each with the cells of one of the list.
func (i *instance) fill(n int) {
	i.t.Helper()
	db := openDatabase(i.t, i.database)
	const columns = "version, status, name, name_key, website, website_key, summary, notes, notes_language, listed_areas, listed_place, services, places, region, remote, founded, members, languages, removed_reason, merged_into, listed_at, updated_at"
	numbered := strings.NewReplacer(" name,", " name || ' ' || n.i,", "name_key,", "name_key || ' ' || n.i,", " website,", " website || '/n' || n.i,", "website_key,", "website_key || '/n' || n.i,").Replace(" " + columns)
	added := fmt.Sprintf("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", n-144)
	for _, statement := range []string{
		"INSERT INTO handles (handle, kind, taken_at) " + added + "SELECT 'n' || n.i, 'coop', h.taken_at FROM n JOIN handles h ON h.handle = 'igalia'",
		"INSERT INTO coops (handle, " + columns + ") " + added + "SELECT 'n' || n.i," + numbered + " FROM n JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS place, coops.* FROM coops) c ON c.place = n.i % 144",
		"INSERT INTO changes (handle, version, at, kind, field, before, after, source, origin, effective) SELECT handle, 1, listed_at, 'added', '', '', '', 'list', 'test', TRUE FROM coops WHERE handle LIKE 'n%' AND id > 144",
	} {
		if _, err := db.SQL().Exec(statement); err != nil {
			i.t.Fatalf("%v in %.300s", err, statement)
		}
	}
}

// mostMemory is the largest part of the memory that a process has had so far, in
// bytes; 0 where the system does not say.
func mostMemory(t *testing.T, process *exec.Cmd) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process.Process.Pid))
	if err != nil {
		t.Log("its memory is not known:", err)
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	fields := strings.Fields(string(rest[:min(len(rest), 40)]))
	if len(fields) == 0 {
		return 0
	}
	kib, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}

// TestLargeMirrorIsResumed copies a directory of many co-ops. The copy is killed
// on the way, goes on where it was, and never takes much memory.
func TestLargeMirrorIsResumed(t *testing.T) {
	entries := mirroredEntries(t)
	patience := time.Minute + time.Duration(entries)*20*time.Millisecond
	onEachDatabase(t, func(t *testing.T, database []string) {
		const home, second = "home.test", "second.test"
		a := newAuthority(t, home, second)
		first := newInstance(t, []string{"--data", t.TempDir()}, a).under(home)
		first.fill(entries)
		first.start()
		published := directory.New(openDatabase(t, first.database))
		eventually(t, patience, "published", func() (bool, any) {
			behind, err := published.LogIsBehind(t.Context())
			return err == nil && !behind, err
		})
		if database[0] != "--data" {
			database = []string{"--database", storetest.PostgresDSN(t)}
		}
		copied := anotherServer(t, database, a, connectTo(home, a.proxy(t, first.address))).under(second)
		copied.start()
		copied.stop()
		d := directory.New(openDatabase(t, copied.database))
		have := func() (records int64, m directory.Mirror) {
			m, err := d.Mirror(t.Context(), home)
			if err != nil {
				return 0, m
			}
			if records, err = d.MirrorLog(m).Size(t.Context()); err != nil {
				t.Fatal(err)
			}
			return records, m
		}
		adding := exec.Command("coopverse", append(append([]string{"mirror", "add", "https://" + home}, copied.outgoing...), copied.database...)...)
		if err := adding.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, patience, "half copied", func() (bool, any) { n, _ := have(); return n > int64(entries/2), n })
		most := mostMemory(t, adding)
		_ = adding.Process.Kill()
		_ = adding.Wait() // that it was killed
		killed, _ := have()
		began := time.Now()
		copied.start()
		eventually(t, patience, "copied", func() (bool, any) { n, m := have(); return m.State == directory.MirrorCurrent, n })
		took := time.Since(began)
		most = max(most, mostMemory(t, copied.process))
		records, m := have()
		if n, err := d.MirroredCount(t.Context(), m); n != entries || err != nil {
			t.Errorf("%d entries of %d, %v", n, entries, err)
		}
		audit := exec.Command("coopverse", append([]string{"mirror", "audit", home}, copied.database...)...)
		if text, err := audit.CombinedOutput(); err != nil || bytes.Contains(text, []byte("Wrong")) {
			t.Errorf("the audit says %s, %v", text, err)
		}
		t.Logf("%d co-ops: killed after %d records, the other %d and showing them in %s; %d MB of memory at most, %d bytes of records", entries, killed, records-killed, took.Round(time.Millisecond), most>>20, m.Received)
		if most > largestMirror {
			t.Errorf("it takes %d bytes of memory", most)
		}
	})
}
