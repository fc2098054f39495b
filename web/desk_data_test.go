package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"coopverse/directory"

	"github.com/alexedwards/scs/v2"
)

// seat is somebody who speaks for a co-op, signed in with a browser.
type seat struct {
	by     directory.Actor
	cookie *http.Cookie
}

// seated makes somebody a member of a co-op and signs them in.
func seated(t testing.TB, d *directory.Directory, handle, name string, role directory.Role) seat {
	t.Helper()
	ctx := context.Background()
	p, err := d.AddPerson(ctx, name, directory.Passkey{ID: name + "'s key at " + handle, Name: "a key", Credential: "{}"})
	if err != nil {
		t.Fatal(err)
	}
	by := directory.Actor{PersonID: p.ID, Name: p.Name}
	token, err := d.Invite(ctx, directory.Actor{Name: "a test"}, handle, role)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.AcceptInvitation(ctx, token, by); err != nil {
		t.Fatal(err)
	}
	in, err := d.BeginSignIn(ctx, p.ID, "passkey", "a browser")
	if err != nil {
		t.Fatal(err)
	}
	return seat{by, sessionWith(t, d, in.ID)}
}

// becomes makes somebody who is seated a member of something else as well.
func (s seat) becomes(t testing.TB, d *directory.Directory, handle string) {
	t.Helper()
	token, err := d.Invite(context.Background(), directory.Actor{Name: "a test"}, handle, directory.Editor)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.AcceptInvitation(context.Background(), token, s.by); err != nil {
		t.Fatal(err)
	}
}

// sessionWith is the cookie of a session in which somebody is signed in. Its
// keys are those of session.go.
func sessionWith(t testing.TB, d *directory.Directory, signIn int64) *http.Cookie {
	t.Helper()
	m := scs.New()
	m.Store, m.HashTokenInStore = d.Sessions(), true
	ctx, err := m.Load(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	m.Put(ctx, "sign-in", signIn)
	token, _, err := m.Commit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Cookie{Name: "__Host-session", Value: token, Path: "/", Secure: true}
}

// asks and sends are what somebody's browser does with a page.
func (s seat) asks(h http.Handler, path string) *httptest.ResponseRecorder {
	return s.does(h, httptest.NewRequest(http.MethodGet, path, nil))
}

func (s seat) sends(h http.Handler, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return s.does(h, r)
}

func (s seat) does(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	if s.cookie != nil {
		r.AddCookie(s.cookie)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// part is one field of a form with files; a file has a name.
type part struct {
	field, file string
	data        []byte
}

func written(field, value string) part { return part{field: field, data: []byte(value)} }

// uploads sends a form with files.
func (s seat) uploads(t testing.TB, h http.Handler, path string, parts ...part) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for _, p := range parts {
		w, err := m.CreateFormField(p.field)
		if p.file != "" {
			w, err = m.CreateFormFile(p.field, p.file)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(p.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return s.does(h, r)
}

// entryForm is what the form of an entry sends when nothing was touched.
func (s seat) entryForm(t testing.TB, h http.Handler, handle string) url.Values {
	t.Helper()
	w := s.asks(h, "/coops/"+handle+"/edit")
	if w.Code != http.StatusOK {
		t.Fatalf("the form of %s: %d %s", handle, w.Code, w.Body)
	}
	return formOf(t, w.Body, "/edit")
}
