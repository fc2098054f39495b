package web_test

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// eachMirrorPage shows each page about mirrors on each screen, light and dark.
func eachMirrorPage(t *testing.T, screens []screen, look func(ctx context.Context, name string, s screen, scheme string)) {
	t.Helper()
	d := happened(t)
	mirroring(t, d)
	server, ctx := httptest.NewServer(claimable(t, d, sites{})), browser(t)
	t.Cleanup(server.Close)
	for _, p := range mirrorTypes {
		for _, s := range screens {
			for _, scheme := range []string{"light", "dark"} {
				do(t, ctx, lookAt(s, scheme), chromedp.Navigate(server.URL+p.path))
				if count(t, ctx, "main h1") != 1 || count(t, ctx, ".error-code") != 0 {
					t.Fatalf("%s is not shown", p.name)
				}
				look(ctx, p.name, s, scheme)
			}
		}
	}
}

func TestPagesOfMirrorsFitAndHaveNoBarriers(t *testing.T) {
	axe, err := os.ReadFile(fromNPM(t, "axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	small := screen{name: "small", width: 320, height: 700, scale: 1}
	eachMirrorPage(t, []screen{desktop, phone, small}, func(ctx context.Context, name string, s screen, scheme string) {
		if found := barriers(t, ctx, axe); found != "" {
			t.Errorf("%s, %s, %s:\n%s", name, s.name, scheme, found)
		}
		wide, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`document.documentElement.scrollWidth`))
		if err != nil {
			t.Fatal(err)
		}
		if int64(wide) > s.width {
			t.Errorf("%s is %.0f pixels wide on a screen of %d", name, wide, s.width)
		}
	})
}

// TestMirrorScreenshots photographs the pages about mirrors, as TestScreenshots
// does the others.
func TestMirrorScreenshots(t *testing.T) {
	folder := os.Getenv("COOPVERSE_SCREENSHOTS")
	if folder == "" {
		t.Skip("set COOPVERSE_SCREENSHOTS to a folder to take screenshots")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	eachMirrorPage(t, []screen{desktop, phone}, func(ctx context.Context, name string, s screen, scheme string) {
		png, err := captured(ctx, s, tallest)
		keep(t, folder, name, s, scheme, png, err)
	})
}

func TestMarkupOfMirrorsIsValid(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node: install it to check the markup")
	}
	validator := fromNPM(t, "html-validate/bin/html-validate.mjs")
	d, folder := happened(t), t.TempDir()
	mirroring(t, d)
	h := claimable(t, d, sites{})
	arguments := []string{validator, "--config", "testdata/browser/htmlvalidate.json", "--formatter", "stylish"}
	for _, p := range mirrorTypes {
		file := filepath.Join(folder, p.name+".html")
		if err := os.WriteFile(file, get(h, p.path).Body.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, file)
	}
	if out, err := exec.Command(node, arguments...).CombinedOutput(); err != nil {
		t.Errorf("html-validate: %v\n%s", err, out)
	}
}
