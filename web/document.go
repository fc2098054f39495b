package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
	body := inJSON(d)
	sum := sha256.Sum256(body) // proofs and evidence come and go without a change of the entry
	if !tagged(w, r, hex.EncodeToString(sum[:12])) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}
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
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(inJSON(value))
}

func inJSON(value any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		panic(err) // our own types always encode
	}
	return b.Bytes()
}
