package web_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// send sends the follow form; headers are pairs: name, value.
func send(h http.Handler, path, typed string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(url.Values{"server": {typed}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// followPages is a directory whose people's servers answer as find does.
func followPages(t *testing.T, find func(ctx context.Context, account, actor string) (string, error)) http.Handler {
	t.Helper()
	d := directory.New(storetest.SQLite(t))
	storetest.ImportList(t, d, []byte(told), nil)
	c := config
	c.Follow = find
	return pagesOf(t, d, c)
}

func TestFollowLeadsToOnesOwnServer(t *testing.T) {
	const usual = "https://mastodon.example/authorize_interaction?uri=https%3A%2F%2Fcoops.example%2Fcoops%2Ftesta"
	var asked []string
	dialog := ""
	h := followPages(t, func(_ context.Context, account, actor string) (string, error) {
		asked = append(asked, account+" "+actor)
		return dialog, nil
	})
	for _, c := range []struct{ typed, dialog, want string }{
		{"mastodon.example", "", usual},
		{"https://mastodon.example/", "", usual},
		{"HTTPS://Mastodon.Example", "", usual},
		{"http://mastodon.example", "", usual},
		{" mastodon.example/ ", "", usual},
		{"ｍastodon.example", "", usual},
		{"@mastodon.example", "", usual},
		{"bücher.example", "", strings.Replace(usual, "mastodon.example", "xn--bcher-kva.example", 1)},
		{"me@mastodon.example", "", usual},
		{"@me@Mastodon.example", "", usual},
		{"acct:me@mastodon.example", "", usual},
		{"me@mastodon.example", "https://social.example/authorize-follow?acct=x", "https://social.example/authorize-follow?acct=x"},
		{"me@mastodon.example", "http://mastodon.example/f?uri=x", usual},
		{"me@mastodon.example", "javascript:alert(1)", usual},
		{"me@mastodon.example", "//social.example/f", usual},
	} {
		asked, dialog = nil, c.dialog
		w := send(h, "/coops/testa/follow", c.typed)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != c.want {
			t.Errorf("%q: %d to %q, want %q", c.typed, w.Code, w.Header().Get("Location"), c.want)
		}
		if strings.Contains(c.typed, "me@") && (len(asked) != 1 || asked[0] != "me@mastodon.example https://coops.example/coops/testa") {
			t.Errorf("%q: asked about %q", c.typed, asked)
		}
		if !strings.Contains(c.typed, "me@") && asked != nil {
			t.Errorf("%q names no account, but %q was asked about", c.typed, asked)
		}
	}
	w := send(h, "/follow", "mastodon.example")
	if want := "https://mastodon.example/authorize_interaction?uri=https%3A%2F%2Fcoops.example%2Factors%2Fdirectory"; w.Header().Get("Location") != want {
		t.Errorf("the directory: %q, want %q", w.Header().Get("Location"), want)
	}
	w = send(followPages(t, nil), "/coops/testa/follow", "me@mastodon.example")
	if w.Header().Get("Location") != usual {
		t.Errorf("without a look-up: %q, want %q", w.Header().Get("Location"), usual)
	}
}

func TestFollowRefusesWhatIsNoServer(t *testing.T) {
	h := followPages(t, func(_ context.Context, account, _ string) (string, error) {
		if account != "nobody@mastodon.example" {
			t.Errorf("asked about %q", account)
		}
		return "", errors.New("no such account")
	})
	for typed, want := range map[string]string{
		"":                                  "Type your handle, such as",
		"  ":                                "Type your handle, such as",
		"mastodon":                          "neither a handle",
		"localhost":                         "neither a handle",
		"mastodon.example.":                 "neither a handle",
		"mast odon.example":                 "neither a handle",
		"-x.example":                        "neither a handle",
		"a_b.example":                       "neither a handle",
		"@":                                 "Type your handle, such as",
		"@me@":                              "Type your handle, such as",
		"m e@mastodon.example":              "neither a handle",
		"@@mastodon.example":                "neither a handle",
		"javascript:alert(1)":               "without a page or a port",
		"mastodon.example:8443":             "without a page or a port",
		"me@mastodon.example:8443":          "without a page or a port",
		"https://mastodon.example:443/":     "without a page or a port",
		"https://mastodon.example/@me":      "without a page or a port",
		"mastodon.example/@me":              "without a page or a port",
		"https://me:pw@mastodon.example/":   "without a page or a port",
		"me@mastodon.example@evil.example":  "without a page or a port",
		"https://mastodon.example?x":        "without a page or a port",
		"https://mastodon.example#x":        "without a page or a port",
		`https://mastodon.example\.evil.ex`: "without a page or a port",
		"127.0.0.1":                         "instead of its IP address",
		"me@127.0.0.1":                      "instead of its IP address",
		"https://[::1]/":                    "instead of its IP address",
		"::1":                               "instead of its IP address",
		"127.1":                             "neither a handle",
		"2130706433":                        "neither a handle",
		"1.0x7f":                            "neither a handle",
		"coops.example":                     "own name",
		"me@coops.example":                  "own name",
		"nobody@mastodon.example":           "got no good answer",
		"<b>mastodon.example<b>":            "neither a handle",
	} {
		w := send(h, "/coops/testa/follow", typed)
		if w.Code != http.StatusUnprocessableEntity || w.Header().Get("Location") != "" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%q: %d to %q, %s", typed, w.Code, w.Header().Get("Location"), w.Header().Get("Cache-Control"))
		}
		wrong := between(w.Body.String(), `id="server-wrong">`, "</p>")
		if !strings.Contains(wrong, want) {
			t.Errorf("%q is answered with %q, want %q", typed, wrong, want)
		}
		if kept := between(w.Body.String(), `type="text" value="`, `"`); !strings.Contains(unescaped(kept), strings.TrimSpace(typed)) {
			t.Errorf("%q is kept as %q", typed, kept)
		}
	}
}

func unescaped(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#43;", "+").Replace(s)
}

// A link that begins with our name must not lead anywhere else.
func TestFollowTakesOnlyOurOwnForms(t *testing.T) {
	h := followPages(t, nil)
	for _, path := range []string{"/coops/testa/follow?server=mastodon.example", "/follow?server=mastodon.example"} {
		if w := get(h, path); w.Code != http.StatusOK || strings.Contains(w.Body.String(), `value="mastodon.example"`) {
			t.Errorf("a link to %s: %d to %q", path, w.Code, w.Header().Get("Location"))
		}
	}
	empty := httptest.NewRecorder()
	h.ServeHTTP(empty, httptest.NewRequest(http.MethodPost, "/follow?server=mastodon.example", nil))
	if empty.Code != http.StatusUnprocessableEntity {
		t.Errorf("an empty form sent to an address with a server: %d to %q", empty.Code, empty.Header().Get("Location"))
	}
	for _, foreign := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		w := send(h, "/coops/testa/follow", "mastodon.example", foreign...)
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "That form is not ours") {
			t.Errorf("%s: %d to %q", foreign, w.Code, w.Header().Get("Location"))
		}
	}
	if w := send(h, "/coops/testa/follow", "mastodon.example", "Sec-Fetch-Site", "same-origin"); w.Code != http.StatusSeeOther {
		t.Errorf("our own form: %d", w.Code)
	}
	if w := send(h, "/follow", strings.Repeat("x", 5000)); w.Code != http.StatusBadRequest {
		t.Errorf("a form of 5000 bytes: %d", w.Code)
	}
}

func TestOnlyWhoIsThereCanBeFollowed(t *testing.T) {
	h := seeded(t)
	for path, want := range map[string]int{
		"/coops/nobody/follow": 404, "/coops/radicaldesigns/follow": 410, "/coops/directory/follow": 404, "/coops/agaric/follow": 200,
	} {
		if w := get(h, path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
		if want == 200 {
			want = 303
		}
		if w := send(h, path, "mastodon.example"); w.Code != want {
			t.Errorf("%s, sent: %d, want %d", path, w.Code, want)
		}
	}
	if body := get(h, "/coops/quilted").Body.String(); strings.Contains(body, `id="server"`) {
		t.Error("a closed co-op asks to be followed")
	}
}

// Only a page with the form may send readers elsewhere.
func TestOnlyFollowFormsMayLeadAway(t *testing.T) {
	h := seeded(t)
	for _, p := range paths() {
		w := get(h, p)
		form := strings.Contains(w.Body.String(), `id="server"`)
		if away := strings.Contains(w.Header().Get("Content-Security-Policy"), "form-action 'self' https:;"); away != form {
			t.Errorf("%s has a follow form: %t, and may lead away: %t", p, form, away)
		}
		if tag := w.Header().Get("ETag"); tag != "" {
			again := get(h, p, "If-None-Match", tag)
			if policy := again.Header().Get("Content-Security-Policy"); again.Code != http.StatusNotModified || policy != "" {
				t.Errorf("%s again: %d, and the policy becomes %q", p, again.Code, policy)
			}
		}
		if script := strings.Contains(w.Body.String(), "/follow.js"); script != form {
			t.Errorf("%s has a follow form: %t, and its script: %t", p, form, script)
		}
	}
}

// The privacy page promises that nothing typed is stored.
func TestLogDoesNotSayWhoFollows(t *testing.T) {
	var log bytes.Buffer
	c := config
	c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c.Follow = func(context.Context, string, string) (string, error) { return "", errors.New("ada@mastodon.example") }
	h := pagesOf(t, directory.New(storetest.SQLite(t)), c)
	send(h, "/follow", "ada@mastodon.example")
	send(h, "/follow", "mastodon.example")
	if strings.Contains(log.String(), "mastodon") || !strings.Contains(log.String(), "route=/follow") {
		t.Errorf("the log says %s", log.String())
	}
}

func TestFollowersAreCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		storetest.ImportList(t, d, []byte(told), nil)
		h := pagesOf(t, d, config)
		before := get(h, "/coops/testa")
		if strings.Contains(before.Body.String(), "follower</span>") || !strings.Contains(before.Body.String(), "@testa@coops.example") {
			t.Error("the page counts nobody, or lacks the handle")
		}
		befriend(t, d, "testa", "ada")
		after := get(h, "/coops/testa", "If-None-Match", before.Header().Get("ETag"))
		if after.Code != http.StatusOK || !strings.Contains(after.Body.String(), "1 follower<") {
			t.Errorf("with a follower: %d", after.Code)
		}
	})
}
