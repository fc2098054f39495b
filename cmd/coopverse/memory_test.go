//go:build soak

package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"coopverse/federation/document"
)

// Goals for memory, in MB, with 10,000 co-ops and 100,000 followers on 10,000 servers.
const (
	idleMemory   = 60
	loadedMemory = 200
)

// TestMemory measures what a server holds that nobody asks, and one that is asked for
// actors while it tells 10,000 servers, none of which is there.
func TestMemory(t *testing.T) {
	const idle = time.Minute
	onEachDatabase(t, func(t *testing.T, database []string) {
		a := newAuthority(t, ourDomain)
		server := anotherServer(t, database, a, connectTo("", freePort(t)))
		crowded(t, server)
		server.start()
		time.Sleep(idle)
		memory := func(when string, goal int) {
			t.Helper()
			held, most := memoryOf(t, server.process.Process.Pid)
			t.Logf("%s it holds %d MB, and held %d MB", when, held, most)
			if held > goal {
				t.Errorf("%s it holds %d MB, more than %d", when, held, goal)
			}
		}
		memory("idle", idleMemory)
		server.edit("coop1", "founded", "1999")
		stop := time.Now().Add(max(idle/2, 10*time.Second))
		var group sync.WaitGroup
		for n := range 32 {
			group.Go(func() {
				asker, err := newAsker(t.Context(), server.address)
				if err != nil {
					t.Error(err)
					return
				}
				defer asker.Close()
				for i := n; time.Now().Before(stop); i += 32 {
					paths := []string{fmt.Sprintf("/.well-known/webfinger?resource=acct:coop%d@%s", i%10_000, ourDomain), fmt.Sprintf("/coops/coop%d", i%20)}
					for _, path := range paths {
						request := "GET " + path + " HTTP/1.1\r\nHost: " + ourDomain + "\r\nAccept: " + document.ActivityType + "\r\n\r\n"
						if status, err := asker.ask([]byte(request), false); err != nil || status != http.StatusOK {
							t.Errorf("%s is answered with %d, %v", path, status, err)
							return
						}
					}
				}
			})
		}
		for time.Now().Before(stop) {
			time.Sleep(time.Second)
			if held, _ := memoryOf(t, server.process.Process.Pid); held > loadedMemory {
				t.Fatalf("under load it holds %d MB, more than %d", held, loadedMemory)
			}
		}
		group.Wait()
		memory("under load", loadedMemory)
		time.Sleep(idle)
		memory("idle after the load", idleMemory)
	})
}

// crowded lists 10,000 co-ops and has 100,000 actors follow the first, ten on each server.
func crowded(t *testing.T, server *instance) {
	t.Helper()
	var list strings.Builder
	list.WriteString("# Co-ops\n\n### Europe\n\nCoop | Business Areas | Region/Country | Notes\n---- | -------------- | -------------- | -----\n")
	for n := range 10_000 {
		fmt.Fprintf(&list, "[Co-op %d](https://coop%d.test/) | web development, hosting | Lille, France | |\n", n, n)
	}
	path := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(path, []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	server.run("list", "import", path)
	const count = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999) "
	db := openDatabase(t, server.database)
	for _, statement := range []string{
		`INSERT INTO inboxes (url, host, taken, wakes, leased_by, failures, gone, last_error) ` + count + `
			SELECT 'https://h' || (i / 10) || '.example/inbox', 'h' || (i / 10) || '.example', (SELECT MAX(id) FROM changes), 0, '', 0, FALSE, '' FROM n WHERE i % 10 = 0`,
		`INSERT INTO peers (id, inbox, shared_inbox, handle, key_id, public_pem, fetched_at) ` + count + `
			SELECT 'https://h' || (i / 10) || '.example/' || i, 'https://h' || (i / 10) || '.example/' || i || '/inbox', 'https://h' || (i / 10) || '.example/inbox', 'a', '', '', '2026-01-01 00:00:00+00:00' FROM n`,
		`INSERT INTO followers (handle, peer_id, inbox_id, own_inbox_id, follow_id, follow, since, followed_at, accepted_at)
			SELECT 'coop1', p.id, i.id, i.id, '', '', 0, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00' FROM peers p JOIN inboxes i ON i.url = p.shared_inbox`,
		"UPDATE delivery SET swept = (SELECT MAX(id) FROM changes)",
		"ANALYZE",
	} {
		if _, err := db.SQL().ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%v in %.80s", err, statement)
		}
	}
}

var memoryLine = regexp.MustCompile(`(?m)^(VmRSS|VmHWM):\s+(\d+) kB$`)

// memoryOf is how many MB a process holds, and the most that it held (Linux).
func memoryOf(t *testing.T, pid int) (held, most int) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("only Linux says how much memory a process holds: ", err)
	}
	for _, found := range memoryLine.FindAllStringSubmatch(string(text), -1) {
		n, _ := strconv.Atoi(found[2])
		if found[1] == "VmRSS" {
			held = n >> 10
		} else {
			most = n >> 10
		}
	}
	return held, most
}
