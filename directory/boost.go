package directory

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Boost is a co-op's post that another of our actors passed on to its own
// followers.
type Boost struct {
	Handle string `gorm:"primaryKey"` // who passed it on
	PostID int64  `gorm:"primaryKey"`
	At     time.Time
}

// boost has the directory and the author's topics pass a post on.
func boost(tx *gorm.DB, author Coop, post Post, about Change) error {
	var places []Place
	if err := tx.Where("coop_id = ?", author.ID).Order("position").Find(&places).Error; err != nil {
		return fmt.Errorf("read where %s is: %w", author.Handle, err)
	}
	for _, handle := range append([]string{DirectoryHandle}, topicsOf(author, places)...) {
		if err := tx.Create(&Boost{handle, post.ID, about.At}).Error; err != nil {
			return fmt.Errorf("boost post %d as %s: %w", post.ID, handle, err)
		}
		if _, err := logPost(tx, post, handle, KindBoosted, about); err != nil {
			return err
		}
	}
	return nil
}

func boostersOf(tx *gorm.DB, postID int64) ([]string, error) {
	var handles []string
	if err := tx.Model(&Boost{}).Where("post_id = ?", postID).Order("handle").Pluck("handle", &handles).Error; err != nil {
		return nil, fmt.Errorf("read who boosted post %d: %w", postID, err)
	}
	return handles, nil
}
