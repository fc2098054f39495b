package web

import (
	"net/http"
	"strings"
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

// limitedForm counts previews that follow what is typed apart, so that nobody is
// kept from posting by them.
func (s *Server) limitedForm(a answer) answer {
	posts, previews := s.limited("post", a), s.limited("preview", a)
	return func(w http.ResponseWriter, r *http.Request) error {
		if withoutFiles(r) {
			return previews(w, r)
		}
		return posts(w, r)
	}
}
