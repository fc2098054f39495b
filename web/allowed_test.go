package web_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func allow(t testing.TB, d *directory.Directory, domains ...string) {
	t.Helper()
	for _, domain := range domains {
		if err := d.AllowDomains(context.Background(), directory.Actor{Name: "a test"}, directory.AllowedDomain{Domain: domain}); err != nil {
			t.Fatal(err)
		}
	}
}

// desked is a directory with an operator who is signed in.
func desked(t *testing.T, d *directory.Directory) (http.Handler, seat) {
	t.Helper()
	ada := seated(t, d, "agaric", "Ada", directory.Owner)
	operatorAt(t, d, ada)
	return pagesOf(t, d, config), ada
}

// Operators allow domains and take them off; what cannot be one stays in the form.
func TestOperatorsAllowDomains(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h, ada := desked(t, d)
		wrong := ada.sends(h, "/operators/allowed", formed("domain", "co.uk", "note", "All of <b>it"))
		if body := wrong.Body.String(); wrong.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="co.uk"`) || !strings.Contains(body, "All of &lt;b&gt;it") || !strings.Contains(body, "anybody may have a name under") && !strings.Contains(body, "Anybody may have a name under") {
			t.Errorf("%d, and what was typed is lost", wrong.Code)
		}
		ada.sends(h, "/operators/allowed", formed("domain", "https://BÖSE.example/@ann", "note", "met in Leipzig"))
		if body := ada.asks(h, "/operators/allowed?name=böse").Body.String(); !strings.Contains(body, "<b>xn--bse-sna.example</b>") || !strings.Contains(body, "met in Leipzig") {
			t.Error("the page does not list what is allowed")
		}
		if body := ada.asks(h, "/operators/allowed?after=xn--bse-sna.example").Body.String(); strings.Contains(body, "<b>xn--") {
			t.Error("a page begins with what was on the one before")
		}
		if csv := ada.asks(h, "/operators/allowed/export"); csv.Body.String() != "#domain\nxn--bse-sna.example\n" || !strings.Contains(csv.Header().Get("Content-Disposition"), "domain_allows.csv") {
			t.Errorf("exported %q", csv.Body)
		}
		ada.sends(h, "/operators/allowed/remove", formed("domain", "xn--bse-sna.example"))
		if domains, err := d.AllowedDomains(t.Context()); err != nil || len(domains) != 0 {
			t.Errorf("left: %v, %v", domains, err)
		}
	})
}

// Before it is switched with whom the directory speaks, the page says who falls outside;
// where it is started with a setting, the pages cannot switch it.
func TestOperatorsSwitchWithWhomWeSpeak(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		if err := d.ServeAs(t.Context(), "https://coops.example"); err != nil {
			t.Fatal(err)
		}
		h, ada := desked(t, d)
		befriend(t, d, "agaric", "ann")
		befriend(t, d, "agaric", "ben")
		if body := ada.asks(h, "/operators/allowed/only").Body.String(); !strings.Contains(body, "2 followers are on servers that are not allowed: 1 server in all.") {
			t.Error("the page does not say who falls outside")
		}
		is := func(when string, want bool) {
			t.Helper()
			if only, err := d.SpeaksOnlyWithAllowed(t.Context()); err != nil || only != want {
				t.Errorf("%s: %v, %v", when, only, err)
			}
		}
		ada.sends(h, "/operators/allowed/only", formed("only", "yes"))
		is("switched", true)
		if log, err := d.AuditLog(t.Context(), directory.DirectoryHandle, 1); err != nil || log[0].Act != "speaks only with allowed domains" {
			t.Errorf("audited: %+v, %v", log, err)
		}
		fixed, started := config, true
		fixed.OnlyAllowed = &started
		if w := ada.sends(pagesOf(t, d, fixed), "/operators/allowed/only", formed("only", "no")); w.Code != http.StatusBadRequest {
			t.Errorf("where it is fixed: %d", w.Code)
		}
		is("where it is fixed", true)
		ada.sends(h, "/operators/allowed/only", formed("only", "no"))
		is("switched back", false)
	})
}

// A list is shown before it is taken in; while a line cannot be taken nothing is, unless
// that is said; and a file that was just chosen is never taken unseen.
func TestOperatorsImportLists(t *testing.T) {
	const list = "\ufeff#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\r\n" +
		"Bad.example,suspend,False,False,\"Hate, <b>much</b>\",True\r\nloud.example,silence,True,False,,False\r\ncoops.example,suspend,False,False,,False\r\n"
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		if err := d.ServeAs(t.Context(), "https://coops.example"); err != nil {
			t.Fatal(err)
		}
		h, ada := desked(t, d)
		blocked := func() int {
			domains, err := d.BlockedDomains(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return len(domains)
		}
		const path = "/operators/domains/import"
		for _, do := range []string{"preview", "take", "pass_over"} {
			w := ada.uploads(t, h, path, part{"file", "blocks.csv", []byte(list)}, written("list", ""), written("do", do))
			for _, want := range []string{"1 domain is new.", "<b>bad.example</b>", "Hate, &lt;b&gt;much&lt;/b&gt;", "1 has another severity", "Line 4", "where this directory is", "Take the 1 other domain in"} {
				if !strings.Contains(w.Body.String(), want) {
					t.Errorf("%s: %d, without %q", do, w.Code, want)
				}
			}
		}
		ada.uploads(t, h, path, written("list", list), written("do", "take"))
		if blocked() != 0 {
			t.Error("half of a list was taken in")
		}
		if w := ada.uploads(t, h, path, written("list", list), written("do", "pass_over")); w.Code != http.StatusSeeOther || blocked() != 1 {
			t.Errorf("%d, and %d are blocked", w.Code, blocked())
		}
		if body := get(h, "/about").Body.String(); strings.Contains(body, "bad.example") || !strings.Contains(body, "bad.*****le") {
			t.Errorf("everybody sees %s", between(body, `<ul class="blocked plain">`, "</ul>"))
		}
		if csv := ada.asks(h, "/operators/domains/export").Body.String(); !strings.Contains(csv, "bad.example,suspend,true,true,\"Hate, <b>much</b>\",true\n") {
			t.Errorf("exported %q", csv)
		}
		for name, bad := range map[string][]byte{
			"nothing": nil, "no column": []byte("<html>"), "no text": {0xff, 0xfe, 'a', 0}, "a list of allowed ones": []byte("#domain\na.example\n"),
			"a quote": []byte("#domain,#severity\na.example,\"sus\"pend\n"), "too long": bytes.Repeat([]byte("#domain,#severity\n"), 100_000),
		} {
			if w := ada.uploads(t, h, path, part{"file", "x.csv", bad}, written("do", "pass_over")); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="csv-wrong"`) || blocked() != 1 {
				t.Errorf("%s: %d", name, w.Code)
			}
		}
	})
}
