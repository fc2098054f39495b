package web

import (
	"net/http"
	"time"

	"coopverse/directory/opendata"

	"github.com/gorilla/mux"
)

// dataPause is how long a reader of a file may take for a piece of it.
const dataPause = 30 * time.Second

// dataPage explains in which forms the directory can be had.
func (s *Server) dataPage(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, http.StatusOK, "data", page{Path: opendata.Path, Section: "data", Body: opendata.Formats()})
}

// dataFile sends the co-ops in one form. Any site may read it: it is public and
// the same for everyone.
func (s *Server) dataFile(w http.ResponseWriter, r *http.Request) error {
	file, ok := opendata.FileNamed(mux.Vars(r)["file"])
	if !ok {
		return errNotFound
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	if fresh, err := s.unchanged(w, r, file.Name()); fresh || err != nil {
		return err
	}
	w.Header().Set("Content-Type", file.Format.MediaType)
	w.Header().Set("Content-Disposition", `attachment; filename="`+file.Name()+`"`)
	if r.Method == http.MethodHead {
		return nil
	}
	to := &patientWriter{w: w}
	err := file.Write(r.Context(), to, s.directory, opendata.Site{Origin: s.config.Origin, Name: s.config.Name})
	if err != nil && to.began {
		s.log.WarnContext(r.Context(), "a file was cut off", "file", file.Name(), "error", err)
		panic(http.ErrAbortHandler) // or half a file would look whole
	}
	return err
}

// patientWriter gives a slow reader time as long as they read.
type patientWriter struct {
	w     http.ResponseWriter
	began bool
}

func (p *patientWriter) Write(b []byte) (int, error) {
	p.began = true
	_ = http.NewResponseController(p.w).SetWriteDeadline(time.Now().Add(dataPause)) // where there is a connection
	return p.w.Write(b)
}
