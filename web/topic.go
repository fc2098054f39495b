package web

import (
	"context"
	"net/http"

	"coopverse/directory"
	"coopverse/directory/place"
	"coopverse/directory/service"
)

// topic is what a topic's page shows.
type topic struct {
	directory.Topic
	Following    following
	Introduction introduced
	News         posts
	Found        directory.Results
	All          string // the front page with the filter that the topic stands for
}

// topic shows a region, a country or a service as something to follow.
func (s *Server) topic(w http.ResponseWriter, r *http.Request) error {
	w.Header().Add("Vary", "Accept")
	whom, elsewhere, err := s.addressed(w, r)
	if elsewhere || err != nil {
		return err
	}
	before, err := readBefore(r)
	if err != nil {
		return err
	}
	if before > 0 {
		return s.older(w, r, whom, s.directory.Outbox, before, true)
	}
	t, err := s.topicOf(r.Context(), whom)
	if err != nil {
		return err
	}
	return s.showIfNew(w, r, "topic", page{
		Path: whom.Page, Activity: whom.Page, Feed: feedPath(whom.Handle), Section: "topics", NoIndex: t.Found.Total == 0, Follow: true, Body: t,
	})
}

func (s *Server) topicOf(ctx context.Context, whom speaker) (topic, error) {
	known, ok := directory.TopicOf(whom.Handle)
	if !ok {
		return topic{}, errNotFound
	}
	q := asked(known)
	t := topic{Topic: known, All: q.URL()}
	own := q.ask()
	own.Home = directory.HomeHere // the topic tells of no others
	var err error
	if t.Found, err = s.directory.Search(ctx, own); err != nil {
		return topic{}, err
	}
	if t.News, err = s.posts(ctx, s.directory.Outbox, whom.Handle, 0, whom.Page); err != nil {
		return topic{}, err
	}
	t.News.Signed = true
	if t.Following, err = s.following(ctx, whom); err != nil {
		return topic{}, err
	}
	t.Introduction, err = s.introduced(ctx, whom.Handle)
	return t, err
}

// asked is the search for a topic's co-ops.
func asked(t directory.Topic) query {
	switch t.Kind {
	case directory.TopicRegion:
		return query{Region: t.ID}
	case directory.TopicCountry:
		return query{Country: t.ID}
	default:
		return query{Service: t.ID}
	}
}

// topicsOf lists the topics that a co-op belongs to: none while it is not
// listed, since they tell nothing of it then.
func (s *Server) topicsOf(ctx context.Context, c directory.Coop) ([]directory.Topic, error) {
	if c.Status != directory.Active && c.Status != directory.Inactive {
		return nil, nil
	}
	places, err := s.directory.PlacesOf(ctx, c)
	if err != nil {
		return nil, err
	}
	var handles []string
	for _, id := range c.ServiceIDs() {
		handles = append(handles, service.Slug(id))
	}
	for _, p := range places[c.ID] {
		handles = append(handles, place.CountrySlug(p.Country))
	}
	return topicsNamed(append(handles, place.RegionSlug(c.Region))...), nil
}

// topicsNamed returns those of the handles that are topics, each once.
func topicsNamed(handles ...string) []directory.Topic {
	var topics []directory.Topic
	seen := make(map[string]bool)
	for _, handle := range handles {
		if t, ok := directory.TopicOf(handle); ok && !seen[handle] {
			topics = append(topics, t)
			seen[handle] = true
		}
	}
	return topics
}

// shelfOfTopics is the topics of one kind, the largest first.
type shelfOfTopics struct {
	Kind   directory.TopicKind
	Topics []directory.CountedTopic
}

// topics shows everything that can be followed beside the co-ops and the
// directory as a whole.
func (s *Server) topics(w http.ResponseWriter, r *http.Request) error {
	if fresh, err := s.unchanged(w, r, "topics"); fresh || err != nil {
		return err
	}
	all, err := s.directory.Topics(r.Context())
	if err != nil {
		return err
	}
	shelves := []shelfOfTopics{{Kind: directory.TopicService}, {Kind: directory.TopicRegion}, {Kind: directory.TopicCountry}}
	for _, t := range all {
		for i := range shelves {
			if shelves[i].Kind == t.Kind {
				shelves[i].Topics = append(shelves[i].Topics, t)
			}
		}
	}
	return s.show(w, http.StatusOK, "topics", page{Path: "/topics", Section: "topics", Body: shelves})
}
