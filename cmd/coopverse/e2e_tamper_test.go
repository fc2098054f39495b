package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/publiclog"
)

const (
	homeDomain   = "home.test"
	mirrorDomain = "mirror.test"
)

// besieged is a directory and its mirror, and what stands between them.
type besieged struct {
	t            *testing.T
	a            *authority
	home, mirror *instance
	between      *tamperer
	edits        int
}

func besiege(t *testing.T, database []string) *besieged {
	t.Helper()
	a := newAuthority(t, homeDomain, mirrorDomain)
	b := &besieged{t: t, a: a, home: newInstance(t, []string{"--data", t.TempDir()}, a).under(homeDomain)}
	b.home.start()
	b.between = a.tamperer(t, b.home.address)
	b.mirror = anotherServer(t, database, a, connectTo(homeDomain, b.between.address)).under(mirrorDomain)
	b.mirror.flags[slices.Index(b.mirror.flags, "--mirror-every")+1] = "100ms"
	b.mirror.start()
	return b
}

// edit changes two entries at home, at once, and waits until the log tells of it.
func (b *besieged) edit() {
	b.t.Helper()
	before := len(b.home.served(homeDomain, "/log"))
	b.edits++
	b.home.run("list", "import", b.home.list(func(list string) string {
		for _, row := range []string{"[Igalia](https://www.igalia.com) | ", "[Agaric](http://agaric.coop/) | "} {
			if !strings.Contains(list, row) {
				b.t.Fatalf("the list has no row %s", row)
			}
			list = strings.Replace(list, row, row+strings.Repeat("Hosting, ", 1+b.edits%3), 1)
		}
		return list
	}))
	eventually(b.t, 10*time.Second, "in the log", func() (bool, any) {
		now := len(b.home.served(homeDomain, "/log"))
		return now >= before+2, now
	})
}

// served are the lines of a log that an instance serves, heads left out: to
// others, from the first record on.
func (i *instance) served(domain, log string) []string {
	i.t.Helper()
	var all []string
	for {
		status, page := i.at(domain, fmt.Sprintf("%s/records/%d", log, len(all)), "application/x-ndjson")
		if status != http.StatusOK {
			i.t.Fatalf("%s%s answers %d", domain, log, status)
		}
		lines := strings.Split(strings.TrimSuffix(page, "\n"), "\n")[1:]
		if all = append(all, lines...); len(lines) == 0 || len(all)%512 != 0 {
			return all
		}
	}
}

// healed waits until the copy is whole and says nothing else than home.
func (b *besieged) healed() {
	b.t.Helper()
	eventually(b.t, 30*time.Second, "up to date", func() (bool, any) {
		s := b.mirror.mirrorStatus(homeDomain)
		return s.State == directory.MirrorCurrent && s.Why == "" && s.Applied == s.Records && slices.Equal(b.mirror.served(mirrorDomain, "/mirrors/"+homeDomain+"/log"), b.home.served(homeDomain, "/log")), fmt.Sprintf("%+v", s)
	})
	b.audited()
}

func (b *besieged) audited() {
	b.t.Helper()
	if text := b.mirror.run("mirror", "audit", homeDomain); strings.Contains(text, "Wrong") {
		b.t.Errorf("the audit says %s", text)
	}
}

// held waits until the mirror has failed more often than that.
func (b *besieged) held(what string, failures int) mirrorStatus {
	b.t.Helper()
	var s mirrorStatus
	eventually(b.t, 40*time.Second, "found: "+what, func() (bool, any) {
		s = b.mirror.mirrorStatus(homeDomain)
		return s.Failures > failures && s.Why != "", fmt.Sprintf("%+v", s)
	})
	return s
}

// tamperings are all that is done between the two. What is replayed was said
// before: a page, and a head.
func tamperings(key, oldPage, oldHead string) map[string]tampering {
	swap := func(lines [][]byte) [][]byte {
		if n := len(lines); n > 3 {
			lines[n-2], lines[n-3] = lines[n-3], lines[n-2]
		}
		return lines
	}
	return map[string]tampering{
		"a byte of a record changed": ofRecord(func(l *publiclog.Line) {
			l.Record = bytes.Replace(l.Record, []byte(`"name":"`), []byte(`"name":"X`), 1)
		}),
		"a salt changed":          ofRecord(func(l *publiclog.Line) { l.Salt = base64.RawURLEncoding.EncodeToString(publiclog.NewSalt()) }),
		"a record dropped":        ofPages(func(l [][]byte) [][]byte { return slices.Concat(l[:1], l[2:]) }),
		"the last record dropped": ofPages(func(l [][]byte) [][]byte { return l[:max(1, len(l)-2)] }),
		"two records swapped":     ofPages(swap),
		"the texts of two swapped": ofPages(func(l [][]byte) [][]byte {
			n := len(l)
			var one, other publiclog.Line
			if n < 4 || json.Unmarshal(l[n-2], &one) != nil || json.Unmarshal(l[n-3], &other) != nil {
				return l
			}
			l[n-2] = rewritten(l[n-2], func(line *publiclog.Line) { line.Record = other.Record })
			l[n-3] = rewritten(l[n-3], func(line *publiclog.Line) { line.Record = one.Record })
			return l
		}),
		"an old page":       ofPages(func([][]byte) [][]byte { return [][]byte{[]byte(oldPage)} }),
		"an old head":       ofHeads(func(string) string { return oldHead }),
		"cut in the middle": endingAt(0.5),
		"10 MB in a record": ofRecord(func(l *publiclog.Line) {
			l.Record = bytes.Replace(l.Record, []byte(`"name":"`), slices.Concat([]byte(`"name":"`), bytes.Repeat([]byte("x"), 10<<20)), 1)
		}),
		"another signature":  signedByAnother(homeDomain+publiclog.Path, key),
		"a record held back": heldBack(),
	}
}

// heldBack is a tampering by which a record looks withdrawn that is not.
func heldBack() tampering {
	return ofRecord(func(l *publiclog.Line) {
		if commitment, _, err := l.Committed(); err == nil {
			*l = publiclog.Withdrawn(commitment)
		}
	})
}

// TestTamperingBetweenServers has everything done to what passes between a
// directory and its mirror: during the first copy, while the mirror catches up, and
// after it was started anew. All of it is found and said; what the mirror serves
// stays what the directory has signed; and once the way is clear it goes on.
func TestTamperingBetweenServers(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		b := besiege(t, database)
		_, oldPage := b.home.at(homeDomain, "/log/records/140", "application/x-ndjson")
		_, oldHead := b.home.at(homeDomain, "/log/checkpoint", "text/plain")
		b.edit()
		b.mirror.speak("mirror", "add", "https://"+homeDomain)
		key := b.mirror.mirrorStatus(homeDomain).Key
		all := tamperings(key, oldPage, oldHead)
		b.mirror.run("mirror", "remove", homeDomain)
		for what, change := range all {
			b.between.does(change)
			if text, failed := b.mirror.fails("mirror", "add", "https://"+homeDomain); !failed || !strings.Contains(text, "not whole yet") || !strings.Contains(text, "goes on with it") {
				t.Errorf("first copy, %s: %q", what, text)
			}
			if s := b.mirror.mirrorStatus(homeDomain); s.Entries != 0 || s.Applied != 0 || s.State != directory.MirrorCopying {
				t.Errorf("first copy, %s: shown is %+v", what, s)
			}
			b.between.does(nil)
			b.healed()
			b.mirror.run("mirror", "remove", homeDomain)
		}
		b.mirror.speak("mirror", "add", "https://"+homeDomain)
		for what, change := range all {
			before, status := b.mirror.served(mirrorDomain, "/mirrors/"+homeDomain+"/log"), b.mirror.mirrorStatus(homeDomain)
			b.between.does(change)
			b.edit()
			for _, when := range []string{"catching up", "started anew"} {
				s := b.held(when+", "+what, b.mirror.mirrorStatus(homeDomain).Failures)
				if s.Applied != status.Applied || s.Entries != status.Entries || s.State != directory.MirrorCurrent {
					t.Errorf("%s, %s: shown is %+v", when, what, s)
				}
				if now := b.mirror.served(mirrorDomain, "/mirrors/"+homeDomain+"/log"); what == "a record held back" {
					if !slices.Equal(now[:len(before)], before) || !strings.Contains(s.Why, "held back") {
						t.Errorf("%s, %s: %s", when, what, s.Why)
					}
				} else if !slices.Equal(now, before) {
					t.Errorf("%s, %s: served are %d records, and %d before", when, what, len(now), len(before))
				} else {
					b.audited()
				}
				if when == "catching up" {
					b.mirror.stop()
					b.mirror.start()
				}
			}
			b.between.does(nil)
			b.healed()
		}
	})
}

// fails runs a command that may have to ask other servers, and says whether it
// failed.
func (i *instance) fails(args ...string) (text string, failed bool) {
	i.t.Helper()
	said, err := exec.Command("coopverse", slices.Concat(args, i.outgoing, i.database)...).CombinedOutput()
	return string(said), err != nil
}
