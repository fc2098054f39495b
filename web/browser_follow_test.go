package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// mastodon stands in for somebody's own server, and tells what it was asked.
func mastodon(t *testing.T) (asked chan string, flags []chromedp.ExecAllocatorOption) {
	t.Helper()
	asked = make(chan string, 10)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.URL.Path == "/authorize_interaction" {
			asked <- r.Host + " " + r.URL.Query().Get("uri") + " " + r.Referer()
		}
	}))
	t.Cleanup(server.Close)
	return asked, []chromedp.ExecAllocatorOption{
		chromedp.Flag("host-resolver-rules", "MAP mastodon.example:443 "+server.Listener.Addr().String()),
		chromedp.Flag("ignore-certificate-errors", true),
	}
}

// The form leads home in a real browser, whose own idea of our policy counts.
// With script the next form knows where; without, it is as before. A page that
// comes out of the browser's cache leads home as well.
func TestFollowFieldLeadsHome(t *testing.T) {
	asked, flags := mastodon(t)
	server := served(t)
	for name, off := range map[string]bool{"with script": false, "without script": true} {
		t.Run(name, func(t *testing.T) {
			ctx := browser(t, flags...)
			script := call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off})
			do(t, ctx, lookAt(phone, "light"), script)
			for range 2 {
				do(t, ctx, chromedp.Navigate(server.URL+"/coops/igalia"), chromedp.SetValue(chromedp.ID("server"), "mastodon.example"))
				follow(t, ctx, ".follow .button")
				want := "mastodon.example https://coops.example/coops/igalia " + server.URL + "/"
				if got := <-asked; got != want {
					t.Errorf("the server was asked %q, want %q", got, want)
				}
			}
			do(t, ctx, chromedp.Navigate(server.URL+"/coops/agaric"))
			if known := typed(t, ctx); (known == "mastodon.example") == off {
				t.Errorf("the next form has %q", known)
			}
		})
	}
}

func typed(t *testing.T, ctx context.Context) string {
	t.Helper()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("#server").value`))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// What cannot be used is said beside the field, which has the focus and keeps
// what was typed, and is not remembered.
func TestMistypedServerIsExplained(t *testing.T) {
	axe, err := os.ReadFile(fromNPM(t, "axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	server, ctx := served(t), browser(t)
	for _, s := range []screen{desktop, phone} {
		for _, scheme := range []string{"light", "dark"} {
			mistype(t, ctx, server.URL, s, scheme)
			if found := barriers(t, ctx, axe); found != "" {
				t.Errorf("%s, %s:\n%s", s.name, scheme, found)
			}
			state, err := chromedp.Run(ctx, chromedp.Evaluate[string](`[document.activeElement.id, document.activeElement.value,
				...document.activeElement.getAttribute("aria-describedby").split(" ").map(id => document.getElementById(id).className),
				localStorage.getItem("coopverse.server")].join(" ")`))
			if err != nil {
				t.Fatal(err)
			}
			if want := "server mastodon.example/@me wrong hint "; state != want {
				t.Errorf("%s, %s: the page is at %q, want %q", s.name, scheme, state, want)
			}
		}
	}
}

// mistype sends the follow form with what it cannot use.
func mistype(t *testing.T, ctx context.Context, origin string, s screen, scheme string) {
	t.Helper()
	do(t, ctx, lookAt(s, scheme), chromedp.Navigate(origin+"/coops/agaric"))
	do(t, ctx, chromedp.SetValue(chromedp.ID("server"), "mastodon.example/@me"))
	if r, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(".follow .button"))); err != nil || r.Status != http.StatusUnprocessableEntity {
		t.Fatalf("%v %+v", err, r)
	}
}

// One click selects the whole handle where nothing can be copied by button.
func TestHandleCanBeCopiedAndSelected(t *testing.T) {
	server, ctx := served(t), browser(t)
	do(t, ctx, lookAt(desktop, "light"), chromedp.Navigate(server.URL+"/coops/igalia"), chromedp.Click(chromedp.CSS(".account code")))
	selected, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector(".account [data-copy]").dataset.copy + " " + getSelection()`))
	if err != nil {
		t.Fatal(err)
	}
	if want := "@igalia@coops.example @igalia@coops.example"; strings.TrimSpace(selected) != want {
		t.Errorf("copied and selected: %q, want %q", selected, want)
	}
}
