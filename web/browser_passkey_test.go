package web_test

import (
	"context"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/web"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// local is the whole directory at localhost, the one place without https where
// browsers have passkeys, and the websites by which its co-ops prove claims.
func local(t *testing.T, change func(*web.Config)) (origin string, s sites) {
	t.Helper()
	return localOn(t, happened(t), change)
}

func localOn(t *testing.T, d *directory.Directory, change func(*web.Config)) (origin string, s sites) {
	t.Helper()
	s = sites{}
	server := httptest.NewUnstartedServer(nil)
	c := claimConfig(s)
	_, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
	c.Origin = "http://localhost:" + port
	change(&c)
	server.Config.Handler = pagesOf(t, d, c)
	server.Start()
	t.Cleanup(server.Close)
	return c.Origin, s
}

// authenticator gives the browser a device that makes passkeys and asks nobody.
func authenticator(t *testing.T, ctx context.Context) {
	t.Helper()
	do(t, ctx,
		call(webauthn.Enable, webauthn.EnableParams{}),
		call(webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}}))
}

// walkAsOwner claims a co-op in a browser, invites somebody, signs out and in
// again, and calls at on every page on the way.
func walkAsOwner(t *testing.T, ctx context.Context, origin string, s sites, at func(name string)) {
	t.Helper()
	authenticator(t, ctx)
	do(t, ctx, chromedp.Navigate(origin+"/coops/igalia"))
	follow(t, ctx, `.notice a[href="/coops/igalia/claim"]`)
	at("claim-first")
	follow(t, ctx, `form[action="/coops/igalia/claim"] .button`)
	at("claim-begun")
	follow(t, ctx, `form[action$="/check"] .button`)
	at("claim-missing")
	s.showAnywhere("igalia.com", inside(source(t, ctx), "coopverse-claim=", "<"))
	follow(t, ctx, `form[action$="/check"] .button`)
	at("claim-proved")
	follow(t, ctx, `a[href="/register"]`)
	at("register")
	do(t, ctx, chromedp.SendKeys(chromedp.ID("name"), "Ada Lovelace"))
	follow(t, ctx, `[data-passkey] .button`)
	if text := source(t, ctx); !strings.Contains(text, "<h1>Ada Lovelace</h1>") || !strings.Contains(text, "The entry is yours now") {
		t.Fatalf("after registering: %s", inside(text, "<main", "</main>"))
	}
	at("me")
	do(t, ctx, chromedp.Navigate(origin+"/coops/igalia/people"))
	at("people")
	follow(t, ctx, `form[action$="/invite"] .button`)
	at("people-invited")
	invitation := inside(source(t, ctx), `data-copy="`, `"`)
	do(t, ctx, chromedp.Navigate(invitation))
	at("invitation-signed-in")
	do(t, ctx, chromedp.Navigate(origin+"/me"))
	follow(t, ctx, `form[action="/sign-out"] .button`)
	do(t, ctx, chromedp.Navigate(invitation))
	at("invitation")
	do(t, ctx, chromedp.Navigate(origin+"/coops/igalia/people"))
	at("sign-in")
	follow(t, ctx, `[data-passkey] .button`)
	if text := source(t, ctx); !strings.Contains(text, "Who speaks for Igalia") {
		t.Fatalf("after signing in: %s", inside(text, "<main", "</main>"))
	}
	do(t, ctx, chromedp.Navigate(origin+"/coops/quilted/people"))
	at("not-yours")
	// The device has a passkey of this person already, and says so.
	do(t, ctx, chromedp.Navigate(origin+"/me"), chromedp.Click(chromedp.CSS(`[data-passkey] .button`)), chromedp.WaitVisible(chromedp.CSS(`.wrong`)))
	at("me-known")
	do(t, ctx, chromedp.Navigate(origin+"/coops/igalia/claim"))
	at("claim-owner")
	follow(t, ctx, `a[href="/me"]`)
	follow(t, ctx, `input[value="all"] + .button`)
}

func source(t *testing.T, ctx context.Context) string {
	t.Helper()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.documentElement.outerHTML`))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestOwnerWalksThroughInABrowser(t *testing.T) {
	axe, err := os.ReadFile(fromNPM(t, "axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	origin, s := local(t, func(*web.Config) {})
	ctx := browser(t)
	walkAsOwner(t, ctx, origin, s, func(name string) {
		fits(t, ctx, axe, name)
	})
}

// In a trial nobody needs a website to see all of it.
func TestTrialIsClaimedInABrowser(t *testing.T) {
	origin, _ := local(t, func(c *web.Config) { c.Sandbox, c.Prove, c.ProofWays = true, nil, nil })
	ctx := browser(t)
	authenticator(t, ctx)
	do(t, ctx, chromedp.Navigate(origin+"/coops/agaric/claim"))
	follow(t, ctx, `form[action="/coops/agaric/claim"] .button`)
	follow(t, ctx, `form[action$="/pretend"] .button`)
	follow(t, ctx, `a[href="/register"]`)
	do(t, ctx, chromedp.SendKeys(chromedp.ID("name"), "Ada"))
	follow(t, ctx, `[data-passkey] .button`)
	if !strings.Contains(source(t, ctx), "The entry is yours now") {
		t.Error("the trial's proof makes nobody an owner")
	}
}

// What a browser cannot do is said in words: that it has no passkeys, and that
// they need the script.
func TestBrowserWithoutPasskeysIsTold(t *testing.T) {
	origin, _ := local(t, func(*web.Config) {})
	ctx := browser(t)
	without := call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `delete window.PublicKeyCredential`})
	do(t, ctx, without, chromedp.Navigate(origin+"/sign-in"), chromedp.WaitVisible(chromedp.CSS(`.wrong`)))
	shown := func(want string) {
		t.Helper()
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("main").innerText`))
		if err != nil || !strings.Contains(text, want) {
			t.Errorf("not told %q: %q %v", want, text, err)
		}
	}
	shown("This browser cannot use passkeys")
	off := call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	do(t, ctx, off, chromedp.Navigate(origin+"/sign-in"))
	shown("Passkeys need JavaScript")
}
