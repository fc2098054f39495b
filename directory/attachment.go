package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Picture is a picture that we publish. It is kept once, however often it is used.
type Picture struct {
	Hash      string `gorm:"primaryKey"` // SHA-256 of the data, hex
	MediaType string // image/jpeg or image/png
	Width     int    // pixels
	Height    int
	Data      []byte
	AddedAt   time.Time
}

// PostPicture is a picture on a post.
type PostPicture struct {
	PostID   int64  `gorm:"primaryKey"`
	Position int    `gorm:"primaryKey"` // from 0
	Hash     string // of the picture
	Alt      string // what it shows, for those who cannot see it

	MediaType string `gorm:"->;-:migration"`
	Width     int    `gorm:"->;-:migration"`
	Height    int    `gorm:"->;-:migration"`
}

// PostMention is somebody whom a post names.
type PostMention struct {
	PostID  int64  `gorm:"primaryKey"`
	Account string `gorm:"primaryKey"` // name@host, as in the text
	ActorID string
	URL     string // its profile page
	InboxID *int64 // nil: an actor of ours
}

// postTag is a hashtag of a post.
type postTag struct {
	PostID int64  `gorm:"primaryKey"`
	Tag    string `gorm:"primaryKey"` // folded, without #
}

// Picture returns the picture with that hash, or ErrNotFound.
func (d *Directory) Picture(ctx context.Context, hash string) (Picture, error) {
	var p Picture
	err := d.db.read.WithContext(ctx).Where("hash = ?", asText(hash)).Take(&p).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Picture{}, notFound("picture: %s", hash)
	}
	if err != nil {
		return Picture{}, fmt.Errorf("read the picture %s: %w", hash, err)
	}
	return p, nil
}

func picturesOf(tx *gorm.DB, posts []int64) ([]PostPicture, error) {
	var found []PostPicture
	err := tx.Table("post_pictures").Select("post_pictures.*, pictures.media_type, pictures.width, pictures.height").
		Joins("JOIN pictures ON pictures.hash = post_pictures.hash").
		Where("post_id IN ?", posts).Order("post_id, position").Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("read the pictures of posts: %w", err)
	}
	return found, nil
}

// saveDraft writes a draft's pictures and whom it names.
func saveDraft(tx *gorm.DB, post Post, draft Draft) error {
	if !draft.KeepPictures {
		if err := dropPictures(tx, onePost(tx, post.ID)); err != nil {
			return err
		}
	}
	hashes, err := keepPictures(tx, draft.Pictures)
	if err != nil {
		return err
	}
	for i, hash := range hashes {
		on := PostPicture{PostID: post.ID, Position: i, Hash: hash, Alt: draft.Pictures[i].Alt}
		if err := tx.Create(&on).Error; err != nil {
			return fmt.Errorf("put picture %d on the post: %w", i+1, err)
		}
	}
	return saveMentions(tx, post, draft.Mentions)
}

// keepPictures keeps those of a draft, and returns their hashes.
func keepPictures(tx *gorm.DB, pictures []DraftPicture) ([]string, error) {
	var hashes []string
	for i, p := range pictures {
		sum := sha256.Sum256(p.Data)
		kept := Picture{Hash: hex.EncodeToString(sum[:]), MediaType: p.MediaType, Width: p.Width, Height: p.Height, Data: p.Data, AddedAt: now()}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&kept).Error; err != nil {
			return nil, fmt.Errorf("keep picture %d: %w", i+1, err)
		}
		hashes = append(hashes, kept.Hash)
	}
	return hashes, nil
}

func saveMentions(tx *gorm.DB, post Post, mentions []DraftMention) error {
	if err := tx.Where("post_id = ?", post.ID).Delete(&PostMention{}).Error; err != nil {
		return fmt.Errorf("forget whom post %d named: %w", post.ID, err)
	}
	for _, m := range mentions {
		peer, err := m.Peer.storable()
		if err != nil {
			return err
		}
		row := PostMention{PostID: post.ID, Account: asText(m.Account), ActorID: peer.ID, URL: peer.Page()}
		if m.Handle == "" {
			if blocked, err := isBlocked(tx, post.Handle, peer.ID); err != nil || blocked {
				return errorOr(err, fmt.Errorf("%w: %s has blocked @%s, who would be told of this; unblock them, or leave the name out", ErrInvalid, post.Handle, m.Account))
			}
			inbox, err := rowOfInbox(tx, peer.Deliverable())
			if err != nil {
				return err
			}
			row.InboxID = &inbox.ID
		}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return fmt.Errorf("note that post %d names %s: %w", post.ID, m.Account, err)
		}
	}
	return nil
}

func saveTags(tx *gorm.DB, post Post) error {
	if err := tx.Where("post_id = ?", post.ID).Delete(&postTag{}).Error; err != nil {
		return fmt.Errorf("forget the hashtags of post %d: %w", post.ID, err)
	}
	for _, tag := range post.Writing().Hashtags() {
		if err := tx.Create(&postTag{post.ID, tag}).Error; err != nil {
			return fmt.Errorf("note the hashtag %s of post %d: %w", tag, post.ID, err)
		}
	}
	return nil
}

// onePost and postsOf say which posts are meant, for the condition of another query.
func onePost(tx *gorm.DB, id int64) *gorm.DB {
	return tx.Model(&Post{}).Select("id").Where("id = ?", id)
}

func postsOf(tx *gorm.DB, handle string) *gorm.DB {
	return tx.Model(&Post{}).Select("id").Where("handle = ?", handle)
}

// dropPictures takes the pictures off posts, and forgets those that are on no other.
func dropPictures(tx, posts *gorm.DB) error {
	var hashes []string
	if err := tx.Model(&PostPicture{}).Where("post_id IN (?)", posts).Distinct().Pluck("hash", &hashes).Error; err != nil {
		return fmt.Errorf("read what pictures posts have: %w", err)
	}
	if err := tx.Where("post_id IN (?)", posts).Delete(&PostPicture{}).Error; err != nil {
		return fmt.Errorf("take pictures off posts: %w", err)
	}
	return forgetPictures(tx, hashes)
}

// forgetPictures forgets those of the pictures that are on no post, waiting or
// not, and in no entry, nor in what the history of one can put back.
func forgetPictures(tx *gorm.DB, hashes []string) error {
	for some := range slices.Chunk(hashes, 1000) {
		err := tx.Where(`hash IN ? AND NOT EXISTS (SELECT 1 FROM post_pictures WHERE post_pictures.hash = pictures.hash)
			AND NOT EXISTS (SELECT 1 FROM scheduled_pictures WHERE scheduled_pictures.hash = pictures.hash)
			AND NOT EXISTS (SELECT 1 FROM entry_pictures WHERE entry_pictures.hash = pictures.hash)`, some).Delete(&Picture{}).Error
		if err != nil {
			return fmt.Errorf("forget pictures that nothing shows: %w", err)
		}
	}
	return nil
}

// forgetPost forgets what was on a deleted post, and what others did with it.
func forgetPost(tx *gorm.DB, post Post) error {
	err := dropAttachments(tx, onePost(tx, post.ID))
	if err == nil {
		err = dropResponses(tx, "handle = ? AND post_id = ?", post.Handle, post.ID)
	}
	if err != nil {
		return fmt.Errorf("forget what belongs to post %d of %s: %w", post.ID, post.Handle, err)
	}
	return nil
}

// erasePosts deletes everything that an actor has posted, and what others did
// with it and with its introduction. Its removal is told of instead of each post.
func erasePosts(tx *gorm.DB, handle string, at time.Time) error {
	err := dropAttachments(tx, postsOf(tx, handle))
	if err == nil {
		err = dropResponses(tx, "handle = ?", handle)
	}
	if err == nil {
		err = tx.Model(&Post{}).Where("handle = ?", handle).Updates(map[string]any{"body": "", "in_reply_to": "", "deleted_at": gorm.Expr("COALESCE(deleted_at, ?)", at)}).Error
	}
	if err != nil {
		return fmt.Errorf("erase the posts of %s: %w", handle, err)
	}
	return nil
}

func dropAttachments(tx, posts *gorm.DB) error {
	if err := dropPictures(tx, posts); err != nil {
		return err
	}
	for _, row := range []any{&PostMention{}, &postTag{}, &Boost{}} {
		if err := tx.Where("post_id IN (?)", posts).Delete(row).Error; err != nil {
			return err
		}
	}
	return nil
}

func dropResponses(tx *gorm.DB, to string, args ...any) error {
	for _, row := range []any{&Reaction{}, &Reply{}, &Authorization{}} {
		if err := tx.Where(to, args...).Delete(row).Error; err != nil {
			return err
		}
	}
	return nil
}
