package fetch

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What libraries ask through us is guarded like the rest, and stays where it
// was sent.
func TestLibrariesAskThroughTheGuard(t *testing.T) {
	redirects := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	t.Cleanup(redirects.Close)
	for _, address := range []string{"http://example.com/", redirects.URL, strings.Replace(redirects.URL, "http", "https", 1), "https://user:pass@example.com/", "https://0x7f.1/", "ftp://example.com/"} {
		res, err := New(Config{UserAgent: "test"}).HTTP().Get(address)
		if !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v, %v", address, res, err)
		}
	}
	open := New(Config{UserAgent: "test", AllowHTTP: true, AllowPrivate: loopback})
	res, err := open.HTTP().Post(redirects.URL, "text/plain", strings.NewReader("secret"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusTemporaryRedirect || res.Request.URL.Path == "/elsewhere" {
		t.Errorf("answered %d at %s", res.StatusCode, res.Request.URL)
	}
}
