package main

import (
	"net/http"
	"strings"
	"testing"
)

// TestFedifyHearsOfNewKeys gives a co-op new keys: that is told with the old
// ones, which Fedify has kept, and what follows is verified with the new ones.
func TestFedifyHearsOfNewKeys(t *testing.T) {
	needFedify(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		us, them := meet(t, database)
		them.joins("alice", igalia)
		them.forgets(igalia + "#main-key")
		us.speak("coop", "rotate-keys", "igalia")
		update := them.hears("Update coops/igalia")[0]
		key, _ := update.Activity.Object.whole["publicKey"].(map[string]any)
		if key["id"] != igalia+"#main-key-2" || update.keyID() != igalia+"#main-key" {
			t.Errorf("the key %v is told of with %s", key, update.keyID())
		}
		if _, actor := them.get(igalia); actor["publicKey"].(map[string]any)["publicKeyPem"] != key["publicKeyPem"] {
			t.Errorf("the actor shows the key %v, not %v", actor["publicKey"], key)
		}
		us.edit("igalia", "founded", "2001")
		id := us.speak("coop", "post", "igalia", "--text", "Signed anew.")
		for _, d := range them.hears("Update coops/igalia", "Create coops/igalia/posts/1") {
			if d.keyID() != igalia+"#main-key-2" {
				t.Errorf("%s is signed with %s", said([]delivery{d}), d.keyID())
			}
		}
		if _, note := them.get(id); note["proof"].(map[string]any)["verificationMethod"] != igalia+"#ed25519-key-2" {
			t.Errorf("the note's proof is %v", note["proof"])
		}
		if s := them.follow("anna", igalia, rfc); s.Status != http.StatusAccepted {
			t.Errorf("a Follow is answered with %d: %s", s.Status, s.Body)
		}
		them.hears("Accept Follow by coops/igalia")
		us.speak("coop", "rotate-keys", "instance") // the one that signs what we ask
		us.speak("coop", "post", "igalia", "--text", "Hello @anna@alice.test.")
		them.hears("Create coops/igalia/posts/2")
		them.hearsNoMore()
		agree(t, us, them, "igalia")
	})
}

// TestFedifyHearsOfARemoval removes a co-op: every server that may know it is
// told, and nothing of it is left but that it is gone.
func TestFedifyHearsOfARemoval(t *testing.T) {
	needFedify(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		us, them, strangers := meetTwo(t, database)
		them.joins("alice", igalia)
		them.joins("anna", agaric)
		us.speak("coop", "post", "igalia", "--text", "Hello @carl@carl.test.")
		them.hears("Create coops/igalia/posts/1")
		strangers.hears("Create coops/igalia/posts/1")
		them.forgets(igalia + "#main-key")
		strangers.forgets(igalia + "#main-key")
		us.run("coop", "remove", "igalia", "--reason", "The co-op asked for it.")
		them.hears("Delete coops/igalia")
		strangers.hears("Delete coops/igalia")
		for _, id := range []string{igalia, igalia + "/outbox", igalia + "/followers", igalia + "/featured", firstPost, firstPost + "/replies"} {
			if status, d := them.get(id); status != http.StatusGone || d["type"] != "Tombstone" || d["id"] != igalia {
				t.Errorf("%s is answered with %d, %v", id, status, d)
			}
		}
		if status, _ := them.get(ourOrigin + "/.well-known/webfinger?resource=acct:igalia@" + ourDomain); status != http.StatusGone {
			t.Errorf("WebFinger answers %d", status)
		}
		if res, page := get(t, us.address, "/coops/igalia", ourDomain, nil); res.StatusCode != http.StatusGone || !strings.Contains(page, "The co-op asked for it.") {
			t.Errorf("the page is answered with %s", res.Status)
		}
		if s := them.try("anna", jsonObject{"type": "Follow", "object": igalia}); s.Status != http.StatusBadRequest {
			t.Errorf("a Follow is answered with %d: %s", s.Status, s.Body)
		}
		if text := us.refusesToSpeak("coop", "post", "igalia", "--text", "Hello?"); !strings.Contains(text, "removed") {
			t.Errorf("a post is answered with %q", text)
		}
		us.edit("agaric", "founded", "2001")
		them.hears("Update coops/agaric")
		them.hearsNoMore()
		strangers.hears()
		agree(t, us, them, "agaric")
		last := receipts(t, us, "igalia")[0]
		if len(last.Told) != 2 || len(last.Awaited)+len(last.Refused) > 0 {
			t.Errorf("the receipt of the removal is %+v", last)
		}
	})
}
