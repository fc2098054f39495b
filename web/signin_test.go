package web_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestInvitations(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		s := sites{}
		h := claimable(t, d, s)
		ada := owner(t, h, s, "igalia", "Ada")
		link := ada.invite("igalia", "editor")
		if body := newVisitor(t, h).get(link).Body.String(); !strings.Contains(body, "You are invited to be an editor") || strings.Contains(body, "Accept as") {
			t.Error("the invitation does not say to what")
		}
		guest := newVisitor(t, h)
		guest.post(link)
		grace := newVisitor(t, h)
		grace.post(link)
		if w := grace.create("/register/begin", "/register/finish", "Grace"); w.Code != http.StatusOK {
			t.Fatalf("by the invitation: %d %s", w.Code, w.Body)
		}
		for path, want := range map[string]int{link: 422, "/invitations/" + strings.Repeat("A", 26): 404} {
			for _, w := range []*httptest.ResponseRecorder{newVisitor(t, h).get(path), newVisitor(t, h).post(path)} {
				if w.Code != want {
					t.Errorf("%s: %d, want %d", path, w.Code, want)
				}
			}
		}
		if w := guest.create("/register/begin", "/register/finish", "Guest"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "used already") {
			t.Errorf("the second who uses it: %d %s", w.Code, w.Body)
		}

		// an editor invites and removes nobody
		for _, w := range []*httptest.ResponseRecorder{
			grace.get("/coops/igalia/people"), grace.post("/coops/igalia/people/invite", "role", "owner"), grace.post("/coops/igalia/people/1/remove"),
			grace.post("/coops/igalia/people/2/role", "role", "owner"), grace.post("/coops/igalia/people/invitations/1/withdraw"),
		} {
			if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "not yours to change") {
				t.Errorf("an editor: %d", w.Code)
			}
		}
		if w := ada.post("/coops/agaric/people/invite", "role", "owner"); w.Code != http.StatusForbidden {
			t.Errorf("an owner of another co-op: %d", w.Code)
		}
		if w := ada.post("/coops/igalia/people/invite", "role", "emperor"); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("an odd role: %d", w.Code)
		}

		// who is removed is out at once, and so are the open invitations
		open := ada.invite("igalia", "owner")
		members, err := d.Members(context.Background(), "igalia")
		if err != nil || len(members) != 2 {
			t.Fatal(members, err)
		}
		ada.post("/coops/igalia/people/" + itoa(members[1].PersonID) + "/remove")
		if w := grace.get("/me"); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "/coops/igalia/edit") {
			t.Errorf("removed, and still an editor: %d", w.Code)
		}
		if w := grace.post(open); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "expired") {
			t.Errorf("an invitation that has ended: %d", w.Code)
		}
		if w := ada.post("/coops/igalia/people/" + itoa(members[0].PersonID) + "/remove"); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("the last owner leaves: %d", w.Code)
		}
		if w := grace.post(ada.invite("igalia", "owner")); w.Header().Get("Location") != "/me" {
			t.Errorf("who is signed in accepts: %d", w.Code)
		}
		if w := grace.get("/coops/igalia/people"); w.Code != http.StatusOK {
			t.Errorf("as an owner: %d", w.Code)
		}
	})
}

func itoa(id int64) string { return strconv.FormatInt(id, 10) }

func TestSigningOutEndsOtherBrowsersAtOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		s := sites{}
		h := claimable(t, d, s)
		here := owner(t, h, s, "igalia", "Ada")
		there := newVisitor(t, h)
		there.key = here.key
		there.use()
		if w := there.get("/me"); w.Code != http.StatusOK || strings.Count(w.Body.String(), `action="/me/sign-ins/end"`) != 2 {
			t.Fatalf("in another browser: %d", w.Code)
		}
		stranger := owner(t, h, s, "agaric", "Mallory")
		for id := range 4 {
			stranger.post("/me/sign-ins/end", "id", itoa(int64(id+1)))
		}
		if w := here.get("/me"); w.Code != http.StatusOK {
			t.Fatalf("somebody else has ended the sign-in: %d", w.Code)
		}
		there.post("/me/sign-ins/end", "id", "1")
		if w := here.get("/me"); w.Code != http.StatusSeeOther {
			t.Errorf("after one was ended: %d", w.Code)
		}
		here.use()
		copied := *there
		copied.cookies = map[string]*http.Cookie{"__Host-session": there.cookies["__Host-session"]}
		there.post("/me/sign-ins/end", "id", "all")
		for _, v := range []*visitor{here, there, &copied} {
			if w := v.get("/me"); w.Code != http.StatusSeeOther {
				t.Errorf("after signing out everywhere: %d", w.Code)
			}
		}
	})
}

// What is not a passkey of ours for this very question is not taken.
func TestPasskeysAreCheckedOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		s := sites{}
		h := claimable(t, d, s)
		v := owner(t, h, s, "igalia", "Ada")
		v.post("/sign-out")
		asked := func() []byte {
			return v.script("/sign-in/begin", nil, "application/x-www-form-urlencoded").Body.Bytes()
		}
		refused := func(what, path string, body []byte) {
			t.Helper()
			if w := v.script(path, bytes.NewReader(body), "text/plain"); w.Code != http.StatusUnauthorized {
				t.Errorf("%s: %d %s", what, w.Code, w.Body)
			}
			if w := v.get("/me"); w.Code != http.StatusSeeOther {
				t.Errorf("%s: signed in", what)
			}
		}
		refused("without a question", "/sign-in/finish", v.assertion(asked())[:10])
		old := v.assertion(asked())
		asked()
		refused("the answer to an older question", "/sign-in/finish", old)
		refused("no question is open", "/sign-in/finish", old)
		v.origin = "https://coops.example.evil.example"
		refused("from another site", "/sign-in/finish", v.assertion(asked()))
		v.origin = config.Origin
		other := *v.key
		v.key.id = []byte("somebody else's")
		refused("an unknown passkey", "/sign-in/finish", v.assertion(asked()))
		*v.key = other
		v.key.user = []byte("somebody else's")
		refused("of another person", "/sign-in/finish", v.assertion(asked()))
		*v.key = other
		refused("as a registration", "/register/finish", v.assertion(asked()))
		if w := v.use(); w.Code != http.StatusOK {
			t.Fatalf("the real one: %d %s", w.Code, w.Body)
		}
		v.post("/sign-out")
		v.key.counter -= 2
		refused("a copy", "/sign-in/finish", v.assertion(asked()))
		log, err := d.AuditLog(context.Background(), directory.DirectoryHandle, 1)
		if err != nil || len(log) != 1 || log[0].Act != "refused a passkey that may be a copy" || log[0].Who != "Ada" {
			t.Errorf("the audit log says %v %v", log, err)
		}
	})
}

func TestPasskeysAreAddedAndRemoved(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		s := sites{}
		h := claimable(t, d, s)
		v := owner(t, h, s, "igalia", "Ada")
		first := v.key
		if w := v.post("/me/passkeys/remove", "id", idOf(first)); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("the only passkey is removed: %d", w.Code)
		}
		if w := v.create("/me/passkeys/begin", "/me/passkeys/finish", ""); w.Code != http.StatusOK {
			t.Fatalf("one more passkey: %d %s", w.Code, w.Body)
		}
		if !bytes.Equal(first.user, v.key.user) {
			t.Error("the passkeys of one person do not belong together")
		}
		mallory := owner(t, h, s, "agaric", "Mallory")
		if w := mallory.post("/me/passkeys/remove", "id", idOf(first)); w.Code != http.StatusNotFound {
			t.Errorf("somebody else's passkey is removed: %d", w.Code)
		}
		if w := v.post("/me/passkeys/remove", "id", idOf(first)); w.Code != http.StatusSeeOther {
			t.Errorf("removed: %d", w.Code)
		}
		second := v.key
		v.post("/sign-out")
		v.key = first
		if w := v.use(); w.Code != http.StatusUnauthorized {
			t.Errorf("with the removed passkey: %d", w.Code)
		}
		v.key = second
		if w := v.use(); w.Code != http.StatusOK {
			t.Errorf("with the second passkey: %d", w.Code)
		}
	})
}

func idOf(k *passkey) string {
	return inside(string(k.said(map[string]any{})), `"id":"`, `"`)
}

// Everything that changes something takes forms of our own pages only.
func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	s := sites{}
	h := claimable(t, happened(t), s)
	v := owner(t, h, s, "igalia", "Ada")
	for _, path := range []string{
		"/coops/igalia/claim", "/coops/igalia/claim/check", "/coops/igalia/claim/take", "/coops/igalia/people/invite", "/coops/igalia/people/1/remove",
		"/invitations/x", "/register/begin", "/register/finish", "/sign-in/begin", "/sign-in/finish", "/sign-out",
		"/me/passkeys/begin", "/me/passkeys/finish", "/me/passkeys/remove", "/me/sign-ins/end",
	} {
		for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("id=1"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(name, value)
			if w := v.do(r); w.Code != http.StatusForbidden {
				t.Errorf("%s with %s: %d", path, name, w.Code)
			}
		}
	}
	if w := v.get("/me"); w.Code != http.StatusOK {
		t.Errorf("afterwards: %d", w.Code)
	}
}

func TestCookieIsKeptFromOthers(t *testing.T) {
	d := happened(t)
	v := newVisitor(t, claimable(t, d, sites{}))
	v.post("/coops/igalia/claim")
	c := v.cookies["__Host-session"]
	if c == nil || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("on https: %+v", c)
	}
	local := config
	local.Origin, local.Sandbox = "http://localhost:8080", true
	v = newVisitor(t, pagesOf(t, d, local))
	v.post("/coops/igalia/claim")
	if c := v.cookies["session"]; c == nil || c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("on http: %+v", c)
	}
}

// Pages that everybody reads are the same for who is signed in, and those that
// are not are kept by nobody.
func TestPublicPagesKnowNobody(t *testing.T) {
	s := sites{}
	h := claimable(t, happened(t), s)
	v := owner(t, h, s, "igalia", "Ada")
	session := v.session()
	for _, path := range []string{"/", "/coops/igalia", "/about", "/nothing"} {
		mine, theirs := v.get(path), newVisitor(t, h).get(path)
		if mine.Body.String() != theirs.Body.String() || mine.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s is another page for who is signed in", path)
		}
	}
	for _, path := range []string{"/me", "/sign-in", "/register", "/coops/igalia/claim", "/coops/igalia/people", "/invitations/x"} {
		if cached := v.get(path).Header().Get("Cache-Control"); !strings.HasPrefix(cached, "no-store") {
			t.Errorf("%s may be kept: %q", path, cached)
		}
	}
	if v.session() != session {
		t.Error("the session has changed by reading")
	}
}
