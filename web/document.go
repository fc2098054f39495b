package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"coopverse/directory"
)

// document is a co-op's entry for programs.
type document struct {
	ID string `json:"id"`
	directory.Entry
	Similar []string          `json:"similar"` // ids
	Links   map[string]string `json:"links"`
}

// coopDocument answers with the document. Any site may read it: it is public
// and the same for everyone.
func (s *Server) coopDocument(w http.ResponseWriter, r *http.Request, c directory.Coop) error {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	fresh, err := s.unchanged(w, r, fmt.Sprintf("json-%s-%d", c.Handle, c.Version))
	if fresh || err != nil {
		return err
	}
	entry, err := s.directory.Entry(r.Context(), c)
	if err != nil {
		return err
	}
	similar, err := s.directory.Similar(r.Context(), c, similarShown)
	if err != nil {
		return err
	}
	address := s.config.Origin + coopPath(c.Handle)
	d := document{ID: address, Entry: entry, Similar: []string{}, Links: map[string]string{"page": address, "directory": s.config.Origin + "/"}}
	for _, other := range similar {
		d.Similar = append(d.Similar, s.config.Origin+coopPath(other.Handle))
	}
	writeJSON(w, http.StatusOK, "application/json", d)
	return nil
}

// problem is an error for programs (RFC 9457).
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
}

func problemOf(t trouble) problem {
	return problem{Title: http.StatusText(t.Code), Status: t.Code, Detail: t.Reason + t.Why}
}

func writeJSON(w http.ResponseWriter, status int, contentType string, value any) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		panic(err) // our own types always encode
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = b.WriteTo(w)
}
