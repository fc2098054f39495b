package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"coopverse/directory/picture"
	"coopverse/directory/prose"

	"gorm.io/gorm"
)

// MaxScheduled is how many posts of one co-op may wait for their time.
const MaxScheduled = 50

// A post that cannot be published for now is tried again, after ten seconds and
// then less and less often, for three quarters of an hour in all.
const (
	firstRetry    = 10 * time.Second
	longestRetry  = 10 * time.Minute
	maxRetries    = 10
	dueAtOnce     = 20 // posts that are published in one go
	yearsSchedule = 1  // that a post may wait
)

// ScheduledPost is a post that waits for its time.
type ScheduledPost struct {
	ID        int64
	Handle    string
	PersonID  int64  // who posts
	Who       string // name at that time
	Body      string
	Markdown  bool
	Language  string // BCP 47; "": as it reads
	InReplyTo string // id of the note that it answers, or ""
	Boost     bool
	DueAt     time.Time
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
	TryAt     time.Time
	Tries     int        // that have failed
	FailedAt  *time.Time // it is not tried any more
	Why       string     // the last try failed, or ""

	Pictures []PostPicture `gorm:"-"`
}

// scheduledPicture is a picture on a post that waits.
type scheduledPicture struct {
	ScheduledID int64 `gorm:"primaryKey"`
	Position    int   `gorm:"primaryKey"` // from 0
	Hash        string
	Alt         string
}

// By is who posts.
func (s ScheduledPost) By() Actor { return Actor{PersonID: s.PersonID, Name: s.Who} }

// Writing is what the post will say.
func (s ScheduledPost) Writing() prose.Writing {
	return prose.Writing{Text: s.Body, Markdown: s.Markdown}
}

// CheckDue says what is wrong with the time of a post. Errors wrap ErrInvalid.
func CheckDue(due time.Time) error {
	switch {
	case !due.After(now()):
		return fmt.Errorf("%w: this time is past", ErrInvalid)
	case due.After(now().AddDate(yearsSchedule, 0, 0)):
		return fmt.Errorf("%w: a post waits for a year at most", ErrInvalid)
	}
	return nil
}

// Schedule keeps a draft until it is due. Whom it names is looked up then.
// Errors as of Publish; ErrInvalid also when too many wait.
func (d *Directory) Schedule(ctx context.Context, by Actor, handle string, draft Draft, due time.Time) (ScheduledPost, error) {
	var s ScheduledPost
	err := d.schedule(ctx, handle, draft, due, func(tx *gorm.DB, author speaker) error {
		var waiting int64
		if err := tx.Model(&ScheduledPost{}).Where("handle = ?", author.Handle).Count(&waiting).Error; err != nil {
			return fmt.Errorf("count the scheduled posts of %s: %w", author.Handle, err)
		}
		if waiting >= MaxScheduled {
			return fmt.Errorf("%w: %d posts wait already; a co-op can schedule no more", ErrInvalid, waiting)
		}
		s = ScheduledPost{Handle: author.Handle}
		return s.keep(tx, by, draft, due, "scheduled a post")
	})
	return s, err
}

// Reschedule gives a post that waits, or whose publishing failed, another text
// and time. version is its UpdatedAt as it was read. Errors as of Schedule;
// ErrNotFound when it is not there any more, ErrConflict when somebody else has
// changed it.
func (d *Directory) Reschedule(ctx context.Context, by Actor, handle string, id int64, version time.Time, draft Draft, due time.Time) error {
	return d.schedule(ctx, handle, draft, due, func(tx *gorm.DB, author speaker) error {
		s, err := scheduledPost(tx, author.Handle, id)
		if err != nil {
			return err
		}
		if !s.UpdatedAt.Equal(version) {
			return fmt.Errorf("%w: somebody else has changed the scheduled post %d", ErrConflict, id)
		}
		return s.keep(tx, by, draft, due, "changed a scheduled post")
	})
}

func (d *Directory) schedule(ctx context.Context, handle string, draft Draft, due time.Time, keep func(*gorm.DB, speaker) error) error {
	err := draft.Check()
	if err == nil {
		err = CheckDue(due)
	}
	if err != nil {
		return err
	}
	err = d.db.change(ctx, func(tx *gorm.DB) error {
		author, err := writer(tx, handle)
		if err != nil {
			return err
		}
		return keep(tx, author)
	})
	if err != nil {
		return fmt.Errorf("schedule a post of %s: %w", handle, err)
	}
	return nil
}

// keep writes a scheduled post with what a draft says.
func (s *ScheduledPost) keep(tx *gorm.DB, by Actor, draft Draft, due time.Time, act string) error {
	changed := later(now(), s.UpdatedAt)
	*s = ScheduledPost{
		ID: s.ID, Handle: s.Handle, PersonID: by.PersonID, Who: by.Name, Body: draft.body(), Markdown: draft.Markdown, Language: draft.Language,
		InReplyTo: draft.InReplyTo, Boost: draft.Boost, DueAt: asStored(due), UpdatedAt: changed, TryAt: asStored(due),
	}
	if err := tx.Save(s).Error; err != nil {
		return fmt.Errorf("keep a scheduled post: %w", err)
	}
	hashes, err := keepPictures(tx, draft.Pictures)
	if err != nil {
		return err
	}
	// After the new ones are kept, so that those on both are not forgotten.
	before, err := takeScheduledPictures(tx, tx.Model(&ScheduledPost{}).Select("id").Where("id = ?", s.ID))
	if err != nil {
		return err
	}
	for i, hash := range hashes {
		if err := tx.Create(&scheduledPicture{s.ID, i, hash, draft.Pictures[i].Alt}).Error; err != nil {
			return fmt.Errorf("put picture %d on a scheduled post: %w", i+1, err)
		}
	}
	if err := forgetPictures(tx, before); err != nil {
		return err
	}
	return audit(tx, by, act, s.Handle, fmt.Sprintf("%d, for %s UTC", s.ID, s.DueAt.Format("2006-01-02 15:04")))
}

// Unschedule takes a post back before it was published. Errors: ErrNotFound.
func (d *Directory) Unschedule(ctx context.Context, by Actor, handle string, id int64) error {
	return d.db.change(ctx, func(tx *gorm.DB) error {
		s, err := scheduledPost(tx, strings.ToLower(handle), id)
		if err != nil {
			return err
		}
		if err := dropScheduled(tx, "id = ?", s.ID); err != nil {
			return err
		}
		return audit(tx, by, "cancelled a scheduled post", s.Handle, fmt.Sprint(s.ID))
	})
}

// ScheduledPosts lists a co-op's posts that wait, the next one first, and those
// that could not be published.
func (d *Directory) ScheduledPosts(ctx context.Context, handle string) ([]ScheduledPost, error) {
	return d.scheduled(ctx, d.db.read.WithContext(ctx).Where("handle = ?", handle).Order("due_at, id"))
}

// ScheduledPost returns a co-op's post that waits, or ErrNotFound.
func (d *Directory) ScheduledPost(ctx context.Context, handle string, id int64) (ScheduledPost, error) {
	found, err := d.scheduled(ctx, d.db.read.WithContext(ctx).Where("handle = ? AND id = ?", handle, id))
	if err == nil && len(found) == 0 {
		err = notFound("scheduled post: %d of %s", id, handle)
	}
	if err != nil {
		return ScheduledPost{}, err
	}
	return found[0], nil
}

// DuePosts lists posts whose time has come, at most 20, the earliest first. Those
// of co-ops that are busy are left out.
func (d *Directory) DuePosts(ctx context.Context, busy ...string) ([]ScheduledPost, error) {
	found := d.db.read.WithContext(ctx).Where("failed_at IS NULL AND try_at <= ?", now())
	if len(busy) > 0 {
		found = found.Where("handle NOT IN ?", busy)
	}
	return d.scheduled(ctx, found.Order("try_at, id").Limit(dueAtOnce))
}

func (d *Directory) scheduled(ctx context.Context, which *gorm.DB) ([]ScheduledPost, error) {
	posts := []ScheduledPost{}
	if err := which.Find(&posts).Error; err != nil {
		return nil, fmt.Errorf("read scheduled posts: %w", err)
	}
	for i, s := range posts {
		err := d.db.read.WithContext(ctx).Table("scheduled_pictures").
			Select("scheduled_pictures.position, scheduled_pictures.hash, scheduled_pictures.alt, pictures.media_type, pictures.width, pictures.height").
			Joins("JOIN pictures ON pictures.hash = scheduled_pictures.hash").Where("scheduled_id = ?", s.ID).Order("position").Scan(&posts[i].Pictures).Error
		if err != nil {
			return nil, fmt.Errorf("read the pictures of the scheduled post %d: %w", s.ID, err)
		}
	}
	return posts, nil
}

func scheduledPost(tx *gorm.DB, handle string, id int64) (ScheduledPost, error) {
	var s ScheduledPost
	err := tx.Where("handle = ? AND id = ?", handle, id).Take(&s).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return s, notFound("scheduled post: %d of %s", id, handle)
	}
	if err != nil {
		return s, fmt.Errorf("read the scheduled post %d: %w", id, err)
	}
	return s, nil
}

// ScheduledDraft is what a scheduled post is to say, for Publish: the post is
// published once, however often that is tried.
func (d *Directory) ScheduledDraft(ctx context.Context, s ScheduledPost) (Draft, error) {
	draft := Draft{Text: s.Body, Markdown: s.Markdown, Language: s.Language, InReplyTo: s.InReplyTo, Boost: s.Boost, Scheduled: &s}
	for _, p := range s.Pictures {
		kept, err := d.Picture(ctx, p.Hash)
		if err != nil {
			return Draft{}, err
		}
		draft.Pictures = append(draft.Pictures, DraftPicture{picture.Picture{MediaType: kept.MediaType, Width: kept.Width, Height: kept.Height, Data: kept.Data}, p.Alt})
	}
	return draft, nil
}

// NotPublished notes why a scheduled post could not be published. It is tried
// again, for a while; not if the reason is for good. One that was changed or
// published meanwhile stays as it is.
func (d *Directory) NotPublished(ctx context.Context, s ScheduledPost, why string, forGood bool) error {
	wait := min(firstRetry<<s.Tries, longestRetry)
	row := map[string]any{"tries": s.Tries + 1, "try_at": now().Add(wait), "why": cut(asText(why), 500)}
	if forGood || s.Tries+1 >= maxRetries {
		row["failed_at"] = now()
	}
	err := d.db.write.WithContext(ctx).Model(&ScheduledPost{}).Where("id = ? AND updated_at = ? AND tries = ?", s.ID, s.UpdatedAt, s.Tries).Updates(row).Error
	if err != nil {
		return fmt.Errorf("note why the scheduled post %d was not published: %w", s.ID, err)
	}
	return nil
}

// ErrNotMember means that who was to post speaks for the co-op no more.
var ErrNotMember = errors.New("whoever scheduled the post does not speak for the co-op any more")

// settle ends the waiting of the post that is being published, as whoever
// publishes it has read it. Errors: ErrConflict when it was published, changed or
// cancelled meanwhile, ErrNotMember.
func (s ScheduledPost) settle(tx *gorm.DB, by Actor) error {
	if _, err := roleOf(tx, s.Handle, by.PersonID); errors.Is(err, ErrNotFound) {
		return ErrNotMember
	} else if err != nil {
		return err
	}
	now, err := scheduledPost(tx, s.Handle, s.ID)
	if errors.Is(err, ErrNotFound) || err == nil && !now.UpdatedAt.Equal(s.UpdatedAt) {
		return fmt.Errorf("%w: the scheduled post was published, changed or cancelled meanwhile", ErrConflict)
	}
	if err != nil {
		return err
	}
	return dropScheduled(tx, "id = ?", s.ID)
}

// dropScheduled deletes posts that wait, and forgets pictures that are on no other.
func dropScheduled(tx *gorm.DB, which string, of any) error {
	pictures, err := takeScheduledPictures(tx, tx.Model(&ScheduledPost{}).Select("id").Where(which, of))
	if err != nil {
		return err
	}
	if err := tx.Where(which, of).Delete(&ScheduledPost{}).Error; err != nil {
		return fmt.Errorf("delete scheduled posts: %w", err)
	}
	return forgetPictures(tx, pictures)
}

// takeScheduledPictures takes the pictures off scheduled posts, and returns their
// hashes.
func takeScheduledPictures(tx, posts *gorm.DB) ([]string, error) {
	var hashes []string
	if err := tx.Model(&scheduledPicture{}).Where("scheduled_id IN (?)", posts).Distinct().Pluck("hash", &hashes).Error; err != nil {
		return nil, fmt.Errorf("read what pictures scheduled posts have: %w", err)
	}
	if err := tx.Where("scheduled_id IN (?)", posts).Delete(&scheduledPicture{}).Error; err != nil {
		return nil, fmt.Errorf("take pictures off scheduled posts: %w", err)
	}
	return hashes, nil
}
