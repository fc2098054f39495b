//go:build soak

package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/federation/document"
	"coopverse/federation/fediverse"

	"golang.org/x/sync/errgroup"
)

// Goals for memory, in MB, with 10,000 co-ops and 100,000 followers on 10,000 servers.
const (
	idleMemory   = 60
	loadedMemory = 200
)

// TestMemory measures what the program as it is released holds when nobody asks it,
// and what it holds while all this happens at once: 10,000 servers, all of which are
// there, are told of an edit and a post; they bring signed Likes; and actors are looked at.
func TestMemory(t *testing.T) {
	const idle = time.Minute
	program := released(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		others := fediverse.New(t, fediverse.Config{Hosts: followingHosts, TLS: true, Trusting: true})
		a := newAuthority(t, ourDomain)
		if err := os.WriteFile(a.ca, others.Authority(), 0o600); err != nil {
			t.Fatal(err)
		}
		server := anotherServer(t, database, a, connectTo("", others.Address()))
		server.program = program
		db := crowded(t, server, others)
		likes := likesOf(t, others, server.address)
		server.start()
		time.Sleep(idle)
		held := memoryOf(t, server.process.Process.Pid)
		t.Log("idle ", held)
		if held.now > idleMemory {
			t.Errorf("idle it holds %d MB, more than %d", held.now, idleMemory)
		}

		began := time.Now()
		server.edit("coop1", "founded", "1999")
		server.run("coop", "post", "coop1", "--text", "We have news.")
		var told atomic.Bool
		var group sync.WaitGroup
		group.Go(func() { like(t, likes) })
		group.Go(func() { look(t, server.address, &told) })
		for behind := followingHosts; behind > 0; {
			time.Sleep(time.Second)
			err := db.SQL().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM inboxes WHERE taken < (SELECT MAX(id) FROM changes)").Scan(&behind)
			if err != nil || behind > 0 && time.Since(began) > 4*time.Minute {
				t.Errorf("%d inboxes are still behind, %v", behind, err)
				break
			}
		}
		told.Store(true)
		group.Wait()
		held = memoryOf(t, server.process.Process.Pid)
		t.Logf("under load %v, for %v", held, time.Since(began).Round(time.Second))
		if held.most > loadedMemory {
			t.Errorf("under load it held %d MB, more than %d", held.most, loadedMemory)
		}
		time.Sleep(idle)
		held = memoryOf(t, server.process.Process.Pid)
		t.Log("idle after the load ", held)
		if held.now > idleMemory {
			t.Errorf("idle after the load it holds %d MB, more than %d", held.now, idleMemory)
		}
	})
}

// followingHosts is on how many servers followers are, ten on each.
const followingHosts = 10_000

// released builds the program as make build does.
func released(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "coopverse")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return program
}

// likesOf are Likes that followers have signed for the server at an address.
func likesOf(t *testing.T, others *fediverse.Fediverse, address string) []*http.Request {
	t.Helper()
	likes := make([]*http.Request, 10_000)
	site := document.Site{Origin: ourOrigin}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range likes {
		group.Go(func() error {
			name := fmt.Sprint("a", i%10)
			r, err := others.Signed(t.Context(), i%followingHosts, name, ourOrigin+"/inbox", map[string]any{
				"type": "Like", "id": fmt.Sprintf("%s/likes/%d", others.Actor(i%followingHosts, name), i), "object": site.Post("coop1", 0),
			})
			if err == nil {
				r.URL.Scheme, r.URL.Host = "http", address
			}
			likes[i] = r
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	return likes
}

// like brings them, 64 at a time, as fast as they are taken. What the server is too
// busy for is brought again, as others do.
func like(t *testing.T, likes []*http.Request) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	bring := func(r *http.Request) (status int, err error) {
		if r.Body, err = r.GetBody(); err != nil {
			return 0, err
		}
		res, err := client.Do(r)
		if err != nil {
			return 0, err
		}
		return res.StatusCode, res.Body.Close()
	}
	var group errgroup.Group
	group.SetLimit(64)
	for _, r := range likes {
		group.Go(func() error {
			status, err := bring(r)
			for tries := 0; status == http.StatusServiceUnavailable && tries < 60; tries++ {
				time.Sleep(time.Second)
				status, err = bring(r)
			}
			if err == nil && status != http.StatusAccepted {
				err = fmt.Errorf("a Like is answered with %d", status)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

// look asks for actors and WebFinger until it is enough.
func look(t *testing.T, address string, enough *atomic.Bool) {
	var group sync.WaitGroup
	for n := range 32 {
		group.Go(func() {
			asker, err := newAsker(t.Context(), address)
			if err != nil {
				t.Error(err)
				return
			}
			defer asker.Close()
			for i := n; !enough.Load(); i += 32 {
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
	group.Wait()
}

// crowded lists 10,000 co-ops and has 100,000 actors follow the first, ten on each server.
func crowded(t *testing.T, server *instance, others *fediverse.Fediverse) *directory.Database {
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
	origin := strings.Replace("https://"+others.Host(0), "h0.", "h' || (i / 10) || '.", 1)
	actor := origin + "/users/a' || (i % 10) || '"
	db := openDatabase(t, server.database)
	for _, statement := range []string{
		`INSERT INTO inboxes (url, host, taken, wakes, leased_by, failures, gone, last_error) ` + count + `
			SELECT '` + origin + `/inbox', '` + strings.TrimPrefix(origin, "https://") + `', (SELECT MAX(id) FROM changes), 0, '', 0, FALSE, '' FROM n WHERE i % 10 = 0`,
		`INSERT INTO peers (id, inbox, shared_inbox, handle, key_id, public_pem, fetched_at) ` + count + `
			SELECT '` + actor + `', '` + actor + `/inbox', '` + origin + `/inbox', 'a', '` + actor + `#main-key', '` + others.KeyPEM() + `', '2026-01-01 00:00:00+00:00' FROM n`,
		`INSERT INTO followers (handle, peer_id, inbox_id, own_inbox_id, follow_id, follow, since, followed_at, accepted_at)
			SELECT 'coop1', p.id, i.id, i.id, '', '', 0, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00' FROM peers p JOIN inboxes i ON i.url = p.shared_inbox`,
		"UPDATE delivery SET swept = (SELECT MAX(id) FROM changes)",
		"ANALYZE",
	} {
		if _, err := db.SQL().ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%v in %.80s", err, statement)
		}
	}
	return db
}

// memory is what a process holds, and the most that it held, in MB (Linux). What
// is mapped of files, the program's own above all, the system takes back when it
// is short of memory; the rest is the program's alone.
type memory struct{ now, files, most int }

func (m memory) String() string {
	return fmt.Sprintf("it holds %d MB, %d of them of files, and held %d MB", m.now, m.files, m.most)
}

var memoryLine = regexp.MustCompile(`(?m)^(VmRSS|RssFile|VmHWM):\s+(\d+) kB$`)

func memoryOf(t *testing.T, pid int) memory {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("only Linux says how much memory a process holds: ", err)
	}
	held := make(map[string]int)
	for _, found := range memoryLine.FindAllStringSubmatch(string(text), -1) {
		n, _ := strconv.Atoi(found[2])
		held[found[1]] = n >> 10
	}
	return memory{held["VmRSS"], held["RssFile"], held["VmHWM"]}
}
