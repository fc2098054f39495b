package directory

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// InstanceHandle is the handle of the actor that signs what we ask of other
// servers, and says nothing.
const InstanceHandle = "instance"

// IsCoop says whether a handle is a co-op's, and not that of an actor of the
// directory itself. It does not say that there is such a co-op.
func IsCoop(handle string) bool {
	_, topic := TopicOf(handle)
	return !topic && handle != DirectoryHandle && handle != InstanceHandle
}

// Exists returns ErrNotFound or *GoneError for a handle that no actor of ours has.
func (d *Directory) Exists(ctx context.Context, handle string) error {
	return exists(d.db.read.WithContext(ctx), handle)
}

func exists(tx *gorm.DB, handle string) error {
	if !IsCoop(handle) {
		return nil
	}
	var coops []Coop
	if err := tx.Select(standingColumns).Where("handle = ?", strings.ToLower(asText(handle))).Limit(1).Find(&coops).Error; err != nil {
		return fmt.Errorf("read co-op %s: %w", handle, err)
	}
	return standing(coops, handle)
}

// speaker is an actor of ours that posts.
type speaker struct {
	Handle string
	Coop   Coop   // zero for the directory and its topics
	Source Source // whose word a post is
}

// speakerNamed returns the actor that posts under a handle. Errors: ErrNotFound,
// *GoneError, ErrInvalid.
func speakerNamed(tx *gorm.DB, handle string) (speaker, error) {
	handle = strings.ToLower(handle)
	switch {
	case handle == InstanceHandle:
		return speaker{}, fmt.Errorf("%w: the instance's own actor says nothing; post as %s", ErrInvalid, DirectoryHandle)
	case !IsCoop(handle):
		return speaker{Handle: handle, Source: FromCurator}, nil
	}
	c, err := coopByHandle(tx, handle)
	return speaker{c.Handle, c, FromCoop}, err
}

// writer is speakerNamed for somebody who is about to say something new: a
// co-op that speaks from its own server says nothing here any more (*MovedError),
// though it can take back what it has said.
func writer(tx *gorm.DB, handle string) (speaker, error) {
	s, err := speakerNamed(tx, handle)
	if err == nil && s.Coop.MovedTo != "" {
		err = &MovedError{s.Handle, s.Coop.MovedTo}
	}
	return s, err
}

// post returns one of the actor's posts that still stands.
func (s speaker) post(tx *gorm.DB, id int64) (Post, error) {
	post, err := postByID(tx, id)
	switch {
	case err != nil:
		return Post{}, err
	case post.Handle != s.Handle:
		return Post{}, notFound("post: %d of %s", id, s.Handle)
	case post.DeletedAt != nil:
		return Post{}, fmt.Errorf("%w: post %d was deleted", ErrInvalid, id)
	}
	return post, nil
}
