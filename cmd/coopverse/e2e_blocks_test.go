package main

import (
	"net/http"
	"slices"
	"testing"
)

// TestFedifyIsBlocked has a co-op block one of two who follow it from the same
// server, and then the operators the whole server. Who is blocked is told, by
// the co-op at least, and hears nothing more; the neighbour does until then.
func TestFedifyIsBlocked(t *testing.T) {
	needFedify(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		us, them := meet(t, database)
		them.joins("alice", igalia)
		them.joins("anna", igalia)
		us.run("coop", "block", "igalia", "alice@alice.test")
		them.hears("Reject Follow by coops/igalia", "Block "+alice+" by coops/igalia")
		if got := us.followers("igalia"); !slices.Equal(got, []string{anna}) {
			t.Errorf("followers are %v", got)
		}
		if s := them.follow("alice", igalia, draft); s.Status != http.StatusAccepted {
			t.Errorf("a Follow of whom is blocked is answered with %d: %s", s.Status, s.Body)
		}
		them.hears("Reject Follow by coops/igalia")
		us.speak("coop", "post", "igalia", "--text", "Hello, Anna!")
		them.hears("Create coops/igalia/posts/1")
		them.act("alice", jsonObject{"type": "Like", "object": firstPost})
		if text := us.refusesToSpeak("coop", "post", "igalia", "--text", "Hello @alice@alice.test!"); text == "" {
			t.Error("it is not said why whom is blocked cannot be named")
		}
		us.run("coop", "unblock", "igalia", "alice@alice.test")
		them.hears("Undo coops/igalia/blocks/1")
		them.joins("alice", igalia)

		us.run("domains", "block", "Alice.test")
		if got := us.followers("igalia"); len(got) > 0 {
			t.Errorf("from a blocked server still %v follow", got)
		}
		if s := them.follow("anna", igalia, rfc); s.Status != http.StatusForbidden {
			t.Errorf("a Follow from a blocked server is answered with %d: %s", s.Status, s.Body)
		}
		us.speak("coop", "post", "igalia", "--text", "Hello, anybody!")
		them.hearsNoMore()
	})
}
