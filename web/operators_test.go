package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

var operatorsPages = []string{"", "/claims", "/entries", "/evidence", "/reports", "/log", "/servers", "/actors", "/domains", "/allowed", "/allowed/only", "/domains/import", "/allowed/import", "/domains/export", "/allowed/export", "/servers/other.example"}

// Nobody but operators sees their desk, and nobody else decides anything there,
// not even who speaks for a co-op that it is about.
func TestOperatorsDeskIsForOperators(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ada := seated(t, d, "agaric", "Ada", directory.Owner)
		busy(t, d, ada)
		allow(t, d, "other.example", "third.example")
		h := pagesOf(t, d, config)
		ida := seated(t, d, "igalia", "Iris", directory.Editor)
		claims, _, err := d.OpenClaims(context.Background(), 10)
		if err != nil || len(claims) != 1 {
			t.Fatalf("%v, %v", claims, err)
		}
		forms := map[string][]string{
			"/operators/entries/1":                            {"do", "accept"},
			"/operators/evidence/2":                           {"do", "confirm"},
			"/operators/reports/2":                            {"why", "Done."},
			fmt.Sprintf("/operators/claims/%d", claims[0].ID): {"why", "No."},
			"/operators/allowed":                              {"domain", "friends.example"},
			"/operators/allowed/remove":                       {"domain", "other.example"},
			"/operators/allowed/only":                         {"only", "no"},
			"/operators/servers/third.example":                {"do", "try"},
			"/operators/domains/import":                       {"list", "#domain,#severity\nloud.example,silence\nbad.example,suspend\n", "do", "take"},
		}
		before, err := d.Waiting(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range operatorsPages {
			if w := (seat{}).asks(h, "/operators"+page); w.Header().Get("Location") != "/sign-in" {
				t.Errorf("%s to a stranger: %d", page, w.Code)
			}
			if w := ida.asks(h, "/operators"+page); w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "Rill") {
				t.Errorf("%s to an editor: %d", page, w.Code)
			}
			if w := ada.asks(h, "/operators"+page); w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s to an operator: %d", page, w.Code)
			}
		}
		for path, form := range forms {
			if w := ida.sends(h, path, formed(form...)); w.Code != http.StatusForbidden {
				t.Errorf("%s by an editor: %d", path, w.Code)
			}
			(seat{}).sends(h, path, formed(form...))
		}
		if after, err := d.Waiting(context.Background()); err != nil || after != before {
			t.Errorf("open before: %+v, after: %+v, %v", before, after, err)
		}
		for path, form := range forms {
			if w := ada.sends(h, path, formed(form...)); w.Code != http.StatusSeeOther {
				t.Errorf("%s by an operator: %d %s", path, w.Code, w.Body)
			}
		}
		if after, err := d.Waiting(context.Background()); err != nil || after.Claims != 0 || after.Proposals != 0 || after.Evidence != before.Evidence || after.Reports != before.Reports-1 {
			t.Errorf("open after that: %+v, %v", after, err) // the entry that was listed has evidence to judge
		}
		if err := d.RemoveMember(context.Background(), directory.Actor{Name: "a test"}, directory.DirectoryHandle, ada.by.PersonID); err == nil {
			t.Error("the last operator was removed")
		}
	})
}

func TestOperatorsWordIsNeededAndKept(t *testing.T) {
	d := happened(t)
	ada := seated(t, d, "agaric", "Ada", directory.Owner)
	busy(t, d, ada)
	h := pagesOf(t, d, config)
	long := "<b>" + strings.Repeat("x", 500)
	for path, form := range map[string][]string{
		"/operators/entries/1": {"do", "refuse", "why", long}, "/operators/evidence/2": {"do", "refuse", "why", long}, "/operators/reports/2": {"why", long},
	} {
		w := ada.sends(h, path, formed(form...))
		if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "&lt;b&gt;xxx") || !strings.Contains(body, "503 characters are too many") || strings.Count(body, "xxx") != strings.Count(long, "xxx") {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	ada.sends(h, "/operators/entries/1", formed("do", "refuse", "why", "You write <nothing> about workers."))
	if body := ada.asks(h, "/me").Body.String(); !strings.Contains(body, "You write &lt;nothing&gt; about workers.") {
		t.Error("the person does not read why")
	}
	if body := ada.asks(h, "/operators/entries").Body.String(); !strings.Contains(body, "Not listed. They read why") {
		t.Error("the desk does not say what was done")
	}
}

// The log of all has pages, and can be narrowed to one co-op.
func TestOperatorsReadTheLog(t *testing.T) {
	d := happened(t)
	ada := seated(t, d, "agaric", "Ada", directory.Owner)
	busy(t, d, ada)
	h := pagesOf(t, d, config)
	for n := range 55 {
		if err := d.Audit(context.Background(), ada.by, "did something", "hypha", fmt.Sprintf("<i>%d", n)); err != nil {
			t.Fatal(err)
		}
	}
	body := ada.asks(h, "/operators/log").Body.String()
	if strings.Count(body, "did something") != 50 || !strings.Contains(body, "&lt;i&gt;54") || strings.Contains(body, "<i>54") {
		t.Error("the first page lacks the newest acts")
	}
	older := strings.ReplaceAll(inside(body, `<a class="button button-quiet" href="`, `"`), "&amp;", "&")
	if body := ada.asks(h, older).Body.String(); !strings.Contains(body, "&lt;i&gt;4<") || !strings.Contains(body, "vouched for a co-op") {
		t.Errorf("%s lacks the older ones", older)
	}
	if body := ada.asks(h, "/operators/log?coop=igalia").Body.String(); strings.Contains(body, "did something") || !strings.Contains(body, "stated evidence") {
		t.Error("narrowed to one co-op the log has others")
	}
}
