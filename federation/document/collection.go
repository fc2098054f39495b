package document

import (
	"time"

	"coopverse/directory"
	"coopverse/federation/document/streams"

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

// TopicFeatured is the same for a topic with that many co-ops.
func (s Site) TopicFeatured(t directory.Topic, since time.Time, coops int) ([]byte, error) {
	return s.featured(s.topicIntroduction(t, since, coops))
}

func (s Site) featured(introduction said) ([]byte, error) {
	items := streams.NewActivityStreamsOrderedItemsProperty()
	items.AppendActivityStreamsNote(s.note(introduction))
	collection := s.collection(s.FeaturedAddress(introduction.handle), 1)
	collection.SetActivityStreamsOrderedItems(items)
	return encode(collection)
}

// Outbox is the collection of what an actor has posted and boosted, which is
// total in all.
func (s Site) Outbox(handle string, total int) ([]byte, error) {
	return s.paged(s.OutboxAddress(handle), s.OutboxPageAddress(handle, 0), total)
}

// OutboxPage is a part of the outbox: posts, newest first, that came before
// the post with that id (0: the newest of all). Those of others it boosted;
// whether its own may be quoted, quotable says. more says that older ones
// follow.
func (s Site) OutboxPage(handle string, before int64, posts []directory.Post, quotable bool, more bool) ([]byte, error) {
	page := s.page(s.OutboxPageAddress(handle, before), s.OutboxAddress(handle))
	items := streams.NewActivityStreamsOrderedItemsProperty()
	for _, p := range posts {
		if p.Handle == handle {
			items.AppendActivityStreamsCreate(s.create(p, quotable))
		} else {
			items.AppendActivityStreamsAnnounce(s.announce(handle, p, p.PublishedAt))
		}
	}
	page.SetActivityStreamsOrderedItems(items)
	if more {
		page.SetActivityStreamsNext(nextPage(s.OutboxPageAddress(handle, posts[len(posts)-1].ID)))
	}
	return encode(page)
}

// Replies is the collection of what others have answered to a post, of which
// total is shown. 0 is the introduction.
func (s Site) Replies(handle string, postID int64, total int) ([]byte, error) {
	return s.paged(s.RepliesAddress(handle, postID), s.RepliesPageAddress(handle, postID, ""), total)
}

// RepliesPage is a part of the answers: the notes with those ids, which came
// after the one with the id after ("": the first). The page after the one with
// the id next follows, unless that is "".
func (s Site) RepliesPage(handle string, postID int64, after string, ids []string, next string) ([]byte, error) {
	page := s.page(s.RepliesPageAddress(handle, postID, after), s.RepliesAddress(handle, postID))
	if next != "" {
		page.SetActivityStreamsNext(nextPage(s.RepliesPageAddress(handle, postID, next)))
	}
	return encodeItems(page, ids)
}

// Followers says how many follow an actor. Who they are is nobody's business,
// so its page is empty; without one, Mastodon would show no number.
func (s Site) Followers(handle string, total int) ([]byte, error) {
	return s.counted(s.FollowersAddress(handle), total)
}

// FollowersPage is the page on which nobody is named.
func (s Site) FollowersPage(handle string) ([]byte, error) {
	return s.emptyPage(s.FollowersAddress(handle))
}

// Following says how many an actor of ours follows: the directory's the
// directories that it mirrors, and the others nobody.
func (s Site) Following(handle string, total int) ([]byte, error) {
	return s.counted(s.FollowingAddress(handle), total)
}

// FollowingPage is the page on which nobody is named.
func (s Site) FollowingPage(handle string) ([]byte, error) {
	return s.emptyPage(s.FollowingAddress(handle))
}

// Likes says how many like a post; 0 is the introduction.
func (s Site) Likes(handle string, postID int64, total int) ([]byte, error) {
	return s.counted(s.LikesAddress(handle, postID), total)
}

// LikesPage is the page on which nobody is named.
func (s Site) LikesPage(handle string, postID int64) ([]byte, error) {
	return s.emptyPage(s.LikesAddress(handle, postID))
}

// Shares says how many have boosted a post; 0 is the introduction.
func (s Site) Shares(handle string, postID int64, total int) ([]byte, error) {
	return s.counted(s.SharesAddress(handle, postID), total)
}

// SharesPage is the page on which nobody is named.
func (s Site) SharesPage(handle string, postID int64) ([]byte, error) {
	return s.emptyPage(s.SharesAddress(handle, postID))
}

// counted is a collection that says how many it has, and its one page is empty.
func (s Site) counted(id string, total int) ([]byte, error) {
	return s.paged(id, onlyPage(id), total)
}

func (s Site) emptyPage(collection string) ([]byte, error) {
	return encodeItems(s.page(onlyPage(collection), collection), nil)
}

func onlyPage(collection string) string { return collection + "?page=1" }

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
	return encode(collection)
}

func (s Site) page(id, collection string) vocab.ActivityStreamsOrderedCollectionPage {
	page := streams.NewActivityStreamsOrderedCollectionPage()
	page.SetJSONLDId(idOf(id))
	partOf := streams.NewActivityStreamsPartOfProperty()
	partOf.SetIRI(address(collection))
	page.SetActivityStreamsPartOf(partOf)
	return page
}

func nextPage(id string) vocab.ActivityStreamsNextProperty {
	next := streams.NewActivityStreamsNextProperty()
	next.SetIRI(address(id))
	return next
}

// encodeItems writes what lists ids, in the spelling in which they came.
func encodeItems(t extensible, ids []string) ([]byte, error) {
	items := make([]any, len(ids))
	for i, id := range ids {
		items[i] = id
	}
	t.GetUnknownProperties()["orderedItems"] = items
	return encode(t)
}
