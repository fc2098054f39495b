package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Signature is the kind of signature that a server takes.
type Signature string

// The two kinds; "" is not known yet.
const (
	Cavage  Signature = "cavage"  // draft-cavage-http-signatures-12, as most send it
	RFC9421 Signature = "rfc9421" // HTTP Message Signatures
)

const (
	// LeasedPerServer is how many inboxes of one server are leased at once.
	LeasedPerServer = 64
	// leasedOfFailing is how many of one whose last answer was none.
	leasedOfFailing = 2
	// breakAfter is how often in a row a server fails before it is left alone.
	breakAfter = 5
)

// PeerHost is another server, as whoever brings it news knows it.
type PeerHost struct {
	Host         string `gorm:"primaryKey"`
	Signature    Signature
	Failures     int // in a row, at any of its inboxes
	FailingSince *time.Time
	ClosedUntil  *time.Time // it is left alone until then
}

// Takes is the kind of signature to try first.
func (h PeerHost) Takes() Signature {
	if h.Signature == RFC9421 {
		return RFC9421
	}
	return Cavage
}

// Learned is what is known of the server after it took that kind of signature.
// Who is known to take one kind is believed to take the other only when that
// happens twice: some answer 202 to what they cannot read.
func (h PeerHost) Learned(s Signature) Signature {
	if h.Signature == "" || h.Signature == s {
		return s
	}
	return ""
}

// SignatureFor is the kind of signature to try first at a server.
func (d *Directory) SignatureFor(ctx context.Context, host string) (Signature, error) {
	known, err := readPeerHosts(d.db.read.WithContext(ctx), []string{asText(host)})
	return known[asText(host)].Takes(), err
}

// LearnSignature notes that a server took that kind of signature and refused the other.
func (d *Directory) LearnSignature(ctx context.Context, host string, took Signature) error {
	host = asText(host)
	err := d.db.together(ctx, func(tx *gorm.DB) error {
		known, err := readPeerHosts(tx, []string{host})
		if err != nil {
			return err
		}
		learned := known[host]
		learned.Host, learned.Signature = host, learned.Learned(took)
		onlyThat := clause.OnConflict{Columns: []clause.Column{{Name: "host"}}, DoUpdates: clause.AssignmentColumns([]string{"signature"})}
		return tx.Clauses(onlyThat).Create(&learned).Error
	})
	if err != nil {
		return fmt.Errorf("note which signatures %s takes: %w", host, err)
	}
	return nil
}

func readPeerHosts(tx *gorm.DB, hosts []string) (map[string]PeerHost, error) {
	var rows []PeerHost
	if err := tx.Where("host IN ?", padded(hosts)).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read what is known of servers: %w", err)
	}
	known := make(map[string]PeerHost, len(rows))
	for _, row := range rows {
		known[row.Host] = row
	}
	return known, nil
}

// padded repeats the last of a list until its length is a power of two, so that
// the database keeps few statements prepared.
func padded[T any](list []T) []T {
	if len(list) == 0 {
		return list
	}
	n := 1
	for n < len(list) {
		n *= 2
	}
	longer := slices.Clone(list)
	for len(longer) < n {
		longer = append(longer, list[len(list)-1])
	}
	return longer
}

// probe makes the inboxes those of servers that were left alone long enough, and
// are asked again: at one inbox, by one process, until the lease ends. It returns
// the inboxes that this process has, and lets go of the others.
func probe(tx *gorm.DB, leased []Inbox, at, until time.Time) (held []Inbox, err error) {
	hosts := make([]string, len(leased))
	for i, inbox := range leased {
		hosts[i] = inbox.Host
	}
	known, err := readPeerHosts(tx, hosts)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(leased, func(a, b Inbox) int { return strings.Compare(a.Host, b.Host) }) // as Settle writes them
	for _, inbox := range leased {
		inbox.Server = known[inbox.Host]
		inbox.Server.Host = inbox.Host
		if inbox.Server.ClosedUntil == nil {
			held = append(held, inbox)
			continue
		}
		took := tx.Model(&PeerHost{}).Where("host = ? AND closed_until <= ?", inbox.Host, at).Update("closed_until", until)
		switch {
		case took.Error != nil:
			return nil, took.Error
		case took.RowsAffected > 0:
			held = append(held, inbox)
			continue
		}
		if err := holding(tx, inbox, map[string]any{"leased_until": nil}); err != nil {
			return nil, err
		}
	}
	return held, nil
}

// tryAgain has servers asked at once that were left alone because they failed again and
// again: somebody there has just spoken. One that asked to be left alone for a while is not.
func (d *Database) tryAgain(tx *gorm.DB, hosts []string) error {
	closed := "host IN @hosts AND failures >= @often AND closed_until > @now"
	if d.postgres {
		closed = "host IN (SELECT host FROM peer_hosts WHERE " + closed + " ORDER BY host FOR NO KEY UPDATE)"
	}
	err := tx.Exec("UPDATE peer_hosts SET closed_until = @now WHERE "+closed, map[string]any{"hosts": hosts, "often": breakAfter, "now": now()}).Error
	if err != nil {
		return fmt.Errorf("have %d servers tried again: %w", len(hosts), err)
	}
	return nil
}

// GiveUpHost writes off everything that the inboxes of a server are owed, after
// it has failed for days. ErrLeaseLost: another process has the inbox, which is
// one of the server's.
func (d *Directory) GiveUpHost(ctx context.Context, inbox Inbox, status int, why string) error {
	if err := d.GiveUp(ctx, inbox, status, why); err != nil {
		return err
	}
	for {
		due, err := d.leaseOf(ctx, inbox.Host, inbox.LeasedBy)
		if err != nil {
			return err
		}
		for _, other := range due {
			if err := d.GiveUp(ctx, other, status, why); err != nil {
				return err
			}
		}
		if len(due) == 0 {
			break
		}
	}
	// What they are owed next has as many days again.
	err := d.db.write.WithContext(ctx).Model(&PeerHost{}).Where("host = ?", inbox.Host).Update("failing_since", now()).Error
	if err != nil {
		return fmt.Errorf("give %s another chance: %w", inbox.Host, err)
	}
	return nil
}

// leaseOf takes some inboxes of a server for which something waits, for a minute.
func (d *Directory) leaseOf(ctx context.Context, host, holder string) ([]Inbox, error) {
	inOrder := ""
	if d.db.postgres {
		inOrder = "FOR NO KEY UPDATE"
	}
	var due []Inbox
	err := d.db.write.WithContext(ctx).Raw(`UPDATE inboxes SET leased_until = @until, leased_by = @holder WHERE id IN (
			SELECT id FROM inboxes WHERE host = @host AND due_at IS NOT NULL AND (leased_until IS NULL OR leased_until < @now) ORDER BY id LIMIT 50 `+inOrder+`)
		AND (leased_until IS NULL OR leased_until < @now) RETURNING *`,
		map[string]any{"until": now().Add(time.Minute), "now": now(), "holder": holder, "host": host}).Scan(&due).Error
	if err != nil {
		return nil, fmt.Errorf("find the inboxes of %s: %w", host, err)
	}
	return due, nil
}
