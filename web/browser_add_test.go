package web_test

import (
	"strings"
	"testing"

	"coopverse/web"

	"github.com/chromedp/chromedp"
)

// A co-op adds itself from the foot of any page, on a phone: a form, a proof, a
// passkey.
func TestBrowserAddsACoop(t *testing.T) {
	origin, s := local(t, func(*web.Config) {})
	ctx := browser(t)
	authenticator(t, ctx)
	do(t, ctx, lookAt(phone, "light"), chromedp.Navigate(origin+"/about"))
	follow(t, ctx, `.foot a[href="/add"]`)
	for id, text := range map[string]string{
		"f-name": "Brook Works", "f-website": "https://brook.coop", "f-places": "Leeds, United Kingdom", "f-contact": "ann@brook.coop",
	} {
		do(t, ctx, chromedp.SendKeys(chromedp.ID(id), text))
	}
	do(t, ctx, chromedp.Click(chromedp.CSS(".desk-group > summary")), chromedp.Click(chromedp.CSS(`input[value="maps-gis"]`)))
	follow(t, ctx, `.desk-form .button`)
	s["https://brook.coop"] = inside(source(t, ctx), "coopverse-claim=", "<")
	follow(t, ctx, `form[action="/add/check"] .button`)
	follow(t, ctx, `a[href="/register"]`)
	do(t, ctx, chromedp.SendKeys(chromedp.ID("name"), "Ann"))
	follow(t, ctx, `[data-passkey] .button`)
	if text := source(t, ctx); !strings.Contains(text, "<h1>Ann</h1>") || !strings.Contains(text, "Waits for an operator’s yes") {
		t.Errorf("in the end: %s", inside(text, "<main", "</main>"))
	}
}
