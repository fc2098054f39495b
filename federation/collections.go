package federation

import (
	"context"
	"net/http"
	"slices"
	"time"

	"coopverse/directory"

	"github.com/gorilla/mux"
)

// Limits of what Mastodon 4.6 takes of the collections that others make: how
// many co-ops of one, and how many collections of one actor.
const (
	maxFeatured    = 150
	maxCollections = 50
)

// collections lists the directory's collections of co-ops, the largest first
// (FEP-7aa9).
func (f *Federation) collections(r *http.Request, _ string) ([]byte, error) {
	topics, err := f.collected(r.Context())
	if err != nil {
		return nil, err
	}
	return f.site.FeaturedCollections(topics)
}

// collected are the topics of which there is a collection.
func (f *Federation) collected(ctx context.Context) ([]directory.CountedTopic, error) {
	topics, err := f.directory.Topics(ctx)
	return topics[:min(len(topics), maxCollections)], err
}

// topicAsked is the topic whose collection the address names. A topic that has
// none any more, because it has become one of the smaller ones, keeps its
// address.
func topicAsked(r *http.Request) (directory.Topic, error) {
	topic, ok := directory.TopicOf(mux.Vars(r)["topic"])
	if !ok {
		return directory.Topic{}, directory.ErrNotFound
	}
	return topic, nil
}

func (f *Federation) collection(r *http.Request, handle string) ([]byte, error) {
	topic, err := topicAsked(r)
	if err != nil {
		return nil, err
	}
	coops, err := f.directory.Featured(r.Context(), topic, maxFeatured)
	if err != nil {
		return nil, err
	}
	about, err := f.directory.About(r.Context())
	if err != nil {
		return nil, err
	}
	body, err := f.site.FeaturedCollection(topic, coops, about.Since)
	if err != nil {
		return nil, err
	}
	return f.prove(r.Context(), handle, body, lastUpdated(about.Since, coops))
}

// item is one co-op in a collection, by itself.
func (f *Federation) item(r *http.Request, _ string) ([]byte, error) {
	topic, err := topicAsked(r)
	if err != nil {
		return nil, err
	}
	c, err := f.featuredIn(r.Context(), topic, mux.Vars(r)["coop"])
	if err != nil {
		return nil, err
	}
	return f.site.FeaturedItem(topic, c)
}

// featuredIn returns the co-op with that handle if the topic's collection has it.
func (f *Federation) featuredIn(ctx context.Context, topic directory.Topic, handle string) (directory.Coop, error) {
	coops, err := f.directory.Featured(ctx, topic, maxFeatured)
	if err != nil {
		return directory.Coop{}, err
	}
	i := slices.IndexFunc(coops, func(c directory.Coop) bool { return c.Handle == handle })
	if i < 0 {
		return directory.Coop{}, directory.ErrNotFound
	}
	return coops[i], nil
}

// authorization shows leave that an actor gave: to others, by number, or to the
// directory's own collection of a topic, by the topic's handle.
func (f *Federation) authorization(r *http.Request, handle string) ([]byte, error) {
	ctx, name := r.Context(), mux.Vars(r)["authorization"]
	if topic, ok := directory.TopicOf(name); ok {
		c, err := f.featuredIn(ctx, topic, handle)
		if err != nil {
			return nil, err
		}
		body, err := f.site.OwnFeatureAuthorization(name, handle)
		if err != nil {
			return nil, err
		}
		return f.prove(ctx, handle, body, c.ListedAt)
	}
	id, err := number(name)
	if err != nil {
		return nil, err
	}
	leave, err := f.directory.Authorization(ctx, handle, id)
	if err != nil {
		return nil, err
	}
	body, err := f.site.Authorization(leave)
	if err != nil {
		return nil, err
	}
	return f.prove(ctx, handle, body, leave.GivenAt)
}

func lastUpdated(at time.Time, coops []directory.Coop) time.Time {
	for _, c := range coops {
		if c.UpdatedAt.After(at) {
			at = c.UpdatedAt
		}
	}
	return at
}
