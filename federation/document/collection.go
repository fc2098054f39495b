package document

import (
	"time"

	"coopverse/directory"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
)

// OutboxPageSize is how many posts a page of the outbox should hold: even of
// the longest it stays within what other servers read.
const OutboxPageSize = 10

// Featured is the collection of a co-op's pinned notes: the introduction. It
// has no pages and holds the note itself, since Mastodon reads one page only
// and Misskey follows no links in it.
func (s Site) Featured(c directory.Coop) ([]byte, error) {
	return s.featured(s.introduction(c))
}

// DirectoryFeatured is the same for the directory's own actor.
func (s Site) DirectoryFeatured(since time.Time, coops int) ([]byte, error) {
	return s.featured(s.directoryIntroduction(since, coops))
}

func (s Site) featured(introduction said) ([]byte, error) {
	items := streams.NewActivityStreamsOrderedItemsProperty()
	items.AppendActivityStreamsNote(s.note(introduction))
	collection := s.collection(s.FeaturedAddress(introduction.handle), 1)
	collection.SetActivityStreamsOrderedItems(items)
	return encode(collection, plainContext)
}

// Outbox is the collection of an actor's posts, of which there are total.
func (s Site) Outbox(handle string, total int) ([]byte, error) {
	return s.paged(s.OutboxAddress(handle), s.OutboxPageAddress(handle, 0), total)
}

// OutboxPage is a part of the outbox: posts, newest first, that came before
// the post with that id (0: the newest of all). more says that older ones
// follow.
func (s Site) OutboxPage(handle string, before int64, posts []directory.Post, more bool) ([]byte, error) {
	page := s.page(s.OutboxPageAddress(handle, before), s.OutboxAddress(handle))
	items := streams.NewActivityStreamsOrderedItemsProperty()
	for _, p := range posts {
		items.AppendActivityStreamsCreate(s.create(p))
	}
	if len(posts) == 0 {
		return encodeEmpty(page)
	}
	page.SetActivityStreamsOrderedItems(items)
	if more {
		next := streams.NewActivityStreamsNextProperty()
		next.SetIRI(address(s.OutboxPageAddress(handle, posts[len(posts)-1].ID)))
		page.SetActivityStreamsNext(next)
	}
	return encode(page, plainContext)
}

// Followers says how many follow an actor. Who they are is nobody's business,
// so its page is empty; without one, Mastodon would show no number.
func (s Site) Followers(handle string, total int) ([]byte, error) {
	return s.paged(s.FollowersAddress(handle), s.FollowersPageAddress(handle), total)
}

// FollowersPage is the page on which nobody is named.
func (s Site) FollowersPage(handle string) ([]byte, error) {
	return encodeEmpty(s.page(s.FollowersPageAddress(handle), s.FollowersAddress(handle)))
}

// Following says that an actor of ours follows nobody.
func (s Site) Following(handle string) ([]byte, error) {
	return s.paged(s.FollowingAddress(handle), s.FollowingPageAddress(handle), 0)
}

// FollowingPage is the page on which nobody is named.
func (s Site) FollowingPage(handle string) ([]byte, error) {
	return encodeEmpty(s.page(s.FollowingPageAddress(handle), s.FollowingAddress(handle)))
}

func (s Site) collection(id string, total int) vocab.ActivityStreamsOrderedCollection {
	collection := streams.NewActivityStreamsOrderedCollection()
	collection.SetJSONLDId(idOf(id))
	count := streams.NewActivityStreamsTotalItemsProperty()
	count.Set(total)
	collection.SetActivityStreamsTotalItems(count)
	return collection
}

// paged is a collection whose members are on pages of their own.
func (s Site) paged(id, firstPage string, total int) ([]byte, error) {
	collection := s.collection(id, total)
	first := streams.NewActivityStreamsFirstProperty()
	first.SetIRI(address(firstPage))
	collection.SetActivityStreamsFirst(first)
	return encode(collection, plainContext)
}

func (s Site) page(id, collection string) vocab.ActivityStreamsOrderedCollectionPage {
	page := streams.NewActivityStreamsOrderedCollectionPage()
	page.SetJSONLDId(idOf(id))
	partOf := streams.NewActivityStreamsPartOfProperty()
	partOf.SetIRI(address(collection))
	page.SetActivityStreamsPartOf(partOf)
	return page
}

// encodeEmpty writes a page without members. go-fed would leave the list out.
func encodeEmpty(page vocab.ActivityStreamsOrderedCollectionPage) ([]byte, error) {
	page.GetUnknownProperties()["orderedItems"] = []any{}
	return encode(page, plainContext)
}
