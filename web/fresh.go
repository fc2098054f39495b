package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
)

// edition names a build together with its settings: when a text, a template, a
// style or a setting changes, so do the addresses of the static files and
// every ETag.
func edition(c Config) string {
	hash := sha256.New()
	fmt.Fprintln(hash, c.Origin, c.Name, c.Contact, c.Version, c.Source, c.Sandbox)
	for _, files := range []fs.FS{staticFiles, templateFiles, messageFiles} {
		_ = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				body, _ := fs.ReadFile(files, path)
				fmt.Fprintln(hash, path, len(body))
				hash.Write(body)
			}
			return nil // embedded files can always be read
		})
	}
	return hex.EncodeToString(hash.Sum(nil))[:12]
}

// unchanged sets the ETag of an answer that depends on nothing but the
// directory's state, this build and what, and says whether the reader has it
// already; then 304 has been sent.
func (s *Server) unchanged(w http.ResponseWriter, r *http.Request, what string) (bool, error) {
	last, err := s.directory.Edition(r.Context())
	if err != nil {
		return false, err
	}
	return tagged(w, r, fmt.Sprintf("%s-%s-%s", what, last, s.edition)), nil
}

// showIfNew is show for pages that say what others have said. No number counts
// what may change on them (a hidden reply, somebody's new name), so their ETag
// is made from the page itself.
func (s *Server) showIfNew(w http.ResponseWriter, r *http.Request, name string, p page) error {
	body, err := s.made(name, p)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	if !tagged(w, r, hex.EncodeToString(sum[:12])) {
		send(w, http.StatusOK, p, body)
	}
	return nil
}

// tagged sets the ETag of an answer and says whether the reader has it already;
// then 304 has been sent. The ETag is weak because compression changes bytes
// and not meaning.
func tagged(w http.ResponseWriter, r *http.Request, name string) bool {
	tag := `W/"` + name + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "no-cache") // keep it, and ask before each use
	if !hasTag(r, tag) {
		return false
	}
	// Headers of a 304 replace those that the reader has, and pages with a follow
	// form have a policy of their own.
	w.Header().Del("Content-Security-Policy")
	w.WriteHeader(http.StatusNotModified)
	return true
}

// hasTag compares weakly, as If-None-Match asks for (RFC 9110, section 13.1.2).
func hasTag(r *http.Request, tag string) bool {
	for _, have := range strings.Split(strings.Join(r.Header.Values("If-None-Match"), ","), ",") {
		have = strings.TrimSpace(have)
		if have == "*" || strings.TrimPrefix(have, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}
