package document

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
)

// Rule 15. Activity and note say that they are public, in the same words.
func TestRule15PostsArePublic(t *testing.T) {
	public := []any{"https://www.w3.org/ns/activitystreams#Public"}
	each(t, func(t *testing.T, name string, o object) {
		if slices.Contains([]string{"message", "update-log", "add-coop", "remove-coops"}, name) { // to one alone
			return
		}
		walk(o, func(o object) {
			leave, _ := o["object"].(object)
			private := slices.Contains([]any{"Accept", "Reject", "Block", "Undo"}, o["type"]) || leave["interactionTarget"] != nil
			if o["type"] != "Note" && (!isActivity(o) || private) {
				return
			}
			author := o["attributedTo"]
			if isActivity(o) {
				author = o["actor"]
			}
			handle, ok := site.HandleOf(fmt.Sprint(author))
			if !ok || !reflect.DeepEqual(o["to"], any(public)) || o["cc"].([]any)[0] != site.FollowersAddress(handle) {
				t.Errorf("%v by %v goes to %v, cc %v", o["id"], author, o["to"], o["cc"])
			}
		})
	})
}

// Rule 19. A new follower's server reads the pinned notes and the counts.
func TestRule19CollectionsResolve(t *testing.T) {
	documents := federated(t)
	for name, total := range map[string]float64{"outbox": 1, "followers": 3, "following": 0, "replies": 3, "likes": 2, "shares": 1} {
		collection, page := read(t, documents[name]), read(t, documents[name+"-page"])
		if collection["type"] != "OrderedCollection" || collection["totalItems"] != total || collection["first"] != page["id"] {
			t.Errorf("%s is %v", name, collection)
		}
		if page["type"] != "OrderedCollectionPage" || page["partOf"] != collection["id"] {
			t.Errorf("the page of %s is %v", name, page)
		}
	}
	for _, name := range []string{"followers-page", "following-page", "likes-page", "shares-page"} {
		if names := read(t, documents[name])["orderedItems"].([]any); len(names) > 0 {
			t.Errorf("%s names %v", name, names)
		}
	}
	for _, name := range []string{"featured", "featured-directory", "featured-topic"} {
		featured := read(t, documents[name])
		note, isObject := featured["orderedItems"].([]any)[0].(object)
		if featured["totalItems"] != 1.0 || featured["first"] != nil || !isObject || note["type"] != "Note" || note["content"] == "" {
			t.Errorf("%s is %v", name, featured)
		}
	}
	if next := read(t, documents["replies-page"])["next"]; next != read(t, documents["replies-page-empty"])["id"] {
		t.Errorf("the next page of replies is at %v", next)
	}
	for name, path := range map[string]string{"note": "/coops/acme/posts/7", "introduction-unclaimed": "/coops/acme/introduction", "introduction-topic-hosting": "/actors/hosting/introduction"} {
		for _, collection := range []string{"replies", "likes", "shares"} {
			if at := read(t, documents[name])[collection]; at != site.Origin+path+"/"+collection {
				t.Errorf("the %s of %s are at %v", collection, name, at)
			}
		}
	}
	alone, featured := read(t, documents["introduction-unclaimed"]), read(t, documents["featured"])
	delete(alone, "@context")
	if !reflect.DeepEqual(featured["orderedItems"], any([]any{alone})) {
		t.Error("the pinned introduction is not the one at its address")
	}
}

// Rule 20. An edit is later than what it edits, even within a second.
func TestRule20EditIsLater(t *testing.T) {
	documents := federated(t)
	before, after := read(t, documents["note"]), read(t, documents["note-edited"])
	if before["updated"] != nil {
		t.Errorf("a post that was never edited says %v", before["updated"])
	}
	published, _ := time.Parse(time.RFC3339, after["published"].(string))
	updated, err := time.Parse(time.RFC3339, fmt.Sprint(after["updated"]))
	if err != nil || !updated.After(published) {
		t.Errorf("published %v, updated %v", after["published"], after["updated"])
	}
	if after["id"] != before["id"] || after["published"] != before["published"] {
		t.Error("the edit changed the id or the day of the post")
	}
	if object := read(t, documents["update-note"])["object"].(object); object["updated"] != after["updated"] {
		t.Errorf("the update says %v", object["updated"])
	}
}

// Fediverse programs keep these elements and no others.
func TestHTMLHoldsOnlyWhatServersKeep(t *testing.T) {
	each(t, func(t *testing.T, _ string, o object) {
		walk(o, func(o object) {
			for _, name := range []string{"content", "summary", "value"} {
				if text, ok := o[name].(string); ok && o["mediaType"] != "text/markdown" {
					checkHTML(t, text)
				}
			}
			if languages, _ := o["contentMap"].(object); o["type"] == "Note" && (len(languages) != 1 || languages["en"] != o["content"] && languages["fr"] != o["content"]) {
				t.Errorf("contentMap is %v", o["contentMap"])
			}
			if name, ok := o["name"].(string); ok && strings.ContainsAny(name, "<>") {
				t.Errorf("the name is %s", name)
			}
		})
	})
}

// What a co-op writes in brackets is its own affair; the directory means a co-op.
func TestOnlyTheDirectoryNamesOtherCoops(t *testing.T) {
	for _, tt := range []struct {
		handle    string
		automatic bool
		want      bool
	}{{"directory", true, true}, {"hosting", true, true}, {"directory", false, false}, {"acme", true, false}} {
		p := directory.Post{ID: 1, Handle: tt.handle, Automatic: tt.automatic, Body: "Bolt (@bolt)", PublishedAt: listed, UpdatedAt: listed}
		if content := site.post(p, true).content; strings.Contains(content, site.Actor("bolt")) != tt.want {
			t.Errorf("%+v: %s", tt, content)
		}
	}
}
