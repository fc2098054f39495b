package directory

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"coopverse/directory/prose"

	"gorm.io/gorm"
)

// Post is what one of our actors says to people.
type Post struct {
	ID          int64
	Handle      string
	Body        string
	Markdown    bool   // else the body is plain text, paragraphs separated by a blank line
	Language    string // BCP 47
	InReplyTo   string // id of the note that it answers, or ""
	Automatic   bool   // made from changes, not written by a person
	PublishedAt time.Time
	UpdatedAt   time.Time `gorm:"autoUpdateTime:false"`
	DeletedAt   *time.Time

	Pictures []PostPicture `gorm:"-"`
	Mentions []PostMention `gorm:"-"`
}

// Writing is what the post says.
func (p Post) Writing() prose.Writing { return prose.Writing{Text: p.Body, Markdown: p.Markdown} }

// NamesCoops says whether "(@acme)" in the text names a co-op of ours: the
// directory and its topics write so about others, co-ops about themselves do not.
func (p Post) NamesCoops() bool {
	_, topic := TopicOf(p.Handle)
	return p.Automatic && (topic || p.Handle == DirectoryHandle)
}

// Changed says whether the post has not always read like this.
func (p Post) Changed() bool { return p.UpdatedAt.After(p.PublishedAt) }

// postField marks the changes that are about a post; their After is its id.
const postField = "post"

// The kinds of change that are about a post.
const (
	KindPosted      Kind = "posted"
	KindPostEdited  Kind = "post edited"
	KindPostDeleted Kind = "post deleted"
	KindBoosted     Kind = "boosted" // by an actor who is not its author
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
	p, err := d.PostByID(ctx, id)
	if err == nil && p.Handle != handle {
		err = notFound("post: %d of %s", id, handle)
	}
	return p, err
}

// PostByID returns the post with that id, also a deleted one; or ErrNotFound.
func (d *Directory) PostByID(ctx context.Context, id int64) (Post, error) {
	tx := d.db.read.WithContext(ctx)
	p, err := postByID(tx, id)
	if err != nil {
		return Post{}, err
	}
	posts := []Post{p}
	err = fill(tx, posts)
	return posts[0], err
}

func postByID(tx *gorm.DB, id int64) (Post, error) {
	var p Post
	err := tx.Take(&p, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Post{}, notFound("post: %d", id)
	}
	if err != nil {
		return Post{}, fmt.Errorf("read post %d: %w", id, err)
	}
	return p, nil
}

// Posts returns an actor's newest posts, newest first, at most limit of those
// before the given id; 0 begins with the newest. Deleted ones are left out.
func (d *Directory) Posts(ctx context.Context, handle string, before int64, limit int) ([]Post, error) {
	return d.posts(ctx, "handle = @name", handle, before, limit)
}

// Outbox returns, in the same way, the posts that an actor has written or
// boosted.
func (d *Directory) Outbox(ctx context.Context, handle string, before int64, limit int) ([]Post, error) {
	// Either is read along an index and no further than is needed of it.
	return d.posts(ctx, `id IN (
		SELECT id FROM (SELECT id FROM posts WHERE handle = @name AND deleted_at IS NULL AND id < @before ORDER BY id DESC LIMIT @limit) AS written
		UNION SELECT post_id FROM (SELECT post_id FROM boosts WHERE handle = @name AND post_id < @before ORDER BY post_id DESC LIMIT @limit) AS boosted)`,
		handle, before, limit)
}

// PostsTagged returns, in the same way, everyone's posts with that hashtag,
// which is folded and without #.
func (d *Directory) PostsTagged(ctx context.Context, tag string, before int64, limit int) ([]Post, error) {
	return d.posts(ctx, "id IN (SELECT post_id FROM post_tags WHERE tag = @name)", asText(tag), before, limit)
}

func (d *Directory) posts(ctx context.Context, which, name string, before int64, limit int) ([]Post, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	tx := d.db.read.WithContext(ctx)
	var posts []Post
	err := tx.Where("deleted_at IS NULL AND id < @before AND "+which, map[string]any{"name": name, "before": before, "limit": limit}).
		Order("id DESC").Limit(limit).Find(&posts).Error
	if err != nil {
		return nil, fmt.Errorf("read posts: %w", err)
	}
	return posts, fill(tx, posts)
}

// OutboxCount counts the posts that an actor has written or boosted; nobody
// boosts their own.
func (d *Directory) OutboxCount(ctx context.Context, handle string) (int, error) {
	var n int
	err := d.db.read.WithContext(ctx).Raw(`SELECT (SELECT COUNT(*) FROM posts WHERE handle = @handle AND deleted_at IS NULL)
		+ (SELECT COUNT(*) FROM boosts WHERE handle = @handle)`, map[string]any{"handle": handle}).Scan(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count the posts of %s: %w", handle, err)
	}
	return n, nil
}

// fill adds to posts what other tables hold of them.
func fill(tx *gorm.DB, posts []Post) error {
	if len(posts) == 0 {
		return nil
	}
	at := make(map[int64]*Post, len(posts))
	ids := make([]int64, len(posts))
	for i := range posts {
		ids[i], at[posts[i].ID] = posts[i].ID, &posts[i]
	}
	pictures, err := picturesOf(tx, ids)
	if err != nil {
		return err
	}
	for _, p := range pictures {
		at[p.PostID].Pictures = append(at[p.PostID].Pictures, p)
	}
	var mentions []PostMention
	if err := tx.Where("post_id IN ?", ids).Order("post_id, account").Find(&mentions).Error; err != nil {
		return fmt.Errorf("read whom posts name: %w", err)
	}
	for _, m := range mentions {
		at[m.PostID].Mentions = append(at[m.PostID].Mentions, m)
	}
	return nil
}
