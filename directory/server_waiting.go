package directory

import (
	"context"
	"fmt"
	"math"
	"time"

	"gorm.io/gorm"
)

// Happening is a change of the log, as those see it who look what others know of it.
type Happening struct {
	Number int64     `json:"number"`
	Handle string    `json:"handle"` // whose it is
	At     time.Time `json:"at"`
	Kind   Kind      `json:"kind"`
	Field  string    `json:"field,omitempty"`
	Post   int64     `json:"post,omitempty"` // the post that it is about; 0: none
}

func happening(c Change) Happening {
	h := Happening{Number: c.ID, Handle: c.Handle, At: c.At, Kind: c.Kind, Field: c.Field}
	if id, ok := c.PostID(); ok {
		h.Post, h.Field = id, ""
	}
	return h
}

// WaitingInbox is an inbox of another server for which something waits.
type WaitingInbox struct {
	URL          string      `json:"inbox"`
	Changes      []Happening `json:"changes"` // the first of those that wait, in order
	More         bool        `json:"more"`    // others wait after these
	Answers      int         `json:"answers"` // what is for it alone: Accepts, messages and the like
	Failures     int         `json:"failures"`
	FailingSince *time.Time  `json:"failingSince"` // nil: it takes what it is told
	LastError    string      `json:"lastError"`
	NextTry      time.Time   `json:"nextTry"` // not before its server is asked again
	Busy         bool        `json:"busy"`    // it is being tried at this moment
}

// RefusedChange is a change that some inboxes of a server were not told of, for good.
type RefusedChange struct {
	Happening
	Outcome Outcome   `json:"outcome"`
	Inboxes int       `json:"inboxes"` // how many of them
	Why     string    `json:"why"`     // of one of them
	Ended   time.Time `json:"ended"`   // when that was so
}

// waitingChanges is how many changes are read for each inbox for which some wait.
const waitingChanges = 5

// Server is what Servers says of one server, or ErrNotFound.
func (d *Directory) Server(ctx context.Context, host string) (Server, error) {
	tx := d.db.read.WithContext(ctx)
	var known bool
	err := tx.Raw(`SELECT EXISTS (SELECT 1 FROM inboxes WHERE host = @host) OR EXISTS (SELECT 1 FROM peer_hosts WHERE host = @host)
		OR EXISTS (SELECT 1 FROM blocked_domains WHERE domain = @host) OR EXISTS (SELECT 1 FROM allowed_domains WHERE domain = @host)`,
		map[string]any{"host": asText(host)}).Scan(&known).Error
	switch {
	case err != nil:
		return Server{}, fmt.Errorf("look for the server %s: %w", host, err)
	case !known:
		return Server{}, notFound("server: %s", host)
	}
	found, err := described(tx, []string{host})
	if err != nil {
		return Server{}, err
	}
	return found[0], nil
}

// WaitingAt lists the inboxes of a server for which something waits, those that are tried
// next first, with what it is; at most limit.
func (d *Directory) WaitingAt(ctx context.Context, s Server, limit int) ([]WaitingInbox, error) {
	tx := d.db.read.WithContext(ctx)
	var due []Inbox
	if err := tx.Where("host = ? AND due_at IS NOT NULL", asText(s.Host)).Order("due_at, id").Limit(limit).Find(&due).Error; err != nil {
		return nil, fmt.Errorf("read what waits for %s: %w", s.Host, err)
	}
	waiting := make([]WaitingInbox, len(due))
	for i, inbox := range due {
		w := WaitingInbox{
			URL: inbox.URL, Failures: inbox.Failures, FailingSince: inbox.FailingSince, LastError: inbox.LastError,
			NextTry: *inbox.DueAt, Busy: inbox.LeasedUntil != nil && inbox.LeasedUntil.After(now()),
		}
		if s.LeftUntil != nil && s.LeftUntil.After(w.NextTry) {
			w.NextTry = *s.LeftUntil
		}
		owed, err := owedChanges(tx, inbox, waitingChanges+1)
		if err != nil {
			return nil, err
		}
		w.More = len(owed) > waitingChanges
		for _, c := range owed[:min(len(owed), waitingChanges)] {
			w.Changes = append(w.Changes, happening(c))
		}
		err = tx.Raw(`SELECT (SELECT COUNT(*) FROM answers WHERE inbox_id = @inbox AND sent_at IS NULL)
			+ (SELECT COUNT(*) FROM followers WHERE own_inbox_id = @inbox AND accepted_at IS NULL)`, map[string]any{"inbox": inbox.ID}).Scan(&w.Answers).Error
		if err != nil {
			return nil, fmt.Errorf("count the answers that wait for %s: %w", s.Host, err)
		}
		waiting[i] = w
	}
	return waiting, nil
}

// RefusedAt lists what a server was not told of for good, newest first: at most limit
// changes, before the one with that number if it is not 0.
func (d *Directory) RefusedAt(ctx context.Context, host string, before int64, limit int) ([]RefusedChange, error) {
	tx := d.db.read.WithContext(ctx)
	if before <= 0 {
		before = math.MaxInt64
	}
	var rows []struct {
		Change
		Outcome Outcome
		Inboxes int
		Why     string
		EndedAt string
	}
	err := tx.Raw(`SELECT c.*, n.outcome, n.inboxes, n.why, n.ended_at FROM (
			SELECT r.change_id, MIN(r.outcome) AS outcome, COUNT(*) AS inboxes, MAX(r.detail) AS why, CAST(MAX(r.at) AS TEXT) AS ended_at
			FROM receipts r JOIN inboxes i ON i.id = r.inbox_id
			WHERE i.host = @host AND r.outcome <> 'told' AND r.outcome <> @withdrawn AND r.change_id < @before
			GROUP BY r.change_id ORDER BY r.change_id DESC LIMIT @limit) AS n
		JOIN changes c ON c.id = n.change_id ORDER BY c.id DESC`,
		map[string]any{"host": asText(host), "before": before, "limit": limit, "withdrawn": Withdrawn}).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read what %s did not take: %w", host, err)
	}
	refused := make([]RefusedChange, len(rows))
	for i, row := range rows {
		refused[i] = RefusedChange{Happening: happening(row.Change), Outcome: row.Outcome, Inboxes: row.Inboxes, Why: row.Why}
		if ended := storedTime(row.EndedAt); ended != nil {
			refused[i].Ended = *ended
		}
	}
	return refused, nil
}

// TryServer has a server be tried at once for which something waits: as many of its
// inboxes as are not being tried already. ErrNotFound: there is none.
func (d *Directory) TryServer(ctx context.Context, by Actor, host string) error {
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		waiting := "host = @host AND due_at IS NOT NULL AND (leased_until IS NULL OR leased_until < @now)"
		woken := tx.Exec("UPDATE inboxes SET due_at = @now WHERE "+d.db.inOrder(waiting), map[string]any{"host": asText(host), "now": now()})
		if woken.Error != nil {
			return woken.Error
		}
		if woken.RowsAffected == 0 {
			return notFound("server for which something waits: %s", host)
		}
		if err := tx.Model(&PeerHost{}).Where("host = ? AND closed_until > ?", asText(host), now()).Update("closed_until", now()).Error; err != nil {
			return err
		}
		return audit(tx, by, "tried a server at once", DirectoryHandle, host)
	})
	if err != nil {
		return fmt.Errorf("try %s at once: %w", host, err)
	}
	return nil
}

// letGoWhy is what receipts say of what the operators have let go of.
const letGoWhy = "let go of by the operators"

// GiveUpServer writes off everything that waits for a server, but for inboxes that are being
// tried at this moment. Followers stay, and are told of what changes next. ErrNotFound:
// nothing waits.
func (d *Directory) GiveUpServer(ctx context.Context, by Actor, host string) error {
	holder, none := "operators "+now().Format(time.RFC3339Nano), true
	for {
		due, err := d.leaseOf(ctx, asText(host), holder)
		if err != nil {
			return err
		}
		if len(due) == 0 {
			break
		}
		for _, inbox := range due {
			first := none
			none = false
			err := d.writeOff(ctx, inbox, 0, letGoWhy, func(tx *gorm.DB) error {
				if first {
					if err := audit(tx, by, "let go of what waits for a server", DirectoryHandle, host); err != nil {
						return err
					}
				}
				return owedNothing(tx, inbox)
			})
			if err != nil {
				return err
			}
		}
	}
	if none {
		return notFound("server for which something waits: %s", host)
	}
	return nil
}
