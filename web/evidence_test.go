package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// Who speaks for one co-op adds and withdraws nothing of another, and vouches in
// no other's name.
func TestEvidenceIsTheCoopsOwn(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ada, ida := seated(t, d, "agaric", "Ada", directory.Editor), seated(t, d, "igalia", "Ida", directory.Owner)
		h := pagesOf(t, d, config)
		ida.sends(h, "/coops/igalia/evidence", formed("kind", "network", "what", "<script>CoopCycle</script>"))
		for path, form := range map[string][]string{
			"/coops/igalia/evidence":            {"kind", "network", "what", "Mine"},
			"/coops/igalia/evidence/1/withdraw": {},
			"/coops/igalia/evidence/check":      {},
			"/coops/hypha/vouch":                {"as", "igalia"},
		} {
			if w := ada.sends(h, path, formed(form...)); w.Code != http.StatusForbidden {
				t.Errorf("%s by an editor of another co-op: %d", path, w.Code)
			}
			if w := (seat{}).sends(h, path, formed(form...)); w.Header().Get("Location") != "/sign-in" {
				t.Errorf("%s by a stranger: %d", path, w.Code)
			}
		}
		if w := ada.asks(h, "/coops/igalia/evidence"); w.Code != http.StatusForbidden {
			t.Errorf("the page: %d", w.Code)
		}
		if w := ada.sends(h, "/coops/agaric/evidence/1/withdraw", nil); w.Code != http.StatusNotFound {
			t.Errorf("another's piece by its number: %d", w.Code)
		}
		pieces, err := d.EvidenceOf(context.Background(), "igalia")
		if err != nil || len(pieces) != 1 || pieces[0].State != directory.EvidenceStated {
			t.Errorf("Igalia has %+v, %v", pieces, err)
		}
		if body := get(h, "/coops/igalia").Body.String(); !strings.Contains(body, "&lt;script&gt;CoopCycle") || strings.Contains(body, "<script>CoopCycle") {
			t.Error("the page shows it otherwise than as text")
		}
		w := ida.sends(h, "/coops/igalia/evidence", formed("kind", "bylaws", "what", "<b>ours", "link", "javascript:alert(1)"))
		if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="javascript:alert(1)"`) || !strings.Contains(body, `value="&lt;b&gt;ours"`) || !strings.Contains(body, "begins with https://") {
			t.Errorf("a link that is none: %d", w.Code)
		}
	})
}

func TestCoopsVouchForEachOther(t *testing.T) {
	d := happened(t)
	h := pagesOf(t, d, config)
	ada, ida := seated(t, d, "agaric", "Ada", directory.Editor), seated(t, d, "igalia", "Ida", directory.Owner)
	if w := ada.sends(h, "/coops/igalia/vouch", formed("as", "agaric", "do", "vouch")); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("by a co-op that has not claimed its entry: %d", w.Code)
	}
	if w := ida.sends(h, "/coops/igalia/vouch", formed("as", "igalia")); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("for itself: %d", w.Code)
	}
	if body := ida.asks(h, "/coops/agaric/vouch").Body.String(); !strings.Contains(body, "We vouch for them") {
		t.Error("there is no button")
	}
	ida.sends(h, "/coops/agaric/vouch", formed("as", "igalia", "do", "vouch"))
	if body := get(h, "/coops/agaric").Body.String(); !strings.Contains(body, `Vouched for by</b> <a href="/coops/igalia">Igalia</a>`) {
		t.Error("the page does not say who vouches")
	}
	if w := ida.sends(h, "/coops/agaric/vouch", formed("as", "igalia", "do", "vouch")); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("twice: %d", w.Code)
	}
	if body := ida.asks(h, "/coops/agaric/vouch").Body.String(); !strings.Contains(body, "Take it back") {
		t.Error("it cannot be taken back")
	}
	ida.sends(h, "/coops/agaric/vouch", formed("as", "igalia", "do", "take-back"))
	if body := get(h, "/coops/agaric").Body.String(); strings.Contains(body, "Vouched for") {
		t.Error("what was taken back is shown")
	}
}

// A label says what was shown and no more: a website that changed, a proof that
// is gone, an owner who was invited.
func TestPageSaysHowAnEntryIsKept(t *testing.T) {
	d, s := happened(t), sites{}
	h := claimable(t, d, s)
	expect := func(when, path string, wants ...string) {
		t.Helper()
		body := get(h, path).Body.String()
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s there is no %q", when, want)
			}
		}
	}
	expect("unclaimed,", "/coops/agaric", "Nobody has shown yet that they speak for this co-op.", "Nobody has given any here yet.")
	seated(t, d, "agaric", "Ada", directory.Owner)
	expect("invited,", "/coops/agaric", "was invited by the operators", "Nothing was proved by the website.")
	v := owner(t, h, s, "igalia", "Ida")
	expect("proved,", "/coops/igalia", "has shown that igalia.com is theirs", "Proved by a tag on igalia.com")
	_, _, err := d.EditCoop(context.Background(), "igalia", directory.Edit{Source: directory.FromCoop, Set: map[string]string{"website": "https://igalia.coop"}})
	if err != nil {
		t.Fatal(err)
	}
	expect("with another website", "/coops/igalia", "Proved by a tag on igalia.com", "The entry names igalia.coop now, which has not shown the proof yet.")
	for _, path := range []string{"/coops/igalia/news", "/coops/igalia/evidence"} {
		if body := v.get(path).Body.String(); !strings.Contains(body, "names igalia.coop now") {
			t.Errorf("%s does not report it", path)
		}
	}
	token := inside(v.get("/coops/igalia/evidence").Body.String(), "coopverse-claim=", "<")
	v.post("/coops/igalia/evidence/check")
	if body := v.get("/coops/igalia/evidence").Body.String(); !strings.Contains(body, "Not found yet.") {
		t.Error("not told that it was not found")
	}
	s["https://igalia.coop"] = token
	v.post("/coops/igalia/evidence/check")
	expect("proved anew,", "/coops/igalia", "has shown that igalia.coop is theirs", "A name under .coop:</b> igalia.coop")
}
