package web_test

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// npmFolder is where `npm ci` puts what these tests need.
const npmFolder = "testdata/browser/node_modules"

// fromNPM returns the path of a file of an npm package, or skips the test with
// a reason where it is not installed.
func fromNPM(t *testing.T, file string) string {
	t.Helper()
	path := filepath.Join(npmFolder, file)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no %s: run npm ci in web/testdata/browser", file)
	}
	return path
}

func TestNoPageHasBarriers(t *testing.T) {
	axe, err := os.ReadFile(fromNPM(t, "axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	server, ctx := served(t), browser(t)
	for _, p := range pageTypes {
		for _, s := range []screen{desktop, phone} {
			for _, scheme := range []string{"light", "dark"} {
				if err := chromedp.Do(ctx, lookAt(s, scheme), chromedp.Navigate(server.URL+p.path)); err != nil {
					t.Fatal(err)
				}
				if found := barriers(t, ctx, axe); found != "" {
					t.Errorf("%s, %s, %s:\n%s", p.name, s.name, scheme, found)
				}
			}
		}
	}
}

// barriers lists what axe finds on the page that the browser shows.
func barriers(t *testing.T, ctx context.Context, axe []byte) string {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](string(axe)+"; true")); err != nil {
		t.Fatal(err)
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		`axe.run().then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 120) + " " + n.failureSummary)).join("\n"))`,
		chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestNoPageScrollsSideways(t *testing.T) {
	server, ctx := served(t), browser(t)
	for _, width := range []int64{320, 360, 768, 1100, 1920} {
		for _, p := range pageTypes {
			if err := chromedp.Do(ctx, lookAt(screen{width: width, height: 800, scale: 1}, "light"), chromedp.Navigate(server.URL+p.path)); err != nil {
				t.Fatal(err)
			}
			// nor does anything stand in the margin
			wide, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`Math.max(document.documentElement.scrollWidth, ...[...document.querySelectorAll("main .frame > *")]
				.map(e => e.getBoundingClientRect().left + e.scrollWidth + parseFloat(getComputedStyle(e.parentElement).paddingInlineEnd)))`))
			if err != nil {
				t.Fatal(err)
			}
			if int64(wide) > width {
				t.Errorf("%s is %.0f pixels wide on a screen of %d", p.name, wide, width)
			}
		}
	}
}

// The whole walk through the directory, once as most people browse and once
// without script: it must be the same.
func TestWalkWithAndWithoutScript(t *testing.T) {
	server, ctx := served(t), browser(t)
	for name, off := range map[string]bool{"with script": false, "without script": true} {
		t.Run(name, func(t *testing.T) {
			script := call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off})
			do(t, ctx, lookAt(desktop, "light"), script, chromedp.Navigate(server.URL+"/"))

			do(t, ctx, chromedp.SendKeys(chromedp.ID("q"), "argentina"))
			follow(t, ctx, `.search button`)
			all := count(t, ctx, ".entry")
			if all < 8 {
				t.Fatalf("%d co-ops in Argentina", all)
			}
			follow(t, ctx, `a.facet[href*="service=hosting"]`)
			some := count(t, ctx, ".entry")
			if some == 0 || some >= all || count(t, ctx, ".chip") != 2 {
				t.Fatalf("%d of %d co-ops after the filter, with %d chips", some, all, count(t, ctx, ".chip"))
			}
			follow(t, ctx, `.chip[href="/?q=argentina"]`)
			if n := count(t, ctx, ".entry"); n != all {
				t.Errorf("%d co-ops after the chip is removed, want %d", n, all)
			}
			follow(t, ctx, `a[href="/coops/gcoop"]`)
			if count(t, ctx, ".fact") < 5 || count(t, ctx, ".edit") == 0 || count(t, ctx, ".notice") != 1 {
				t.Error("the co-op's page lacks facts, history or notice")
			}
			shown, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector("[data-copy]").checkVisibility()`))
			if err != nil {
				t.Fatal(err)
			}
			if shown == off {
				t.Errorf("the button that needs script is shown: %t", shown)
			}
			follow(t, ctx, `.similar a`)
			follow(t, ctx, `.brand`)
			if count(t, ctx, ".entry") != 50 {
				t.Error("the way back does not lead to the front page")
			}
		})
	}
}

func TestFiltersStandOpenOnlyWhereThereIsRoom(t *testing.T) {
	server, ctx := served(t), browser(t)
	for s, want := range map[screen]bool{desktop: true, phone: false} {
		do(t, ctx, lookAt(s, "light"), chromedp.Navigate(server.URL+"/"))
		open, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector(".facet").checkVisibility({contentVisibilityAuto: true})`))
		if err != nil {
			t.Fatal(err)
		}
		if open != want {
			t.Errorf("on a %s the filters are open: %t", s.name, open)
		}
		if want {
			continue
		}
		do(t, ctx, chromedp.Click(chromedp.CSS(".filters > summary")), chromedp.WaitVisible(chromedp.CSS(".facet")))
	}
}

// Every link and button can be reached with the keyboard and shows that it was.
func TestFocusIsVisible(t *testing.T) {
	server, ctx := served(t), browser(t)
	focused := call(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	do(t, ctx, lookAt(desktop, "light"), focused, chromedp.Navigate(server.URL+"/coops/agaric"))
	bare, err := chromedp.Run(ctx, chromedp.Evaluate[string](`[...document.querySelectorAll("a, button, input, summary")]
		.filter(e => e.checkVisibility())
		.filter(e => { e.focus({focusVisible: true}); const s = getComputedStyle(e); return document.activeElement !== e || s.outlineStyle === "none" || s.outlineWidth === "0px" })
		.map(e => e.outerHTML).join("\n")`))
	if err != nil {
		t.Fatal(err)
	}
	if bare != "" {
		t.Errorf("no visible focus on\n%s", bare)
	}
}

// TestMarkupIsValid asks html-validate.
func TestMarkupIsValid(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node: install it to check the markup")
	}
	validator := fromNPM(t, "html-validate/bin/html-validate.mjs")
	h, folder := seeded(t), t.TempDir()
	arguments := []string{validator, "--config", "testdata/browser/htmlvalidate.json", "--formatter", "json"}
	bodies := map[string][]byte{"follow-mistyped": send(h, "/coops/agaric/follow", "127.0.0.1").Body.Bytes()}
	maps.Copy(bodies, ownersPages(t))
	maps.Copy(bodies, accountPages(t))
	for _, p := range pageTypes {
		bodies[p.name] = get(h, p.path).Body.Bytes()
	}
	for name, body := range bodies {
		file := filepath.Join(folder, name+".html")
		if err := os.WriteFile(file, body, 0o600); err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, file)
	}
	out, err := exec.Command(node, arguments...).Output()
	if err == nil {
		return
	}
	var reports []struct {
		FilePath string
		Messages []struct {
			RuleID, Message string
			Line            int
		}
	}
	if json.Unmarshal(out, &reports) != nil {
		t.Fatalf("html-validate: %v\n%s", err, out)
	}
	for _, r := range reports {
		for _, m := range r.Messages {
			t.Errorf("%s, line %d: %s (%s)", strings.TrimSuffix(filepath.Base(r.FilePath), ".html"), m.Line, m.Message, m.RuleID)
		}
	}
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// follow clicks what selector finds and waits for the page that it leads to.
func follow(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	if r, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil || r.Status != 200 {
		t.Fatalf("follow %s: %v %+v", selector, err, r)
	}
}

func count(t *testing.T, ctx context.Context, selector string) int {
	t.Helper()
	n, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelectorAll(`+"`"+selector+"`"+`).length`))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// fits says of a page that no screen is too narrow for it, and nobody kept out.
func fits(t *testing.T, ctx context.Context, axe []byte, name string) {
	t.Helper()
	for _, s := range []screen{desktop, phone, {name: "small", width: 320, height: 700, scale: 1}} {
		for _, scheme := range []string{"light", "dark"} {
			do(t, ctx, lookAt(s, scheme))
			if found := barriers(t, ctx, axe); found != "" {
				t.Errorf("%s, %s, %s:\n%s", name, s.name, scheme, found)
			}
		}
		wide, err := chromedp.Run(ctx, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`))
		if err != nil || wide > s.width {
			t.Errorf("%s is %d pixels wide on a screen of %d: %v", name, wide, s.width, err)
		}
	}
}
