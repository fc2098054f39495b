package federation

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/publiclog"
	"coopverse/directory/seed"
	"coopverse/directory/storetest"

	"golang.org/x/mod/sumdb/tlog"
)

// old is a directory elsewhere of which more has ended than stands: its newest
// snapshot leaves out most of its log. sange was removed before it.
func old(t *testing.T) *directory.Directory {
	t.Helper()
	d := far(t)
	if err := d.RemoveCoop(t.Context(), "sange", "The co-op asked for it.", "test"); err != nil {
		t.Fatal(err)
	}
	for round := range 4 {
		storetest.ImportList(t, d, storetest.Drawn(t, 150, 150, round), nil)
		extend(t, d)
	}
	return d
}

func snapshotIn(t *testing.T, l directory.Log) directory.LoggedSnapshot {
	t.Helper()
	s, err := l.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// lacking is how many records a copy has not got yet, and without how many it
// came.
func (us *ourServer) lacking(m directory.Mirror) int64 {
	us.t.Helper()
	n, _, err := us.directory.Skipped(us.t.Context(), m)
	if err != nil {
		us.t.Fatal(err)
	}
	return n
}

// What a snapshot's hash is of can be had, and is what stands.
func TestSnapshotIsOfWhatStands(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		us := serveOurs(t, d)
		extend(t, d)
		a := audit(t, us)
		var s directory.LoggedSnapshot
		if err := json.Unmarshal(a.get("/log/snapshot", "*/*"), &s); err != nil {
			t.Fatal(err)
		}
		text := a.get(fmt.Sprintf("/log/snapshots/%d", s.Size), "*/*")
		hash := sha256.Sum256(text)
		if hex.EncodeToString(hash[:]) != s.Hash || s.Entries != seeded || int64(len(text)) != s.Entries*40 {
			t.Errorf("%d bytes are not the text of %+v", len(text), s)
		}
		a.catchUp()
		var r directory.LogRecord
		if err := json.Unmarshal([]byte(a.records[s.Size]), &r); err != nil || r.Snapshot == nil || *r.Snapshot != s {
			t.Errorf("record %d is %s, %v", s.Size, a.records[s.Size], err)
		}
		for _, path := range []string{"/log/snapshots/3", "/log/snapshots/9999", "/log/snapshots/3/records/0", "/mirrors/nowhere.example/log/snapshot"} {
			if res, err := us.Client().Get(us.URL + path); err != nil || res.StatusCode != 404 {
				t.Errorf("%s: %v, %v", path, res, err)
			}
		}
	})
}

// A new copy begins with what stands, reads the rest afterwards, and can be
// copied from the first moment on.
func TestNewCopyBeginsWithASnapshot(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border, home := serveOurs(t, d), newBorder(t), old(t)
		border.leadTo(home)
		m := mirrorOf(t, us, border.URL)
		began := snapshotIn(t, home.OwnLog())
		border.tamper(func(path string, body []byte) []byte { // what had ended cannot be had for now
			if strings.HasPrefix(path, "/log/records/0") {
				return []byte("{}")
			}
			return body
		})
		if err := us.federation.PullMirror(t.Context(), m, nil); err == nil {
			t.Error("what had ended is there too")
		}
		if n, err := d.MirroredCount(t.Context(), m); int64(n) != began.Entries || err != nil || us.lacking(m) < 400 {
			t.Errorf("%d entries of %d, %v; %d records are lacking", n, began.Entries, err, us.lacking(m))
		}
		earlier := fmt.Sprintf("%s/mirrors/%s/log/snapshots/%d", us.URL, m.Host, seeded)
		if res, err := us.Client().Get(earlier); err != nil || res.StatusCode != 404 {
			t.Errorf("a snapshot of what is lacking: %v, %v", res, err)
		}
		third := serveOurs(t, directory.New(storetest.SQLite(t)))
		of := copyOf(t, third, us, m)
		if err := third.federation.PullMirror(t.Context(), of, nil); err != nil {
			t.Error(err)
		}
		if audit := third.audited(of); audit.Skipped != us.lacking(m) || len(audit.Wrong) > 0 || int64(audit.Entries) != began.Entries {
			t.Errorf("the copy of the copy is %+v", audit)
		}
		border.tamper(nil)
		curate(t, home, "igalia", map[string]string{"summary": "More"})
		us.pulls(m)
		third.pulls(of)
		if res, err := us.Client().Get(earlier); err != nil || res.StatusCode != 200 {
			t.Errorf("an earlier snapshot, once all is there: %v, %v", res, err)
		}
		for _, is := range []*ourServer{us, third} {
			audit, now := is.audited(m), is.mirrorNow(m)
			if len(audit.Wrong) > 0 || audit.Skipped != 0 || now.Snapshot != nil {
				t.Errorf("once all is there: %+v of %+v", audit, now)
			}
			if got := is.summaryAt(m, "igalia"); got != "More" {
				t.Errorf("shown is %q", got)
			}
		}
	})
}

// copyOf begins a copy of another one's copy.
func copyOf(t *testing.T, us, from *ourServer, m directory.Mirror) directory.Mirror {
	t.Helper()
	of, err := us.federation.MirrorAt(t.Context(), directory.Actor{}, from.URL+"/mirrors/"+m.Host, m.Key)
	if err != nil {
		t.Fatal(err)
	}
	return of
}

func (us *ourServer) mirrorNow(m directory.Mirror) directory.Mirror {
	us.t.Helper()
	now, err := us.directory.Mirror(us.t.Context(), m.Host)
	if err != nil {
		us.t.Fatal(err)
	}
	return now
}

func (us *ourServer) audited(m directory.Mirror) directory.MirrorAudit {
	us.t.Helper()
	audit, err := us.directory.AuditMirror(us.t.Context(), us.mirrorNow(m))
	if err != nil {
		us.t.Fatal(err)
	}
	return audit
}

// A log that has no snapshot yet is copied from its first record on.
func TestLogWithoutSnapshotIsCopied(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		db := storetest.SQLite(t)
		us, border, home := serveOurs(t, d), newBorder(t), directory.New(db)
		border.leadTo(home)
		storetest.ImportSeed(t, home)
		extend(t, home)
		if _, err := db.SQL().Exec("UPDATE logs SET snapshot = NULL"); err != nil {
			t.Fatal(err)
		}
		m := mirrorOf(t, us, border.URL)
		us.pulls(m)
		if n, err := d.MirroredCount(t.Context(), m); n != seeded || err != nil || us.mirrorNow(m).Snapshot != nil {
			t.Errorf("%d entries of %+v, %v", n, us.mirrorNow(m), err)
		}
	})
}

// A withdrawal that was held back is heeded when it comes.
func TestLateWithdrawalIsHeeded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border, home := serveOurs(t, d), newBorder(t), far(t)
		border.leadTo(home)
		m := mirrorOf(t, us, border.URL)
		us.pulls(m)
		if err := home.RemoveCoop(t.Context(), "sange", "The co-op asked for it.", "test"); err != nil {
			t.Fatal(err)
		}
		extend(t, home)
		border.tamper(withoutText(t, home, "/records/", logged+1))
		if err := us.federation.PullMirror(t.Context(), m, nil); err == nil {
			t.Error("the withdrawal is not missed")
		}
		border.tamper(nil)
		us.pulls(m)
		if audit := us.audited(m); len(audit.Wrong) > 0 || audit.Withdrawn != 1 || us.summaryAt(m, "sange") != "none" {
			t.Errorf("the audit says %+v", audit)
		}
	})
}

// A copy that was interrupted goes on with the snapshot with which it began,
// though there is a newer one by then, and what was erased meanwhile never comes.
func TestBegunCopyGoesOnWithItsSnapshot(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border, home := serveOurs(t, d), newBorder(t), old(t)
		border.leadTo(home)
		m := mirrorOf(t, us, border.URL)
		border.tamper(func(path string, body []byte) []byte {
			if strings.HasSuffix(path, "/records/512") {
				return nil
			}
			return body
		})
		if err := us.federation.PullMirror(t.Context(), m, nil); err == nil {
			t.Error("half of the log is enough")
		}
		began := snapshotIn(t, home.OwnLog())
		if now := us.mirrorNow(m); now.Snapshot == nil || *now.Snapshot != began.Size || now.Applied != 0 {
			t.Errorf("the copy is %+v", now)
		}
		if err := home.RemoveCoop(t.Context(), "igalia", "The co-op asked for it.", "test"); err != nil {
			t.Fatal(err)
		}
		for round := range 5 {
			storetest.ImportList(t, home, storetest.Drawn(t, 150, 150, 10+round), nil)
			extend(t, home)
		}
		if newer := snapshotIn(t, home.OwnLog()); newer.Size == began.Size {
			t.Errorf("there is no newer snapshot than %+v", newer)
		}
		border.tamper(nil)
		us.pulls(m)
		us.pulls(m)
		if audit := us.audited(m); len(audit.Wrong) > 0 || audit.Skipped > 0 || us.summaryAt(m, "igalia") != "none" {
			t.Errorf("the copy is %+v", audit)
		}
	})
}

// What is not in the snapshot as it should be, on the way or at home, is found.
func TestFalseSnapshotIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		home := old(t)
		s := snapshotIn(t, home.OwnLog())
		stands := s.Size - 1
		ended := withoutText(t, home, "/snapshots/", stands)
		for what, change := range map[string]func(string, []byte) []byte{
			"what stands as if it had ended": ended,
			"another size": func(path string, body []byte) []byte {
				if path == "/log/snapshot" {
					return bytes.Replace(body, fmt.Appendf(nil, `"size":%d`, s.Size), []byte(`"size":100`), 1)
				}
				return ended(path, body)
			},
			"what had ended in its place": func(path string, body []byte) []byte {
				if path == fmt.Sprintf("/log/snapshots/%d/records/0", s.Size) {
					return pageOf(t, home, body)
				}
				return ended(path, body)
			},
			"no snapshot": func(path string, body []byte) []byte {
				if path == "/log/snapshot" {
					return []byte(`{"size":0}`)
				}
				return body
			},
		} {
			us, border := serveOurs(t, d), newBorder(t)
			border.leadTo(home)
			m := mirrorOf(t, us, border.URL)
			border.tamper(change)
			err := us.federation.PullMirror(t.Context(), m, nil)
			n, countErr := d.MirroredCount(t.Context(), m)
			if countErr != nil {
				t.Fatal(countErr)
			}
			if err == nil || n != 0 {
				t.Errorf("%s: %d entries are shown, %v", what, n, err)
			}
			border.tamper(nil)
			us.pulls(m)
			if audit := us.audited(m); len(audit.Wrong) > 0 || int64(audit.Entries) != s.Entries {
				t.Errorf("%s: once the way is clear %+v", what, audit)
			}
			if err := d.RemoveMirror(t.Context(), directory.Actor{}, m.Host); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A directory that signs a snapshot of what did not stand is found out: at once
// by who has everything, and by others as soon as they have.
func TestSignedFalseSnapshotFreezesTheCopy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		db := storetest.SQLite(t)
		us, border, home := serveOurs(t, d), newBorder(t), directory.New(db)
		border.leadTo(home)
		storetest.ImportSeed(t, home)
		extend(t, home)
		follower := mirrorOf(t, us, border.URL)
		us.pulls(follower)
		if _, err := db.SQL().Exec("UPDATE log_records SET ended = leaf + 1 WHERE handle = 'igalia'"); err != nil {
			t.Fatal(err)
		}
		for round := range 4 {
			list := append(append(storetest.Drawn(t, 150, 150, round), seed.List...), '\n')
			storetest.ImportList(t, home, list, seed.Defunct)
			extend(t, home)
		}
		if s := snapshotIn(t, home.OwnLog()); s.Size < 512 {
			t.Errorf("the newest snapshot is %+v", s)
		}
		fresh := serveOurs(t, directory.New(storetest.SQLite(t)))
		for _, is := range []*ourServer{us, fresh} {
			m := follower
			if is == fresh {
				m = mirrorOf(t, fresh, border.URL)
			}
			if err := is.federation.PullMirror(t.Context(), m, nil); err == nil {
				t.Error("it is believed")
			}
			if now := is.mirrorNow(m); now.State != directory.MirrorFrozen || !strings.Contains(now.Why, "did not stand") {
				t.Errorf("the copy is %+v", now)
			}
			if audit := is.audited(m); !strings.Contains(fmt.Sprint(audit.Wrong), "the snapshot of") {
				t.Errorf("the audit says %+v", audit)
			}
		}
	})
}

// pageOf is a page with all its records under the head of another.
func pageOf(t *testing.T, home *directory.Directory, body []byte) []byte {
	t.Helper()
	lines, err := home.OwnLog().Lines(t.Context(), 0, logPage)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := bytes.Cut(body, []byte("\n"))
	var first logPageHead
	if err := json.Unmarshal(head, &first); err != nil {
		t.Fatal(err)
	}
	page, err := encodePage(first, lines)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// What a co-op takes back is gone from every copy too, whatever the copy has got
// of it so far.
func TestErasureReachesCopies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border, home := serveOurs(t, d), newBorder(t), far(t)
		border.leadTo(home)
		m := mirrorOf(t, us, border.URL)
		curate(t, home, "igalia", map[string]string{"contact": "ann@coop.example"})
		us.pulls(m)
		curate(t, home, "igalia", map[string]string{"contact": "bob@coop.example"})
		late := serveOurs(t, directory.New(storetest.SQLite(t)))
		for _, is := range []*ourServer{us, late} {
			if is == late {
				mirrorOf(t, late, border.URL)
			}
			is.pulls(m)
			lines, err := is.directory.MirrorLog(m).Lines(t.Context(), 0, 1000)
			if err != nil {
				t.Fatal(err)
			}
			for i, line := range lines {
				if bytes.Contains(line.Record, []byte("ann@")) {
					t.Errorf("record %d still says %s", i, line.Record)
				}
			}
			if entry, err := is.directory.MirroredEntry(t.Context(), m, "igalia"); err != nil || entry.Contact != "bob@coop.example" {
				t.Errorf("shown is %+v, %v", entry, err)
			}
			if audit := is.audited(m); len(audit.Wrong) > 0 || audit.Withdrawn != 2 || audit.Snapshots != 1 {
				t.Errorf("the audit says %+v", audit)
			}
		}
	})
}

// A copy goes on when another process has come to read it in another way meanwhile.
func TestCopyIsReadAsItStands(t *testing.T) {
	us, border, home := serveOurs(t, directory.New(storetest.SQLite(t))), newBorder(t), old(t)
	border.leadTo(home)
	m := mirrorOf(t, us, border.URL)
	asked := 0
	border.tamper(func(path string, body []byte) []byte {
		if strings.Contains(path, "/snapshots/") {
			if asked++; asked == 1 {
				if err := us.directory.DistrustSnapshot(t.Context(), m); err != nil {
					t.Error(err)
				}
			}
		}
		return body
	})
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	if err := us.federation.PullMirror(ctx, m, nil); err != nil {
		t.Errorf("after %d pages: %v", asked, err)
	}
}

// A mirror's copy has pages under heads that its home signed with earlier keys.
// Who knows only the newest takes them all the same, as what the newest head says,
// and without the home.
func TestCopyOfACopyAfterNewKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		us, border, home := serveOurs(t, d), newBorder(t), old(t)
		f := border.leadTo(home)
		m := mirrorOf(t, us, border.URL)
		us.pulls(m)
		if err := f.RotateKeys(t.Context(), directory.DirectoryHandle, "test"); err != nil {
			t.Fatal(err)
		}
		curate(t, home, "igalia", map[string]string{"summary": "Signed with a new key"})
		us.pulls(m)
		border.tamper(func(string, []byte) []byte { return []byte("gone") })
		third := serveOurs(t, directory.New(storetest.SQLite(t)))
		of := copyOf(t, third, us, us.mirrorNow(m))
		third.pulls(of)
		if got := third.summaryAt(of, "igalia"); got != "Signed with a new key" {
			t.Errorf("shown is %q", got)
		}
		if audit := third.audited(of); len(audit.Wrong) > 0 || audit.Records <= logPage {
			t.Errorf("the audit says %+v", audit)
		}
		_, stranger, err := ed25519.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, forged := range []tlog.Tree{{N: logPage}, {N: 1 << 40}} {
			signed, err := publiclog.SignHead(of.LogOrigin(), forged, stranger)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := third.federation.earlierHead(t.Context(), of, signed, publiclog.ErrHead); !errors.Is(err, publiclog.ErrHead) {
				t.Errorf("a false head of %d records is taken: %v", forged.N, err)
			}
		}
	})
}
