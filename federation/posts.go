package federation

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"coopverse/directory"
	"coopverse/federation/document"
	"coopverse/federation/proof"

	"github.com/gorilla/mux"
)

// errGonePost means that a post was deleted.
type errGonePost struct{ post directory.Post }

func (errGonePost) Error() string { return "the post was deleted" }

// number reads a number in the address, such as a post's id.
func number(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != text {
		return 0, directory.ErrNotFound
	}
	return n, nil
}

// postAsked is the post that the address names; the zero Post stands for the
// introduction.
func (f *Federation) postAsked(r *http.Request, handle string) (directory.Post, error) {
	text, named := mux.Vars(r)["post"]
	if !named {
		return directory.Post{Handle: handle}, nil
	}
	id, err := number(text)
	if err != nil {
		return directory.Post{}, err
	}
	p, err := f.directory.Post(r.Context(), handle, id)
	if err == nil && p.DeletedAt != nil {
		err = errGonePost{p}
	}
	return p, err
}

func (f *Federation) post(r *http.Request, handle string) ([]byte, error) {
	p, err := f.postAsked(r, handle)
	if err != nil {
		return nil, err
	}
	quotable, err := f.quotable(r.Context(), handle)
	if err != nil {
		return nil, err
	}
	body, err := f.site.Note(p, quotable)
	if err != nil {
		return nil, err
	}
	return f.prove(r.Context(), handle, body, p.UpdatedAt)
}

// prove adds an integrity proof to what the actor with that handle has said.
func (f *Federation) prove(ctx context.Context, handle string, body []byte, at time.Time) ([]byte, error) {
	keys, err := f.keys.of(ctx, handle)
	if err != nil {
		return nil, err
	}
	return proof.Sign(body, keys.newest().proof, at)
}

// pinned writes what is made from an actor's introduction, for each kind of
// actor that has one.
func (f *Federation) pinned(ctx context.Context, handle string,
	coop func(directory.Coop) ([]byte, error), topic func(directory.Topic, time.Time, int) ([]byte, error), own func(time.Time, int) ([]byte, error),
) ([]byte, error) {
	if directory.IsCoop(handle) {
		c, err := f.directory.Coop(ctx, handle)
		if err != nil {
			return nil, err
		}
		return coop(c)
	}
	about, err := f.directory.About(ctx)
	if err != nil {
		return nil, err
	}
	if t, ok := directory.TopicOf(handle); ok {
		n, err := f.directory.TopicCoops(ctx, t)
		if err != nil {
			return nil, err
		}
		return topic(t, about.Since, n)
	}
	if handle == directory.InstanceHandle {
		return nil, directory.ErrNotFound
	}
	return own(about.Since, about.Coops)
}

// featured is the collection of what an actor has pinned: its introduction.
func (f *Federation) featured(r *http.Request, handle string) ([]byte, error) {
	return f.pinned(r.Context(), handle, f.site.Featured, f.site.TopicFeatured, f.site.DirectoryFeatured)
}

func (f *Federation) introduction(r *http.Request, handle string) ([]byte, error) {
	var at time.Time
	body, err := f.pinned(r.Context(), handle,
		func(c directory.Coop) ([]byte, error) { at = c.UpdatedAt; return f.site.Introduction(c) },
		func(t directory.Topic, since time.Time, coops int) ([]byte, error) {
			at = since
			return f.site.TopicIntroduction(t, since, coops)
		},
		func(since time.Time, coops int) ([]byte, error) {
			at = since
			return f.site.DirectoryIntroduction(since, coops)
		})
	if err != nil {
		return nil, err
	}
	return f.prove(r.Context(), handle, body, at)
}

func (f *Federation) outbox(r *http.Request, handle string) ([]byte, error) {
	query := r.URL.Query()
	if !query.Has("before") {
		total, err := f.directory.OutboxCount(r.Context(), handle)
		if err != nil {
			return nil, err
		}
		return f.site.Outbox(handle, total)
	}
	before, err := number(query.Get("before"))
	if err != nil {
		return nil, err
	}
	posts, err := f.directory.Outbox(r.Context(), handle, before, document.OutboxPageSize+1)
	if err != nil {
		return nil, err
	}
	quotable, err := f.quotable(r.Context(), handle)
	if err != nil {
		return nil, err
	}
	return f.site.OutboxPage(handle, before, posts[:min(len(posts), document.OutboxPageSize)], quotable, len(posts) > document.OutboxPageSize)
}

// repliesPageSize is how many answers are named on one page.
const repliesPageSize = 50

// replies names the public answers to a post that are not hidden.
func (f *Federation) replies(r *http.Request, handle string) ([]byte, error) {
	p, err := f.postAsked(r, handle)
	if err != nil {
		return nil, err
	}
	query := r.URL.Query()
	if !query.Has("after") {
		responses, err := f.directory.Responses(r.Context(), handle, p.ID)
		if err != nil {
			return nil, err
		}
		return f.site.Replies(handle, p.ID, responses[p.ID].Replies)
	}
	after := query.Get("after")
	found, err := f.directory.Replies(r.Context(), handle, p.ID, false, after, repliesPageSize+1)
	if err != nil {
		return nil, err
	}
	ids := make([]string, min(len(found), repliesPageSize))
	for i := range ids {
		ids[i] = found[i].ID
	}
	next := ""
	if len(found) > repliesPageSize {
		next = ids[len(ids)-1]
	}
	return f.site.RepliesPage(handle, p.ID, after, ids, next)
}

// likes counts who liked a post and names nobody.
func (f *Federation) likes(r *http.Request, handle string) ([]byte, error) {
	return f.reactions(r, handle, f.site.Likes, f.site.LikesPage, func(r directory.Response) int { return r.Likes })
}

// shares counts who boosted a post and names nobody.
func (f *Federation) shares(r *http.Request, handle string) ([]byte, error) {
	return f.reactions(r, handle, f.site.Shares, f.site.SharesPage, func(r directory.Response) int { return r.Boosts })
}

func (f *Federation) reactions(r *http.Request, handle string,
	collection func(string, int64, int) ([]byte, error), page func(string, int64) ([]byte, error), count func(directory.Response) int,
) ([]byte, error) {
	p, err := f.postAsked(r, handle)
	if err != nil {
		return nil, err
	}
	if r.URL.Query().Has("page") {
		return page(handle, p.ID)
	}
	responses, err := f.directory.Responses(r.Context(), handle, p.ID)
	if err != nil {
		return nil, err
	}
	return collection(handle, p.ID, count(responses[p.ID]))
}

// followers counts who follows and names nobody.
func (f *Federation) followers(r *http.Request, handle string) ([]byte, error) {
	if r.URL.Query().Has("page") {
		return f.site.FollowersPage(handle)
	}
	total, err := f.directory.FollowerCount(r.Context(), handle)
	if err != nil {
		return nil, err
	}
	return f.site.Followers(handle, total)
}

func (f *Federation) following(r *http.Request, handle string) ([]byte, error) {
	if r.URL.Query().Has("page") {
		return f.site.FollowingPage(handle)
	}
	if handle != directory.DirectoryHandle {
		return f.site.Following(handle, 0)
	}
	total, err := f.directory.FollowedCount(r.Context())
	if err != nil {
		return nil, err
	}
	return f.site.Following(handle, total)
}
