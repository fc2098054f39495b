package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/web"

	"github.com/chromedp/chromedp"
)

// theirs stands in for somebody's own server, which says yes.
func theirs(t *testing.T, callback *string) []chromedp.ExecAllocatorOption {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := url.Values{"code": {"a code"}, "state": {r.URL.Query().Get("state")}}
		http.Redirect(w, r, *callback+"?"+answer.Encode(), http.StatusFound)
	}))
	t.Cleanup(server.Close)
	return []chromedp.ExecAllocatorOption{
		chromedp.Flag("host-resolver-rules", "MAP social.example:443 "+server.Listener.Addr().String()),
		chromedp.Flag("ignore-certificate-errors", true),
	}
}

// beside has somebody else claim a co-op that has owners.
func beside(t testing.TB, d *directory.Directory, handle string) {
	t.Helper()
	ctx := context.Background()
	p, err := d.AddPersonByAccount(ctx, "Mallory", someAccount("mallory"))
	if err != nil {
		t.Fatal(err)
	}
	claim, err := d.BeginClaim(ctx, handle)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.ProveClaim(ctx, claim.ID, "meta", claim.Website); err != nil {
		t.Fatal(err)
	}
	if _, err := d.TakeClaim(ctx, claim.ID, directory.Actor{PersonID: p.ID, Name: p.Name}); err != nil {
		t.Fatal(err)
	}
}

// sentBy has an account send the code that a page shows.
func sentBy(t testing.TB, d *directory.Directory, name, page string) {
	t.Helper()
	code, sender := inside(page, "coopverse-", "<"), someAccount(name)
	if err := d.SentCode(context.Background(), directory.Heard{Peer: directory.Peer{ID: sender.ActorID}, ActivityID: sender.ActorID + "/" + code}, code, sender); err != nil {
		t.Fatal(err)
	}
}

// walkByAccount claims a co-op with an account in a browser, and signs in again
// by a code. It calls at on every page on the way.
func walkByAccount(t *testing.T, at func(ctx context.Context, name string)) {
	t.Helper()
	d, e, callback := happened(t), &elsewhere{next: "ada", links: map[string]string{}}, ""
	origin, _ := localOn(t, d, func(c *web.Config) { c.Accounts = e.accounts() })
	callback = origin + "/accounts/callback"
	ctx := browser(t, theirs(t, &callback)...)
	do(t, ctx, chromedp.Navigate(origin+"/coops/igalia/claim"))
	follow(t, ctx, `form[action="/coops/igalia/claim"] .button`)
	enter := func(text string) {
		t.Helper()
		do(t, ctx, chromedp.SetValue(chromedp.ID("account-name"), text))
		follow(t, ctx, `.account-form .button`)
	}
	enter("somebody")
	at(ctx, "claim-wrong")
	enter("@ada@social.example")
	at(ctx, "claim-missing")
	e.links[websiteOf(t, d, "igalia")] = e.account().ActorID
	enter("@ada@social.example")
	at(ctx, "claim-proved")
	follow(t, ctx, `a[href="/register"]`)
	at(ctx, "register")
	do(t, ctx, chromedp.SendKeys(chromedp.ID("name"), "Ada Lovelace"))
	follow(t, ctx, `form[action="/register/account"] .button`)
	if text := source(t, ctx); !strings.Contains(text, "<h1>Ada Lovelace</h1>") || !strings.Contains(text, "The entry is yours now") {
		t.Fatalf("after registering: %s", inside(text, "<main", "</main>"))
	}
	at(ctx, "me")
	beside(t, d, "igalia")
	do(t, ctx, chromedp.Navigate(origin+"/coops/igalia"))
	at(ctx, "coop-waiting")
	do(t, ctx, chromedp.Navigate(origin+"/me"))
	at(ctx, "me-ended")
	follow(t, ctx, `form[action="/sign-out"] .button`)
	do(t, ctx, chromedp.Navigate(origin+"/sign-in"))
	at(ctx, "sign-in")
	follow(t, ctx, `button[value="code"]`)
	at(ctx, "code")
	sentBy(t, d, "ada", source(t, ctx))
	follow(t, ctx, `a[href="/accounts/code"]`)
	at(ctx, "code-sent")
	follow(t, ctx, `form[action="/accounts/code"] .button`)
	if text := source(t, ctx); !strings.Contains(text, "<h1>Ada Lovelace</h1>") {
		t.Fatalf("after signing in: %s", inside(text, "<main", "</main>"))
	}
}

func TestAccountWalksThroughInABrowser(t *testing.T) {
	axe, err := os.ReadFile(fromNPM(t, "axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	walkByAccount(t, func(ctx context.Context, name string) {
		fits(t, ctx, axe, name)
	})
}

// accountPages are the pages that one comes by with an account.
func accountPages(t testing.TB) map[string][]byte {
	t.Helper()
	d, s := happened(t), sites{}
	h, e := social(t, d, s)
	pages := map[string][]byte{}
	keep := func(name string, w *httptest.ResponseRecorder) { pages["account-"+name] = w.Body.Bytes() }
	v := newVisitor(t, h)
	v.post("/coops/igalia/claim")
	v.post("/accounts", "for", "claim", "account", "somebody")
	keep("claim-wrong", v.get("/coops/igalia/claim"))
	e.next = "ada"
	c, err := d.Coop(context.Background(), "igalia")
	if err != nil {
		t.Fatal(err)
	}
	e.links[c.Website] = e.account().ActorID
	v.comes("claim")
	keep("claim-proved", v.get("/coops/igalia/claim"))
	keep("register", v.get("/register"))
	keep("register-wrong", v.post("/register/account"))
	v.post("/register/account", "name", "Ada")
	beside(t, d, "igalia")
	keep("coop-waiting", v.get("/coops/igalia"))
	v.create("/me/passkeys/begin", "/me/passkeys/finish", "")
	keep("me", v.get("/me"))
	keep("again", v.get("/sign-in?again"))
	guest := newVisitor(t, h)
	guest.post(v.invite("igalia", "editor"))
	keep("register-invited", guest.get("/register"))
	guest.post("/accounts", "for", "sign-in", "how", "code")
	keep("code", guest.get("/accounts/code"))
	sentBy(t, d, "ada", string(pages["account-code"]))
	keep("code-sent", guest.get("/accounts/code"))
	return pages
}
