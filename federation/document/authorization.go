package document

import (
	"fmt"
	"strconv"
	"time"

	"coopverse/directory"
	"coopverse/federation/document/streams"
)

// Authorization is leave that one of our actors gave, to quote a post
// (FEP-044f) or to be featured in a collection (FEP-7aa9). Other servers fetch
// it before they show the one or the other.
func (s Site) Authorization(a directory.Authorization) ([]byte, error) {
	return write(s.authorization(a))
}

func (s Site) authorization(a directory.Authorization) map[string]any {
	target := s.Actor(a.Handle)
	if a.Type == directory.QuoteAuthorization {
		target = s.Post(a.Handle, a.PostID)
	}
	return s.leave(a.Type, a.Handle, strconv.FormatInt(a.ID, 10), a.Interacting, target)
}

// OwnFeatureAuthorization is leave that a co-op gives us, to be featured in our
// collection of that topic.
func (s Site) OwnFeatureAuthorization(topic, handle string) ([]byte, error) {
	return write(s.leave(directory.FeatureAuthorization, handle, topic, s.FeaturedCollectionAddress(topic), s.Actor(handle)))
}

func (s Site) leave(kind, handle, name, interacting, target string) map[string]any {
	return map[string]any{
		"type": kind, "id": s.AuthorizationAddress(handle, name), "attributedTo": s.Actor(handle),
		"interactingObject": interacting, "interactionTarget": target,
	}
}

// DeleteAuthorization takes leave back, and tells whoever had it. Leave may be
// given again and taken back again, so the activity's id comes from the moment.
func (s Site) DeleteAuthorization(a directory.Authorization, at time.Time) ([]byte, error) {
	leave := s.authorization(a)
	remove := streams.NewActivityStreamsDelete()
	s.begin(remove, a.Handle, fmt.Sprintf("%s/deletions/%d", leave["id"], at.UnixMilli()))
	remove.SetActivityStreamsPublished(publishedAt(at))
	remove.GetUnknownProperties()["to"] = []any{a.PeerID}
	remove.GetUnknownProperties()["object"] = leave
	return encode(remove)
}
