package web

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// After signing in nobody is sent to another site.
func TestWayBackIsOurOwn(t *testing.T) {
	s := newServer(t, &bytes.Buffer{})
	for kept, want := range map[string]string{
		"/coops/igalia/edit?x=1": "/coops/igalia/edit?x=1",
		"":                       "/me",
		"https://evil.example/":  "/me",
		"//evil.example/":        "/me",
		"///evil.example/":       "/me",
		`/\evil.example`:         "/me",
		"/\r\nLocation: //evil":  "/me",
		"javascript:alert(1)":    "/me",
		"evil.example":           "/me",
	} {
		ctx, err := s.sessions.Load(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		s.sessions.Put(ctx, returnKey, kept)
		if got := s.wentWhere(ctx); got != want {
			t.Errorf("%q leads to %q, want %q", kept, got, want)
		}
		if got := s.wentWhere(ctx); got != "/me" {
			t.Errorf("%q leads to %q again", kept, got)
		}
	}
}

// An address that is longer than any of ours is not kept: it would be there for
// weeks, and anybody can ask for it.
func TestLongWayBackIsNotKept(t *testing.T) {
	s := newServer(t, &bytes.Buffer{})
	for path, keeps := range map[string]bool{"/me?x=1": true, "/me?x=" + strings.Repeat("x", maxReturn): false} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusSeeOther || (w.Header().Get("Set-Cookie") != "") != keeps {
			t.Errorf("an address of %d bytes: %d, %v", len(path), w.Code, w.Header())
		}
	}
}
