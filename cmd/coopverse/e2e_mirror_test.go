package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/publiclog"
)

// TestMirrorsOfMirrors has three directories: a first one, its mirror, and a
// mirror of that mirror. What changes at home is in each copy within seconds; a
// removal leaves none. When the first is gone the second serves its log on.
func TestMirrorsOfMirrors(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		const home, second, third = "home.test", "second.test", "third.test"
		a := newAuthority(t, home, second, third)
		first := newInstance(t, database, a).under(home)
		first.start()
		toFirst := connectTo(home, a.proxy(t, first.address))
		copied := anotherServer(t, []string{"--data", t.TempDir()}, a, toFirst).under(second)
		copied.start()
		added := copied.speak("mirror", "add", "https://"+home)
		if !strings.Contains(added, "144 co-ops from 145 records, verified") {
			t.Errorf("mirror add says %q", added)
		}
		key := copied.mirrorStatus(home).Key
		copied.run("mirror", "tag", home, "agaric", "guild")
		copied.run("mirror", "hide", home, "camba")
		if text := copied.refuses("mirror", "hide", home, "nobody"); !strings.Contains(text, "no such co-op: nobody at "+home) {
			t.Errorf("an entry that never was: %q", text)
		}
		for word, want := range map[string]bool{"guild": true, "camba": false} {
			_, page := get(t, copied.address, "/?q="+word, second, nil)
			if found := strings.Contains(page, "Agaric") || strings.Contains(page, "Cambá<"); found != want {
				t.Errorf("a search for %s finds %v", word, found)
			}
		}
		first.edit("igalia", "founded", "2001")
		eventually(t, 10*time.Second, "copied", func() (bool, any) {
			s := copied.mirrorStatus(home)
			return s.Records == 146 && *s.Behind == 0, fmt.Sprintf("%+v", s)
		})
		first.run("coop", "remove", "sange", "--reason", "The co-op asked for it.")
		first.stop() // when the log has it, or soon after a new start
		between := a.tamperer(t, copied.address)
		last := anotherServer(t, []string{"--data", t.TempDir()}, a, toFirst, connectTo(second, between.address)).under(third)
		last.start()
		if text := last.refusesToSpeak("mirror", "add", "https://"+home); !strings.Contains(text, "no directory") {
			t.Errorf("a directory that is gone: %q", text)
		}
		between.does(ofRecord(func(l *publiclog.Line) {
			l.Record = bytes.Replace(l.Record, []byte(`"handle":"`), []byte(`"handle":"x`), 1)
		}))
		if text, failed := last.fails("mirror", "add", "https://"+second+"/mirrors/"+home, "--key", key); !failed || last.mirrorStatus(home).Entries > 0 {
			t.Errorf("what was changed on the way from the mirror is taken: %q", text)
		}
		between.does(nil)
		eventually(t, 10*time.Second, "copied", func() (bool, any) {
			s := last.mirrorStatus(home)
			return s.State == directory.MirrorCurrent, fmt.Sprintf("%+v", s)
		})
		for _, i := range []*instance{copied, last} {
			if s := i.mirrorStatus(home); s.Entries < 143 || s.State != "current" {
				t.Errorf("the copy is %+v", s)
			}
			if text := i.speak("mirror", "status"); !strings.Contains(text, "https://"+home+"), current") {
				t.Errorf("all copies: %s", text)
			}
			if text := i.run("mirror", "audit", home); strings.Contains(text, "Wrong") {
				t.Errorf("the audit says %s", text)
			}
		}
		last.run("mirror", "remove", home)
		if text := last.run("mirror", "list"); text != "" {
			t.Errorf("after the removal there is %q", text)
		}
	})
}

func (i *instance) mirrorStatus(host string) mirrorStatus {
	i.t.Helper()
	var s mirrorStatus
	if err := json.Unmarshal([]byte(i.speak("mirror", "status", host, "--json")), &s); err != nil {
		i.t.Fatal(err)
	}
	return s
}

// under gives an instance a domain of its own.
func (i *instance) under(domain string) *instance {
	for at, flag := range i.flags {
		if flag == ourDomain {
			i.flags[at] = domain
		}
	}
	i.flags = append(i.flags, "--mirror-every", "500ms")
	return i
}
