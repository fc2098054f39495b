package directory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// againAtOnce is how many changes one transaction has sent again.
const againAtOnce = 100

// apart are the kinds of change that are told each in its own words. Any other says how
// an entry or a post is, and a later one says so too.
var apart = []Kind{KindRemoved, KindMerged, KindMoved, KindRekeyed, KindCollected, KindPostDeleted, KindBoosted}

// toldSince is the condition under which an inbox has been told by a later change what
// this one says.
const toldSince = `EXISTS (SELECT 1 FROM changes l JOIN receipts t ON t.change_id = l.id AND t.inbox_id = @inbox AND t.outcome = 'told'
	WHERE l.id > @change AND l.handle = @handle AND l.kind NOT IN @apart AND (l.field = 'post') = @post AND (NOT @post OR l.after = @after))`

func (c Change) toldSince() map[string]any {
	_, post := c.PostID()
	return map[string]any{"change": c.ID, "handle": c.Handle, "apart": apart, "post": post, "after": c.After}
}

// ToldSince says whether the inbox was told by a later change what this one says. It is
// so only of one whose turn is over, and that is sent again.
func (d *Directory) ToldSince(ctx context.Context, inbox Inbox, c Change) (since bool, err error) {
	if slices.Contains(apart, c.Kind) {
		return false, nil
	}
	with := c.toldSince()
	with["inbox"] = inbox.ID
	if err := d.db.read.WithContext(ctx).Raw("SELECT "+toldSince, with).Scan(&since).Error; err != nil {
		return false, fmt.Errorf("look what %s was told since change %d: %w", inbox.Host, c.ID, err)
	}
	return since, nil
}

// SendAgain owes a server once more the change with that number, which its inboxes have
// refused or was given up; all of them if it is 0. It returns how many changes those are. The
// oldest is sent first, and before what waits. Nothing is sent of what is gone, of what a
// later change has said, or to those who follow no more and are not named. ErrBlocked: the
// server is blocked. ErrNotFound: nothing is left to be sent.
func (d *Directory) SendAgain(ctx context.Context, by Actor, host string, number int64) (changes int, err error) {
	host = asText(host)
	switch blocked, err := d.DomainBlocked(ctx, host); {
	case err != nil:
		return 0, err
	case blocked:
		return 0, fmt.Errorf("%w %s: nothing is sent there", ErrBlocked, host)
	}
	for after, more := int64(0), true; more; {
		err := d.db.change(ctx, func(tx *gorm.DB) error {
			refused, err := refusedBy(tx, host, number, after)
			if err != nil {
				return err
			}
			more = len(refused) == againAtOnce
			for _, c := range refused {
				after = c.ID
				owed, err := oweAgain(tx, host, c)
				if err != nil {
					return err
				}
				if owed == 0 {
					continue
				}
				if changes++; changes == 1 {
					if err := audit(tx, by, "sent again what a server refused", DirectoryHandle, again(host, number)); err != nil {
						return err
					}
				}
			}
			if changes == 0 {
				return nil
			}
			return tx.Model(&PeerHost{}).Where("host = ? AND closed_until > ?", host, now()).Update("closed_until", now()).Error
		})
		if err != nil {
			return changes, fmt.Errorf("send %s again what it refused: %w", host, err)
		}
	}
	if changes == 0 {
		return 0, notFound("activity that %s has refused and that can be sent again: it is gone, or what it said was told since", host)
	}
	return changes, nil
}

// again is what the audit log says of what is sent again.
func again(host string, number int64) string {
	if number == 0 {
		return host
	}
	return host + ", change " + strconv.FormatInt(number, 10)
}

// refusedBy are, oldest first, changes that inboxes of a server did not take: that one, or
// those after another.
func refusedBy(tx *gorm.DB, host string, number, after int64) (refused []Change, err error) {
	err = tx.Raw(`SELECT * FROM changes WHERE id IN (SELECT r.change_id FROM receipts r JOIN inboxes i ON i.id = r.inbox_id
			WHERE i.host = @host AND r.outcome <> 'told' AND r.outcome IN @refused AND r.change_id > @after AND (@number = 0 OR r.change_id = @number))
		ORDER BY id LIMIT @limit`,
		map[string]any{"host": host, "refused": []Outcome{Refused, GivenUp}, "after": after, "number": number, "limit": againAtOnce}).Scan(&refused).Error
	if err != nil {
		return nil, fmt.Errorf("read what %s refused: %w", host, err)
	}
	return refused, nil
}

// oweAgain owes a change to those inboxes of a server that refused it and are still to hear
// of it, and returns how many those are.
func oweAgain(tx *gorm.DB, host string, c Change) (owed int, err error) {
	named, stands, err := stillSaid(tx, c)
	if err != nil || !stands {
		return 0, err
	}
	with := c.toldSince()
	maps.Copy(with, map[string]any{
		"host": host, "refused": []Outcome{Refused, GivenUp}, "everybody": slices.Contains(farewells, c.Kind) || c.Kind == KindPostDeleted,
		"named": append(named, 0), "alone": slices.Contains(apart, c.Kind), "rekeyed": KindRekeyed, "inbox": clause.Expr{SQL: "r.inbox_id"},
	})
	var inboxes []int64
	err = tx.Raw(`SELECT r.inbox_id FROM receipts r JOIN inboxes i ON i.id = r.inbox_id JOIN changes c ON c.id = r.change_id
		WHERE r.change_id = @change AND i.host = @host AND r.outcome <> 'told' AND r.outcome IN @refused AND (@everybody OR r.inbox_id IN @named
			OR EXISTS (SELECT 1 FROM followers f WHERE f.inbox_id = r.inbox_id AND f.handle = c.handle AND f.since < c.id AND `+toldToMirrors+`))
		AND (@alone OR NOT `+toldSince+`) ORDER BY r.inbox_id`, with).Scan(&inboxes).Error
	if err != nil {
		return 0, fmt.Errorf("read who refused change %d: %w", c.ID, err)
	}
	for some := range slices.Chunk(inboxes, wokenAtOnce) {
		var rows []addressee
		for _, id := range some {
			rows = append(rows, addressee{InboxID: id, ChangeID: c.ID})
			if err := wake(tx, id); err != nil {
				return 0, err
			}
		}
		if err := tx.Where("change_id = ? AND inbox_id IN ?", c.ID, padded(some)).Delete(&Receipt{}).Error; err != nil {
			return 0, err
		}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error; err != nil {
			return 0, err
		}
	}
	return len(inboxes), nil
}

// stillSaid says whether a change tells of what is still there, and names those inboxes that
// have to do with its post although nobody there may follow.
func stillSaid(tx *gorm.DB, c Change) (named []int64, stands bool, err error) {
	if id, ok := c.PostID(); ok {
		post, err := postByID(tx, id)
		switch {
		case errors.Is(err, ErrNotFound):
			return nil, false, nil
		case err != nil || post.DeletedAt != nil && c.Kind != KindPostDeleted:
			return nil, false, err
		}
		named, err = concerned(tx, post)
		return named, err == nil, err
	}
	coop, err := coopByHandle(tx, c.Handle)
	var gone *GoneError
	switch {
	case errors.Is(err, ErrNotFound), err == nil && c.Kind != KindMoved: // an actor that is no co-op is always there
		return nil, true, nil
	case errors.As(err, &gone):
		return nil, slices.Contains(farewells, c.Kind), nil
	}
	return nil, err == nil && coop.MovedTo == c.After, err
}
