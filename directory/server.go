package directory

import (
	"context"
	"fmt"
	"net/url"
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
	Heard        *time.Time `json:"heard"`        // when it last said something; nil: not lately
	Told         *time.Time `json:"told"`         // when it last took something; nil: not lately

	Waiting int        `json:"waiting"` // inboxes for which something waits
	NextTry *time.Time `json:"nextTry"` // when one of them is tried next; nil: nothing waits
	Refused int        `json:"refused"` // what its inboxes refused for good
}

// Lately is how far is looked back for when a server was told and heard.
const (
	latelyTold  = 200    // changes
	latelyHeard = 20_000 // activities
)

// ServerQuery says which servers are asked for.
type ServerQuery struct {
	Name    string // part of the name; "": any
	Waiting bool   // only those for which something waits
	After   string // name of the server after which to begin; "": from the first
	Limit   int    // how many at most
}

// Servers lists the servers that are told something, and those that are blocked or
// allowed by name, in the order of their names.
func (d *Directory) Servers(ctx context.Context, q ServerQuery) ([]Server, error) {
	tx := d.db.read.WithContext(ctx)
	hosts, err := serverNames(tx, q)
	if err != nil || len(hosts) == 0 {
		return []Server{}, err
	}
	return described(tx, hosts)
}

// described is what is known of those servers.
func described(tx *gorm.DB, hosts []string) ([]Server, error) {
	servers, known := make([]Server, len(hosts)), make(map[string]*Server, len(hosts))
	for i, host := range hosts {
		servers[i].Host = host
		known[host] = &servers[i]
	}
	for _, read := range []func(*gorm.DB, []string, map[string]*Server) error{readInboxes, readResting, readNumbers, readHeard, readPolicies} {
		if err := read(tx, hosts, known); err != nil {
			return nil, fmt.Errorf("read what servers have to do with us: %w", err)
		}
	}
	return servers, nil
}

// serverNames lists the hosts that are asked for. Each table is limited by itself, so
// that a page is read along their indexes.
func serverNames(tx *gorm.DB, q ServerQuery) (hosts []string, err error) {
	var from []string
	for _, source := range []struct {
		name, table string
		waits       bool
	}{{"host", "inboxes", true}, {"host", "peer_hosts", false}, {"domain", "blocked_domains", false}, {"domain", "allowed_domains", false}} {
		condition := ""
		switch {
		case q.Waiting && !source.waits:
			continue
		case q.Waiting:
			condition = " AND due_at IS NOT NULL"
		}
		from = append(from, fmt.Sprintf(`SELECT * FROM (SELECT DISTINCT %[1]s AS host FROM %[2]s WHERE %[1]s > @after AND %[1]s LIKE @name ESCAPE '\'%[3]s
			ORDER BY %[1]s LIMIT @limit) AS %[2]s_named`, source.name, source.table, condition))
	}
	err = tx.Raw(strings.Join(from, " UNION ")+" ORDER BY host LIMIT @limit", map[string]any{"after": asText(q.After), "name": containing(q.Name), "limit": q.Limit}).Scan(&hosts).Error
	if err != nil {
		return nil, fmt.Errorf("list the servers: %w", err)
	}
	return hosts, nil
}

// containing is a pattern for names that have the text in them, as people type it.
func containing(part string) string {
	part = strings.ToLower(strings.TrimSpace(asText(part)))
	if ascii := normalHost(part); ascii != "" {
		part = ascii
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(part) + "%"
}

func readInboxes(tx *gorm.DB, hosts []string, known map[string]*Server) error {
	var rows []struct {
		Host, NextTry, FailingSince string
		Waiting                     int
	}
	err := tx.Raw(`SELECT host, COUNT(due_at) AS waiting, COALESCE(CAST(MIN(due_at) AS TEXT), '') AS next_try, COALESCE(CAST(MIN(failing_since) AS TEXT), '') AS failing_since
		FROM inboxes WHERE host IN ? GROUP BY host`, hosts).Scan(&rows).Error
	if err != nil {
		return err
	}
	for _, row := range rows {
		s := known[row.Host]
		s.Waiting, s.NextTry, s.FailingSince = row.Waiting, storedTime(row.NextTry), storedTime(row.FailingSince)
		if s.FailingSince != nil {
			s.State = "failing"
		}
	}
	var failing []Inbox
	if err := tx.Select("host", "last_error").Where("host IN ? AND failing_since IS NOT NULL", hosts).Order("failing_since DESC").Find(&failing).Error; err != nil {
		return err
	}
	for _, inbox := range failing {
		known[inbox.Host].LastError = inbox.LastError
	}
	return nil
}

// readResting reads which servers are left alone.
func readResting(tx *gorm.DB, hosts []string, known map[string]*Server) error {
	var resting []PeerHost
	if err := tx.Where("host IN ? AND closed_until IS NOT NULL", hosts).Find(&resting).Error; err != nil {
		return err
	}
	for _, h := range resting {
		s := known[h.Host]
		if h.ClosedUntil.After(now()) {
			s.LeftUntil = h.ClosedUntil
		}
		if s.FailingSince == nil {
			s.State, s.FailingSince = "failing", h.FailingSince
		}
		if s.NextTry != nil && s.NextTry.Before(*h.ClosedUntil) {
			s.NextTry = h.ClosedUntil
		}
	}
	return nil
}

// readNumbers reads who follows, and what was told and refused.
func readNumbers(tx *gorm.DB, hosts []string, known map[string]*Server) error {
	for _, read := range []struct {
		query string
		note  func(s *Server, n int, moment *time.Time)
	}{
		{"SELECT i.host, COUNT(DISTINCT f.peer_id) AS n, '' AS at FROM followers f JOIN inboxes i ON i.id = f.inbox_id WHERE i.host IN @hosts GROUP BY i.host",
			func(s *Server, n int, _ *time.Time) { s.Followers = n }},
		{"SELECT i.host, COUNT(*) AS n, '' AS at FROM receipts r JOIN inboxes i ON i.id = r.inbox_id WHERE i.host IN @hosts AND r.outcome <> 'told' AND r.outcome = 'refused' GROUP BY i.host",
			func(s *Server, n int, _ *time.Time) { s.Refused = n }},
		{`SELECT i.host, 0 AS n, CAST(MAX(r.at) AS TEXT) AS at FROM (SELECT id FROM changes ORDER BY id DESC LIMIT @lately) AS c
			CROSS JOIN inboxes i JOIN receipts r ON r.change_id = c.id AND r.inbox_id = i.id WHERE i.host IN @hosts AND r.outcome = 'told' GROUP BY i.host`,
			func(s *Server, _ int, moment *time.Time) { s.Told = newer(s.Told, moment) }},
		{"SELECT i.host, 0 AS n, CAST(MAX(f.rung_at) AS TEXT) AS at FROM followers f JOIN inboxes i ON i.id = f.inbox_id WHERE i.host IN @hosts AND f.mirrors AND f.rung_at IS NOT NULL GROUP BY i.host",
			func(s *Server, _ int, moment *time.Time) { s.Told = newer(s.Told, moment) }},
	} {
		var rows []struct {
			Host, At string
			N        int
		}
		if err := tx.Raw(read.query, map[string]any{"hosts": hosts, "lately": latelyTold}).Scan(&rows).Error; err != nil {
			return err
		}
		for _, row := range rows {
			read.note(known[row.Host], row.N, storedTime(row.At))
		}
	}
	return nil
}

func readHeard(tx *gorm.DB, _ []string, known map[string]*Server) error {
	var rows []struct{ PeerID, At string }
	err := tx.Raw("SELECT peer_id, CAST(MAX(at) AS TEXT) AS at FROM (SELECT peer_id, at FROM heard ORDER BY at DESC LIMIT ?) AS newest GROUP BY peer_id", latelyHeard).Scan(&rows).Error
	if err != nil {
		return err
	}
	for _, row := range rows {
		u, err := url.Parse(row.PeerID)
		if err != nil {
			continue
		}
		if s := known[u.Host]; s != nil {
			s.Heard = newer(s.Heard, storedTime(row.At))
		}
	}
	return nil
}

// readPolicies adds what the operators have said about the servers.
func readPolicies(tx *gorm.DB, hosts []string, known map[string]*Server) error {
	var within []string
	for _, host := range hosts {
		within = append(within, domainsOf(host)...)
	}
	states := make(map[string]string)
	for _, list := range []struct {
		model any
		state string
	}{{&AllowedDomain{}, "allowed"}, {&BlockedDomain{}, "blocked"}} {
		var domains []string
		if err := tx.Model(list.model).Where("domain IN ?", distinct(within)).Pluck("domain", &domains).Error; err != nil {
			return err
		}
		for _, domain := range domains {
			states[domain] = list.state
		}
	}
	for _, s := range known {
		for _, domain := range domainsOf(s.Host) {
			if state := states[domain]; state == "blocked" || state != "" && s.State != "blocked" {
				s.State = state
			}
		}
	}
	return nil
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
