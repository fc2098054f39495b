package directory_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func report(t *testing.T, d *directory.Directory, p directory.Peer, text string, objects ...directory.ReportObject) {
	t.Helper()
	if err := d.AddReport(t.Context(), heard(p, "Flag", activity(p), "sange"), text, objects); err != nil {
		t.Fatal(err)
	}
}

func TestReportsWaitForAnOperator(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		server := peer("actor")
		objects := []directory.ReportObject{{Handle: "sange", Object: "https://coops.example/coops/sange"}, {Handle: "nayra", Object: "https://coops.example/1"}, {Handle: "sange", Object: "https://coops.example/2"}, {Object: "https://elsewhere.example/3"}}
		report(t, d, server, "spam", objects...)
		report(t, d, server, strings.Repeat("é", directory.MaxReportText+1)+"\x00")
		open, err := d.Reports(t.Context(), false, 0, 10)
		if err != nil || len(open) != 2 || open[1].Content != "spam" || len([]rune(open[0].Content)) != directory.MaxReportText {
			t.Fatalf("open: %+v, %v", open, err)
		}
		first := open[1]
		if first.About() != "sange and nayra" || len(first.Objects) != 4 || first.Objects[3].Object != "https://elsewhere.example/3" || first.PeerID != server.ID || open[0].About() != "" {
			t.Errorf("the report is %+v", first)
		}
		if err := d.ResolveReport(t.Context(), directory.Actor{Name: "Otto"}, first.ID, " \n"); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("closed without a word: %v", err)
		}
		if err := d.ResolveReport(t.Context(), directory.Actor{Name: "Otto"}, first.ID, "deleted\x00"); err != nil {
			t.Fatal(err)
		}
		if err := d.ResolveReport(t.Context(), directory.Actor{Name: "Otto"}, first.ID, "again"); !errors.Is(err, directory.ErrInvalid) || !strings.Contains(err.Error(), "deleted") {
			t.Errorf("closed a second time: %v", err)
		}
		if closed, err := d.Report(t.Context(), first.ID); err != nil || closed.ResolvedAt == nil || closed.Resolution != "deleted" || len(closed.Objects) != 4 {
			t.Errorf("closed: %+v, %v", closed, err)
		}
		for resolved, want := range map[bool]int{false: 1, true: 2} {
			if listed, err := d.Reports(t.Context(), resolved, 0, 10); err != nil || len(listed) != want {
				t.Errorf("%d reports, resolved ones too: %v (%v)", len(listed), resolved, err)
			}
		}
		for _, err := range []error{d.ResolveReport(t.Context(), directory.Actor{Name: "Otto"}, 99, "x"), second(d.Report(t.Context(), 99))} {
			if !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("a report that is not there: %v", err)
			}
		}
		many := make([]directory.ReportObject, 1000)
		if err := d.AddReport(t.Context(), heard(server, "Flag", activity(server)), "x", many); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("a thousand objects: %v", err)
		}
	})
}

func TestManyReportsAreListedPageByPage(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		d := directory.New(db)
		flood := func(reporter string, n int) {
			for _, statement := range []string{
				`INSERT INTO reports (peer_id, activity_id, content, at, resolution) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
					SELECT '%s', CAST(i AS TEXT), 'x', '2026-01-01 00:00:00+00:00', '' FROM n`,
				`INSERT INTO report_objects (report_id, position, handle, object) SELECT id, %d, 'sange', '%s' FROM reports WHERE id NOT IN (SELECT report_id FROM report_objects)`,
			} {
				if _, err := db.SQL().Exec(fmt.Sprintf(statement, n, reporter)); err != nil {
					t.Fatal(err)
				}
			}
		}
		flood("https://a.example/actor", 40_000)
		seen := map[int64]bool{}
		for before := int64(0); ; {
			page, err := d.Reports(t.Context(), false, before, 7000)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				before, seen[r.ID] = r.ID, true
			}
		}
		if len(seen) != 40_000 {
			t.Errorf("%d of 40,000 reports were listed", len(seen))
		}
		server := peer("actor")
		flood(server.ID, 1000)
		report(t, d, server, "one more")
		if newest, err := d.Reports(t.Context(), false, 0, 1); err != nil || newest[0].Content == "one more" {
			t.Errorf("a server with 1,000 open reports made another: %+v, %v", newest, err)
		}
		report(t, d, peer("another"), "mine")
		if newest, err := d.Reports(t.Context(), false, 0, 1); err != nil || newest[0].Content != "mine" {
			t.Errorf("another server's report: %+v, %v", newest, err)
		}
	})
}
