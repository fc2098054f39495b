package document

import (
	"reflect"
	"strings"
	"testing"
)

// Rule 9. Mastodon cannot look up its own Follow, NodeBB refuses an inlined
// actor, Akkoma falls over null.
func TestRule9AcceptCarriesTheFollow(t *testing.T) {
	accept := read(t, federated(t)["accept"])
	want := object{
		"id": "https://m.example/8a2f#follows/1", "type": "Follow",
		"actor": "https://m.example/users/ada", "object": "https://coops.example/coops/acme",
	}
	if !reflect.DeepEqual(accept["object"], want) {
		t.Errorf("the Follow came back as %v", accept["object"])
	}
	again, err := site.Accept("acme", []byte(follow), "10")
	if err != nil || read(t, again)["id"] == accept["id"] {
		t.Errorf("a second Accept is the same activity (%v)", err)
	}
	for _, bad := range []string{
		``, `[]`, `null`, `"x"`, `{}`, `{"id":"https://m.example/1","actor":"https://m.example/ada"}`,
		`{"id":1,"actor":{},"object":[]}`, strings.ReplaceAll(follow, "coops/acme", "coops/other"), strings.ReplaceAll(follow, "coops.example", "evil.example"),
	} {
		if document, err := site.Accept("acme", []byte(bad), "1"); err == nil {
			t.Errorf("accepted %s with %s", bad, document)
		}
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
	if seen < 7 {
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
	next, err := site.UpdateActor("acme", documents["coop-unclaimed"], 43, edited)
	if err != nil || read(t, next)["id"] == update["id"] {
		t.Errorf("the next update has the same id (%v)", err)
	}
	if _, err := site.UpdateActor("other", documents["coop-unclaimed"], 43, edited); err == nil {
		t.Error("one co-op updates another")
	}
	ids := map[any]string{}
	for _, name := range []string{"update-actor", "create-note", "update-note", "delete-note", "delete-actor", "accept"} {
		id := read(t, documents[name])["id"]
		if ids[id] != "" {
			t.Errorf("%s and %s have the id %v", name, ids[id], id)
		}
		ids[id] = name
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
