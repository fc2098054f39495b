package directory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
)

// Errand is an inbox with what it is owed.
type Errand struct {
	Inbox   Inbox
	Head    int64 // number of the last change when this was read
	Accepts bool  // Accepts of Follows are owed
	Answers bool  // something else is owed to this inbox alone
	Mirrors bool  // somebody who mirrors our log hears of it here

	// Changes are those that are owed up to Head, in order, and Whole says that
	// they are all there are. Else OwedChanges knows.
	Changes []Change
	Whole   bool
	// Told says of each post that Changes are about whether the inbox has been
	// sent it in any form.
	Told map[int64]bool
}

// errandChanges is how many of the newest changes are looked through for many
// inboxes together. Who is further behind is looked after alone.
const errandChanges = 50

// Errands reads what inboxes are owed, for all of them together: mostly many are
// owed the same few changes.
func (d *Directory) Errands(ctx context.Context, inboxes []Inbox) ([]Errand, error) {
	errands := make([]Errand, len(inboxes))
	if len(inboxes) == 0 {
		return errands, nil
	}
	head, err := d.LastChange(ctx)
	if err != nil {
		return nil, err
	}
	ids, taken := make([]int64, len(inboxes)), head
	for i, inbox := range inboxes {
		ids[i], taken = inbox.ID, min(taken, inbox.Taken)
		errands[i] = Errand{Inbox: inbox, Head: head}
	}
	b := behind{d: d, ids: padded(ids), taken: taken, head: head}
	if err := b.read(ctx); err != nil {
		return nil, fmt.Errorf("read what %d inboxes are owed: %w", len(inboxes), err)
	}
	for i := range errands {
		b.fill(&errands[i])
	}
	return errands, nil
}

// behind is what many inboxes are owed.
type behind struct {
	d     *Directory
	ids   []int64
	taken int64 // all of them have taken the changes up to this one
	head  int64

	accepts, answers, addressed, mirrors map[int64]bool
	changes                              []Change // the newest that not all have taken, in order
	before                               int64    // all changes after this one are among them
	since                                map[inboxHandle]int64
	told                                 map[inboxPost]bool
}

type inboxHandle struct {
	inbox  int64
	handle string
}

type inboxPost struct{ inbox, post int64 }

func (b *behind) read(ctx context.Context) (err error) {
	if b.accepts, err = b.among(ctx, "SELECT DISTINCT own_inbox_id FROM followers WHERE own_inbox_id IN ? AND accepted_at IS NULL"); err != nil {
		return err
	}
	if b.answers, err = b.among(ctx, "SELECT DISTINCT inbox_id FROM answers WHERE inbox_id IN ? AND sent_at IS NULL"); err != nil {
		return err
	}
	b.addressed, err = b.among(ctx, `SELECT DISTINCT inbox_id FROM addressees a WHERE inbox_id IN ?
		AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.change_id = a.change_id AND r.inbox_id = a.inbox_id)`)
	if err != nil {
		return err
	}
	if b.mirrors, err = b.among(ctx, "SELECT DISTINCT inbox_id FROM followers WHERE inbox_id IN ? AND mirrors"); err != nil {
		return err
	}
	tx := b.d.db.read.WithContext(ctx)
	if err := tx.Where("id > ? AND id <= ?", b.taken, b.head).Order("id DESC").Limit(errandChanges).Find(&b.changes).Error; err != nil {
		return err
	}
	slices.Reverse(b.changes)
	if len(b.changes) == errandChanges {
		b.before = b.changes[0].ID - 1
	}
	if err := b.readFollowing(ctx); err != nil {
		return err
	}
	return b.readTold(ctx)
}

// among returns those of the inboxes that the query finds.
func (b *behind) among(ctx context.Context, query string) (map[int64]bool, error) {
	var found []int64
	if err := b.d.db.read.WithContext(ctx).Raw(query, b.ids).Scan(&found).Error; err != nil {
		return nil, err
	}
	set := make(map[int64]bool, len(found))
	for _, id := range found {
		set[id] = true
	}
	return set, nil
}

// readFollowing reads since when each inbox has a follower of whom the changes
// are about.
func (b *behind) readFollowing(ctx context.Context) error {
	var handles []string
	for _, c := range b.changes {
		if !slices.Contains(handles, c.Handle) {
			handles = append(handles, c.Handle)
		}
	}
	var found []struct {
		InboxID int64
		Handle  string
		Since   int64
	}
	err := b.d.db.read.WithContext(ctx).Raw("SELECT inbox_id, handle, MIN(since) AS since FROM followers WHERE inbox_id IN ? AND handle IN ? GROUP BY inbox_id, handle",
		b.ids, padded(handles)).Scan(&found).Error
	if err != nil {
		return err
	}
	b.since = make(map[inboxHandle]int64, len(found))
	for _, f := range found {
		b.since[inboxHandle{f.InboxID, f.Handle}] = f.Since
	}
	return nil
}

// readTold reads which of the posts that the changes are about each inbox has
// been sent.
func (b *behind) readTold(ctx context.Context) error {
	b.told = map[inboxPost]bool{}
	var posts []string
	for _, c := range b.changes {
		if id, ok := c.PostID(); ok {
			posts = append(posts, strconv.FormatInt(id, 10))
		}
	}
	if len(posts) == 0 {
		return nil
	}
	var found []struct {
		InboxID int64
		After   string
	}
	err := b.d.db.read.WithContext(ctx).Raw(`SELECT r.inbox_id, c.after FROM changes c JOIN receipts r ON r.change_id = c.id AND r.inbox_id IN ? AND r.outcome = ?
		WHERE c.field = 'post' AND c.after IN ?`, b.ids, Told, padded(posts)).Scan(&found).Error
	if err != nil {
		return err
	}
	for _, f := range found {
		if id, err := strconv.ParseInt(f.After, 10, 64); err == nil {
			b.told[inboxPost{f.InboxID, id}] = true
		}
	}
	return nil
}

// fill gives an errand its part.
func (b *behind) fill(e *Errand) {
	id := e.Inbox.ID
	e.Accepts, e.Answers, e.Mirrors, e.Told = b.accepts[id], b.answers[id], b.mirrors[id], map[int64]bool{}
	if e.Inbox.Taken < b.before || b.addressed[id] || b.mirrors[id] {
		return
	}
	for _, c := range b.changes {
		if c.ID <= e.Inbox.Taken || !c.Effective {
			continue
		}
		if slices.Contains(farewells, c.Kind) { // whom it concerns is not only who follows
			e.Changes = nil
			return
		}
		since, follows := b.since[inboxHandle{id, c.Handle}]
		if !follows || since >= c.ID {
			continue
		}
		e.Changes = append(e.Changes, c)
		if post, ok := c.PostID(); ok {
			e.Told[post] = b.told[inboxPost{id, post}]
		}
	}
	e.Whole = true
}

// Further reads what an inbox is owed after its errand was read.
func (d *Directory) Further(ctx context.Context, e *Errand) error {
	head, err := d.LastChange(ctx)
	if err != nil {
		return err
	}
	e.Changes, err = d.OwedChanges(ctx, e.Inbox, errandChanges)
	e.Head, e.Whole, e.Told = head, len(e.Changes) < errandChanges, nil
	return err
}
