package directory

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// The types of reaction, as ActivityPub calls them.
const (
	Like     = "Like"
	Announce = "Announce" // a boost
)

// ReactionType is the type under which an activity is counted: a reaction with
// an emoji (Pleroma, Akkoma) is a like.
func ReactionType(activity string) string {
	if activity == "EmojiReact" {
		return Like
	}
	return activity
}

// Reaction is somebody's like or boost of one of our posts.
type Reaction struct {
	Handle     string `gorm:"primaryKey"` // whose post
	PostID     int64  `gorm:"primaryKey"` // 0: the introduction
	Type       string `gorm:"primaryKey"` // Like or Announce
	PeerID     string `gorm:"primaryKey"`
	ActivityID string
	InboxID    int64
	At         time.Time
}

// React stores a like or a boost, as h.Type says, once for each actor and post.
// Errors: ErrNotFound for a post that is not there, *GoneError, ErrRepeated,
// ErrInvalid.
func (d *Directory) React(ctx context.Context, h Heard, handle string, postID int64) error {
	kind := ReactionType(h.Type)
	if kind != Like && kind != Announce {
		return fmt.Errorf("%w: %.60q is neither a like nor a boost", ErrInvalid, h.Type)
	}
	return d.hear(ctx, &h, hearing{reaction: &Reaction{Handle: handle, PostID: postID, Type: kind}})
}

// keepReactions counts the likes and boosts among activities.
func keepReactions(tx *gorm.DB, hearings []*hearing, inboxes map[string]int64) error {
	var rows [][]any
	first := map[Reaction]*hearing{} // of each actor, to each post
	for _, hg := range hearings {
		if hg.reaction == nil {
			continue
		}
		hg.effect = "counted already"
		r := Reaction{Handle: hg.reaction.Handle, PostID: hg.reaction.PostID, Type: hg.reaction.Type, PeerID: hg.h.Peer.ID}
		if first[r] == nil {
			first[r] = hg
			rows = append(rows, []any{r.Handle, r.PostID, r.Type, r.PeerID, hg.h.ActivityID, inboxes[hg.h.Peer.Deliverable()], now()})
		}
	}
	var added []Reaction
	err := addNew(tx, "reactions (handle, post_id, type, peer_id, activity_id, inbox_id, at)", rows, "handle, post_id, type, peer_id", &added)
	for _, r := range added {
		first[r].effect = "counted"
	}
	return err
}

// Unreact takes back an actor's like or boost: the one that the activity
// undoneID was, or that of the given type on the post.
func (d *Directory) Unreact(ctx context.Context, h Heard, kind, undoneID, handle string, postID int64) error {
	return d.takeIn(ctx, &h, func(tx *gorm.DB) (string, error) {
		result := tx.Where("peer_id = ? AND (activity_id = ? OR type = ? AND handle = ? AND post_id = ?)", h.Peer.ID, asText(undoneID), kind, handle, postID).Delete(&Reaction{})
		if result.RowsAffected == 0 {
			return "was not counted", result.Error
		}
		return "not counted any more", result.Error
	})
}

// ReactionTo returns the like or boost that an activity was, if it stands.
func (d *Directory) ReactionTo(ctx context.Context, peerID, activityID string) (Reaction, bool, error) {
	var found Reaction
	result := d.db.read.WithContext(ctx).Where("peer_id = ? AND activity_id = ?", peerID, asText(activityID)).Limit(1).Find(&found)
	if result.Error != nil {
		return Reaction{}, false, fmt.Errorf("look for the reaction %s: %w", activityID, result.Error)
	}
	return found, result.RowsAffected > 0, nil
}

// Response counts what others did with a post.
type Response struct {
	Likes, Boosts, Replies int // replies that are hidden, or of whom is blocked, are not counted
}

// Responses counts what others did with an actor's posts, by post id; 0 is the
// introduction.
func (d *Directory) Responses(ctx context.Context, handle string, posts ...int64) (map[int64]Response, error) {
	const reply = "Create"
	var counted []struct {
		PostID int64
		Type   string
		N      int
	}
	err := d.db.read.WithContext(ctx).Raw(`SELECT post_id, type, COUNT(*) AS n FROM reactions WHERE handle = @handle AND post_id IN @posts GROUP BY post_id, type
		UNION ALL SELECT post_id, @reply, COUNT(*) FROM replies WHERE handle = @handle AND post_id IN @posts AND hidden_at IS NULL AND NOT silenced GROUP BY post_id`,
		map[string]any{"handle": handle, "posts": posts, "reply": reply}).Scan(&counted).Error
	if err != nil {
		return nil, fmt.Errorf("count the reactions to %s: %w", handle, err)
	}
	responses := make(map[int64]Response)
	for _, c := range counted {
		r := responses[c.PostID]
		switch c.Type {
		case Like:
			r.Likes = c.N
		case Announce:
			r.Boosts = c.N
		case reply:
			r.Replies = c.N
		}
		responses[c.PostID] = r
	}
	return responses, nil
}

// mustStand returns ErrNotFound for a post of ours that is not there any more;
// 0 is an introduction, which each actor has but the instance's.
func mustStand(tx *gorm.DB, handle string, postID int64) error {
	if postID == 0 && handle != InstanceHandle {
		return exists(tx, handle)
	}
	post, err := postByID(tx, postID)
	if err == nil && (post.Handle != handle || post.DeletedAt != nil) {
		err = notFound("post: %d of %s", postID, handle)
	}
	return err
}
