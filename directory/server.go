package directory

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Server is another server, as the operators see it.
type Server struct {
	Host         string     `json:"host"`
	Followers    int        `json:"followers"`
	State        string     `json:"state"`        // "", "failing", "blocked" or "allowed"
	FailingSince *time.Time `json:"failingSince"` // nil: it takes what it is told
	LeftUntil    *time.Time `json:"leftUntil"`    // it failed too often and is left alone until then; nil: it is not
	LastError    string     `json:"lastError"`    // of an inbox there that fails
	Heard        *time.Time `json:"heard"`        // when it last said something, of the last week
	Told         *time.Time `json:"told"`         // when it last took something
}

// Servers lists the servers with which we have to do, and those that are blocked or
// allowed by name, in the order of their names.
func (d *Directory) Servers(ctx context.Context) ([]Server, error) {
	tx := d.db.read.WithContext(ctx)
	known := make(map[string]*Server)
	at := func(host string) *Server {
		if known[host] == nil {
			known[host] = &Server{Host: host}
		}
		return known[host]
	}
	var inboxes []Inbox
	if err := tx.Order("failing_since").Find(&inboxes).Error; err != nil {
		return nil, fmt.Errorf("read the inboxes: %w", err)
	}
	for _, inbox := range inboxes {
		s := at(inbox.Host)
		if inbox.FailingSince != nil && s.FailingSince == nil {
			s.State, s.FailingSince, s.LastError = "failing", inbox.FailingSince, inbox.LastError
		}
	}
	var resting []PeerHost
	if err := tx.Where("closed_until IS NOT NULL").Find(&resting).Error; err != nil {
		return nil, fmt.Errorf("read which servers are left alone: %w", err)
	}
	for _, h := range resting {
		s := at(h.Host)
		s.LeftUntil = h.ClosedUntil
		if s.FailingSince == nil {
			s.State, s.FailingSince = "failing", h.FailingSince
		}
	}
	for _, read := range []struct {
		query string
		note  func(s *Server, n int, moment *time.Time)
	}{
		{"SELECT i.host AS whose, COUNT(DISTINCT f.peer_id) AS n, '' AS at FROM followers f JOIN inboxes i ON i.id = f.inbox_id GROUP BY i.host",
			func(s *Server, n int, _ *time.Time) { s.Followers = n }},
		{"SELECT i.host AS whose, 0 AS n, CAST(MAX(r.at) AS TEXT) AS at FROM receipts r JOIN inboxes i ON i.id = r.inbox_id WHERE r.outcome = 'told' GROUP BY i.host",
			func(s *Server, _ int, moment *time.Time) { s.Told = newer(s.Told, moment) }},
		{"SELECT i.host AS whose, 0 AS n, CAST(MAX(f.rung_at) AS TEXT) AS at FROM followers f JOIN inboxes i ON i.id = f.inbox_id WHERE f.mirrors AND f.rung_at IS NOT NULL GROUP BY i.host",
			func(s *Server, _ int, moment *time.Time) { s.Told = newer(s.Told, moment) }},
		{"SELECT peer_id AS whose, 0 AS n, CAST(MAX(at) AS TEXT) AS at FROM heard GROUP BY peer_id",
			func(s *Server, _ int, moment *time.Time) { s.Heard = newer(s.Heard, moment) }},
	} {
		var rows []struct {
			Whose, At string
			N         int
		}
		if err := tx.Raw(read.query).Scan(&rows).Error; err != nil {
			return nil, fmt.Errorf("read what servers have to do with us: %w", err)
		}
		for _, row := range rows {
			host := row.Whose
			if u, err := url.Parse(row.Whose); err == nil && u.Host != "" {
				host = u.Host
			}
			read.note(at(host), row.N, storedTime(row.At))
		}
	}
	return sorted(tx, known)
}

// sorted adds what the operators have said about the servers, and sorts them.
func sorted(tx *gorm.DB, known map[string]*Server) ([]Server, error) {
	states := make(map[string]string)
	for _, list := range []struct {
		model any
		state string
	}{{&AllowedDomain{}, "allowed"}, {&BlockedDomain{}, "blocked"}} {
		var domains []string
		if err := tx.Model(list.model).Pluck("domain", &domains).Error; err != nil {
			return nil, fmt.Errorf("read the %s domains: %w", list.state, err)
		}
		for _, domain := range domains {
			states[domain] = list.state
			if known[domain] == nil {
				known[domain] = &Server{Host: domain}
			}
		}
	}
	servers := make([]Server, 0, len(known))
	for _, s := range known {
		for _, domain := range domainsOf(s.Host) {
			if state := states[domain]; state == "blocked" || state != "" && s.State != "blocked" {
				s.State = state
			}
		}
		servers = append(servers, *s)
	}
	slices.SortFunc(servers, func(a, b Server) int { return strings.Compare(a.Host, b.Host) })
	return servers, nil
}

// storedTime reads a time as both databases write it out; nil if there is none.
func storedTime(text string) *time.Time {
	for _, layout := range []string{"2006-01-02 15:04:05.999-07:00", "2006-01-02 15:04:05.999-07"} {
		if t, err := time.Parse(layout, text); err == nil {
			t = t.UTC()
			return &t
		}
	}
	return nil
}

func newer(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.After(*a) {
		return b
	}
	return a
}
