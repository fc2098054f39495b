package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"coopverse/directory/place"
	"coopverse/directory/service"

	"gorm.io/gorm"
)

// TopicKind says what a topic's co-ops have in common.
type TopicKind string

// The kinds of topic.
const (
	TopicRegion  TopicKind = "region"
	TopicCountry TopicKind = "country"
	TopicService TopicKind = "service"
)

// Topic is what some co-ops have in common: a region, a country or a service.
// Each is an actor that people follow to hear of all of them.
type Topic struct {
	Handle string // set aside by the first migrations
	Kind   TopicKind
	ID     string // europe, FR, hosting
	Label  string // Europe, France, Hosting
}

// CountedTopic is a topic with the number of its listed co-ops.
type CountedTopic struct {
	Topic
	Coops int
}

var topics = sync.OnceValue(func() map[string]Topic {
	byHandle := make(map[string]Topic)
	add := func(kind TopicKind, handle, id, label string) { byHandle[handle] = Topic{handle, kind, id, label} }
	for _, id := range place.Regions() {
		add(TopicRegion, place.RegionSlug(id), id, place.RegionName(id))
	}
	for _, code := range place.Countries() {
		add(TopicCountry, place.CountrySlug(code), code, place.CountryName(code))
	}
	for _, s := range service.All() {
		add(TopicService, service.Slug(s.ID), s.ID, s.Label)
	}
	return byHandle
})

// TopicOf returns the topic with that handle.
func TopicOf(handle string) (Topic, bool) {
	t, ok := topics()[handle]
	return t, ok
}

// topicsOf lists the topics that a co-op in those countries belongs to; none
// while it is not listed.
func topicsOf(c Coop, places []Place) []string {
	if !c.Listed() {
		return nil
	}
	var handles []string
	add := func(handle string) {
		if _, ok := TopicOf(handle); ok && !slices.Contains(handles, handle) {
			handles = append(handles, handle)
		}
	}
	add(place.RegionSlug(c.Region))
	for _, p := range places {
		add(place.CountrySlug(p.Country))
	}
	for _, id := range c.ServiceIDs() {
		add(service.Slug(id))
	}
	return handles
}

// in is the condition under which a co-op belongs to the topic.
func (t Topic) in(tx *gorm.DB) *gorm.DB {
	tx = tx.Where("coops.status IN ?", []Status{Active, Inactive})
	switch t.Kind {
	case TopicRegion:
		return tx.Where("coops.region = ?", t.ID)
	case TopicCountry:
		return tx.Where("EXISTS (SELECT 1 FROM coop_places p WHERE p.coop_id = coops.id AND p.country = ?)", t.ID)
	default:
		return tx.Where("EXISTS (SELECT 1 FROM coop_services s WHERE s.coop_id = coops.id AND s.service = ?)", t.ID)
	}
}

// TopicCoops counts the topic's listed co-ops.
func (d *Directory) TopicCoops(ctx context.Context, t Topic) (int, error) {
	var n int64
	if err := t.in(d.db.read.WithContext(ctx).Model(&Coop{})).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count the co-ops of %s: %w", t.Handle, err)
	}
	return int(n), nil
}

// Topics lists every topic that has co-ops of ours, the largest first.
func (d *Directory) Topics(ctx context.Context) ([]CountedTopic, error) {
	found, err := d.Search(ctx, Query{Home: HomeHere})
	if err != nil {
		return nil, err
	}
	var counted []CountedTopic
	add := func(facets []Facet, handle func(id string) string) {
		for _, f := range facets {
			if t, ok := TopicOf(handle(f.ID)); ok {
				counted = append(counted, CountedTopic{t, f.Count})
			}
		}
	}
	add(found.Regions, place.RegionSlug)
	add(found.Countries, place.CountrySlug)
	add(found.Services, service.Slug)
	slices.SortFunc(counted, func(a, b CountedTopic) int {
		return cmp.Or(cmp.Compare(b.Coops, a.Coops), strings.Compare(a.Handle, b.Handle))
	})
	return counted, nil
}

// Featured lists the topic's co-ops that do not mind being featured, longest
// listed first, at most limit.
func (d *Directory) Featured(ctx context.Context, t Topic, limit int) ([]Coop, error) {
	var coops []Coop
	err := t.in(d.db.read.WithContext(ctx)).Where("featurable <> 'false'").Order("listed_at, id").Limit(limit).Find(&coops).Error
	if err != nil {
		return nil, fmt.Errorf("list the co-ops of %s: %w", t.Handle, err)
	}
	return coops, nil
}
