package web

import (
	"net/http"
	"strings"
	"time"

	"coopverse/directory/pace"
)

// withoutFiles says whether a form comes as the script sends it that shows the
// preview anew while somebody types.
func withoutFiles(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// readPreview reads such a form, of which nothing else is wanted than a preview.
func readPreview(w http.ResponseWriter, r *http.Request, form *composing) (do string, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxPlain)
	if err := r.ParseForm(); err != nil || r.PostForm.Get("do") != "preview" {
		return "", errBadRequest
	}
	for name, values := range r.PostForm {
		for _, value := range values {
			form.set(name, strings.ToValidUTF8(value, "\uFFFD"))
		}
	}
	return "preview", nil
}

// previewPace is how often somebody at one address may see how what is typed
// will look: about as often as a fast writer pauses.
var previewPace = pace.Pace{AtOnce: 120, Every: time.Second}

// limitedForm counts previews that follow what is typed apart, so that nobody is
// kept from posting by them.
func (s *Server) limitedForm(a answer) answer {
	posts := s.limited("post", a)
	return func(w http.ResponseWriter, r *http.Request) error {
		if !withoutFiles(r) {
			return posts(w, r)
		}
		if !s.limits.Allow("preview from "+network(r.RemoteAddr), previewPace) {
			w.Header().Set("Retry-After", slowDown)
			return errTooMany
		}
		return a(w, r)
	}
}
