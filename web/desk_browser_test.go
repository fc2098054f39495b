package web_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"coopverse/directory"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// deskType is a page of a co-op's desk: one that is asked for, or one that a
// form leads to.
type deskType struct {
	name, path string
	form       url.Values
	parts      []part
	page       []byte // as somebody else's browser has it
}

// manned is the directory with somebody who speaks for Agaric, and the pages of
// its desk.
func manned(t testing.TB) (*httptest.Server, seat, []deskType) {
	t.Helper()
	d := happened(t)
	waits(t, d, "eve")
	c := config
	c.Prove, c.ProofWays = claimConfig(sites{}).Prove, claimConfig(sites{}).ProofWays
	c.Sandbox = true
	c.Origin = "http://coops.example" // so that the cookie needs no https
	m := http.NewServeMux()
	h := pagesOf(t, d, c)
	m.Handle("/", h)
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
	m.HandleFunc("/coops/{handle}/avatar/{file}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(painted(t, 400, 400, "").Data)
	})
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)

	ada, grace := seated(t, d, "agaric", "Ada", directory.Owner), seated(t, d, "agaric", "Grace", directory.Editor)
	join(t, d, "hypha", ada.by, directory.Editor)
	ada.cookie.Name, grace.cookie.Name = "session", "session"
	busy(t, d, ada)
	strained(t, d)
	allow(t, d, "friends.example", strings.Repeat("long", 12)+".example")
	if err := d.BlockDomains(context.Background(), ada.by, directory.BlockedDomain{Domain: "spam.example", Reason: "Spam", Note: "Report 3", Obfuscated: true}); err != nil {
		t.Fatal(err)
	}
	adds := newVisitor(t, h)
	adds.post("/add", brook()...)
	proving := adds.get("/add").Body.Bytes()
	adds.post("/add/pretend")
	for text, due := range map[string]time.Duration{
		"**We have a desk free** in our new house.\n\n- light\n- quiet\n- [near the station](https://agaric.example/way)\n\n#coworking": 50 * time.Hour, "Our next open evening, with @nobody@mastodon.example": 90 * time.Hour,
	} {
		waits, err := d.Schedule(context.Background(), grace.by, "agaric", directory.Draft{Text: text, Markdown: true, Language: "en", Pictures: []directory.DraftPicture{painted(t, 600, 400, "A desk by a window.")}}, time.Now().Add(due))
		if err == nil && due > 80*time.Hour {
			err = d.NotPublished(context.Background(), waits, "@nobody@mastodon.example: not found", true)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	waiting, err := d.ScheduledPosts(context.Background(), "agaric")
	if err != nil {
		t.Fatal(err)
	}
	waits := scheduledAt("agaric", waiting[0].ID)
	replies, err := d.AllReplies(context.Background(), "agaric", 1)
	if err != nil {
		t.Fatal(err)
	}
	ada.sends(h, "/coops/agaric/news/replies", url.Values{"do": {"hide"}, "reply": {replies[0].ID}})
	for _, name := range []string{"Kathleen", "Радиа", strings.Repeat("long", 12)} {
		befriend(t, d, "agaric", name)
	}
	befriend(t, d, "agaric", "mallory")
	ada.sends(h, "/coops/agaric/followers/block", url.Values{"block": {stranger("mallory", "").ID}})
	join(t, d, directory.DirectoryHandle, ada.by, directory.Editor)

	older := ada.entryForm(t, h, "agaric")
	theirs := ada.entryForm(t, h, "agaric")
	theirs.Set("founded", "2005")
	theirs.Set("members", "9")
	grace.sends(h, "/coops/agaric/edit", theirs)
	older.Set("founded", "2004")
	older.Set("do", "save")
	fine := ada.entryForm(t, h, "agaric")
	fine.Set("do", "preview")
	wrong := ada.entryForm(t, h, "agaric")
	wrong.Set("founded", "long ago")
	wrong.Set("places", "Nowhere at all")
	wrong.Set("services", "witchcraft")
	wrong.Set("website", "agaric.example/"+strings.Repeat("a-very-long-page-", 20))

	edit := newsPath("agaric", 2) + "/edit"
	photo := painted(t, 900, 600, "").Data
	full := filledIn(ada.entryForm(t, h, "hypha"))
	ada.uploads(t, h, "/coops/hypha/edit", withFiles(full, part{"logo-file", "logo.png", painted(t, 300, 200, "").Data}, part{"header-file", "head.png", photo})...)
	unfit := filledIn(ada.entryForm(t, h, "hypha"))
	unfit.Set("links", "Code | git.example\n"+strings.Repeat("long", 100))
	unfit.Set("logo-remove", "yes")
	return server, ada, []deskType{
		{name: "edit", path: "/coops/agaric/edit"},
		{name: "edit-preview", path: "/coops/agaric/edit", form: fine},
		{name: "edit-wrong", path: "/coops/agaric/edit", form: wrong},
		{name: "edit-full", path: "/coops/hypha/edit"},
		{name: "edit-unfit", path: "/coops/hypha/edit", parts: withFiles(unfit, part{"header-file", strings.Repeat("long", 30) + ".svg", []byte("<svg/>")})},
		{name: "history", path: "/coops/agaric/history"},
		{name: "history-full", path: "/coops/hypha/history"},
		{name: "coop-full", path: "/coops/hypha"},
		{name: "edit-conflict", path: "/coops/agaric/edit", form: older},
		{name: "desk", path: "/coops/agaric/news"},
		{name: "evidence", path: "/coops/agaric/evidence"},
		{name: "evidence-wrong", path: "/coops/agaric/evidence", form: url.Values{"kind": {"bylaws"}, "link": {"javascript:alert(1)"}}},
		{name: "vouch", path: "/coops/igalia/vouch"},
		{name: "add-wrong", path: "/add", form: url.Values{"name": {"Brook <b>Works</b>"}, "website": {"brook"}, "founded": {"soon"}, "services": {"maps-gis"}, "kind-1": {"bylaws"}}},
		{name: "add-listed", path: "/add", form: formed(append(brook(), "name", "Igalia")...)},
		{name: "add-prove", page: proving},
		{name: "add-send", page: adds.get("/add").Body.Bytes()},
		{name: "me-operator", path: "/me"},
		{name: "operators", path: "/operators"},
		{name: "operators-entries", path: "/operators/entries"},
		{name: "operators-entries-wrong", path: "/operators/entries/1", form: url.Values{"do": {"refuse"}, "why": {" "}}},
		{name: "operators-evidence", path: "/operators/evidence"},
		{name: "operators-claims", path: "/operators/claims"},
		{name: "operators-reports", path: "/operators/reports?all=1"},
		{name: "operators-servers", path: "/operators/servers"},
		{name: "operators-waiting", path: "/operators/servers?waiting=1"},
		{name: "operators-server", path: "/operators/servers/mastodon.example"},
		{name: "operators-allowed", path: "/operators/allowed"},
		{name: "operators-allowed-wrong", path: "/operators/allowed", form: url.Values{"domain": {"co.uk"}, "note": {"All of it"}}},
		{name: "operators-only", path: "/operators/allowed/only"},
		{name: "operators-import", path: "/operators/domains/import"},
		{name: "operators-import-plan", path: "/operators/domains/import", parts: []part{written("do", "preview"), written("list",
			"#domain,#severity,#public_comment,#obfuscate\n"+strings.Repeat("bad", 15)+".example,suspend,\"Hate, and "+strings.Repeat("long", 40)+"\",true\nspam.example,suspend,Spam and scams,false\nmastodon.example,suspend,,\nloud.example,silence,,\nco.uk,suspend,,\n")}},
		{name: "operators-import-wrong", path: "/operators/allowed/import", parts: []part{written("do", "preview"), written("list", "domain;severity\n")}},
		{name: "operators-actors", path: "/operators/actors"},
		{name: "operators-log", path: "/operators/log"},
		{name: "coop-known", path: "/coops/igalia"},
		{name: "compose", path: "/coops/agaric/news/new"},
		{name: "compose-preview", path: "/coops/agaric/news/new", parts: []part{
			written("text", "We moved to a larger house, and there is a desk free: https://agaric.example/desk\n\n#coworking"), written("language", "en"),
			{"file-1", "house.png", photo}, written("alt-1", "A house with a green door."), written("boost", "yes"), written("do", "preview"),
		}},
		{name: "compose-wrong", path: "/coops/agaric/news/new", parts: []part{
			written("text", strings.Repeat("Too long. ", 600)), {"file-1", "house.png", photo}, {"file-2", strings.Repeat("long", 30) + ".html", []byte("<html>")},
			written("alt-2", "A page"), written("alt-3", "Nothing"), written("do", "post"),
		}},
		{name: "recompose", path: edit},
		{name: "recompose-conflict", path: edit, parts: []part{written("version", "1"), written("text", "Mine."), written("language", "de"), written("do", "post")}},
		{name: "compose-answer", path: "/coops/agaric/news/new?" + url.Values{"answer": {replies[0].ID}}.Encode()},
		{name: "compose-when-wrong", path: "/coops/agaric/news/new", parts: []part{
			written("text", "## Soon\n\n> We *move*, they said.\n\n1. pack\n2. `carry`\n\n```\nmake house\n```"), written("when", "later"), written("due", "2020-01-01T09:00"), written("do", "post"),
		}},
		{name: "compose-markdown", path: "/coops/agaric/news/new", parts: []part{
			written("text", "## Soon\n\n> We *move*, they said.\n\n1. pack\n2. `carry` ~~nothing~~\n   - **everything**\n\n```\nmake house\n```"), written("language", "en"), written("do", "preview"),
		}},
		{name: "recompose-waiting", path: waits + "/edit"},
		{name: "cancel", path: waits + "/cancel"},
		{name: "people", path: "/coops/agaric/people"},
		{name: "delete", path: newsPath("agaric", 2) + "/delete"},
		{name: "followers", path: "/coops/agaric/followers"},
		{name: "domains", path: "/operators/domains"},
		{name: "domains-wrong", path: "/operators/domains", form: url.Values{"domain": {"co.uk"}, "reason": {"Spam"}, "note": {"All of it"}}},
	}
}

// filledIn is the form of an entry in which nothing is left empty.
func filledIn(form url.Values) url.Values {
	for field, text := range map[string]string{
		"summary": "We build websites, and look after servers & people.", "contact": "hello@hypha.example", "hiring": "https://hypha.example/jobs",
		"links": "Code | https://git.example/hypha\nHandbook | https://handbook.hypha.example/" + strings.Repeat("a-very-long-page-", 6), "networks": "CoTech | https://coops.tech\nEsperanza",
		"products": "Mycelium | https://mycelium.example", "extra": "Wage ratio | 1:1\nDecisions | by consent", "founded": "2016", "members": "8",
		"logo-alt": "Logo of Hypha", "header-alt": "Seven people at a table", "discoverable": "true", "indexable": "false",
	} {
		form.Set(field, text)
	}
	return form
}

// body is the page as the directory answers.
func (d deskType) body(t testing.TB, h http.Handler, who seat) *httptest.ResponseRecorder {
	t.Helper()
	switch {
	case d.page != nil:
		return &httptest.ResponseRecorder{Body: bytes.NewBuffer(d.page)}
	case d.form != nil:
		return who.sends(h, d.path, d.form)
	case d.parts != nil:
		return who.uploads(t, h, d.path, d.parts...)
	}
	return who.asks(h, d.path)
}

// eachDeskPage opens every page of the desk in a browser, on each screen. What
// a form leads to is shown from a copy, at an address of its own.
func eachDeskPage(t *testing.T, screens []screen, look func(ctx context.Context, name string, s screen, scheme string)) {
	t.Helper()
	server, ada, types := manned(t)
	ctx := browser(t)
	copies := make(map[string][]byte)
	pages := server.Config.Handler
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, ok := copies[r.URL.Path]; ok {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(body)
			return
		}
		pages.ServeHTTP(w, r)
	})
	cookie := call(network.SetCookie, network.SetCookieParams{Name: ada.cookie.Name, Value: ada.cookie.Value, URL: server.URL})
	do(t, ctx, cookie)
	for i, p := range types {
		path := p.path
		if p.form != nil || p.parts != nil || p.page != nil {
			path = "/copy/" + strconv.Itoa(i)
			copies[path] = p.body(t, pages, ada).Body.Bytes()
		}
		for _, s := range screens {
			for _, scheme := range []string{"light", "dark"} {
				do(t, ctx, lookAt(s, scheme), chromedp.Navigate(server.URL+path))
				look(ctx, p.name, s, scheme)
			}
		}
	}
}

func TestDesksHaveNoBarriers(t *testing.T) {
	axe, err := os.ReadFile(fromNPM(t, "axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	eachDeskPage(t, []screen{desktop, phone}, func(ctx context.Context, name string, s screen, scheme string) {
		if count(t, ctx, "main h1") != 1 || count(t, ctx, ".error-code") != 0 {
			t.Fatalf("%s is not shown", name)
		}
		if found := barriers(t, ctx, axe); found != "" {
			t.Errorf("%s, %s, %s:\n%s", name, s.name, scheme, found)
		}
	})
}

func TestNoDeskScrollsSideways(t *testing.T) {
	var screens []screen
	for _, width := range []int64{320, 390, 768, 1280} {
		screens = append(screens, screen{width: width, height: 800, scale: 1})
	}
	eachDeskPage(t, screens, func(ctx context.Context, name string, s screen, _ string) {
		wide, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`Math.max(document.documentElement.scrollWidth, ...[...document.querySelectorAll("main .frame > *")]
			.map(e => e.getBoundingClientRect().left + e.scrollWidth + parseFloat(getComputedStyle(e.parentElement).paddingInlineEnd)))`))
		if err != nil {
			t.Fatal(err)
		}
		if int64(wide) > s.width {
			t.Errorf("%s is %.0f pixels wide on a screen of %d", name, wide, s.width)
		}
	})
}

// TestDeskScreenshots photographs the pages of the desk, as TestScreenshots does
// the others.
func TestDeskScreenshots(t *testing.T) {
	folder := os.Getenv("COOPVERSE_SCREENSHOTS")
	if folder == "" {
		t.Skip("set COOPVERSE_SCREENSHOTS to a folder to take screenshots")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	eachDeskPage(t, []screen{desktop, phone}, func(ctx context.Context, name string, s screen, scheme string) {
		png, err := captured(ctx, s, tallest*2)
		keep(t, folder, name, s, scheme, png, err)
	})
}

func TestMarkupOfDesksIsValid(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node: install it to check the markup")
	}
	validator := fromNPM(t, "html-validate/bin/html-validate.mjs")
	server, ada, types := manned(t)
	folder := t.TempDir()
	arguments := []string{validator, "--config", "testdata/browser/htmlvalidate.json", "--formatter", "stylish"}
	for _, p := range types {
		file := filepath.Join(folder, p.name+".html")
		if err := os.WriteFile(file, p.body(t, server.Config.Handler, ada).Body.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, file)
	}
	if out, err := exec.Command(node, arguments...).CombinedOutput(); err != nil {
		t.Errorf("html-validate: %v\n%s", err, out)
	}
}

// The preview follows what is typed, before anything is saved, and says in the
// place of what cannot be taken what stands.
func TestBrowserPreviewFollowsTyping(t *testing.T) {
	server, ada, _ := manned(t)
	ctx := browser(t)
	cookie := call(network.SetCookie, network.SetCookieParams{Name: ada.cookie.Name, Value: ada.cookie.Value, URL: server.URL})
	do(t, ctx, cookie, lookAt(phone, "light"), chromedp.Navigate(server.URL+"/coops/hypha/edit"))
	do(t, ctx, chromedp.SendKeys(chromedp.ID("f-name"), " of Toronto"), chromedp.SendKeys(chromedp.ID("f-founded"), "x"))
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.querySelector(".preview-name").textContent.includes("of Toronto")`)); err != nil {
		t.Fatal(err)
	}
	if count(t, ctx, ".preview-name") != 1 || count(t, ctx, "#f-founded") != 1 {
		t.Error("the page is not the same one")
	}
	do(t, ctx, chromedp.Navigate(server.URL+"/coops/hypha"))
	if count(t, ctx, `.coop-logo[alt="Logo of Hypha"]`) != 1 {
		t.Error("the page lacks the logo")
	}
	if now, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("h1").textContent`)); err != nil || strings.Contains(now, "Toronto") {
		t.Errorf("it was saved: %q, %v", now, err)
	}
}

// A person at a keyboard writes, looks at the preview with a picture that was
// chosen once, and posts.
func TestBrowserWritesNews(t *testing.T) {
	server, ada, _ := manned(t)
	ctx := browser(t)
	file := filepath.Join(t.TempDir(), "house.png")
	if err := os.WriteFile(file, painted(t, 300, 200, "").Data, 0o600); err != nil {
		t.Fatal(err)
	}
	cookie := call(network.SetCookie, network.SetCookieParams{Name: ada.cookie.Name, Value: ada.cookie.Value, URL: server.URL})
	do(t, ctx, cookie, lookAt(phone, "light"), chromedp.Navigate(server.URL+"/coops/agaric"))
	follow(t, ctx, `a[href="/coops/agaric/news/new"]`)
	do(t, ctx, chromedp.SendKeys(chromedp.ID("text"), "We moved to a larger house."), chromedp.Click(chromedp.CSS(".desk-pictures > summary")),
		chromedp.SetUploadFiles(chromedp.ID("file-1"), []string{file}), chromedp.SendKeys(chromedp.ID("alt-1"), "A house with a green door."))
	follow(t, ctx, `button[value="preview"]`)
	if count(t, ctx, `.preview img[alt="A house with a green door."]`) != 1 {
		t.Error("the preview lacks the picture")
	}
	follow(t, ctx, `button[value="post"]`)
	if count(t, ctx, ".desk-done") != 1 || count(t, ctx, `.news img[alt="A house with a green door."]`) != 1 {
		t.Error("it was not posted")
	}
}
