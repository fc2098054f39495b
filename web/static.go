package web

import (
	"bytes"
	"embed"
	"encoding/xml"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"time"

	"github.com/gorilla/mux"
)

//go:embed static
var staticFiles embed.FS

// static sends a file. Under this build's edition it may be kept for a year;
// under an older one, which a cached page can still ask for, it is checked.
func (s *Server) static(w http.ResponseWriter, r *http.Request) error {
	v := mux.Vars(r)
	if v["edition"] == s.edition {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		w.Header().Set("Cache-Control", "no-cache")
	}
	return sendFile(w, r, v["file"])
}

func (s *Server) favicon(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	return sendFile(w, r, "mark-180.png")
}

func sendFile(w http.ResponseWriter, r *http.Request, name string) error {
	name = path.Join("static", name)
	if !fs.ValidPath(name) {
		return errNotFound
	}
	body, err := staticFiles.ReadFile(name)
	if err != nil {
		return errNotFound
	}
	if t := typeOf(name); t != "" {
		w.Header().Set("Content-Type", t)
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
	return nil
}

// typeOf does not leave fonts to the types that a machine happens to know.
func typeOf(name string) string {
	if path.Ext(name) == ".woff2" {
		return "font/woff2"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// robots welcomes everyone, but not to every combination of filters.
func (s *Server) robots(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := fmt.Fprint(w, "User-agent: *\nDisallow: /*?*region=\nDisallow: /*?*country=\nDisallow: /*?*service=\nDisallow: /*?*remote=\nDisallow: /*?*home=\nDisallow: /*?*q=\n")
	return err
}

// openSearchDescription lets a browser offer our search in its address bar.
type openSearchDescription struct {
	XMLName       xml.Name `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
	ShortName     string
	InputEncoding string
	URL           struct {
		Type     string `xml:"type,attr"`
		Template string `xml:"template,attr"`
	} `xml:"Url"`
}

func (s *Server) openSearch(w http.ResponseWriter, _ *http.Request) error {
	d := openSearchDescription{ShortName: shortened(s.config.Name, 16), InputEncoding: "UTF-8"}
	d.URL.Type, d.URL.Template = "text/html", s.config.Origin+"/?q={searchTerms}"
	w.Header().Set("Content-Type", "application/opensearchdescription+xml")
	return xml.NewEncoder(w).Encode(d)
}

// shortened keeps to OpenSearch's limit of 16 characters for a name.
func shortened(s string, limit int) string {
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit])
	}
	return s
}

// health says whether the database answers.
func (s *Server) health(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	last, err := s.directory.LastChange(r.Context())
	if err != nil {
		s.log.ErrorContext(r.Context(), "health check failed", "error", err)
		writeJSON(w, http.StatusServiceUnavailable, "application/json", map[string]any{"status": "failing"})
		return nil
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]any{"status": "ok", "version": s.config.Version, "last_change": last})
	return nil
}
