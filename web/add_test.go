package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// adds has a visitor write what a co-op is, with other values for some fields.
func (v *visitor) adds(also ...string) string {
	v.t.Helper()
	w := v.post("/add", append(brook(), also...)...)
	if w.Code != http.StatusSeeOther {
		v.t.Fatalf("add: %d %s", w.Code, between(w.Body.String(), "<main", "</main>"))
	}
	return inside(v.get("/add").Body.String(), "coopverse-claim=", "<")
}

func TestCoopAddsItself(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		s := sites{}
		h := claimable(t, d, s)
		v, otto := newVisitor(t, h), seated(t, d, "hypha", "Otto", directory.Owner)
		operatorAt(t, d, otto)
		if w := v.get("/add"); w.Code != http.StatusOK || v.session() != "" {
			t.Errorf("the first look: %d, cookie %q", w.Code, v.session())
		}
		token := v.adds()
		if body := v.get("/add").Body.String(); len(token) != 26 || !strings.Contains(body, "https://coops.example/add?claim="+token) {
			t.Fatalf("the token is %q", token)
		}
		v.post("/add/check")
		if body := v.get("/add").Body.String(); !strings.Contains(body, "The file is not there") {
			t.Error("not told what was seen")
		}
		if w := v.create("/register/begin", "/register/finish", "Ada"); w.Code != http.StatusForbidden {
			t.Errorf("registered before the check: %d", w.Code)
		}
		s["https://brook.coop"] = token
		v.post("/add/check")
		if body := v.get("/register").Body.String(); !strings.Contains(body, "as soon as an operator has said yes") {
			t.Error("the register page does not say what comes next")
		}
		if w := v.create("/register/begin", "/register/finish", "Ada"); w.Code != http.StatusOK {
			t.Fatalf("register: %d %s", w.Code, w.Body)
		}
		if body := v.get("/me").Body.String(); !strings.Contains(body, "Waits for an operator’s yes") || !strings.Contains(body, "Brook Works") {
			t.Error("the person does not see what waits")
		}
		for _, path := range []string{"/coops/brook", "/?q=brook+works"} {
			if body := get(h, path).Body.String(); strings.Contains(body, "We map rivers") || strings.Contains(body, "/coops/brook\"") {
				t.Errorf("%s has it before the yes", path)
			}
		}
		if w := otto.sends(h, "/operators/entries/1", formed("do", "accept")); w.Header().Get("Location") != "/operators/entries" {
			t.Fatalf("the yes: %d %s", w.Code, w.Body)
		}
		if w := otto.sends(h, "/operators/entries/1", formed("do", "accept")); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a second yes: %d", w.Code)
		}
		if w := v.get("/coops/brook/edit"); w.Code != http.StatusOK {
			t.Errorf("the owner's desk: %d", w.Code)
		}
		if w := newVisitor(t, h).get("/add?claim=" + token); w.Header().Get("Location") != "/coops/brook" {
			t.Errorf("the link on the website leads to %q", w.Header().Get("Location"))
		}
		body := get(h, "/coops/brook").Body.String()
		for _, want := range []string{"Proved by a tag on brook.coop", "A name under .coop:</b> brook.coop", "Mutuals Register 1234", "not checked"} {
			if !strings.Contains(body, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if document := get(h, "/coops/brook", "Accept", "application/json").Body.String(); !strings.Contains(document, `"method": "meta"`) || !strings.Contains(document, `"kind": "domain"`) || strings.Contains(document, "ann@brook.coop") {
			t.Errorf("the document is %s", document)
		}
		if strings.Contains(body, "ann@brook.coop") {
			t.Error("the page shows the contact")
		}
	})
}

// What is being added is nothing but what one browser's session says.
func TestProposalBelongsToTheBrowserThatBeganIt(t *testing.T) {
	d, s := happened(t), sites{}
	h := claimable(t, d, s)
	mine, theirs := newVisitor(t, h), newVisitor(t, h)
	s["https://brook.coop"] = mine.adds()
	if strings.Contains(theirs.get("/add?claim="+s["https://brook.coop"]).Body.String(), "Brook Works") {
		t.Error("somebody with the token sees what another browser adds")
	}
	for _, path := range []string{"/add/check", "/add/send"} {
		theirs.post(path, "id", "1", "claim", s["https://brook.coop"])
	}
	if theirs.adds() == s["https://brook.coop"] {
		t.Error("two browsers have one token")
	}
	theirs.post("/add/check")
	if w := theirs.create("/register/begin", "/register/finish", "Mallory"); w.Code != http.StatusForbidden {
		t.Errorf("registered by another's token: %d", w.Code)
	}
	mine.post("/add/check")
	if w := mine.post("/add/send"); w.Header().Get("Location") != "/sign-in" {
		t.Errorf("sent by nobody: %d", w.Code)
	}
	if w := mine.create("/register/begin", "/register/finish", "Ada"); w.Code != http.StatusOK {
		t.Errorf("register: %d", w.Code)
	}
}

func TestSignedInPersonAddsAnotherCoop(t *testing.T) {
	d, s := happened(t), sites{}
	v := owner(t, claimable(t, d, s), s, "igalia", "Ada")
	s["https://brook.coop"] = v.adds()
	v.post("/add/check")
	if body := v.get("/add").Body.String(); !strings.Contains(body, "Send it as Ada") {
		t.Error("the page does not say as whom")
	}
	if w := v.post("/add/send"); w.Header().Get("Location") != "/me" {
		t.Errorf("sent: %d", w.Code)
	}
	if p, err := d.Proposal(context.Background(), 1); err != nil || p.State != directory.ProposalWaiting {
		t.Errorf("it is %s, %v", p.State, err)
	}
}

func TestWrongFieldsOfAnAddedCoopComeBackAsTyped(t *testing.T) {
	h := claimable(t, happened(t), sites{})
	v, long := newVisitor(t, h), strings.Repeat("é", 501)
	w := v.post("/add", "name", `"><script>alert(1)</script>`, "website", "javascript:alert(1)", "summary", long, "places", "Nowhere <b>at all", "kind-2", "bylaws", "what-2", "<i>ours", "link-2", "javascript:alert(2)")
	body := w.Body.String()
	if w.Code != http.StatusUnprocessableEntity || v.session() != "" {
		t.Errorf("it answers %d, cookie %q", w.Code, v.session())
	}
	for _, want := range []string{
		`value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"`, `value="javascript:alert(1)"`, long + "</textarea>", "&lt;i&gt;ours", `id="f-website-wrong"`, `id="f-summary-wrong"`,
		`id="f-places-wrong"`, `id="f-contact-wrong"`, `href="#f-services"`, "501 characters are too many",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the form lacks %s", want)
		}
	}
	if strings.Contains(body, "<script>alert") || strings.Contains(body, "<i>ours") || strings.Contains(body, "<b>at all") {
		t.Error("what was typed became markup")
	}
	w = v.post("/add", append(brook(), "name", "IGALIA")...)
	if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), `href="/coops/igalia/claim"`) || !strings.Contains(w.Body.String(), `name="namesake"`) {
		t.Errorf("one that is listed: %d", w.Code)
	}
	if w = v.post("/add", append(brook(), "website", "https://www.igalia.com/")...); w.Code != http.StatusConflict || strings.Contains(w.Body.String(), `name="namesake" value="yes">`) {
		t.Errorf("a website that is listed: %d", w.Code)
	}
	v.adds("name", "Igalia", "namesake", "yes")
}

func TestFewCoopsAreBegunFromOneAddress(t *testing.T) {
	h := claimable(t, happened(t), sites{})
	for n := range 6 {
		w := newVisitor(t, h).post("/add", brook()...)
		if (n < 5) != (w.Code == http.StatusSeeOther) || n == 5 && w.Code != http.StatusTooManyRequests {
			t.Errorf("number %d: %d", n+1, w.Code)
		}
	}
}

func TestTrialAddsWithoutLooking(t *testing.T) {
	d := happened(t)
	v := newVisitor(t, claimable(t, d, sites{}))
	v.adds()
	if w := v.post("/add/pretend"); w.Code != http.StatusNotFound {
		t.Errorf("outside of a trial: %d", w.Code)
	}
	c := config
	c.Sandbox = true
	v = newVisitor(t, pagesOf(t, d, c))
	v.post("/add", brook()...)
	v.post("/add/pretend")
	if body := v.get("/add").Body.String(); !strings.Contains(body, "This is a trial, so nothing was looked at.") {
		t.Error("the sandbox proof does not say so")
	}
}
