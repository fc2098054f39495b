package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
)

// TestOriginThatHangs has a directory that accepts and does not answer, or drips:
// who adds it is told, and who mirrors it already goes on serving.
func TestOriginThatHangs(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		b := besiege(t, database)
		for what, change := range map[string]tampering{"silent": silent, "dripping": dripping} {
			if strings.HasSuffix(t.Name(), "postgres") != (what == "dripping") {
				continue // each takes its time, and is waited for in vain once
			}
			b.between.does(change)
			if text, failed := b.mirror.fails("mirror", "add", "https://"+homeDomain); !failed || !strings.Contains(text, "deadline") || !strings.Contains(text, "try again later") {
				t.Errorf("%s: %q", what, text)
			}
			if text := b.mirror.run("mirror", "list"); text != "" {
				t.Errorf("%s: there is %q", what, text)
			}
		}
		b.between.does(nil)
		b.mirror.speak("mirror", "add", "https://"+homeDomain)
		before := b.mirror.served(mirrorDomain, "/mirrors/"+homeDomain+"/log")
		b.between.does(silent)
		b.edit()
		if s := b.held("the only one", 0); !strings.Contains(s.Why, "try again later") || s.Behind != nil {
			t.Errorf("the copy is %+v", s)
		}
		if now := b.mirror.served(mirrorDomain, "/mirrors/"+homeDomain+"/log"); !slices.Equal(now, before) {
			t.Errorf("served are %d records, and %d before", len(now), len(before))
		}
		b.between.does(nil)
		b.healed()
	})
}

// TestForkedOrigin has a directory whose operator restores a backup. While its log
// is only shorter the mirror waits and says so; once it tells of something else it
// is frozen, and stays so after a new start, until it is added anew.
func TestForkedOrigin(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		b := besiege(t, database)
		b.edit()
		b.home.stop()
		data, backup := b.home.database[1], t.TempDir()
		if err := os.CopyFS(backup, os.DirFS(data)); err != nil {
			t.Fatal(err)
		}
		b.home.start()
		b.edit()
		b.mirror.speak("mirror", "add", "https://"+homeDomain)
		before := b.mirror.served(mirrorDomain, "/mirrors/"+homeDomain+"/log")
		b.home.stop()
		if err := os.RemoveAll(data); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(data, os.DirFS(backup)); err != nil {
			t.Fatal(err)
		}
		b.home.start()
		eventually(t, 20*time.Second, "said that the log is shorter", func() (bool, any) {
			s := b.mirror.mirrorStatus(homeDomain)
			return s.State == directory.MirrorCurrent && strings.Contains(s.Why, "was a backup restored there?"), fmt.Sprintf("%+v", s)
		})
		if log := b.home.log.String(); !strings.Contains(log, "restoring a backup here") {
			t.Error("the operators at home are not told")
		}
		b.edit()
		b.edit()
		frozen := func() (bool, any) {
			s := b.mirror.mirrorStatus(homeDomain)
			return s.State == directory.MirrorFrozen && strings.Contains(s.Why, "as after restoring a backup"), fmt.Sprintf("%+v", s)
		}
		eventually(t, 20*time.Second, "frozen", frozen)
		b.mirror.stop()
		b.mirror.start()
		if is, s := frozen(); !is {
			t.Errorf("after a new start the copy is %s", s)
		}
		if now := b.mirror.served(mirrorDomain, "/mirrors/"+homeDomain+"/log"); !slices.Equal(now, before) {
			t.Errorf("served are %d records, and %d before", len(now), len(before))
		}
		b.audited()
		b.mirror.run("mirror", "remove", homeDomain)
		b.mirror.speak("mirror", "add", "https://"+homeDomain)
		b.healed()
	})
}

// TestBytesBetweenServers counts what passes: for the first copy of the bundled
// list, for one change, and when there is nothing new.
func TestBytesBetweenServers(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		b := besiege(t, database)
		b.mirror.speak("mirror", "add", "https://"+homeDomain)
		first := b.between.taken()
		b.mirror.stop()
		b.home.edit("igalia", "founded", "2001")
		eventually(t, 10*time.Second, "in the log", func() (bool, any) { n := len(b.home.served(homeDomain, "/log")); return n == 146, n })
		b.mirror.start()
		b.healed()
		change := b.between.taken()["/log/records/145"]
		var polls []int
		eventually(t, 10*time.Second, "asked again", func() (bool, any) {
			polls = append(polls, b.between.taken()["/log/records/146"]...)
			return len(polls) > 2, polls
		})
		t.Logf("first copy %v, one change %v, nothing new %v", first, change, polls)
		if all := first["/log/snapshots/144/records/0"]; len(all) != 1 || all[0] > 144*150 {
			t.Errorf("the first copy took %v bytes", all)
		}
		if len(change) != 1 || change[0] > 1000 {
			t.Errorf("one change took %v bytes", change)
		}
		if slices.Max(polls) > 300 {
			t.Errorf("that there is nothing new took %v bytes", polls)
		}
	})
}

// TestBadAddressesAreRefused has what is no other directory given to mirror add:
// each is refused with what is wrong, and leaves nothing behind.
func TestBadAddressesAreRefused(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, database []string) {
		b := besiege(t, database)
		web := b.a.serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<!DOCTYPE html><title>Hello</title>") }), nil)
		b.mirror.outgoing = append(b.mirror.outgoing, connectTo("", web))
		own := b.a.proxy(t, b.mirror.address)
		_, port, _ := strings.Cut(own, ":")
		b.mirror.outgoing = append([]string{"--connect-to=" + mirrorDomain + "::" + own}, b.mirror.outgoing...)
		for address, want := range map[string]string{
			"http://" + homeDomain:                               "begin with https://",
			"https://" + homeDomain + "/coops":                   "the path",
			"https://" + homeDomain + "?a=b":                     "after its path",
			"https://me:secret@" + homeDomain:                    "user name",
			"https://" + mirrorDomain:                            "this directory itself",
			"HTTPS://MIRROR.TEST:443/":                           "this directory itself",
			"https://" + mirrorDomain + ":" + port:               "this directory itself",
			"https://" + homeDomain + "/mirrors/" + mirrorDomain: "this directory itself",
			"https://second.test":                                "no directory with a public log",
			"not an address":                                     "no address of a directory",
		} {
			if text := b.mirror.refusesToSpeak("mirror", "add", address); !strings.Contains(text, want) || strings.Contains(text, "secret") {
				t.Errorf("%s: %q", address, text)
			}
		}
		if text := b.mirror.run("mirror", "list"); text != "" {
			t.Errorf("there is %q", text)
		}
		if text := b.mirror.refusesToSpeak("mirror", "add", homeDomain, "--key", homeDomain+"/log+00000000+AAAA"); !strings.Contains(text, "is no key of") {
			t.Errorf("a wrong key: %q", text)
		}
		b.mirror.speak("mirror", "add", "HOME.test")
		if text := b.mirror.refusesToSpeak("mirror", "add", "https://"+homeDomain+":443"); !strings.Contains(text, "mirrored already") || strings.Count(b.mirror.run("mirror", "list"), "\n") != 1 {
			t.Errorf("twice: %q", text)
		}
	})
}
