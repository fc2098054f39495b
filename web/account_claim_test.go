package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
	"coopverse/web"
)

// website is that of a co-op, as it stands in the directory.
func websiteOf(t *testing.T, d *directory.Directory, handle string) string {
	t.Helper()
	c, err := d.Coop(context.Background(), handle)
	if err != nil {
		t.Fatal(err)
	}
	return c.Website
}

func TestClaimIsProvedByAnAccountThatTheWebsiteLinks(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h, e := social(t, d, sites{})
		ada := newVisitor(t, h)
		ada.post("/coops/igalia/claim")
		e.next = "ada"
		if to := ada.comes("claim"); to != "/coops/igalia/claim#seen" || !strings.Contains(ada.get("/coops/igalia/claim").Body.String(), "There is no link with rel=me to https://social.example/@ada") {
			t.Errorf("without the link: led to %s", to)
		}
		e.links[websiteOf(t, d, "igalia")] = e.account().ActorID
		if to := ada.comes("claim"); to != "/coops/igalia/claim" || !strings.Contains(ada.get(to).Body.String(), "The website links your account at") {
			t.Fatalf("with the link: led to %s", to)
		}
		if body := ada.get("/register").Body.String(); strings.Contains(body, "data-passkey") || !strings.Contains(body, "You are @ada@social.example") {
			t.Errorf("the form: %s", between(body, "<main", "</main>"))
		}
		if w := ada.create("/register/begin", "/register/finish", "Ada"); w.Code != http.StatusForbidden {
			t.Errorf("with a passkey in place of the account: %d", w.Code)
		}
		ada.post("/register/account", "name", "Ada")
		if body := ada.get("/me").Body.String(); !strings.Contains(body, "The entry is yours now") {
			t.Fatalf("registered: %s", between(body, "<main", "</main>"))
		}
		claims, err := d.Claims(context.Background(), "igalia")
		if err != nil || len(claims) != 1 || claims[0].Method != "account" || claims[0].AccountID != e.account().ActorID {
			t.Errorf("the claim is %+v, %v", claims, err)
		}

		// the same account elsewhere is the same person, and nobody else
		e.links[websiteOf(t, d, "agaric")] = e.account().ActorID
		again := newVisitor(t, h)
		again.post("/coops/agaric/claim")
		again.comes("claim")
		if body := again.get("/coops/agaric/claim").Body.String(); !strings.Contains(body, "Claim as Ada") {
			t.Errorf("who is known: %s", between(body, "<main", "</main>"))
		}
		again.post("/coops/agaric/claim/take")
		if body := again.get("/me").Body.String(); !strings.Contains(body, "The entry is yours now") {
			t.Error("who is known does not take it")
		}

		// and proves another website of the co-op as well
		_, _, err = d.EditCoop(context.Background(), "igalia", directory.Edit{Source: directory.FromCoop, Set: map[string]string{"website": "https://igalia.coop"}})
		if err != nil {
			t.Fatal(err)
		}
		e.links["https://igalia.coop"] = e.account().ActorID
		ada.post("/coops/igalia/evidence/check")
		claims, err = d.Claims(context.Background(), "igalia")
		if err != nil || claims[0].Website != "https://igalia.coop" || claims[0].Method != "account" {
			t.Errorf("at another website: %+v, %v", claims, err)
		}
	})
}

// What somebody else's account has proved is not for who happens to be signed in.
func TestClaimByAnAccountIsForItsPerson(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		s, d := sites{}, directory.New(db)
		h, e := social(t, d, s)
		ada, mallory := owner(t, h, s, "igalia", "Ada"), owner(t, h, s, "agaric", "Mallory")
		e.next = "ada"
		ada.comes("add")
		e.links[websiteOf(t, d, "sange")] = e.account().ActorID
		mallory.post("/coops/sange/claim")
		if to := mallory.comes("claim"); to != "/coops/sange/claim#account" || !strings.Contains(mallory.wrong("/coops/sange/claim"), "belongs to somebody else here than who is signed in, Mallory") {
			t.Errorf("led to %s", to)
		}
		// who is signed in brings the account along, if nobody has it and they have just signed in
		e.next = "new"
		e.links[websiteOf(t, d, "sange")] = e.account().ActorID
		mallory.comes("claim")
		stale(t, db)
		if w := mallory.post("/coops/sange/claim/take"); w.Header().Get("Location") != "/sign-in?again" {
			t.Errorf("without a fresh sign-in: %d %s", w.Code, w.Header().Get("Location"))
		}
		if w := mallory.use(); !strings.Contains(w.Body.String(), `"/coops/sange/claim"`) {
			t.Errorf("after signing in: %s", w.Body)
		}
		if w := mallory.post("/coops/sange/claim/take"); w.Header().Get("Location") != "/me" || !strings.Contains(mallory.get("/me").Body.String(), "@new@social.example") {
			t.Errorf("taken: %d %s", w.Code, w.Body)
		}
	})
}

// Somebody whose server has no OAuth sends a code, which counts once and in the
// browser that shows it.
func TestCodeShowsWhoSomebodyIs(t *testing.T) {
	storetest.EachSeededDatabase(t, func(t *testing.T, db *directory.Database) {
		s, d := sites{}, directory.New(db)
		h, e := social(t, d, s)
		ada := joined(t, h, e, owner(t, h, s, "igalia", "Owner"), "ada")
		ada.post("/sign-out")
		shown := func(v *visitor) string {
			t.Helper()
			return inside(v.get("/accounts/code").Body.String(), "@directory@coops.example coopverse-", "<")
		}
		sends := func(name, code string) error {
			t.Helper()
			sender := someAccount(name)
			return d.SentCode(context.Background(), directory.Heard{Peer: directory.Peer{ID: sender.ActorID}, ActivityID: sender.ActorID + "/" + code + name}, code, sender)
		}
		e.lacks = true
		if w := ada.post("/accounts", "for", "sign-in", "account", "ada@social.example"); w.Header().Get("Location") != "/accounts/code" {
			t.Fatalf("without OAuth: %d", w.Code)
		}
		if body := ada.get("/accounts/code").Body.String(); !strings.Contains(body, "Your server cannot confirm") || !strings.Contains(body, "Never send a code that somebody else gave you") {
			t.Errorf("the page: %s", between(body, "<main", "</main>"))
		}
		code := shown(ada)
		if len(code) != 16 {
			t.Fatalf("the code is %q", code)
		}
		if to := ada.post("/accounts/code").Header().Get("Location"); to != "/accounts/code" {
			t.Errorf("before it was sent: %s", to)
		}
		mallory := newVisitor(t, h)
		mallory.post("/accounts", "for", "sign-in", "how", "code")
		if err := sends("ada", code); err != nil {
			t.Fatal(err)
		}
		if err := sends("mallory", code); err == nil {
			t.Error("a second one has sent the code")
		}
		if err := sends("mallory", "AAAAAAAAAAAAAAAA"); err == nil {
			t.Error("a guessed code counts")
		}
		if w := mallory.post("/accounts/code"); w.Header().Get("Location") != "/accounts/code" {
			t.Error("it counts in another browser")
		}
		if body := ada.get("/accounts/code").Body.String(); !strings.Contains(body, "You are @ada@social.example") {
			t.Errorf("after it was sent: %s", between(body, "<main", "</main>"))
		}
		kept := ada.session()
		if to := ada.post("/accounts/code").Header().Get("Location"); to != "/me" {
			t.Errorf("led to %s", to)
		}
		old := newVisitor(t, h)
		old.cookies["__Host-session"] = &http.Cookie{Name: "__Host-session", Value: kept}
		if to := old.post("/accounts/code").Header().Get("Location"); to == "/me" {
			t.Error("a used code counts again")
		}
		code = shown(mallory)
		if _, err := db.SQL().Exec("UPDATE account_requests SET expires_at = $1", time.Now().UTC().Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
		if err := sends("mallory", code); err == nil {
			t.Error("a late code counts")
		}
		if to := mallory.get("/accounts/code").Header().Get("Location"); to != "/sign-in#account" {
			t.Errorf("late: led to %s", to)
		}
	})
}

// All owners are told on their page when a claim has waited beside them, and
// that it has ended by their being here.
func TestOwnersAreToldOfClaimsBesideThem(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		s := sites{}
		h, _ := social(t, d, s)
		ada := owner(t, h, s, "igalia", "Ada")
		owner(t, h, s, "igalia", "Grace")
		if body := get(h, "/coops/igalia").Body.String(); !strings.Contains(body, "Somebody else claims this entry") {
			t.Error("the page of the co-op does not say so")
		}
		for range 2 {
			if body := ada.get("/me").Body.String(); !strings.Contains(body, "Somebody else claimed the entry of Igalia. Because you are here, that has ended") {
				t.Errorf("her page: %s", between(body, "<main", "</main>"))
			}
		}
		if body := get(h, "/coops/igalia").Body.String(); strings.Contains(body, "Somebody else claims this entry") {
			t.Error("it has not ended")
		}
	})
}

// Where the directory has no name, only an account signs people in, and the
// pages say so.
func TestPasskeysWhereThereIsNoName(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		e := &elsewhere{links: map[string]string{}}
		c := claimConfig(sites{})
		c.Origin, c.Accounts = "http://192.0.2.7:8080", e.accounts()
		h := pagesOf(t, d, c)
		v := newVisitor(t, h)
		if body := v.get("/sign-in").Body.String(); strings.Contains(body, "data-passkey") || !strings.Contains(body, "There are no passkeys here") || !strings.Contains(body, `action="/accounts"`) {
			t.Errorf("the page: %s", between(body, "<main", "</main>"))
		}
		if w := v.use(); w.Code != 422 || !strings.Contains(w.Body.String(), "passkeys belong to one") {
			t.Errorf("a passkey: %d %s", w.Code, w.Body)
		}
		c.Accounts = web.Accounts{}
		if w := newVisitor(t, pagesOf(t, d, c)).post("/accounts", "for", "sign-in", "account", "a@social.example"); w.Code != http.StatusNotFound {
			t.Errorf("without accounts: %d", w.Code)
		}
	})
}
