package web

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"coopverse/directory/storetest"

	"github.com/gorilla/mux"
)

// Every form is taken from our own pages only, and that of a desk only from
// somebody who is signed in.
func TestEveryFormIsGuarded(t *testing.T) {
	s := newServer(t, &bytes.Buffer{})
	storetest.ImportSeed(t, s.directory)
	s.config.Sandbox = true
	s.config.Prove = func(context.Context, string, string, string) (method, foundAt string, err error) { panic("looked") }
	s.config.Accounts.Begin = func(context.Context, string, string) (page string, memory []byte, err error) { panic("asked") }
	routes, ok := s.routes().(*mux.Router)
	if !ok {
		t.Fatal("the routes are none of mux")
	}
	variable := regexp.MustCompile(`\{(\w+)[^}]*\}`)
	desk := regexp.MustCompile(`^/(operators|me|coops/\w+/(edit|history|news|followers|evidence|people|vouch))\b`)
	forms := 0
	err := routes.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		methods, err := route.GetMethods()
		if err != nil || len(methods) != 1 || methods[0] != http.MethodPost {
			return nil //nolint:nilerr // a route without methods takes no form
		}
		template, err := route.GetPathTemplate()
		if err != nil {
			return err
		}
		forms++
		path := variable.ReplaceAllStringFunc(template, func(name string) string {
			if strings.HasPrefix(name, "{handle") {
				return "igalia"
			}
			return "1"
		})
		sent := func(site string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("do=save"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", site)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			return w
		}
		toSignIn := func(w *httptest.ResponseRecorder) bool {
			return w.Code == http.StatusSeeOther && w.Header().Get("Location") == "/sign-in"
		}
		if w := sent("cross-site"); w.Code != http.StatusForbidden && !(template == "/me/passkeys/finish" && toSignIn(w)) {
			t.Errorf("%s takes a form of another site: %d %s", template, w.Code, w.Header().Get("Location"))
		}
		if w := sent("same-origin"); desk.MatchString(path) && !toSignIn(w) {
			t.Errorf("%s takes a form of nobody: %d %s", template, w.Code, w.Header().Get("Location"))
		}
		return nil
	})
	if err != nil || forms < 50 {
		t.Errorf("%d forms, %v", forms, err)
	}
}
