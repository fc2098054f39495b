package federation

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"coopverse/directory"
	"coopverse/directory/publiclog"
	"coopverse/directory/storetest"
	"coopverse/federation/proof"

	"golang.org/x/mod/sumdb/tlog"
)

// seeded is how many co-ops the bundled list has, closed ones included.
const seeded = 144

// logged is how many records tell of it: one of each co-op, and a snapshot.
const logged = seeded + 1

// auditor reads a public log as a stranger would: with the address of the
// directory and nothing else.
type auditor struct {
	t       *testing.T
	us      *ourServer
	origin  string
	key     string // as signed notes write it
	leaves  []tlog.Hash
	records []string // "" once withdrawn
}

func audit(t *testing.T, us *ourServer) *auditor {
	t.Helper()
	a := &auditor{t: t, us: us, origin: strings.TrimPrefix(us.URL, "http://") + "/log"}
	var actor struct {
		AssertionMethod []struct{ PublicKeyMultibase string }
	}
	if err := json.Unmarshal(a.get("/actors/directory", "application/activity+json"), &actor); err != nil {
		t.Fatal(err)
	}
	key, err := proof.ParseMultikey(actor.AssertionMethod[0].PublicKeyMultibase)
	if err != nil {
		t.Fatal(err)
	}
	if a.key, err = publiclog.VerifierKey(a.origin, key); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *auditor) get(path, accept string) []byte {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, a.us.URL+path, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("Accept", accept)
	res, err := a.us.Client().Do(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		a.t.Fatalf("%s: %s %v %s", path, res.Status, err, body)
	}
	return body
}

func (a *auditor) head() tlog.Tree {
	a.t.Helper()
	head, err := publiclog.OpenHead(a.origin, string(a.get("/log/checkpoint", "*/*")), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return head
}

// catchUp reads the pages from where it is, checks each against its head, and
// returns how many it took.
func (a *auditor) catchUp() (pages int) {
	a.t.Helper()
	for {
		page := a.get(fmt.Sprintf("/log/records/%d", len(a.leaves)), "*/*")
		pages++
		lines := bufio.NewScanner(bytes.NewReader(page))
		lines.Buffer(nil, 1<<20)
		lines.Scan()
		var first struct {
			From       int
			Checkpoint string
		}
		if err := json.Unmarshal(lines.Bytes(), &first); err != nil || first.From != len(a.leaves) {
			a.t.Fatalf("a page from %d begins with %s, %v", len(a.leaves), lines.Bytes(), err)
		}
		for lines.Scan() {
			var line publiclog.Line
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				a.t.Fatalf("%v: %s", err, lines.Bytes())
			}
			commitment, _, err := line.Committed()
			if err != nil {
				a.t.Fatalf("%v: %s", err, lines.Bytes())
			}
			a.leaves, a.records = append(a.leaves, publiclog.Leaf(commitment)), append(a.records, string(line.Record))
		}
		head, err := publiclog.OpenHead(a.origin, first.Checkpoint, a.key)
		if err != nil || head.N != int64(len(a.leaves)) || head.Hash != merkleRoot(a.leaves) {
			a.t.Fatalf("the head of the page to %d is %+v, %v", len(a.leaves), head, err)
		}
		if head == a.head() {
			return pages
		}
	}
}

// merkleRoot is the tree's hash by its definition (RFC 6962, section 2.1).
func merkleRoot(leaves []tlog.Hash) tlog.Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	return tlog.NodeHash(merkleRoot(leaves[:k]), merkleRoot(leaves[k:]))
}

// record is the newest record about a handle.
func (a *auditor) record(handle string) directory.LogRecord {
	for i := len(a.records) - 1; i >= 0; i-- {
		var r directory.LogRecord
		if a.records[i] == "" || json.Unmarshal([]byte(a.records[i]), &r) != nil {
			continue
		}
		if r.Entry != nil && r.Entry.Handle == handle || r.Removed != nil && r.Removed.Handle == handle {
			return r
		}
	}
	return directory.LogRecord{}
}

func extend(t *testing.T, d *directory.Directory) int64 {
	t.Helper()
	n, err := d.ExtendLog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A stranger reads the whole directory and what changes in it, and can tell that
// nothing was left out: each page is what its signed head says.
func TestPublicLogTellsOfEveryChange(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us := serveOurs(t, d)
		if n := extend(t, d); n != logged {
			t.Errorf("%d records of %d co-ops", n, seeded)
		}
		a := audit(t, us)
		a.catchUp()
		sange := a.record("sange").Entry
		if len(a.leaves) != logged || sange == nil || sange.Name != "Sange" || len(sange.Said) != 0 {
			t.Errorf("%d records; of sange %+v", len(a.leaves), sange)
		}
		us.edit("sange", map[string]string{"summary": "We <b>build & run</b> things.\u2028"})
		us.edit("igalia", map[string]string{"founded": "2001"})
		if n := extend(t, d); n != 2 || extend(t, d) != 0 {
			t.Errorf("%d records of two edits", n)
		}
		if pages := a.catchUp(); pages != 1 {
			t.Errorf("%d pages of two edits", pages)
		}
		if e := a.record("sange").Entry; e.Summary != "We <b>build & run</b> things." || fmt.Sprint(e.Said) != "map[curator:[summary]]" {
			t.Errorf("after the edit %+v", e)
		}
	})
}

// Who has everything is told so in 300 bytes.
func TestCaughtUpReaderIsAnsweredBriefly(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us := serveOurs(t, d)
		extend(t, d)
		a := audit(t, us)
		a.catchUp()
		page := a.get(fmt.Sprintf("/log/records/%d", logged), "*/*")
		if len(page) > 300 {
			t.Errorf("%d bytes: %s", len(page), page)
		}
		for path, status := range map[string]int{
			"/log/records/146": 404, "/log/records/99999999999999999999": 404, "/log/records/-1": 404, "/log/tile/0/000.p/146": 404, "/log/tile/0/000.p/0": 404, "/log/tile/1/000": 404, "/log/tile/entries/001": 404, "/log/tile/../../etc": 404,
		} {
			if res, err := us.Client().Get(us.URL + path); err != nil || res.StatusCode != status {
				t.Errorf("%s: %v %v", path, res, err)
			}
		}
	})
}

// What is removed is gone from the log for good, but for the commitments: who
// has the log still sees that nothing else was changed.
func TestRemovedEntryLeavesTheLog(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us := serveOurs(t, d)
		extend(t, d)
		us.edit("sange", map[string]string{"summary": "A secret"})
		extend(t, d)
		a := audit(t, us)
		a.catchUp()
		if err := d.RemoveCoop(t.Context(), "sange", "The co-op asked for it.", "test"); err != nil {
			t.Fatal(err)
		}
		if n := extend(t, d); n != 2 {
			t.Errorf("%d records of a removal", n)
		}
		a.catchUp()
		removed := a.record("sange").Removed
		if removed == nil || removed.Reason != "The co-op asked for it." {
			t.Errorf("the removal is %+v", removed)
		}
		var last directory.LogRecord
		if err := json.Unmarshal([]byte(a.records[len(a.records)-1]), &last); err != nil || len(last.Withdrawn.Leaves) != 2 {
			t.Errorf("the last record is %s, %v", a.records[len(a.records)-1], err)
		}
		fresh := audit(t, us)
		fresh.catchUp()
		for i, record := range fresh.records {
			if strings.Contains(record, "A secret") || strings.Contains(record, `"name":"Sange"`) {
				t.Errorf("record %d still says %s", i, record)
			}
		}
		for _, leaf := range last.Withdrawn.Leaves {
			if fresh.records[leaf] != "" || fresh.leaves[leaf] != a.leaves[leaf] {
				t.Errorf("leaf %d is %q", leaf, fresh.records[leaf])
			}
		}
	})
}

// The tiles and bundles are those of the records, and heads can be shown to
// extend each other from them alone.
func TestTilesProveThatTheLogOnlyGrew(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us := serveOurs(t, d)
		extend(t, d)
		a := audit(t, us)
		a.catchUp()
		before := a.head()
		for year := 1950; year < 1990; year++ { // over the edge of a tile
			for _, handle := range []string{"sange", "igalia", "agaric"} {
				us.edit(handle, map[string]string{"founded": fmt.Sprint(year)})
			}
			extend(t, d)
		}
		a.catchUp()
		now := a.head()
		read := publiclog.ReadTile(func(level int, number int64) ([]byte, error) {
			tile := publiclog.Tile{Level: level, Number: number, Width: publiclog.Width}
			for !tile.In(now.N) {
				tile.Width--
			}
			return a.get("/log/"+tile.Path(), "*/*"), nil
		})
		proof, err := tlog.ProveTree(now.N, before.N, read)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckTree(proof, now.N, now.Hash, before.N, before.Hash); err != nil || now.N <= publiclog.Width {
			t.Errorf("%+v does not extend %+v: %v", now, before, err)
		}
		bundle := a.get("/log/tile/entries/000", "*/*")
		for i := range publiclog.Width {
			entry := bundle[i*34 : (i+1)*34]
			if entry[0] != 0 || entry[1] != 32 || publiclog.Leaf(entry[2:]) != a.leaves[i] {
				t.Fatalf("entry %d of the bundle is %x", i, entry)
			}
		}
	})
}

// Changes of keys are told in the log's own words, so that who knows the old ones
// learns of the new ones.
func TestHeadsSurviveAChangeOfKeys(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us := serveOurs(t, d)
		extend(t, d)
		old := audit(t, us)
		for range 2 {
			if err := us.federation.RotateKeys(t.Context(), directory.DirectoryHandle, "test"); err != nil {
				t.Fatal(err)
			}
		}
		fresh := audit(t, us)
		fresh.head()
		var handovers []string
		if err := json.Unmarshal(fresh.get("/log/keys", "application/json"), &handovers); err != nil || len(handovers) != 2 {
			t.Fatalf("%q, %v", handovers, err)
		}
		if got, _ := publiclog.FollowHandovers(old.origin, old.key, handovers); old.key == fresh.key || got != fresh.key {
			t.Errorf("the old key leads to %s, and the new one is %s", got, fresh.key)
		}
		if _, err := publiclog.VerifierKey(old.origin, ed25519.PublicKey(nil)); err == nil {
			t.Error("no key is taken for one")
		}
	})
}

// Any number of processes write one log.
func TestManyProcessesWriteOneLog(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for year := range 5 {
					if _, _, err := d.EditCoop(t.Context(), "sange", directory.Edit{Source: directory.FromCurator, Origin: "test", Set: map[string]string{"founded": fmt.Sprint(1990 + year)}}); err != nil {
						t.Error(err)
					}
					if _, err := d.ExtendLog(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		a := audit(t, serveOurs(t, d))
		a.catchUp()
		if behind, err := d.LogIsBehind(t.Context()); behind || err != nil {
			t.Errorf("behind: %t, %v", behind, err)
		}
	})
}
