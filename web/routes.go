package web

import (
	"net/http"

	"github.com/gorilla/mux"
)

// answer is a handler that leaves its errors to one place, errors.go.
type answer func(w http.ResponseWriter, r *http.Request) error

// routes is the map of the site.
func (s *Server) routes() http.Handler {
	m := mux.NewRouter().StrictSlash(true)
	m.Use(noteRoute)
	m.NotFoundHandler = s.failing(errNotFound)
	m.MethodNotAllowedHandler = s.failing(errMethod)
	get := func(path string, a answer) { m.Handle(path, s.answering(a)).Methods(http.MethodGet, http.MethodHead) }

	// For people
	get("/", s.front)
	get("/coops", moved("/"))
	get("/coops/{handle}", s.coop)
	get("/defunct", s.defunct)
	get("/resources", s.resources)
	get("/resources/{id}", s.resource)
	get("/about", s.about)
	get("/rules", s.page("rules"))
	get("/privacy", s.page("privacy"))
	get("/contact", s.page("contact"))

	// For browsers and programs
	get("/static/{edition}/{file:.+}", s.static)
	get("/favicon.ico", s.favicon)
	get("/opensearch.xml", s.openSearch)
	get("/robots.txt", s.robots)
	get("/healthz", s.health)
	m.Handle("/metrics", s.metrics.handler()).Methods(http.MethodGet)
	return m
}

func moved(to string) answer {
	return func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, to, http.StatusMovedPermanently)
		return nil
	}
}
