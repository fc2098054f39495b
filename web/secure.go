package web

import (
	"net/http"
	"strings"
)

// policy lets a page use our own files and nothing else: no inline script or
// style, nothing from elsewhere, no frames.
var policy = strings.Join([]string{
	"default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self'", "font-src 'self'",
	"form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
}, "; ")

// policy is the page's own. Chromium holds a form to where its answer sends the
// reader, and that may be the reader's own server. The script of a page with a
// passkey or a preview tells us what the browser says, or what was typed.
func (p page) policy() string {
	own := policy
	if p.Follow || p.Account {
		own = strings.Replace(own, "form-action 'self'", "form-action 'self' https:", 1)
	}
	if p.Passkey || p.Preview {
		own += "; connect-src 'self'"
	}
	return own
}

// secured sets the headers that every answer has. Other sites learn from a
// link that a reader came from us, not from which page or search.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), interest-cohort=()")
		next.ServeHTTP(w, r)
	})
}
