package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// screen is a device on which pages are looked at.
type screen struct {
	name          string
	width, height int64
	scale         float64
	phone         bool
}

var (
	phone   = screen{name: "phone", width: 390, height: 844, scale: 2, phone: true}
	desktop = screen{name: "desktop", width: 1280, height: 860, scale: 1}
)

// browser starts a Chromium with a profile of its own, or skips the test with
// a reason where there is none.
func browser(t *testing.T, flags ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	path := chromium()
	if path == "" {
		t.Skip("no chromium: install it to test pages in a browser")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.WSURLReadTimeout(time.Minute),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(options, flags...)...)
	t.Cleanup(stop)
	tab, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { _ = chromedp.Cancel(tab); cancel() })
	if err := chromedp.Do(tab); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	ctx, expire := context.WithTimeout(tab, 5*time.Minute)
	t.Cleanup(expire)
	return ctx
}

func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// lookAt sets the screen and whether it is dark.
func lookAt(s screen, scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		call(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: s.width, Height: s.height, DeviceScaleFactor: s.scale, Mobile: s.phone,
		}),
		call(emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: s.phone}),
		call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}}),
	)
}

// call is a command of the browser's protocol as a step.
func call[P, R any](command cdp.Command[P, R], parameters P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, parameters)
		return err
	})
}

// served is the whole directory on a port of this machine. The pictures on
// posts, which federation serves, are there too.
func served(t *testing.T) *httptest.Server {
	t.Helper()
	d := happened(t)
	m := http.NewServeMux()
	m.Handle("/", claimable(t, d, sites{}))
	m.HandleFunc("/media/{file}", func(w http.ResponseWriter, r *http.Request) {
		hash, _, _ := strings.Cut(r.PathValue("file"), ".")
		p, err := d.Picture(r.Context(), hash)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", p.MediaType)
		_, _ = w.Write(p.Data)
	})
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	return server
}
