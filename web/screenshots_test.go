package web_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"coopverse/web"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// pageTypes names one address of each type of page.
var pageTypes = []struct{ name, path string }{
	{"front", "/"},
	{"search", "/?q=web&region=europe"},
	{"nothing", "/?q=submarine&region=asia"},
	{"coop", "/coops/agaric"},
	{"coop-defunct", "/coops/quilted"},
	{"coop-moved", "/coops/loomio"},
	{"coop-older", "/coops/loomio?before=11"},
	{"topics", "/topics"},
	{"topic", "/actors/new_zealand"},
	{"topic-large", "/actors/web_development"},
	{"topic-empty", "/actors/tuvalu"},
	{"follow-topic", "/actors/hosting/follow"},
	{"tag", "/tags/platformcoop"},
	{"tag-empty", "/tags/nothing"},
	{"resources", "/resources"},
	{"resource", "/resources/handbooks"},
	{"defunct", "/defunct"},
	{"about", "/about"},
	{"data", "/data"},
	{"rules", "/rules"},
	{"privacy", "/privacy"},
	{"contact", "/contact"},
	{"not-found", "/coops/nobody"},
	{"gone", "/coops/radicaldesigns"},
	{"follow", "/coops/agaric/follow"},
	{"follow-directory", "/follow"},
	{"post", "/coops/agaric/posts/2"},
	{"post-directory", "/actors/directory/posts/1"},
	{"post-gone", "/coops/hypha/posts/3"},
	{"introduction", "/coops/agaric/introduction"},
	{"claim", "/coops/agaric/claim"},
	{"claim-defunct", "/coops/quilted/claim"},
	{"sign-in", "/sign-in"},
	{"add", "/add"},
	{"bad-request", "/?q=%zz"},
}

// tallest is how many CSS pixels of a long page a screenshot shows.
const tallest = 2600

// TestScreenshots photographs every type of page, light and dark, on a phone
// and a desktop, into the folder that COOPVERSE_SCREENSHOTS names, and makes
// the pictures for docs/. It is a tool rather than a test, and runs only when that is set.
func TestScreenshots(t *testing.T) {
	folder := os.Getenv("COOPVERSE_SCREENSHOTS")
	if folder == "" {
		t.Skip("set COOPVERSE_SCREENSHOTS to a folder to take screenshots")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	server, ctx := served(t), browser(t)
	photographForReadme(t, ctx, server.URL, folder)
	origin, shown := local(t, func(*web.Config) {})
	walkAsOwner(t, ctx, origin, shown, func(name string) {
		for _, s := range []screen{desktop, phone} {
			for _, scheme := range []string{"light", "dark"} {
				do(t, ctx, lookAt(s, scheme))
				png, err := captured(ctx, s, tallest)
				keep(t, folder, "owner-"+name, s, scheme, png, err)
			}
		}
	})
	walkByAccount(t, func(ctx context.Context, name string) {
		for _, s := range []screen{desktop, phone} {
			for _, scheme := range []string{"light", "dark"} {
				do(t, ctx, lookAt(s, scheme))
				png, err := captured(ctx, s, tallest)
				keep(t, folder, "account-"+name, s, scheme, png, err)
			}
		}
	})
	for _, s := range []screen{desktop, phone} {
		for _, scheme := range []string{"light", "dark"} {
			for _, p := range pageTypes {
				png, err := photograph(ctx, server.URL+p.path, s, scheme, tallest)
				keep(t, folder, p.name, s, scheme, png, err)
			}
			mistype(t, ctx, server.URL, s, scheme)
			png, err := captured(ctx, s, tallest)
			keep(t, folder, "follow-mistyped", s, scheme, png, err)
		}
	}
}

func keep(t *testing.T, folder, name string, s screen, scheme string, png []byte, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s on a %s %s: %v", name, scheme, s.name, err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+"-"+s.name+"-"+scheme+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

func photograph(ctx context.Context, url string, s screen, scheme string, tallest float64) ([]byte, error) {
	if err := chromedp.Do(ctx, lookAt(s, scheme), chromedp.Navigate(url)); err != nil {
		return nil, err
	}
	return captured(ctx, s, tallest)
}

// captured is a picture of the page that the browser shows, with the pictures on
// it that would wait for somebody to scroll.
func captured(ctx context.Context, s screen, tallest float64) ([]byte, error) {
	height, err := chromedp.Run(ctx, chromedp.Evaluate[float64](
		`Promise.all([document.fonts.ready, ...[...document.images].map(i => { i.loading = "eager"; return i.decode() })])
			.then(() => document.documentElement.scrollHeight)`, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, err
	}
	beyond := true
	shot, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
		CaptureBeyondViewport: &beyond,
		Clip:                  &page.Viewport{Width: float64(s.width), Height: max(float64(s.height), min(height, tallest)), Scale: 1},
	})
	return shot.Data, err
}
