package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestCoopIsClaimedAndItsOwnerSignsInAgain(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		s := sites{}
		h := claimable(t, d, s)
		v := newVisitor(t, h)
		if w := v.get("/coops/igalia/claim"); w.Code != http.StatusOK || v.session() != "" || !strings.Contains(w.Body.String(), "igalia.com") {
			t.Errorf("the first look: %d, cookie %q", w.Code, v.session())
		}
		v.post("/coops/igalia/claim")
		token := v.token("igalia")
		if len(token) != 26 {
			t.Fatalf("the token is %q", token)
		}
		v.post("/coops/igalia/claim/check")
		for range 2 { // it is kept
			body := v.get("/coops/igalia/claim").Body.String()
			if !strings.Contains(body, "<li class=\"long\">The file is not there</li>") || strings.Count(body, token) < 4 {
				t.Errorf("not told what was seen: %s", between(body, "<main", "</main>"))
			}
		}
		v.claim(s, "igalia")
		before := v.session()
		if w := v.create("/register/begin", "/register/finish", "  Ada\tLovelace "); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"/me"`) {
			t.Fatalf("register: %d %s", w.Code, w.Body)
		}
		fixed := newVisitor(t, h)
		fixed.cookies["__Host-session"] = &http.Cookie{Name: "__Host-session", Value: before}
		if w := fixed.get("/me"); v.session() == before || w.Code != http.StatusSeeOther {
			t.Errorf("who knew the session from before signing in is signed in: %d", w.Code)
		}
		body := v.get("/me").Body.String()
		for _, want := range []string{"<h1>Ada Lovelace</h1>", "The entry is yours now", `href="/coops/igalia/people"`, "Firefox, Linux"} {
			if !strings.Contains(body, want) {
				t.Errorf("no %q on the person's page", want)
			}
		}
		c, err := d.Coop(context.Background(), "igalia")
		if err != nil || !c.Claimed() {
			t.Errorf("claimed: %t %v", c.Claimed(), err)
		}
		v.post("/sign-out")
		if w := v.get("/coops/igalia/people"); w.Header().Get("Location") != "/sign-in" {
			t.Errorf("signed out: %d %s", w.Code, w.Header().Get("Location"))
		}
		if w := v.use(); !strings.Contains(w.Body.String(), `"/coops/igalia/people"`) {
			t.Errorf("signing in leads to %d %s", w.Code, w.Body)
		}
		if w := v.get("/coops/igalia/people"); w.Code != http.StatusOK {
			t.Errorf("signed in again: %d", w.Code)
		}
	})
}

// A claim is nothing but what one browser's session says: nobody reaches that
// of another, and each is proved by its own token only.
func TestClaimBelongsToTheBrowserThatBeganIt(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		s := sites{}
		h := claimable(t, d, s)
		mine, theirs := newVisitor(t, h), newVisitor(t, h)
		mine.post("/coops/igalia/claim")
		s.showAnywhere("igalia.com", mine.token("igalia"))
		for _, act := range []string{"/check", "/take"} { // without a session
			theirs.post("/coops/igalia/claim"+act, "id", "1", "token", mine.token("igalia"))
		}
		if w := theirs.get("/coops/igalia/claim?claim=" + mine.token("igalia")); strings.Contains(w.Body.String(), "It is yours") || strings.Contains(w.Body.String(), mine.token("igalia")) {
			t.Error("somebody without a session got the claim")
		}
		theirs.post("/coops/igalia/claim")
		theirs.post("/coops/igalia/claim/check")
		if theirs.token("igalia") == mine.token("igalia") || strings.Contains(theirs.get("/coops/igalia/claim").Body.String(), "It is yours") {
			t.Error("the token of one claim has proved another")
		}
		if w := theirs.create("/register/begin", "/register/finish", "Mallory"); w.Code != http.StatusForbidden {
			t.Errorf("registered without a proof: %d", w.Code)
		}
		mine.post("/coops/agaric/claim/check") // of another co-op
		if w := mine.create("/register/begin", "/register/finish", "Ada"); w.Code != http.StatusForbidden {
			t.Errorf("registered before the check: %d", w.Code)
		}
		mine.post("/coops/igalia/claim/check")
		if !strings.Contains(mine.get("/coops/igalia/claim").Body.String(), "It is yours") {
			t.Error("one's own claim is not proved")
		}
	})
}

func TestClaimBesideOwnersWaits(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		s := sites{}
		h := claimable(t, d, s)
		first := owner(t, h, s, "igalia", "Ada")
		second := owner(t, h, s, "igalia", "Grace")
		if body := second.get("/me").Body.String(); !strings.Contains(body, "Your claim waits for 14 days") || strings.Contains(body, "/coops/igalia/people") {
			t.Error("the second owner does not wait")
		}
		if w := second.get("/coops/igalia/people"); w.Code != http.StatusForbidden {
			t.Errorf("who waits sees %d", w.Code)
		}
		if body := first.get("/coops/igalia/people").Body.String(); !strings.Contains(body, "Somebody else claims the entry") {
			t.Error("the owner is not told")
		}
		first.post("/sign-out")
		first.use()
		claims, err := d.Claims(context.Background(), "igalia")
		if err != nil || len(claims) != 1 || claims[0].State != directory.ClaimGranted {
			t.Errorf("after the owner has signed in: %v %v", claims, err)
		}
	})
}

// Somebody who is signed in already needs no second passkey.
func TestSignedInPersonClaimsAnother(t *testing.T) {
	s := sites{}
	h := claimable(t, happened(t), s)
	v := owner(t, h, s, "igalia", "Ada")
	v.claim(s, "agaric")
	if body := v.get("/coops/agaric/claim").Body.String(); !strings.Contains(body, "Claim as Ada") {
		t.Error("the claim does not say as whom")
	}
	if to := v.get("/register").Header().Get("Location"); to != "/coops/agaric/claim" {
		t.Errorf("a person registers again: sent to %q", to)
	}
	v.post("/coops/agaric/claim/take")
	if body := v.get("/me").Body.String(); !strings.Contains(body, `/coops/agaric/people`) || !strings.Contains(body, `/coops/igalia/people`) {
		t.Error("the person does not speak for both")
	}
	if body := v.get("/coops/agaric/claim").Body.String(); !strings.Contains(body, "You are signed in as Ada, an owner") {
		t.Error("the claim's page does not know its owner")
	}
}

func TestTrialProvesWithoutLooking(t *testing.T) {
	d := happened(t)
	v := newVisitor(t, claimable(t, d, sites{}))
	v.post("/coops/igalia/claim")
	if w := v.post("/coops/igalia/claim/pretend"); w.Code != http.StatusNotFound || strings.Contains(v.get("/coops/igalia/claim").Body.String(), "trial") {
		t.Errorf("outside of a trial: %d", w.Code)
	}
	c := config
	c.Sandbox = true
	v = newVisitor(t, pagesOf(t, d, c))
	v.post("/coops/igalia/claim")
	if body := v.get("/coops/igalia/claim").Body.String(); !strings.Contains(body, "Only in this trial") {
		t.Error("no sandbox proof")
	}
	v.post("/coops/igalia/claim/pretend")
	if body := v.get("/coops/igalia/claim").Body.String(); !strings.Contains(body, "This is a trial, so nothing was looked at.") {
		t.Error("the sandbox proof does not say so")
	}
	v.create("/register/begin", "/register/finish", "Ada")
	if log, err := d.AuditBefore(context.Background(), "igalia", 0, 1); err != nil || len(log) == 0 || log[0].Detail != "sandbox" {
		t.Errorf("the audit log says %+v, %v", log, err)
	}
}

func TestWhatCannotBeClaimedSaysSo(t *testing.T) {
	v := newVisitor(t, claimable(t, happened(t), sites{}))
	if body := v.get("/coops/quilted/claim").Body.String(); !strings.Contains(body, "no website by which this could be proved") || strings.Contains(body, "Begin") {
		t.Error("a closed co-op can be claimed")
	}
	if w := v.post("/coops/quilted/claim"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "ask the operators") {
		t.Errorf("claiming a closed co-op: %d", w.Code)
	}
	for path, want := range map[string]int{"/coops/nobody/claim": 404, "/coops/radicaldesigns/claim": 410, "/coops/new_zealand/claim": 404, "/coops/directory/claim": 404} {
		for _, w := range []*httptest.ResponseRecorder{v.get(path), v.post(path)} {
			if w.Code != want {
				t.Errorf("%s: %d, want %d", path, w.Code, want)
			}
		}
	}
}

func TestTooManyChecksAreRefused(t *testing.T) {
	v := newVisitor(t, claimable(t, happened(t), sites{}))
	v.post("/coops/igalia/claim")
	var w *httptest.ResponseRecorder
	for range 41 {
		w = v.post("/coops/igalia/claim/check")
	}
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "A little slower") {
		t.Errorf("the 41st check: %d", w.Code)
	}
	v.address = "198.51.100.7:1"
	if w := v.post("/coops/igalia/claim/check"); w.Code != http.StatusSeeOther {
		t.Errorf("from elsewhere: %d", w.Code)
	}
	for range 25 {
		w = v.post("/coops/igalia/claim/check")
	}
	if w.Code != http.StatusTooManyRequests {
		t.Errorf("checks of one co-op from many places: %d", w.Code)
	}
	v.address = "[2001:db8::1]:1"
	for range 41 {
		v.post("/sign-in/begin")
	}
	v.address = "[2001:db8::2]:1"
	if w := v.post("/sign-in/begin"); w.Code != http.StatusTooManyRequests {
		t.Errorf("from the same network: %d", w.Code)
	}
}
