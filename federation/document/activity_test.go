package document

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
)

// Rule 9. Mastodon cannot look up its own Follow, NodeBB refuses an inlined
// actor, Akkoma falls over null. The same holds for what else we are asked.
func TestRule9AnswerCarriesTheRequest(t *testing.T) {
	documents := federated(t)
	for kind, want := range map[string]object{
		"": {"id": "https://m.example/8a2f#follows/1", "type": "Follow", "actor": "https://m.example/users/ada", "object": "https://coops.example/coops/acme"},
		"-quote": {"id": "https://m.example/users/ada/quote_requests/1", "type": "QuoteRequest", "actor": "https://m.example/users/ada",
			"object": "https://coops.example/coops/acme/posts/7", "instrument": "https://m.example/users/ada/statuses/2"},
		"-feature": {"id": "https://m.example/feature_requests/1", "type": "FeatureRequest", "actor": "https://m.example/users/ada",
			"object": "https://coops.example/coops/acme", "instrument": "https://m.example/ap/users/1/collections/5"},
	} {
		accept, reject := read(t, documents["accept"+kind]), read(t, documents["reject"+kind])
		for _, answer := range []object{accept, reject} {
			if !reflect.DeepEqual(answer["object"], want) || !reflect.DeepEqual(answer["to"], any([]any{want["actor"]})) || answer["actor"] != site.Actor("acme") {
				t.Errorf("the answer to a %v is %v", want["type"], answer)
			}
		}
		if accept["type"] != "Accept" || reject["type"] != "Reject" || reject["result"] != nil {
			t.Errorf("the answers are %v and %v", accept, reject)
		}
		leave := map[string]string{"-quote": "authorization-quote", "-feature": "authorization-feature"}[kind]
		if leave == "" && accept["result"] != nil || leave != "" && accept["result"] != read(t, documents[leave])["id"] {
			t.Errorf("the Accept of a %v gives %v", want["type"], accept["result"])
		}
	}
	again, err := site.Accept("acme", []byte(follow), "10", "")
	if err != nil || read(t, again)["id"] == read(t, documents["accept"])["id"] {
		t.Errorf("a second Accept is the same activity (%v)", err)
	}
}

func TestOnlyOurOwnRequestsAreAnswered(t *testing.T) {
	for _, bad := range []string{
		``, `[]`, `null`, `"x"`, `{}`, `{"type":"Follow","id":"https://m.example/1","actor":"https://m.example/ada"}`,
		`{"type":"Follow","id":1,"actor":{},"object":[]}`,
		strings.ReplaceAll(follow, "coops/acme", "coops/other"), strings.ReplaceAll(follow, "coops.example", "evil.example"),
		strings.ReplaceAll(follow, `"Follow"`, `"Like"`), strings.ReplaceAll(follow, `"Follow"`, `["Follow"]`),
		strings.ReplaceAll(follow, `coops/acme"`, `coops/acme/posts/7"`),
		strings.ReplaceAll(quoteRequest, "coops/acme/", "coops/other/"), strings.ReplaceAll(quoteRequest, "/posts/7", ""),
		strings.ReplaceAll(quoteRequest, "instrument", "target"), strings.ReplaceAll(quoteRequest, "/posts/7", "/posts/07"),
		strings.ReplaceAll(featureRequest, "instrument", "target"), strings.ReplaceAll(featureRequest, "coops/acme", "coops/acme/posts/7"),
		strings.ReplaceAll(featureRequest, `"https://m.example/ap/users/1/collections/5"`, `["https://m.example/1","https://m.example/2"]`),
	} {
		if document, err := site.Accept("acme", []byte(bad), "1", ""); err == nil {
			t.Errorf("accepted %s with %s", bad, document)
		}
		if document, err := site.Reject("acme", []byte(bad), "1"); err == nil {
			t.Errorf("rejected %s with %s", bad, document)
		}
	}
	introduction := strings.ReplaceAll(quoteRequest, "posts/7", "introduction")
	if _, err := site.Accept("acme", []byte(introduction), "1", ""); err != nil {
		t.Error(err)
	}
}

// Rule 10. One actor, and everything that we make is on our host.
func TestRule10ActivitiesAreOurs(t *testing.T) {
	seen := 0
	each(t, func(t *testing.T, name string, o object) {
		walk(o, func(o object) {
			if !isActivity(o) {
				return
			}
			seen++
			actor, _ := o["actor"].(string)
			if _, ok := site.HandleOf(actor); !ok || !strings.HasPrefix(o["id"].(string), actor+"/") {
				t.Errorf("%v is by %v", o["id"], o["actor"])
			}
		})
	})
	if seen < 20 {
		t.Errorf("saw %d activities", seen)
	}
}

// Rule 11. The whole actor, under an id that nobody has seen.
func TestRule11UpdateCarriesTheWholeActor(t *testing.T) {
	documents := federated(t)
	update, actor := read(t, documents["update-actor"]), read(t, documents["coop-unclaimed"])
	if !reflect.DeepEqual(update["@context"], actor["@context"]) {
		t.Error("the actor's terms are not defined in the update")
	}
	delete(actor, "@context")
	if update["actor"] != actor["id"] || !reflect.DeepEqual(update["object"], any(actor)) {
		t.Errorf("the update carries %v", update["object"])
	}
	if update["id"] != site.Activity("acme", 42, "profile") {
		t.Errorf("the update has the id %v", update["id"])
	}
	for _, bad := range []string{"", "null", "[]", "{}", string(documents["coop-bare"])} {
		if _, err := site.UpdateActor("acme", []byte(bad), "x", edited); err == nil {
			t.Errorf("acme is updated with %s", bad)
		}
	}
}

// Other servers pass over an id that they have seen.
func TestEachActivityHasItsOwnID(t *testing.T) {
	ids := map[any]string{}
	for name, document := range federated(t) {
		o := read(t, document)
		if !isActivity(o) || name == "create-note-rich" || name == "update-note-rich" {
			continue
		}
		if ids[o["id"]] != "" {
			t.Errorf("%s and %s have the id %v", name, ids[o["id"]], o["id"])
		}
		ids[o["id"]] = name
	}
	for what, ids := range map[string][2][]byte{
		"edits of a post": {
			must(t)(site.UpdateNote(editedPost(), true)),
			must(t)(site.UpdateNote(directory.Post{ID: 7, Handle: "acme", PublishedAt: listed, UpdatedAt: edited}, true)),
		},
		"yes and no":           {must(t)(site.Accept("acme", []byte(follow), "9", "")), must(t)(site.Reject("acme", []byte(follow), "9"))},
		"boosts of two actors": {must(t)(site.Announce("directory", post(), edited)), must(t)(site.Announce("europe", post(), edited))},
		"leave that is taken back twice": {
			must(t)(site.DeleteAuthorization(quoteLeave, edited)), must(t)(site.DeleteAuthorization(quoteLeave, edited.Add(time.Millisecond))),
		},
	} {
		if read(t, ids[0])["id"] == read(t, ids[1])["id"] {
			t.Errorf("%s have the id %v", what, read(t, ids[0])["id"])
		}
	}
	inOutbox := read(t, federated(t)["outbox-page"])["orderedItems"].([]any)[0].(object)
	if create := read(t, federated(t)["create-note"]); inOutbox["id"] != create["id"] {
		t.Errorf("a post was made as %v and stands in the outbox as %v", create["id"], inOutbox["id"])
	}
}

// Two keys must not have one name: other servers keep keys by name.
func TestNewKeysHaveNewNames(t *testing.T) {
	names := map[string]bool{}
	for number := range int64(12) {
		names[site.KeyID("acme", number+1)], names[site.ProofKeyID("acme", number+1)] = true, true
	}
	if len(names) != 24 || !names["https://coops.example/coops/acme#main-key"] || !names["https://coops.example/coops/acme#ed25519-key-2"] {
		t.Errorf("the keys are called %v", names)
	}
	update := read(t, federated(t)["update-actor-rekeyed"])["object"].(object)
	if key := update["publicKey"].(object)["id"]; key != site.KeyID("acme", 2) {
		t.Errorf("the new key is %v", key)
	}
}

func TestMoveSaysWhereTo(t *testing.T) {
	move := read(t, federated(t)["move"])
	if move["type"] != "Move" || move["actor"] != site.Actor("acme") || move["object"] != site.Actor("acme") || move["target"] != "https://acme.example/actor" {
		t.Errorf("the Move is %v", move)
	}
	if actor := read(t, federated(t)["coop-moved"]); actor["movedTo"] != move["target"] {
		t.Errorf("the actor has moved to %v", actor["movedTo"])
	}
	if actor := read(t, federated(t)["coop-claimed"]); actor["movedTo"] != nil {
		t.Errorf("the actor has moved to %v", actor["movedTo"])
	}
}

func TestAnnounceIsOfAnotherActorsPost(t *testing.T) {
	announce := read(t, federated(t)["announce"])
	if announce["actor"] != site.Actor("directory") || announce["object"] != site.Post("acme", 7) ||
		!reflect.DeepEqual(announce["cc"], any([]any{site.FollowersAddress("directory"), site.Actor("acme")})) {
		t.Errorf("the Announce is %v", announce)
	}
	items := read(t, federated(t)["outbox-page-boosts"])["orderedItems"].([]any)
	if items[0].(object)["type"] != "Announce" || items[0].(object)["object"] != site.Post("acme", 9) || items[1].(object)["type"] != "Create" {
		t.Errorf("the outbox holds %v", items)
	}
}

// Rule 21. What is gone leaves a tombstone, and says so.
func TestRule21GoneLeavesATombstone(t *testing.T) {
	documents := federated(t)
	stone := read(t, documents["tombstone"])
	if stone["type"] != "Tombstone" || stone["id"] != site.Actor("acme") || stone["deleted"] == nil {
		t.Errorf("the tombstone is %v", stone)
	}
	remove := read(t, documents["delete-actor"])
	if remove["type"] != "Delete" || remove["object"] != site.Actor("acme") || remove["actor"] != remove["object"] {
		t.Errorf("the Delete is %v", remove)
	}
	note, isObject := read(t, documents["delete-note"])["object"].(object)
	if !isObject || note["type"] != "Tombstone" || note["id"] != site.Post("acme", 7) {
		t.Errorf("the deleted note is %v", note)
	}
}
