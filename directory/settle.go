package directory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Visit is what came of a delivery to an inbox, or of there being none left.
type Visit struct {
	Inbox     Inbox    // as it was leased, or as it was after the visit before
	Receipt   *Receipt // of the change that was told; nil: none was
	CaughtUp  bool     // nothing else is owed up to the change Head
	Head      int64
	Answered  bool      // the server is there, whatever it said
	Signature Signature // the kind that the server took; "": it took none
	Gone      bool      // the answer was that there is no such inbox; it may be about that activity
	Failed    *Failed   // it did not go as hoped: the inbox is tried again
}

// Failed is why and when an inbox is tried again.
type Failed struct {
	Why    string
	At     time.Time     // of the next try
	Gone   bool          // the answer was that there is no such inbox
	Server bool          // it is the server that failed, and not this inbox
	Rest   time.Duration // how long the server asked to be left alone
}

// Settled is what came of writing a Visit down.
type Settled struct {
	Lost  bool // another process has the inbox: ErrLeaseLost
	LetGo bool // the inbox is leased no more: it has caught up, or is tried again later
	Back  bool // its server was left alone and is there again: see WakeServer
}

// Settle writes down what came of visits to different inboxes, in one
// transaction. An inbox is let go of if nothing was changed since its Head, else
// its lease is extended. A server that fails again and again is left alone for
// as long as rest says of how often it did so beyond what is borne.
func (d *Directory) Settle(ctx context.Context, visits []Visit, lease time.Duration, rest func(times int) time.Duration) ([]Settled, error) {
	s := settling{visits: visits, settled: make([]Settled, len(visits)), at: now(), lease: lease, rest: rest}
	err := d.settleOnce(ctx, s)
	for tries := 1; isConflict(err) && tries < settleTries; tries++ {
		clear(s.settled)
		err = d.settleOnce(ctx, s)
	}
	if err != nil {
		return nil, fmt.Errorf("note what %d inboxes took: %w", len(visits), err)
	}
	return s.settled, nil
}

// settleTries is how often it is tried to write visits down when PostgreSQL undoes
// that for another's work: what was sent would be sent a second time otherwise.
const settleTries = 10

func (d *Directory) settleOnce(ctx context.Context, s settling) error {
	return d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if d.db.postgres {
			// Whoever wakes inboxes locks them in the same order.
			if err := tx.Exec("SELECT id FROM inboxes WHERE id IN ? ORDER BY id FOR NO KEY UPDATE", padded(s.ids())).Error; err != nil {
				return err
			}
		}
		if err := s.move(tx); err != nil {
			return err
		}
		if err := s.putOff(tx); err != nil {
			return err
		}
		if err := s.keepReceipts(tx); err != nil {
			return err
		}
		return s.noteServers(tx)
	})
}

// settling is one Settle.
type settling struct {
	visits  []Visit
	settled []Settled
	at      time.Time
	lease   time.Duration
	rest    func(times int) time.Duration
}

func (s settling) ids() []int64 {
	ids := make([]int64, len(s.visits))
	for i, v := range s.visits {
		ids[i] = v.Inbox.ID
	}
	return ids
}

// move brings the inboxes past what they have taken.
func (s settling) move(tx *gorm.DB) error {
	head, err := lastChange(tx)
	if err != nil {
		return err
	}
	done, more := map[int64]int{}, map[int64]int{}
	for i, v := range s.visits {
		s.settled[i].Lost = true // until it is seen to be ours
		switch {
		case v.Failed != nil:
		case v.CaughtUp && v.Head == head:
			done[v.Inbox.ID] = i
		default:
			more[v.Inbox.ID] = i
		}
	}
	held, err := s.update(tx, done, "leased_until = NULL, due_at = CASE WHEN inboxes.wakes = v.wakes THEN NULL ELSE inboxes.due_at END")
	if err != nil {
		return err
	}
	for _, id := range held {
		s.settled[done[id]] = Settled{LetGo: true}
	}
	if held, err = s.update(tx, more, "leased_until = ?", s.at.Add(s.lease)); err != nil {
		return err
	}
	for _, id := range held {
		s.settled[more[id]] = Settled{}
	}
	return nil
}

// update writes to those inboxes that their processes still hold, and returns
// their ids. In which says which visit is of which inbox.
func (s settling) update(tx *gorm.DB, which map[int64]int, set string, args ...any) (held []int64, err error) {
	if len(which) == 0 {
		return nil, nil
	}
	var values []any
	rows := 0
	for _, i := range padded(slices.Sorted(maps.Values(which))) {
		v := s.visits[i]
		values = append(values, v.Inbox.ID, v.Inbox.LeasedBy, v.taken(), v.Inbox.Wakes, v.Gone)
		rows++
	}
	const row = ", (CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BOOLEAN))"
	err = tx.Raw("WITH v (id, holder, taken, wakes, gone) AS (VALUES "+strings.Repeat(row, rows)[2:]+`)
		UPDATE inboxes SET taken = v.taken, failures = 0, failing_since = NULL, gone = v.gone, last_error = '', `+set+`
		FROM v WHERE inboxes.id = v.id AND inboxes.leased_by = v.holder RETURNING inboxes.id`, append(values, args...)...).Scan(&held).Error
	return held, err
}

// taken is the last change that the inbox has taken now. What was addressed to
// it later than its turn does not move it back.
func (v Visit) taken() int64 {
	taken := max(v.Inbox.Taken, v.Head)
	if v.Receipt != nil {
		taken = max(taken, v.Receipt.ChangeID)
	}
	return taken
}

// putOff ends the leases of inboxes that are tried again later.
func (s settling) putOff(tx *gorm.DB) error {
	for i, v := range s.visits {
		if v.Failed == nil {
			continue
		}
		err := holding(tx, v.Inbox, map[string]any{
			"leased_until": nil, "failures": gorm.Expr("failures + 1"), "failing_since": gorm.Expr("COALESCE(failing_since, ?)", s.at),
			"gone": v.Failed.Gone, "last_error": asText(v.Failed.Why), "due_at": asStored(v.Failed.At),
		})
		if err == nil {
			s.settled[i] = Settled{LetGo: true}
		} else if !errors.Is(err, ErrLeaseLost) {
			return err
		}
	}
	return nil
}

func (s settling) keepReceipts(tx *gorm.DB) error {
	var receipts []Receipt
	for i, v := range s.visits {
		if v.Receipt != nil && !s.settled[i].Lost {
			receipt := *v.Receipt
			receipt.Detail = asText(receipt.Detail)
			receipts = append(receipts, receipt)
		}
	}
	if len(receipts) == 0 {
		return nil
	}
	return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&receipts).Error
}

// noteServers notes which servers are there, which failed, and what signatures
// they take. Servers are written in order, or two processes could wait for each
// other.
func (s settling) noteServers(tx *gorm.DB) error {
	visits := map[string][]int{}
	for i, v := range s.visits {
		if v.Answered || v.Failed != nil && (v.Failed.Server || v.Failed.Rest > 0) {
			visits[v.Inbox.Host] = append(visits[v.Inbox.Host], i)
		}
	}
	hosts := slices.Sorted(maps.Keys(visits))
	if len(hosts) == 0 {
		return nil
	}
	known, err := readPeerHosts(tx, hosts)
	if err != nil {
		return err
	}
	var changed []PeerHost
	for _, host := range hosts {
		before := known[host]
		after := before
		after.Host = host
		for _, i := range visits[host] {
			after = s.after(after, s.visits[i])
		}
		s.settled[visits[host][0]].Back = before.ClosedUntil != nil && after.ClosedUntil == nil
		if after != before {
			changed = append(changed, after)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&changed).Error
}

// after is what is known of a server after a visit.
func (s settling) after(h PeerHost, v Visit) PeerHost {
	if v.Answered {
		h.Failures, h.FailingSince, h.ClosedUntil = 0, nil, nil
		if v.Signature != "" {
			h.Signature = h.Learned(v.Signature)
		}
		return h
	}
	if h.ClosedUntil != nil && v.Inbox.Server.ClosedUntil == nil {
		return h // it was asked before it was left alone
	}
	wait := v.Failed.Rest
	if v.Failed.Server {
		h.Failures++
		if h.FailingSince == nil {
			h.FailingSince = &s.at
		}
		if h.Failures >= breakAfter {
			wait = max(wait, s.rest(h.Failures-breakAfter))
		}
	}
	if wait > 0 {
		until := asStored(s.at.Add(wait))
		h.ClosedUntil = &until
	}
	return h
}

// WakeServer makes the failing inboxes of a server due that is there again.
func (d *Directory) WakeServer(ctx context.Context, host string) error {
	failing := "host = @host AND failures > 0 AND NOT gone AND due_at > @now"
	err := d.db.write.WithContext(ctx).Exec("UPDATE inboxes SET due_at = @now WHERE "+d.db.inOrder(failing), map[string]any{"host": host, "now": now()}).Error
	if err != nil {
		return fmt.Errorf("wake the inboxes of %s: %w", host, err)
	}
	return nil
}

// inOrder is a condition on inboxes under which PostgreSQL locks them in the
// order of their ids, so that no two transactions wait for each other.
func (d *Database) inOrder(condition string) string {
	if d.postgres {
		return "id IN (SELECT id FROM inboxes WHERE " + condition + " ORDER BY id FOR NO KEY UPDATE)"
	}
	return condition
}
