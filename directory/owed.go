package directory

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"
)

// addressee is an inbox that is owed a change although nobody there follows:
// somebody there is named in a post, or has answered, liked, boosted or quoted
// it. It is owed until there is a receipt, however far the inbox has been told.
type addressee struct {
	InboxID  int64 `gorm:"primaryKey"`
	ChangeID int64 `gorm:"primaryKey"`
}

// OwedAtOnce is how many Accepts, or other answers, of one inbox are read at once.
const OwedAtOnce = 100

// OwedAccepts lists for each of many inboxes the first OwedAtOnce Follows that it has
// not been sent an Accept for. The database is asked once.
func (d *Directory) OwedAccepts(ctx context.Context, inboxIDs ...int64) ([][]Follower, error) {
	var found []Follower
	err := d.db.read.WithContext(ctx).Raw(`SELECT * FROM (
			SELECT f.*, ROW_NUMBER() OVER (PARTITION BY own_inbox_id ORDER BY followed_at) AS place FROM followers f
			WHERE own_inbox_id IN ? AND accepted_at IS NULL) AS owed
		WHERE place <= ? ORDER BY place`, distinct(inboxIDs), OwedAtOnce).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("read the owed Accepts: %w", err)
	}
	owed := make([][]Follower, len(inboxIDs))
	for _, f := range found {
		i := slices.Index(inboxIDs, f.OwnInboxID)
		owed[i] = append(owed[i], f)
	}
	return owed, nil
}

// Accepted notes that the followers' inboxes took the Accepts of those Follows.
func (d *Directory) Accepted(ctx context.Context, followers ...Follower) error {
	var values []any
	for _, f := range padded(followers) {
		values = append(values, f.Handle, f.PeerID, f.FollowID)
	}
	const row = ", (CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT))"
	err := d.db.together(ctx, func(tx *gorm.DB) error {
		return tx.Exec("WITH v (handle, peer_id, follow_id) AS (VALUES "+strings.Repeat(row, len(values)/3)[2:]+`)
			UPDATE followers SET accepted_at = ? FROM v WHERE followers.handle = v.handle AND followers.peer_id = v.peer_id AND followers.follow_id = v.follow_id`,
			append(values, now())...).Error
	})
	if err != nil {
		return fmt.Errorf("note %d Accepts: %w", len(followers), err)
	}
	return nil
}

// farewells are the changes that every server is told of which may know the
// actor, because other servers keep what they are not told to delete.
var farewells = []Kind{KindRemoved, KindMerged}

// toldElsewhere is the condition under which the inbox at an address is one
// actor's own, for answers alone, because its server hears of farewells at its
// shared inbox.
func toldElsewhere(url string) string {
	return "EXISTS (SELECT 1 FROM peers p JOIN inboxes s ON s.url = p.shared_inbox WHERE p.inbox = " + url + " AND p.shared_inbox <> p.inbox)"
}

// toldToMirrors is the condition under which the follower f is told of the change
// c: of all, or, if it mirrors our log, only of the keys with which it is told.
const toldToMirrors = "(NOT f.mirrors OR c.kind = @rekeyed)"

// OwedChanges lists, in order, up to limit changes that the inbox has not
// taken: those of whom its followers follow, after each one's Follow; every
// farewell; and those that are addressed to it. A mirror is owed no posts and boosts.
func (d *Directory) OwedChanges(ctx context.Context, inbox Inbox, limit int) ([]Change, error) {
	return owedChanges(d.db.read.WithContext(ctx), inbox, limit)
}

// all is a limit that limits nothing.
const all = math.MaxInt32

func owedChanges(tx *gorm.DB, inbox Inbox, limit int) ([]Change, error) {
	var owed []Change
	// The two are limited and read apart, so that each walks along an index.
	err := tx.Raw(`SELECT * FROM changes WHERE id IN (
			SELECT id FROM (SELECT c.id FROM changes c WHERE c.id > @taken AND c.effective AND (c.kind IN @farewells AND NOT `+toldElsewhere("@url")+`
				OR EXISTS (SELECT 1 FROM followers f WHERE f.inbox_id = @inbox AND f.handle = c.handle AND f.since < c.id AND `+toldToMirrors+`))
				ORDER BY c.id LIMIT @limit) AS followed
			UNION SELECT a.change_id FROM addressees a WHERE a.inbox_id = @inbox
				AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.change_id = a.change_id AND r.inbox_id = a.inbox_id))
		ORDER BY id LIMIT @limit`,
		map[string]any{"taken": inbox.Taken, "inbox": inbox.ID, "url": inbox.URL, "farewells": farewells, "rekeyed": KindRekeyed, "limit": limit}).Scan(&owed).Error
	if err != nil {
		return nil, fmt.Errorf("read what %s is owed: %w", inbox.Host, err)
	}
	return owed, nil
}

// NeverTold says whether the inbox has not been sent the post in any form, by
// its author or by an actor of ours that boosted it.
func (d *Directory) NeverTold(ctx context.Context, inbox Inbox, p Post) (bool, error) {
	n, err := d.timesTold(ctx, inbox, p.ID, "TRUE")
	return n == 0, err
}

// FetchedBy says whether somebody at the inbox has liked, boosted, answered or
// quoted a post, for which they must have fetched it, though it was not sent
// there. Of a deleted post that is forgotten; but then the deletion is addressed
// to the inbox, and the post was not.
func (d *Directory) FetchedBy(ctx context.Context, inbox Inbox, p Post) (bool, error) {
	var n int64
	err := d.db.read.WithContext(ctx).Raw(`SELECT COUNT(*) FROM (
		SELECT inbox_id FROM reactions WHERE inbox_id = @inbox AND handle = @handle AND post_id = @id
		UNION ALL SELECT inbox_id FROM replies WHERE inbox_id = @inbox AND handle = @handle AND post_id = @id
		UNION ALL SELECT inbox_id FROM authorizations WHERE inbox_id = @inbox AND handle = @handle AND post_id = @id
		UNION ALL SELECT a.inbox_id FROM addressees a JOIN changes c ON c.id = a.change_id
			WHERE a.inbox_id = @inbox AND c.field = 'post' AND c.after = @post AND c.kind = @deleted
			AND NOT EXISTS (SELECT 1 FROM addressees b JOIN changes o ON o.id = b.change_id
				WHERE b.inbox_id = a.inbox_id AND o.field = c.field AND o.after = c.after AND o.kind = @posted)) AS known`,
		map[string]any{
			"inbox": inbox.ID, "handle": p.Handle, "id": p.ID, "post": strconv.FormatInt(p.ID, 10), "deleted": KindPostDeleted, "posted": KindPosted,
		}).Scan(&n).Error
	if err != nil {
		return false, fmt.Errorf("look whether %s has fetched post %d: %w", inbox.Host, p.ID, err)
	}
	return n > 0, nil
}

// ToldBefore says whether the inbox has been sent the same about a post already:
// an edit or a deletion is written down once for the author and once for each
// actor of ours that boosted the post.
func (d *Directory) ToldBefore(ctx context.Context, inbox Inbox, c Change) (bool, error) {
	id, _ := c.PostID()
	n, err := d.timesTold(ctx, inbox, id, "changes.id < ? AND changes.kind = ? AND changes.at = ?", c.ID, c.Kind, c.At)
	return n > 0, err
}

// timesTold counts what the inbox was sent about a post, of changes like those.
func (d *Directory) timesTold(ctx context.Context, inbox Inbox, postID int64, like string, args ...any) (n int64, err error) {
	err = d.db.read.WithContext(ctx).Model(&Change{}).
		Joins("JOIN receipts ON receipts.change_id = changes.id AND receipts.inbox_id = ? AND receipts.outcome = ?", inbox.ID, Told).
		Where("changes.field = 'post' AND changes.after = ?", strconv.FormatInt(postID, 10)).Where(like, args...).Count(&n).Error
	if err != nil {
		return 0, fmt.Errorf("look what %s knows of post %d: %w", inbox.Host, postID, err)
	}
	return n, nil
}
