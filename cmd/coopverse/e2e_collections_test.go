package main

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"
)

// TestFedifyWalksEveryCollection walks all collections of a co-op, of the
// directory and of a topic with the vocabulary of a server that never heard of
// us. Each has as many items as it says, or is documented to be counted only.
func TestFedifyWalksEveryCollection(t *testing.T) {
	needFedify(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		us, them := meet(t, database)
		actors := []string{igalia, theDirectory, ourOrigin + "/actors/spain"}
		for _, actor := range actors {
			them.joins("alice", actor)
		}
		const posts = 12 // more than a page of the outbox
		for n := range posts {
			us.speak("coop", "post", "igalia", "--text", fmt.Sprintf("Post %d", n+1))
		}
		var texts []string
		for n := range posts {
			post := fmt.Sprintf("coops/igalia/posts/%d", n+1)
			texts = append(texts, "Create "+post, "Announce "+post+" by actors/directory", "Announce "+post+" by actors/spain")
		}
		them.hears(texts...)
		for _, actor := range actors {
			walkActor(t, them, actor, posts)
		}
		walkAnswers(t, them, firstPost, 51) // more than a page
		walkAnswers(t, them, theDirectory+"/introduction", 2)
		walkAnswers(t, them, ourOrigin+"/actors/spain/introduction", 0)
		walkFeatured(t, them)
	})
}

// counted looks at a collection that says how many are in it and names nobody.
func counted(t *testing.T, them *fedify, id string, total int) {
	t.Helper()
	if c := them.walk(id); c.Class != "OrderedCollection" || c.Total != total || len(c.Items) > 0 {
		t.Errorf("%s has %+v, not %d that are only counted", id, c, total)
	}
}

// walkActor walks the collections that an actor's document names.
func walkActor(t *testing.T, them *fedify, actor string, posts int) {
	t.Helper()
	profile := them.lookup(actor).JSONLD
	address := func(name string) string {
		t.Helper()
		id, _ := profile[name].(string)
		if id == "" {
			t.Fatalf("%s does not say where its %s is: %v", actor, name, profile)
		}
		return id
	}
	counted(t, them, address("followers"), 1)
	counted(t, them, address("following"), 0)
	if c := them.walk(address("featured")); c.Total != 1 || len(c.Items) != 1 || c.Items[0].Class != "Note" || c.Items[0].ID != actor+"/introduction" {
		t.Errorf("the featured collection of %s is %+v", actor, c)
	}
	outbox := them.walk(address("outbox"))
	if outbox.Class != "OrderedCollection" || outbox.Total != posts || len(outbox.Items) != posts {
		t.Fatalf("the outbox of %s says that it has %d and has %d: %+v", actor, outbox.Total, len(outbox.Items), outbox)
	}
	for n, item := range outbox.Items {
		want, post := "Announce", fmt.Sprintf("%s/posts/%d", igalia, posts-n)
		if actor == igalia {
			want = "Create"
		}
		if item.Class != want || item.Object != post {
			t.Errorf("item %d of the outbox of %s is %+v, not of %s", n, actor, item, post)
		}
	}
}

// walkAnswers answers a note that often, likes and boosts it, and walks what the
// note names.
func walkAnswers(t *testing.T, them *fedify, id string, answers int) {
	t.Helper()
	want := []string{}
	for n := range answers {
		reply := note(fmt.Sprintf("https://alice.test/notes/%d?to=%s", n, trimOrigin(id)), alice, id, "<p>Answer "+strconv.Itoa(n)+"</p>")
		them.write("alice", "Create", reply)
		want = append(want, reply["id"].(string))
	}
	them.act("anna", jsonObject{"type": "Like", "object": id})
	them.act("anna", jsonObject{"type": "Announce", "object": id, "to": everyone})
	named := them.lookup(id)
	replies, _ := named.JSONLD["replies"].(string)
	c := them.walk(replies)
	if c.Class != "OrderedCollection" && c.Class != "Collection" || c.Total != answers || !slices.Equal(c.ids(), want) {
		t.Errorf("the replies to %s are %d: %v", id, c.Total, c.ids())
	}
	likes, _ := named.JSONLD["likes"].(string)
	counted(t, them, likes, 1)
	shares, _ := named.JSONLD["shares"].(string)
	counted(t, them, shares, 1)
}

// Words of FEP-7aa9, which no vocabulary but Mastodon's has yet.
const fep7aa9 = "https://w3id.org/fep/7aa9#"

// walkFeatured walks the directory's collections of co-ops, the largest first.
// Fedify has no words for them, so they are read as any JSON-LD.
func walkFeatured(t *testing.T, them *fedify) {
	t.Helper()
	list := refer(them.read(theDirectory)[fep7aa9+"featuredCollections"])
	if list != theDirectory+"/collections" {
		t.Fatalf("the directory has its collections at %q", list)
	}
	all := them.read(list)
	ids := many(all["orderedItems"])
	if all["type"] != "OrderedCollection" || len(ids) == 0 || len(ids) > 50 || all["totalItems"] != float64(len(ids)) {
		t.Fatalf("%s has %v, and %d items", list, all["totalItems"], len(ids))
	}
	before := 1 << 30
	for n, id := range ids {
		collection := them.read(refer(id))
		items := many(collection["orderedItems"])
		if collection["type"] != fep7aa9+"FeaturedCollection" || collection["totalItems"] != float64(len(items)) || len(items) == 0 || len(items) > 150 || len(items) > before {
			t.Errorf("%v is a %v of %v with %d items, after one of %d", id, collection["type"], collection["totalItems"], len(items), before)
		}
		if collection["attributedTo"] != theDirectory || collection["name"] == nil {
			t.Errorf("%v is called %v by %v", id, collection["name"], collection["attributedTo"])
		}
		before = len(items)
		if n > 2 {
			items = items[:1] // all others are made in the same way
		}
		for _, item := range items {
			walkItem(t, them, refer(id), item.(map[string]any))
		}
	}
}

// walkItem looks at one co-op in a collection, with the leave that it gives.
func walkItem(t *testing.T, them *fedify, collection string, item map[string]any) {
	t.Helper()
	coop, leave := refer(item[fep7aa9+"featuredObject"]), refer(item[fep7aa9+"featureAuthorization"])
	if item["type"] != fep7aa9+"FeaturedItem" || coop == "" || leave == "" {
		t.Fatalf("an item of %s is %v", collection, item)
	}
	isLeave(t, them, leave, "FeatureAuthorization", collection, coop)
	if status, alone := them.get(item["id"].(string)); status != http.StatusOK || alone["featuredObject"] != coop {
		t.Errorf("the item %v by itself is %d, %v", item["id"], status, alone)
	}
	if status, actor := them.get(coop); status != http.StatusOK || actor["type"] != "Organization" {
		t.Errorf("the item %v is of %s: %d, %v", item["id"], coop, status, actor)
	}
}

// refer is an id that stands alone or in an object.
func refer(v any) string {
	if o, ok := v.(map[string]any); ok {
		v = o["id"]
	}
	id, _ := v.(string)
	return id
}

// many is a list, of which JSON-LD writes one member alone.
func many(v any) []any {
	if list, ok := v.([]any); ok || v == nil {
		return list
	}
	return []any{v}
}
