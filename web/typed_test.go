package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// upload sends a form with files; fields are pairs: name, value.
func (v *visitor) upload(t testing.TB, path string, fields ...string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		if err := m.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	file, err := m.CreateFormFile("file-1", "a.png")
	if err == nil {
		_, err = file.Write(painted(t, 9, 9, "").Data)
	}
	if err != nil || m.Close() != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.do(r)
}

// What somebody types whose sign-in has ended is there again when they have
// signed in; and only then, only to them, and only once.
func TestWhatWasTypedSurvivesSigningIn(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		s := sites{}
		h := claimable(t, d, s)
		ada := owner(t, h, s, "igalia", "Ada")
		other := owner(t, h, s, "agaric", "Other")
		ada.post("/sign-out")

		w := ada.upload(t, "/coops/igalia/news/new", "text", "A long text.", "language", "fr", "boost", "no", "when", "later", "due", "2099-01-01T10:00", "alt-1", "A house", "do", "post")
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sign-in" {
			t.Fatalf("the form: %d %v", w.Code, w.Header())
		}
		if !strings.Contains(ada.get("/sign-in").Body.String(), "What you typed is kept") {
			t.Error("signing in does not say that it was kept")
		}
		if w := ada.use(); !strings.Contains(w.Body.String(), `"/coops/igalia/news/new"`) {
			t.Fatalf("signing in leads to %s", w.Body)
		}
		body := ada.get("/coops/igalia/news/new").Body.String()
		form := formOf(t, strings.NewReader(body), "/new")
		for name, want := range map[string]string{"text": "A long text.", "when": "later", "due": "2099-01-01T10:00", "alt-1": "A house", "boost": ""} {
			if form.Get(name) != want {
				t.Errorf("%s is %q, want %q", name, form.Get(name), want)
			}
		}
		if !strings.Contains(body, "You were signed out.") || !strings.Contains(body, "must be chosen again") || !strings.Contains(body, `value="fr" selected`) {
			t.Error("it is not said that it was kept")
		}
		if form := formOf(t, ada.get("/coops/igalia/news/new").Body, "/new"); form.Get("text") != "" {
			t.Error("it is shown a second time")
		}
		if posts, err := d.Posts(context.Background(), "igalia", 0, 1); err != nil || len(posts) > 0 {
			t.Errorf("posted %+v, %v", posts, err)
		}

		entry := formOf(t, ada.get("/coops/igalia/edit").Body, "/edit")
		ada.post("/sign-out")
		ada.post("/coops/igalia/edit", "version", entry.Get("version"), "founded", "1999", "summary", "Typed at length", "do", "save")
		if w := ada.use(); !strings.Contains(w.Body.String(), `"/coops/igalia/edit"`) {
			t.Fatalf("signing in leads to %s", w.Body)
		}
		if form := formOf(t, ada.get("/coops/igalia/edit").Body, "/edit"); form.Get("summary") != "Typed at length" || form.Get("founded") != "1999" || form.Get("version") != entry.Get("version") {
			t.Errorf("the form of the entry has %v", form)
		}

		other.post("/sign-out")
		other.upload(t, "/coops/igalia/news/new", "text", "Not for others.")
		other.use()
		if w := other.get("/coops/igalia/news/new"); w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "Not for others.") {
			t.Errorf("somebody else: %d %s", w.Code, w.Body)
		}
		if body := other.get("/coops/agaric/news/new").Body.String(); strings.Contains(body, "Not for others.") {
			t.Error("it is shown on another co-op's form")
		}
	})
}

func TestWhatIsTooLongOrForeignIsNotKept(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	h := claimable(t, d, sites{})
	if v := newVisitor(t, h); v.upload(t, "/coops/igalia/news/new", "text", strings.Repeat("x", 65<<10)).Code != http.StatusSeeOther || v.session() != "" {
		t.Error("70 kB are kept")
	}
	v := newVisitor(t, h)
	r := httptest.NewRequest(http.MethodPost, "/coops/igalia/edit", strings.NewReader("summary=planted&version=1"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if w := v.do(r); w.Code != http.StatusForbidden || v.session() != "" {
		t.Errorf("another site's form: %d", w.Code)
	}
	before := newVisitor(t, h)
	for range 20 {
		if w := before.post("/coops/igalia/edit", "version", "1", "summary", "half", "do", "preview"); w.Code != http.StatusSeeOther || before.session() != "" {
			t.Fatalf("a preview that follows what is typed is kept: %d", w.Code)
		}
	}
	if before.post("/coops/igalia/edit", "version", "1", "summary", "whole", "do", "save"); before.session() == "" {
		t.Error("after many previews the form itself is not kept")
	}
	large := strings.NewReader(strings.Repeat("x", 8<<20))
	r = httptest.NewRequest(http.MethodPost, "/coops/igalia/edit", large)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if newVisitor(t, h).do(r); large.Len() < 7<<20 {
		t.Errorf("of 8 MB from somebody who is not signed in %d bytes are left unread", large.Len())
	}
	kept := 0
	for range 50 {
		v := newVisitor(t, h)
		if v.upload(t, "/coops/igalia/news/new", "text", "x"); v.session() != "" {
			kept++
		}
	}
	if kept == 0 || kept > 20 {
		t.Errorf("%d texts of one address are kept", kept)
	}
}
