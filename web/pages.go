package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"

	"coopverse/directory/place"
	"coopverse/directory/service"

	"github.com/go-webauthn/webauthn/protocol"
	"golang.org/x/text/language"
)

// Each page is one file; layout.html is around all of them, once for each, and
// parts.html holds what several share.
//
//go:embed templates/*.html
var templateFiles embed.FS

// pages are the parsed templates, in the one language we have so far. Those of
// the page called coop are "coop layout", "coop main" and so on.
type pages struct {
	site      site
	words     *words
	templates *template.Template
}

// site is what every page knows about the directory as a whole.
type site struct {
	Name, Origin, Version string
	Contact, ContactURL   string
	Sandbox               bool
	Source                string
	Passkeys              bool   // there can be some: the origin has a name
	Accounts              bool   // people can sign in with those of the fediverse
	assets                string // where static files are, by edition
}

// page is what a template is given.
type page struct {
	Site    site
	Path    string // with query, for the canonical link; "" for pages without an address of their own
	Section string // which entry of the navigation is current
	NoIndex bool   // search engines are asked to stay away
	Mine    bool   // only who is signed in sees it
	JSON    string // path of the same thing for programs
	// Activity is the path of the same thing for servers of the fediverse.
	Activity string
	Feed     string // path of the news for feed readers
	Follow   bool   // it has a form that leads to a reader's own server
	Passkey  bool   // it has a form that makes or uses a passkey
	Account  bool   // it has a form that leads to where a reader has an account
	Preview  bool   // it has a form whose preview follows what is typed
	Body     any

	Canonical string // address of the same thing at its home, if that is elsewhere
}

func newSite(c Config, edition string) site {
	s := site{
		Name: c.Name, Origin: c.Origin, Version: c.Version, Sandbox: c.Sandbox,
		Contact: c.Contact, ContactURL: contactURL(c.Contact, ""), Source: webLink(c.Source), assets: "/static/" + edition + "/",
		Accounts: c.Accounts.Begin != nil,
	}
	s.Passkeys = protocol.ValidateRPID(s.hostname()) == nil
	return s
}

// Domain is what stands behind the second @ of a handle: the origin's host,
// with its port if it has one.
func (s site) Domain() string {
	_, domain, _ := strings.Cut(s.Origin, "://")
	return domain
}

// hostname is the domain without its port.
func (s site) hostname() string {
	host, _, _ := strings.Cut(s.Domain(), ":")
	return host
}

// account is a handle as people write it on the fediverse.
func (s site) account(handle string) string { return "@" + handle + "@" + s.Domain() }

func parsePages(s site) (*pages, error) {
	w, err := readWords(language.English)
	if err != nil {
		return nil, err
	}
	p := &pages{site: s, words: w}
	if p.templates, err = template.New("").Funcs(p.functions()).ParseFS(templateFiles, "templates/parts.html"); err != nil {
		return nil, err
	}
	layout, err := templateFiles.ReadFile("templates/layout.html")
	if err != nil {
		return nil, err
	}
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".html")
		if name == "layout" || name == "parts" {
			continue
		}
		own, err := templateFiles.ReadFile(path.Join("templates", f.Name()))
		if err != nil {
			return nil, err
		}
		if _, err := p.templates.New(f.Name()).Parse(ofPage(name, layout) + ofPage(name, own)); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// perPage are what each page has of its own; all else is shared. Were each page
// a clone of what is shared, the pages would take ten times as much memory.
var perPage = regexp.MustCompile(`\{\{(define|template) "(layout|title|summary|main)"`)

// ofPage is the text of templates with the page's name before those of its own.
func ofPage(name string, text []byte) string {
	return string(perPage.ReplaceAll(text, []byte(`{{$1 "`+name+` $2"`)))
}

// functions are the verbs that templates have beside html/template's own.
func (p *pages) functions() template.FuncMap {
	return template.FuncMap{
		"t":        p.words.say,
		"tn":       p.words.count,
		"prose":    p.words.prose,
		"language": p.words.languageName,
		"markdown": foreignMarkdown,
		"foreign":  foreignHTML,
		"account":  p.site.account,
		"asset":    func(file string) string { return p.site.assets + file },
		"date":     func(t time.Time) (string, error) { return p.moment("date.layout", t) },
		"time":     func(t time.Time) (string, error) { return p.moment("date.layout_time", t) },
		"country":  place.CountryName,
		"region":   place.RegionName,
		"service":  serviceLabel,
		"host":     hostOf,
		"weblink":  webLink,
		"picture":  picturePath,
		"browser":  browserName,
		"value":    newValue,
		"chip":     newChip,
		"add":      func(a, b int) int { return a + b },
		"write":    func(subject string) string { return contactURL(p.site.Contact, subject) },

		"homename": p.site.homeName,
		"homepath": homePath,
	}
}

// moment writes a day or a time the way this interface's language does.
func (p *pages) moment(layout string, t time.Time) (string, error) {
	form, err := p.words.say(layout)
	return t.UTC().Format(form), err
}

// serviceLabel names a service; one that is not known by its id.
func serviceLabel(id string) string {
	if s, ok := service.Lookup(id); ok {
		return s.Label
	}
	return id
}

// hostOf is what of an address people read: no scheme, no www, no bare slash.
func hostOf(raw string) string {
	_, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return raw
	}
	return strings.TrimSuffix(strings.TrimPrefix(rest, "www."), "/")
}

// show writes the page called name.
func (s *Server) show(w http.ResponseWriter, status int, name string, p page) error {
	body, err := s.made(name, p)
	if err != nil {
		return err
	}
	send(w, status, p, body)
	return nil
}

// made is the page called name, complete before its first byte leaves, so that
// a failing template becomes an error page.
func (s *Server) made(name string, p page) ([]byte, error) {
	p.Site = s.pages.site
	var b bytes.Buffer
	if err := s.pages.templates.ExecuteTemplate(&b, name+" layout", p); err != nil {
		return nil, fmt.Errorf("make the page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

func send(w http.ResponseWriter, status int, p page, body []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", p.policy())
	w.WriteHeader(status)
	_, _ = w.Write(body) // a reader who has gone away needs no error page
}
