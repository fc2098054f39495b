package document

import (
	"strings"
	"time"

	"coopverse/directory"
)

// Limits of what Mastodon 4.6 reads of collections of actors (FEP-7aa9).
const (
	MaxFeatured    = 150 // items of a collection
	MaxCollections = 50  // collections of an actor

	maxCollectionName = 40 // characters
)

// FeaturedCollections lists the directory's collections of co-ops: the first of
// those topics.
func (s Site) FeaturedCollections(topics []directory.CountedTopic) ([]byte, error) {
	var ids []string
	for _, t := range topics[:min(len(topics), MaxCollections)] {
		ids = append(ids, s.FeaturedCollectionAddress(t.Handle))
	}
	return encodeItems(s.collection(s.FeaturedCollectionsAddress(), len(ids)), ids)
}

// FeaturedCollection is the directory's collection of a topic's co-ops, by which
// people on Mastodon find and follow them together: the first of those coops.
// go-fed has no words for it.
func (s Site) FeaturedCollection(t directory.Topic, coops []directory.Coop, since time.Time) ([]byte, error) {
	items, updated := []any{}, since
	for _, c := range coops[:min(len(coops), MaxFeatured)] {
		items = append(items, s.featuredItem(t, c))
		if c.UpdatedAt.After(updated) {
			updated = c.UpdatedAt
		}
	}
	about := "<p>" + escape(upperFirst(topicCoops(t))+", from the directory "+s.Name) + ".</p>"
	tag := strings.ReplaceAll(t.Handle, "_", "")
	return write(map[string]any{
		"type": "FeaturedCollection", "id": s.FeaturedCollectionAddress(t.Handle), "attributedTo": s.Actor(directory.DirectoryHandle),
		"name": shorten(t.Label, maxCollectionName), "summary": about, "summaryMap": map[string]any{language: about},
		"topic": hashtag("#"+tag, s.Tag(tag)), "url": s.Page(t.Handle), "sensitive": false, "discoverable": true,
		"published": seconds(since), "updated": seconds(updated), "totalItems": len(items), "orderedItems": items,
	})
}

// FeaturedItem is a co-op in the collection of a topic, as its own document.
func (s Site) FeaturedItem(t directory.Topic, c directory.Coop) ([]byte, error) {
	return write(s.featuredItem(t, c))
}

func (s Site) featuredItem(t directory.Topic, c directory.Coop) map[string]any {
	return map[string]any{
		"type": "FeaturedItem", "id": s.FeaturedItemAddress(t.Handle, c.Handle), "published": seconds(c.ListedAt),
		"featuredObject": s.Actor(c.Handle), "featuredObjectType": "Organization",
		"featureAuthorization": s.AuthorizationAddress(c.Handle, t.Handle),
	}
}

// seconds is a time as go-fed writes it.
func seconds(t time.Time) string { return t.UTC().Format(time.RFC3339) }
