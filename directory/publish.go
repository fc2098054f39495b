package directory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"
)

// Publish posts a draft as the actor with that handle. Origin says by which
// way, for the history; the audit log says by whom. Errors: ErrInvalid (nothing
// is posted), ErrNotFound and *GoneError for the handle, *MovedError; for one
// that waited also ErrConflict when it was published, changed or cancelled
// meanwhile, and ErrNotMember.
func (d *Directory) Publish(ctx context.Context, by Actor, handle string, draft Draft, origin string) (Post, error) {
	if err := draft.Check(); err != nil {
		return Post{}, err
	}
	var made Post
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		author, err := writer(tx, handle)
		if err != nil {
			return err
		}
		about := Change{At: now(), Source: author.Source, Origin: origin}
		made = Post{Handle: author.Handle, Body: draft.body(), Markdown: draft.Markdown, Language: draft.tag(""), InReplyTo: draft.InReplyTo, PublishedAt: about.At}
		number, err := publish(tx, &made, about)
		if err != nil {
			return err
		}
		if err := saveDraft(tx, made, draft); err != nil {
			return err
		}
		if err := address(tx, number, made); err != nil {
			return err
		}
		if draft.Scheduled != nil {
			if err := draft.Scheduled.settle(tx, by); err != nil {
				return err
			}
		}
		if err := audit(tx, by, "posted", made.Handle, postDetail(made.ID)); err != nil {
			return err
		}
		if !draft.Boost || draft.InReplyTo != "" || !author.Coop.Listed() {
			return nil
		}
		return boost(tx, author.Coop, made, about)
	})
	if err != nil {
		return Post{}, fmt.Errorf("post as %s: %w", handle, err)
	}
	return d.PostByID(ctx, made.ID)
}

// EditPost gives a post another text, and other pictures unless they are kept.
// What it answers stays. Errors as of Publish; ErrConflict when somebody else has
// changed it since draft.Version.
func (d *Directory) EditPost(ctx context.Context, by Actor, handle string, id int64, draft Draft, origin string) (Post, error) {
	if err := draft.Check(); err != nil {
		return Post{}, err
	}
	if draft.KeepPictures && len(draft.Pictures) > 0 {
		return Post{}, fmt.Errorf("%w: pictures are either kept or replaced", ErrInvalid)
	}
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		author, err := writer(tx, handle)
		if err != nil {
			return err
		}
		post, err := author.post(tx, id)
		if err != nil {
			return err
		}
		if !draft.Version.IsZero() && !draft.Version.Equal(post.UpdatedAt) {
			return fmt.Errorf("%w: somebody else has changed post %d meanwhile", ErrConflict, id)
		}
		before, err := concerned(tx, post) // of whom an edit takes the name out, they hear of it still
		if err != nil {
			return err
		}
		post.Language, post.Markdown, post.Automatic = draft.tag(post.Language), draft.Markdown, false
		if err := saveDraft(tx, post, draft); err != nil {
			return err
		}
		if err := rewrite(tx, post, draft.body(), Change{At: now(), Source: author.Source, Origin: origin}, before...); err != nil {
			return err
		}
		return audit(tx, by, "edited a post", post.Handle, postDetail(id))
	})
	if err != nil {
		return Post{}, fmt.Errorf("edit post %d of %s: %w", id, handle, err)
	}
	return d.PostByID(ctx, id)
}

// DeletePost takes a post back. Its address answers "gone" from then on. A co-op
// that has moved can do so as well. Errors: ErrNotFound, *GoneError, ErrInvalid.
func (d *Directory) DeletePost(ctx context.Context, by Actor, handle string, id int64, origin string) error {
	err := d.db.change(ctx, func(tx *gorm.DB) error {
		author, err := speakerNamed(tx, handle)
		if err != nil {
			return err
		}
		post, err := author.post(tx, id)
		if err != nil {
			return err
		}
		if err := rewrite(tx, post, "", Change{At: now(), Source: author.Source, Origin: origin}); err != nil {
			return err
		}
		return audit(tx, by, "deleted a post", post.Handle, postDetail(id))
	})
	if err != nil {
		return fmt.Errorf("delete post %d of %s: %w", id, handle, err)
	}
	return nil
}

// postDetail is how the audit log names a post.
func postDetail(id int64) string { return "post " + strconv.FormatInt(id, 10) }

// publish writes a new post and the change that tells followers of it, and
// returns the number of the change.
func publish(tx *gorm.DB, post *Post, c Change) (int64, error) {
	post.UpdatedAt = post.PublishedAt
	if err := tx.Create(post).Error; err != nil {
		return 0, fmt.Errorf("publish a post of %s: %w", post.Handle, err)
	}
	if err := saveTags(tx, *post); err != nil {
		return 0, err
	}
	return logPost(tx, *post, post.Handle, KindPosted, c)
}

// rewrite gives a post another body; an empty one deletes it. Those who boosted
// it, those who have to do with it and the inboxes in also are told as well as
// the followers.
func rewrite(tx *gorm.DB, post Post, body string, c Change, also ...int64) error {
	c.At = later(c.At, post.UpdatedAt) // an edit in the millisecond of the post would look like none
	post.Body, post.UpdatedAt = body, c.At
	if body == "" {
		return retract(tx, post, c)
	}
	if err := tx.Save(&post).Error; err != nil {
		return fmt.Errorf("edit post %d of %s: %w", post.ID, post.Handle, err)
	}
	if err := saveTags(tx, post); err != nil {
		return err
	}
	return logEverywhere(tx, post, KindPostEdited, c, also...)
}

// retract deletes a post, also where it was told of to somebody who neither
// follows its author any more nor is named in it.
func retract(tx *gorm.DB, post Post, c Change) error {
	post.InReplyTo, post.DeletedAt = "", &c.At
	if err := tx.Save(&post).Error; err != nil {
		return fmt.Errorf("delete post %d of %s: %w", post.ID, post.Handle, err)
	}
	strangers, err := toldStrangers(tx, post)
	if err != nil {
		return err
	}
	if err := logEverywhere(tx, post, KindPostDeleted, c, strangers...); err != nil {
		return err
	}
	return forgetPost(tx, post)
}

// later is t, or a millisecond after the given time if t is not later.
func later(t, than time.Time) time.Time {
	if t.After(than) {
		return t
	}
	return than.Add(time.Millisecond)
}

// logEverywhere writes the change of a post down for its author's followers,
// for those who have to do with it, and for the followers of each booster.
func logEverywhere(tx *gorm.DB, post Post, kind Kind, c Change, also ...int64) error {
	number, err := logPost(tx, post, post.Handle, kind, c)
	if err != nil {
		return err
	}
	if err := address(tx, number, post, also...); err != nil {
		return err
	}
	boosters, err := boostersOf(tx, post.ID)
	if err != nil {
		return err
	}
	for _, booster := range boosters {
		if _, err := logPost(tx, post, booster, kind, c); err != nil {
			return err
		}
	}
	return nil
}

// logPost writes a change about a post, for the followers of the actor with
// that handle, and returns its number.
func logPost(tx *gorm.DB, post Post, handle string, kind Kind, c Change) (int64, error) {
	c.ID, c.Handle, c.Kind, c.Field = 0, handle, kind, postField
	c.Before, c.After, c.Effective = "", strconv.FormatInt(post.ID, 10), true
	if err := tx.Create(&c).Error; err != nil {
		return 0, fmt.Errorf("log post %d of %s: %w", post.ID, post.Handle, err)
	}
	return c.ID, nil
}

// concerned lists the inboxes of those who have to do with a post beside its
// followers: whom it names, and who liked, boosted, answered or quoted it. Those
// who were blocked since hear only that it was deleted.
func concerned(tx *gorm.DB, post Post) ([]int64, error) {
	var inboxes []int64
	unblocked := ` AND (@deleted OR NOT EXISTS (SELECT 1 FROM blocks b WHERE b.handle = r.handle AND b.peer_id = r.peer_id AND b.ended_at IS NULL))`
	err := tx.Raw(`SELECT inbox_id FROM post_mentions WHERE post_id = @id AND inbox_id IS NOT NULL
		UNION SELECT inbox_id FROM reactions r WHERE handle = @handle AND post_id = @id`+unblocked+`
		UNION SELECT inbox_id FROM replies r WHERE handle = @handle AND post_id = @id`+unblocked+`
		UNION SELECT inbox_id FROM authorizations r WHERE handle = @handle AND post_id = @id AND revoked_at IS NULL`+unblocked,
		map[string]any{"id": post.ID, "handle": post.Handle, "deleted": post.DeletedAt != nil}).Scan(&inboxes).Error
	if err != nil {
		return nil, fmt.Errorf("read who has to do with post %d: %w", post.ID, err)
	}
	return inboxes, nil
}

// toldStrangers lists the inboxes that were told of a post and would not hear of
// its deletion by following its author or a booster.
func toldStrangers(tx *gorm.DB, post Post) ([]int64, error) {
	followed, err := boostersOf(tx, post.ID)
	if err != nil {
		return nil, err
	}
	var inboxes []int64
	err = tx.Raw(`SELECT DISTINCT r.inbox_id FROM changes c
		JOIN receipts r ON r.change_id = c.id AND r.outcome = @told
		JOIN inboxes i ON i.id = r.inbox_id AND NOT i.gone
		WHERE c.field = 'post' AND c.after = @post
			AND NOT EXISTS (SELECT 1 FROM followers f WHERE f.inbox_id = r.inbox_id AND f.handle IN @followed)`,
		map[string]any{"told": Told, "post": strconv.FormatInt(post.ID, 10), "followed": append(followed, post.Handle)}).Scan(&inboxes).Error
	if err != nil {
		return nil, fmt.Errorf("read who knows of post %d: %w", post.ID, err)
	}
	return inboxes, nil
}

// address owes a change of a post to those who have to do with it, and to the
// inboxes in also.
func address(tx *gorm.DB, change int64, post Post, also ...int64) error {
	inboxes, err := concerned(tx, post)
	if err != nil {
		return err
	}
	inboxes = append(inboxes, also...)
	slices.Sort(inboxes)
	var rows []addressee
	for _, id := range slices.Compact(inboxes) {
		rows = append(rows, addressee{InboxID: id, ChangeID: change})
	}
	if len(rows) == 0 {
		return nil
	}
	if err := tx.CreateInBatches(&rows, 200).Error; err != nil {
		return fmt.Errorf("address change %d: %w", change, err)
	}
	return nil
}
