package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Reply is a public note of somebody else in answer to one of our posts.
type Reply struct {
	ID          string `gorm:"primaryKey"` // the note's id
	Handle      string // below whose post
	PostID      int64  // 0: the introduction
	InReplyTo   string // id of our post, or of another answer to it
	PeerID      string
	InboxID     int64
	URL         string // its page
	Warning     string // plain text before which the content stays hidden, or ""
	Content     string // HTML, cleaned
	Language    string // BCP 47 or ""
	PublishedAt time.Time
	UpdatedAt   time.Time `gorm:"autoUpdateTime:false"`
	HeardAt     time.Time
	HiddenAt    *time.Time
	Silenced    bool // its author is blocked; see BlockSender and BlockDomains

	Author Peer `gorm:"foreignKey:PeerID"`
}

// TableName names the table of replies.
func (Reply) TableName() string { return "replies" }

// maxReplies is how many answers of one actor are shown below one post.
const maxReplies = 100

// Replies returns the answers to one of our posts, in the order in which they
// were heard, at most limit after the given one ("": from the first; hidden ones
// count as well). Hidden ones are left out unless they are asked for, and those of
// blocked actors always. ErrNotFound:
// there is no answer to come after.
func (d *Directory) Replies(ctx context.Context, handle string, postID int64, hidden bool, after string, limit int) ([]Reply, error) {
	tx := d.db.read.WithContext(ctx)
	found := tx.Preload("Author").Where("handle = ? AND post_id = ? AND NOT silenced", handle, postID)
	if !hidden {
		found = found.Where("hidden_at IS NULL")
	}
	if after != "" {
		last, err := replyByID(tx, after)
		if err != nil {
			return nil, err
		}
		found = found.Where("(heard_at, id) > (?, ?)", last.HeardAt, last.ID)
	}
	var replies []Reply
	if err := found.Order("heard_at, id").Limit(limit).Find(&replies).Error; err != nil {
		return nil, fmt.Errorf("read the replies to post %d of %s: %w", postID, handle, err)
	}
	return replies, nil
}

// AllReplies returns the newest answers to everything that an actor has posted,
// hidden ones too, but none of blocked actors. Errors: ErrNotFound, *GoneError.
func (d *Directory) AllReplies(ctx context.Context, handle string, limit int) ([]Reply, error) {
	handle = strings.ToLower(handle)
	if err := d.Exists(ctx, handle); err != nil {
		return nil, err
	}
	replies := []Reply{}
	err := d.db.read.WithContext(ctx).Preload("Author").Where("handle = ? AND NOT silenced", handle).Order("heard_at DESC, id").Limit(limit).Find(&replies).Error
	if err != nil {
		return nil, fmt.Errorf("read the replies to %s: %w", handle, err)
	}
	return replies, nil
}

// ReplyByID returns the reply with that id, or ErrNotFound.
func (d *Directory) ReplyByID(ctx context.Context, id string) (Reply, error) {
	return replyByID(d.db.read.WithContext(ctx).Preload("Author"), id)
}

func replyByID(tx *gorm.DB, id string) (Reply, error) {
	var r Reply
	err := tx.Where("id = ?", asText(id)).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Reply{}, notFound("reply: %s", id)
	}
	if err != nil {
		return Reply{}, fmt.Errorf("read the reply %s: %w", id, err)
	}
	return r, nil
}

// readable brings a note into a form that both databases take. ErrInvalid: its
// id cannot be kept.
func (r *Reply) readable() error {
	for _, text := range []*string{&r.InReplyTo, &r.URL, &r.Warning, &r.Content, &r.Language} {
		*text = asText(*text)
	}
	r.URL = unlessLong(r.URL)
	r.PublishedAt, r.UpdatedAt = asStored(r.PublishedAt), asStored(r.UpdatedAt)
	return checkIDs(r.ID)
}

// AddReply stores an answer to one of our posts. A note that is known already
// keeps what it says: only an Update changes it. Errors: ErrNotFound for a post
// that is not there, *GoneError, ErrRepeated, ErrInvalid.
func (d *Directory) AddReply(ctx context.Context, h Heard, r Reply) error {
	if err := r.readable(); err != nil {
		return err
	}
	return d.hear(ctx, &h, hearing{reply: &r})
}

// keepReplies keeps the answers among activities.
func keepReplies(tx *gorm.DB, hearings []*hearing, inboxes map[string]int64) error {
	hearings = without(hearings, func(hg *hearing) bool { return hg.reply == nil })
	shown, known, err := countReplies(tx, hearings)
	if err != nil {
		return err
	}
	var rows [][]any
	first := map[string]*hearing{} // of each answer
	for _, hg := range hearings {
		r, by := hg.reply, hg.h.Peer
		switch from := (replier{by.ID, r.Handle, r.PostID}); {
		case known[r.ID], first[r.ID] != nil:
			hg.effect = "shown already"
		case shown[from] >= maxReplies:
			hg.effect = "too many replies"
		default:
			hg.effect = "shown already" // by another process, in this moment
			first[r.ID] = hg
			shown[from]++
			rows = append(rows, []any{
				r.ID, r.Handle, r.PostID, r.InReplyTo, by.ID, inboxes[by.Deliverable()], r.URL, r.Warning, r.Content, r.Language, r.PublishedAt, r.UpdatedAt, now(), false,
			})
		}
	}
	var added []string
	err = addNew(tx, "replies (id, handle, post_id, in_reply_to, peer_id, inbox_id, url, warning, content, language, published_at, updated_at, heard_at, silenced)", rows, "id", &added)
	for _, id := range added {
		first[id].effect = "shown"
	}
	return err
}

// replier is somebody who has answered one of our posts.
type replier struct {
	peerID, handle string
	postID         int64
}

// countReplies counts what the senders have answered already, and says which of the
// answers are known.
func countReplies(tx *gorm.DB, hearings []*hearing) (shown map[replier]int, known map[string]bool, err error) {
	shown, known = map[replier]int{}, map[string]bool{}
	if len(hearings) == 0 {
		return shown, known, nil
	}
	var asked []any
	for _, hg := range padded(hearings) {
		asked = append(asked, hg.h.Peer.ID, hg.reply.Handle, hg.reply.PostID, hg.reply.ID)
	}
	var counted []struct {
		PeerID, Handle, ID string
		PostID             int64
		N                  int
		Known              bool
	}
	const row = ", (CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS TEXT))"
	err = tx.Raw("WITH v (peer_id, handle, post_id, id) AS (VALUES "+strings.Repeat(row, len(asked)/4)[2:]+`)
		SELECT peer_id, handle, post_id, id, (SELECT COUNT(*) FROM replies r WHERE r.id = v.id) > 0 AS known,
			(SELECT COUNT(*) FROM replies r WHERE r.peer_id = v.peer_id AND r.handle = v.handle AND r.post_id = v.post_id) AS n FROM v`,
		asked...).Scan(&counted).Error
	if err != nil {
		return nil, nil, fmt.Errorf("count what %d senders have answered: %w", len(hearings), err)
	}
	for _, c := range counted {
		shown[replier{c.PeerID, c.Handle, c.PostID}], known[c.ID] = c.N, c.Known
	}
	return shown, known, nil
}

// EditReply gives an answer another text, if the sender wrote it and has not
// written a later one. Errors: ErrRepeated, ErrInvalid.
func (d *Directory) EditReply(ctx context.Context, h Heard, r Reply) error {
	if err := r.readable(); err != nil {
		return err
	}
	return d.takeInUnlessBlocked(ctx, &h, func(tx *gorm.DB) (string, error) {
		if h.blockedBy(r.Handle) {
			return blockedEffect, nil
		}
		result := tx.Model(&Reply{}).Where("id = ? AND peer_id = ? AND updated_at <= ?", r.ID, h.Peer.ID, r.UpdatedAt).
			Updates(map[string]any{"warning": r.Warning, "content": r.Content, "language": r.Language, "updated_at": r.UpdatedAt})
		if result.RowsAffected == 0 {
			return "nothing older of that author is shown", result.Error
		}
		return "shown as edited", result.Error
	})
}

// ForgetNote deletes an answer that its author has deleted, and takes back the
// leave to quote us in it. Those whom it concerned can see it among their
// events. Of most notes that are deleted in the world we have nothing, and
// nothing is written then.
func (d *Directory) ForgetNote(ctx context.Context, h Heard, id string) error {
	id = asText(id)
	var concerned []string
	err := d.db.read.WithContext(ctx).Raw(`SELECT handle FROM replies WHERE id = @id AND peer_id = @peer
		UNION SELECT handle FROM authorizations WHERE interacting = @id AND peer_id = @peer`,
		map[string]any{"id": id, "peer": h.Peer.ID}).Scan(&concerned).Error
	if err != nil {
		return fmt.Errorf("look for the note %s: %w", id, err)
	}
	if len(concerned) == 0 {
		return nil
	}
	h.Handles = concerned
	return d.takeIn(ctx, &h, func(tx *gorm.DB) (string, error) {
		if err := tx.Where("id = ? AND peer_id = ?", id, h.Peer.ID).Delete(&Reply{}).Error; err != nil {
			return "", err
		}
		return "forgotten", tx.Where("interacting = ? AND peer_id = ?", id, h.Peer.ID).Delete(&Authorization{}).Error
	})
}

// HideReply takes an answer off our pages and collections, or shows it again.
// Errors: ErrNotFound when the actor has no such reply.
func (d *Directory) HideReply(ctx context.Context, by Actor, handle, id string, hide bool) error {
	act, at := "showed a reply", (*time.Time)(nil)
	if hide {
		moment := now()
		act, at = "hid a reply", &moment
	}
	handle = strings.ToLower(handle)
	return d.db.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		result := tx.Model(&Reply{}).Where("handle = ? AND id = ?", handle, asText(id)).Update("hidden_at", at)
		if result.Error != nil {
			return fmt.Errorf("hide the reply %s: %w", id, result.Error)
		}
		if result.RowsAffected == 0 {
			return notFound("reply: %s to %s", id, handle)
		}
		return audit(tx, by, act, handle, id)
	})
}
