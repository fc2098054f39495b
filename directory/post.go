package directory

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"
)

// Post is what one of our actors says to people.
type Post struct {
	ID          int64
	Handle      string
	Body        string // plain text, paragraphs separated by a blank line
	Automatic   bool   // made from changes, not written by a person
	PublishedAt time.Time
	UpdatedAt   time.Time
	DeletedAt   *time.Time
}

// postField marks the changes that are about a post; their After is its id.
const postField = "post"

// The kinds of change that are about a post.
const (
	KindPosted      Kind = "posted"
	KindPostEdited  Kind = "post edited"
	KindPostDeleted Kind = "post deleted"
)

// PostID returns the id of the post that the change is about; ok is false for
// a change of an entry.
func (c Change) PostID() (id int64, ok bool) {
	if c.Field != postField {
		return 0, false
	}
	id, err := strconv.ParseInt(c.After, 10, 64)
	return id, err == nil
}

// Post returns one of an actor's posts, also a deleted one; or ErrNotFound.
func (d *Directory) Post(ctx context.Context, handle string, id int64) (Post, error) {
	var p Post
	err := d.db.read.WithContext(ctx).Where("handle = ? AND id = ?", handle, id).Take(&p).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Post{}, fmt.Errorf("%w: post %d of %s", ErrNotFound, id, handle)
	}
	if err != nil {
		return Post{}, fmt.Errorf("read post %d of %s: %w", id, handle, err)
	}
	return p, nil
}

// Posts returns an actor's newest posts, newest first, at most limit of those
// before the given id; 0 begins with the newest. Deleted ones are left out.
func (d *Directory) Posts(ctx context.Context, handle string, before int64, limit int) ([]Post, error) {
	tx := d.db.read.WithContext(ctx).Where("handle = ? AND deleted_at IS NULL", handle)
	if before > 0 {
		tx = tx.Where("id < ?", before)
	}
	var posts []Post
	if err := tx.Order("id DESC").Limit(limit).Find(&posts).Error; err != nil {
		return nil, fmt.Errorf("read the posts of %s: %w", handle, err)
	}
	return posts, nil
}

// PostCount counts an actor's posts.
func (d *Directory) PostCount(ctx context.Context, handle string) (int, error) {
	var n int64
	err := d.db.read.WithContext(ctx).Model(&Post{}).Where("handle = ? AND deleted_at IS NULL", handle).Count(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count the posts of %s: %w", handle, err)
	}
	return int(n), nil
}

// publish writes a new post, and the change that tells followers of it.
func publish(tx *gorm.DB, post Post, c Change) error {
	post.UpdatedAt = post.PublishedAt
	if err := tx.Create(&post).Error; err != nil {
		return fmt.Errorf("publish a post of %s: %w", post.Handle, err)
	}
	return logPost(tx, post, KindPosted, c)
}

// rewrite gives a post another body; an empty one deletes it.
func rewrite(tx *gorm.DB, post Post, body string, c Change) error {
	kind := KindPostEdited
	post.Body, post.UpdatedAt = body, c.At
	if body == "" {
		kind, post.DeletedAt = KindPostDeleted, &c.At
	}
	if err := tx.Save(&post).Error; err != nil {
		return fmt.Errorf("edit post %d of %s: %w", post.ID, post.Handle, err)
	}
	return logPost(tx, post, kind, c)
}

func logPost(tx *gorm.DB, post Post, kind Kind, c Change) error {
	c.ID, c.Handle, c.Kind, c.Field = 0, post.Handle, kind, postField
	c.Before, c.After, c.Effective = "", strconv.FormatInt(post.ID, 10), true
	if err := tx.Create(&c).Error; err != nil {
		return fmt.Errorf("log post %d of %s: %w", post.ID, post.Handle, err)
	}
	return nil
}
