package document

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"coopverse/directory"
	"coopverse/directory/place"
	"coopverse/directory/service"
)

// Mastodon takes a collection only from the host of its actor, an item only from
// the host of its collection, and leave only from the host of whom it is of.
func TestCollectionNamesItsCoops(t *testing.T) {
	documents := federated(t)
	collection, item := read(t, documents["featured-collection"]), read(t, documents["featured-item"])
	items := collection["orderedItems"].([]any)
	delete(item, "@context")
	if !reflect.DeepEqual(items[0], any(item)) {
		t.Errorf("the item at its own address is %v, in the collection %v", item, items[0])
	}
	want := object{
		"type": "FeaturedItem", "id": site.FeaturedItemAddress("web_development", "acme"), "published": "2026-01-01T00:00:00Z",
		"featuredObject": site.Actor("acme"), "featuredObjectType": "Organization", "featureAuthorization": site.AuthorizationAddress("acme", "web_development"),
	}
	if !reflect.DeepEqual(item, want) {
		t.Errorf("the item is %v", item)
	}
	if collection["attributedTo"] != site.Actor("directory") || collection["totalItems"] != float64(len(items)) || collection["sensitive"] != false ||
		collection["discoverable"] != true || collection["url"] != site.Page("web_development") || collection["updated"] != "2026-09-01T10:00:00Z" {
		t.Errorf("the collection is %v", collection)
	}
	if topic := (object{"type": "Hashtag", "name": "#webdevelopment", "href": "https://coops.example/tags/webdevelopment"}); !reflect.DeepEqual(collection["topic"], any(topic)) {
		t.Errorf("the topic is %v", collection["topic"])
	}
	if leave := read(t, must(t)(site.OwnFeatureAuthorization("web_development", "acme"))); leave["id"] != item["featureAuthorization"] || leave["interactingObject"] != collection["id"] {
		t.Errorf("the leave is %v", leave)
	}
	if actor := read(t, documents["directory"]); actor["featuredCollections"] != read(t, documents["featured-collections"])["id"] {
		t.Errorf("the directory's collections are at %v", actor["featuredCollections"])
	}
	if ids := read(t, documents["featured-collections"])["orderedItems"]; !reflect.DeepEqual(ids, any([]any{site.FeaturedCollectionAddress("europe"), site.FeaturedCollectionAddress("hosting")})) {
		t.Errorf("they are %v", ids)
	}
}

// What is beyond these limits Mastodon would not read.
func TestCollectionsKeepToMastodonsLimits(t *testing.T) {
	var coops []directory.Coop
	for i := range 151 {
		coops = append(coops, directory.Coop{Handle: fmt.Sprintf("%s%03d", strings.Repeat("h", 27), i), ListedAt: listed, UpdatedAt: listed})
	}
	collection := read(t, must(t)(site.FeaturedCollection(topic(t, "web_development"), coops, listed)))
	if items := collection["orderedItems"].([]any); len(items) != 150 || collection["totalItems"] != 150.0 || items[0].(object)["featuredObject"] != site.Actor(coops[0].Handle) {
		t.Errorf("%d items, %v in all", len(items), collection["totalItems"])
	}
	topics := []directory.CountedTopic{{Topic: topic(t, "europe")}}
	for _, s := range service.All() {
		topics = append(topics, directory.CountedTopic{Topic: topic(t, service.Slug(s.ID))})
	}
	for _, code := range place.Countries() {
		topics = append(topics, directory.CountedTopic{Topic: topic(t, place.CountrySlug(code))})
	}
	collections := read(t, must(t)(site.FeaturedCollections(topics)))
	if ids := collections["orderedItems"].([]any); len(ids) != 50 || collections["totalItems"] != 50.0 || ids[0] != site.FeaturedCollectionAddress("europe") {
		t.Errorf("%d collections, %v in all", len(ids), collections["totalItems"])
	}
	topics = append(topics, directory.CountedTopic{Topic: directory.Topic{Handle: "long", Label: strings.Repeat("é", 41)}})
	for _, topic := range topics {
		collection := read(t, must(t)(site.FeaturedCollection(topic.Topic, nil, listed)))
		if name := collection["name"].(string); name == "" || utf8.RuneCountInString(name) > 40 {
			t.Errorf("a collection is called %q", name)
		}
		if id := collection["id"]; id != site.FeaturedCollectionAddress(topic.Handle) {
			t.Errorf("the collection of %s has the id %v", topic.Handle, id)
		}
	}
}

func TestTopicsAreSpokenOfInSentences(t *testing.T) {
	for handle, want := range map[string]string{
		"europe": "co-ops in Europe", "worldwide": "co-ops that work worldwide", "france": "co-ops in France",
		"netherlands": "co-ops in the Netherlands", "united_kingdom": "co-ops in the United Kingdom", "isle_of_man": "co-ops in the Isle of Man",
		"dominican_republic": "co-ops in the Dominican Republic", "cook_islands": "co-ops in the Cook Islands", "ireland": "co-ops in Ireland",
		"hosting": "co-ops that offer hosting", "it_support": "co-ops that offer IT support", "products": "co-ops that offer products and platforms of their own",
	} {
		if got := topicCoops(topic(t, handle)); got != want {
			t.Errorf("%s: %s, want %s", handle, got, want)
		}
	}
	actor := read(t, federated(t)["topic-netherlands"])
	for _, words := range []string{"Co-ops in the Netherlands, as listed in Coopverse", ": 40.", "Follow this account to hear which co-ops join, and what co-ops in the Netherlands write.", "hello@coops.example"} {
		if !strings.Contains(actor["summary"].(string), words) {
			t.Errorf("%s does not say %q", actor["summary"], words)
		}
	}
	if actor["name"] != "Netherlands · Coopverse" || actor["url"] != actor["id"] || len(actor["attachment"].([]any)) != 3 {
		t.Errorf("the topic is %v", actor)
	}
}
