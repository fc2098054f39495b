package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// Subject is what something is said about: a post of an actor of ours, or the actor.
type Subject struct {
	Handle string
	PostID int64 // 0: the introduction, which each actor has but the instance's
	Actor  bool  // the actor itself is meant
}

// Missing says of each of many subjects why there is none, or nil: ErrNotFound, or
// *GoneError for a co-op that is gone. The database is asked as often as for one.
func (d *Directory) Missing(ctx context.Context, subjects []Subject) ([]error, error) {
	return missingOf(d.db.read.WithContext(ctx), subjects)
}

func missingOf(tx *gorm.DB, subjects []Subject) ([]error, error) {
	var handles []string
	var ids []int64
	for _, s := range subjects {
		switch {
		case !s.Actor && s.PostID != 0:
			ids = append(ids, s.PostID)
		case IsCoop(s.Handle):
			handles = append(handles, strings.ToLower(asText(s.Handle)))
		}
	}
	var coops []Coop
	if len(handles) > 0 {
		if err := tx.Select(standingColumns).Where("handle IN ?", distinct(handles)).Find(&coops).Error; err != nil {
			return nil, fmt.Errorf("read %d co-ops: %w", len(handles), err)
		}
	}
	var posts []Post
	if len(ids) > 0 {
		if err := tx.Select("id", "handle", "deleted_at").Where("id IN ?", distinct(ids)).Find(&posts).Error; err != nil {
			return nil, fmt.Errorf("read %d posts: %w", len(ids), err)
		}
	}
	missing := make([]error, len(subjects))
	for i, s := range subjects {
		switch {
		case !s.Actor && s.PostID != 0:
			is := func(p Post) bool { return p.ID == s.PostID && p.Handle == s.Handle && p.DeletedAt == nil }
			if !slices.ContainsFunc(posts, is) {
				missing[i] = notFound("post: %d of %s", s.PostID, s.Handle)
			}
		case IsCoop(s.Handle):
			missing[i] = standing(coops, s.Handle)
		case s.Handle == InstanceHandle && !s.Actor:
			missing[i] = notFound("post: %d of %s", s.PostID, s.Handle)
		}
	}
	return missing, nil
}

// distinct are the values of a list, once each, as padded makes them.
func distinct[T string | int64](list []T) []T {
	list = slices.Clone(list)
	slices.Sort(list)
	return padded(slices.Compact(list))
}
