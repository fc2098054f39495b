package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// hearing is an activity on its way in that brings something new. Those that come at
// the same time are heard at once: the database is asked as often for many as for one.
type hearing struct {
	h *Heard
	// What it brings: one of these, or nothing but the effect that is noted.
	reaction *Reaction
	reply    *Reply
	follow   *Follower
	noted    string

	effect string // what came of it, for people
	err    error  // why nothing did
}

// hear takes in what an activity brings, unless its sender is blocked. It is takeIn
// for what mostly comes. Errors: those of takeIn; ErrBlocked: the domain has been
// blocked since the activity came; ErrNotFound and *GoneError for what it is about.
func (d *Directory) hear(ctx context.Context, h *Heard, hg hearing) error {
	hg.h = h
	err := h.readable()
	if err == nil {
		err = d.db.join(ctx, &piece{hearing: &hg})
	}
	if err != nil {
		return fmt.Errorf("take in the %s of %s: %w", h.Type, h.Peer.ID, err)
	}
	return nil
}

// heardAtOnce is how many pieces at the beginning can be heard at once. In which order
// different activities are does not matter then: none takes back another. A second
// copy of one, or a second Follow, waits for what comes of the first.
func heardAtOnce(pieces []*piece) int {
	seen := map[[2]string]bool{}
	for n, p := range pieces {
		if p.hearing == nil {
			return max(n, 1)
		}
		keys := [][2]string{{p.hearing.h.Peer.ID, p.hearing.h.ActivityID}}
		if p.hearing.follow != nil {
			keys = append(keys, [2]string{p.hearing.h.Peer.ID})
		}
		for _, key := range keys {
			if seen[key] {
				return n
			}
			seen[key] = true
		}
	}
	return len(pieces)
}

// hearPieces hears pieces at once. An error is one of all of them.
func hearPieces(tx *gorm.DB, pieces []*piece) error {
	hearings := make([]*hearing, len(pieces))
	for i, p := range pieces {
		hearings[i] = p.hearing
	}
	err := hearAll(tx, hearings)
	for i, p := range pieces {
		p.err = hearings[i].err
	}
	return err
}

// hearAll lets activities have their effects. An error is one of all of them; what
// fails alone leaves nothing behind and says so in err.
func hearAll(tx *gorm.DB, hearings []*hearing) error {
	for _, hg := range hearings {
		hg.effect, hg.err, hg.h.deaf = hg.noted, nil, nil
	}
	if err := noteHeard(tx, hearings); err != nil {
		return err
	}
	woken := len(wokenLater(tx).inboxes)
	fresh := without(hearings, func(hg *hearing) bool { return hg.err != nil })
	for _, step := range []func(*gorm.DB, []*hearing) error{readDeaf, mustAllStand, bring} {
		if err := step(tx, without(fresh, func(hg *hearing) bool { return hg.err != nil })); err != nil {
			return err
		}
	}
	for _, hg := range fresh {
		if hg.err == nil {
			continue
		}
		if err := tx.Where("peer_id = ? AND activity_id = ?", hg.h.Peer.ID, hg.h.ActivityID).Delete(&heard{}).Error; err != nil {
			return err
		}
	}
	fresh = without(fresh, func(hg *hearing) bool { return hg.err != nil })
	spoke(tx, fresh, woken)
	return logEvents(tx, fresh)
}

func without(hearings []*hearing, left func(*hearing) bool) []*hearing {
	return slices.DeleteFunc(slices.Clone(hearings), left)
}

// noteHeard notes that activities were heard, once.
func noteHeard(tx *gorm.DB, hearings []*hearing) error {
	rows := make([][]any, len(hearings))
	for i, hg := range hearings {
		rows[i] = []any{hg.h.Peer.ID, hg.h.ActivityID, now()}
	}
	var added []heard
	if err := addNew(tx, "heard (peer_id, activity_id, at)", rows, "peer_id, activity_id", &added); err != nil {
		return err
	}
	for _, hg := range hearings {
		is := func(a heard) bool { return a.PeerID == hg.h.Peer.ID && a.ActivityID == hg.h.ActivityID }
		if !slices.ContainsFunc(added, is) {
			hg.err = ErrRepeated
		}
	}
	return nil
}

// addNew adds those rows to a table that are not there yet, and finds the given
// columns of those.
func addNew(tx *gorm.DB, table string, rows [][]any, columns string, found any) error {
	if len(rows) == 0 {
		return nil
	}
	rows = padded(rows) // what is twice among them is added once
	marks := ", (" + strings.Repeat(", ?", len(rows[0]))[2:] + ")"
	return tx.Raw("INSERT INTO "+table+" VALUES "+strings.Repeat(marks, len(rows))[2:]+" ON CONFLICT DO NOTHING RETURNING "+columns,
		slices.Concat(rows...)...).Scan(found).Error
}

// spoke notes that the senders' servers are there, if more inboxes are woken than before.
func spoke(tx *gorm.DB, hearings []*hearing, woken int) {
	later := wokenLater(tx)
	if len(later.inboxes) == woken {
		return
	}
	for _, hg := range hearings {
		later.hosts = append(later.hosts, hostOf(hg.h.Peer.Inbox))
	}
}

// readDeaf reads who has blocked the senders.
func readDeaf(tx *gorm.DB, hearings []*hearing) error {
	if len(hearings) == 0 {
		return nil
	}
	var peers, hosts []string
	for _, hg := range hearings {
		peers, hosts = append(peers, hg.h.Peer.ID), append(hosts, hostOf(hg.h.Peer.ID))
	}
	var blocks []Block
	if err := tx.Select("handle", "peer_id").Where("peer_id IN ? AND ended_at IS NULL", padded(peers)).Find(&blocks).Error; err != nil {
		return fmt.Errorf("read who has blocked %d senders: %w", len(peers), err)
	}
	blocked, err := blockedAmong(tx, hosts)
	if err != nil {
		return err
	}
	for i, hg := range hearings {
		for _, b := range blocks {
			if b.PeerID == hg.h.Peer.ID {
				hg.h.deaf = append(hg.h.deaf, b.Handle)
			}
		}
		if blocked[i] {
			hg.err = fmt.Errorf("%w: %s", ErrBlocked, hosts[i])
		}
	}
	return nil
}

// about is what an activity brings something to, if it does.
func (hg *hearing) about() (s Subject, ok bool) {
	switch {
	case hg.reaction != nil:
		return Subject{Handle: hg.reaction.Handle, PostID: hg.reaction.PostID}, true
	case hg.reply != nil:
		return Subject{Handle: hg.reply.Handle, PostID: hg.reply.PostID}, true
	case hg.follow != nil:
		return Subject{Handle: hg.follow.Handle, Actor: true}, true
	}
	return Subject{}, false
}

// mustAllStand fails the activities whose subjects are not there.
func mustAllStand(tx *gorm.DB, hearings []*hearing) error {
	var about []*hearing
	var subjects []Subject
	for _, hg := range hearings {
		if s, ok := hg.about(); ok {
			about, subjects = append(about, hg), append(subjects, s)
		}
	}
	missing, err := missingOf(tx, subjects)
	for i := range missing {
		about[i].err = missing[i]
	}
	return err
}

// bring keeps what activities bring, those first that are kept in the same table.
func bring(tx *gorm.DB, hearings []*hearing) error {
	var welcome []*hearing
	for _, hg := range hearings {
		about, ok := hg.about()
		switch {
		case !ok:
		case !hg.h.blockedBy(about.Handle):
			welcome = append(welcome, hg)
		case hg.reply != nil:
			hg.effect = "named" // as far as anybody else is named in it
		default:
			hg.effect = blockedEffect
			if hg.follow == nil {
				continue
			}
			if err := owe(tx, hg.h.Peer.Inbox, Answer{Handle: about.Handle, Type: "Reject", Request: hg.follow.Follow}); err != nil {
				return err
			}
		}
	}
	if len(welcome) == 0 {
		return nil
	}
	inboxes, err := knownPeers(tx, welcome)
	if err != nil {
		return err
	}
	for _, keep := range []func(*gorm.DB, []*hearing, map[string]int64) error{keepReactions, keepReplies, keepFollowers} {
		if err := keep(tx, welcome, inboxes); err != nil {
			return err
		}
	}
	return nil
}

// logEvents writes down for our actors what was heard.
func logEvents(tx *gorm.DB, hearings []*hearing) error {
	var events []Event
	for _, hg := range hearings {
		events = append(events, hg.h.events(hg.effect)...)
	}
	for some := range slices.Chunk(events, maxTogether) {
		var values []any
		for _, e := range padded(some) {
			values = append(values, e.Handle, e.Type, e.PeerID, e.ActivityID, e.Object, e.Effect)
		}
		const row = ", (CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT))"
		err := tx.Exec("WITH v (handle, type, peer_id, activity_id, object, effect) AS (VALUES "+strings.Repeat(row, len(values)/6)[2:]+`)
			INSERT INTO events (handle, at, type, peer_id, activity_id, object, effect)
			SELECT handle, ?, type, peer_id, activity_id, object, effect FROM v LIMIT ? + 0`, append(values, now(), len(some))...).Error
		if err != nil {
			return fmt.Errorf("log what %d actors heard: %w", len(events), err)
		}
	}
	return nil
}

// inPowers cuts a list into parts whose lengths are powers of two, so that the
// database keeps few statements prepared.
func inPowers[T any](list []T) func(yield func([]T) bool) {
	return func(yield func([]T) bool) {
		for n := maxTogether; len(list) > 0; n /= 2 {
			for len(list) >= n {
				if !yield(list[:n:n]) {
					return
				}
				list = list[n:]
			}
		}
	}
}
