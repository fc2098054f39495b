package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// mirrored is what the page of a mirrored entry shows.
type mirrored struct {
	directory.Found
	Mirror    mirror
	AtHome    string // address of the entry there
	Fields    []saidThere
	Following following
}

// saidThere is one field of a mirrored entry, and whose word it is at its home.
type saidThere struct {
	Name, Value string
	Source      directory.Source
}

// Closed says that the co-op has closed.
func (m mirrored) Closed() bool { return m.Status == directory.Defunct }

// mirrored shows an entry of another directory. It is no actor: servers are led
// to the one that it is at home.
func (s *Server) mirrored(w http.ResponseWriter, r *http.Request) error {
	w.Header().Add("Vary", "Accept")
	m, err := s.mirroredCoop(r)
	if err != nil {
		return err
	}
	if path := homePath(m.Home, m.Handle); r.URL.Path != path && r.URL.EscapedPath() != path {
		http.Redirect(w, r, path, http.StatusMovedPermanently)
		return nil
	}
	if wantsActor(r) {
		http.Redirect(w, r, m.ActorID, http.StatusSeeOther)
		return nil
	}
	record, leaf, err := s.directory.MirroredRecord(r.Context(), m.Mirror, m.Handle)
	if err != nil {
		return err
	}
	if wants(r) == asJSON {
		return s.mirroredDocument(w, r, m, record, leaf)
	}
	var entry directory.LoggedEntry
	if err := json.Unmarshal(record, &entry); err != nil {
		return err
	}
	shown := mirrored{Found: m.Found, Mirror: mirror{Mirror: m.Mirror}, AtHome: webLink(pageAtHome(m)), Fields: fieldsThere(m.Coop, entry.Said), Following: followingThere(m)}
	return s.showIfNew(w, r, "mirrored", page{
		Path: homePath(m.Home, m.Handle), JSON: homePath(m.Home, m.Handle), Canonical: shown.AtHome,
		NoIndex: true, Follow: !shown.Closed(), Body: shown,
	})
}

// mirroredCoop is the mirrored entry that a request is about.
func (s *Server) mirroredCoop(r *http.Request) (directory.Mirrored, error) {
	v := mux.Vars(r)
	return s.directory.MirroredCoop(r.Context(), readable(v["host"]), readable(v["handle"]))
}

// pageAtHome is the address of an entry's page in the directory that keeps it.
func pageAtHome(m directory.Mirrored) string {
	return m.Mirror.Origin + "/coops/" + url.PathEscape(m.Handle)
}

// followingThere is how people follow a mirrored entry: at its home, or where it
// has moved to from there.
func followingThere(m directory.Mirrored) following {
	page := homePath(m.Home, m.Handle)
	f := following{Actor: m.ActorID, Account: "@" + m.Handle + "@" + m.Home, Name: m.Name, Path: page + "/follow", Back: page}
	if m.MovedTo != "" {
		f.Account = m.ActorID // how the account is called there is not said
	}
	return f
}

// followedThere is following for a request about a mirrored entry.
func (s *Server) followedThere(r *http.Request) (following, error) {
	m, err := s.mirroredCoop(r)
	return followingThere(m), err
}

// fieldsThere are the fields of a mirrored entry that say something of the co-op, in
// the order in which our own entries show theirs. The home tells for which of them
// others speak than its list.
func fieldsThere(c directory.Coop, said map[directory.Source][]string) []saidThere {
	values := map[string]string{
		"name": c.Name, "website": c.Website, "summary": c.Summary, "services": c.Services, "places": c.Places, "region": c.Region,
		"members": c.Members, "languages": c.Languages, "status": string(c.Status), "contact": c.Contact, "hiring": c.Hiring,
		"links": c.Links, "networks": c.Networks, "products": c.Products, "extra": c.Extra, "notes": c.Notes,
	}
	if c.Founded > 0 {
		values["founded"] = strconv.Itoa(c.Founded)
	}
	if c.Remote {
		values["remote"] = "true"
	}
	var fields []saidThere
	for _, f := range directory.Fields() {
		if values[f.Name] == "" {
			continue
		}
		source := directory.FromList
		for _, above := range []directory.Source{directory.FromCoop, directory.FromCurator} {
			if slices.Contains(said[above], f.Name) {
				source = above
				break
			}
		}
		fields = append(fields, saidThere{f.Name, values[f.Name], source})
	}
	return fields
}

// mirroredDocument is a mirrored entry for programs.
type mirroredDocument struct {
	ID         string                `json:"id"`
	Home       homeDocument          `json:"home"`
	Leaf       int64                 `json:"leaf"` // the number of its record in the home's log
	State      directory.MirrorState `json:"state"`
	VerifiedAt *time.Time            `json:"verifiedAt,omitempty"`
	Also       []string              `json:"also"` // other pages here about the same co-op
	Entry      json.RawMessage       `json:"entry"`
}

// homeDocument is the directory that keeps the entry.
type homeDocument struct {
	Host  string `json:"host"`
	Name  string `json:"name"`
	Page  string `json:"page"`  // of the entry
	Actor string `json:"actor"` // id of the co-op's, there or where it has moved to
	Log   string `json:"log"`   // our copy of its log
}

func (s *Server) mirroredDocument(w http.ResponseWriter, r *http.Request, m directory.Mirrored, record json.RawMessage, leaf int64) error {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	d := mirroredDocument{
		ID: s.config.Origin + homePath(m.Home, m.Handle), Leaf: leaf, State: m.Mirror.State, VerifiedAt: m.Mirror.VerifiedAt, Also: []string{}, Entry: record,
		Home: homeDocument{m.Home, m.Mirror.Name, pageAtHome(m), m.ActorID, s.config.Origin + "/mirrors/" + url.PathEscape(m.Home) + "/log"},
	}
	for _, other := range m.Also {
		d.Also = append(d.Also, s.config.Origin+homePath(other.Home, other.Handle))
	}
	body := inJSON(d)
	sum := sha256.Sum256(body)
	if !tagged(w, r, hex.EncodeToString(sum[:12])) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}
	return nil
}
