package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	theDirectory = ourOrigin + "/actors/directory"
	hosting      = ourOrigin + "/actors/hosting"
)

// TestFedifyFollowsATopic follows a service: the topic tells who joined, and
// passes on what its co-ops write themselves.
func TestFedifyFollowsATopic(t *testing.T) {
	needFedify(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		us, them := meet(t, database)
		if o := them.lookup("@hosting@" + ourDomain); o.ID != hosting || o.Class != "Service" {
			t.Fatalf("@hosting@%s is %+v", ourDomain, o)
		}
		them.joins("alice", hosting)
		handle := hearWhoJoined(t, us, them)
		hearBoosts(t, us, them, handle)
		hearOnce(t, us, them, handle)
		them.hearsNoMore()
		agree(t, us, them, "hosting", "directory", handle)
	})
}

// hearWhoJoined imports a list with a new co-op and returns its handle.
func hearWhoJoined(t *testing.T, us *instance, them *fedify) (handle string) {
	t.Helper()
	us.run("list", "import", us.list(func(list string) string {
		return strings.Replace(list, "\n[Igalia]", "\n[Quilted Lanterns](https://quilted.example) | Hosting | Berlin, Germany | |\n[Igalia]", 1)
	}))
	post := receipts(t, us, "hosting")[0].After
	note := them.hears("Create actors/hosting/posts/" + post)[0].Activity.Object
	found := regexp.MustCompile(`href="` + ourOrigin + `/coops/([a-z0-9_]+)"`).FindStringSubmatch(note.Content)
	if found == nil || !strings.Contains(note.Content, "Quilted Lanterns") || !strings.Contains(note.Content, "joined.") {
		t.Fatalf("who joined is told as %q", note.Content)
	}
	return found[1]
}

// hearBoosts follows the topic alone: of a co-op's posts it hears by the topic's
// boost, of their edits and deletion by the co-op.
func hearBoosts(t *testing.T, us *instance, them *fedify, handle string) {
	t.Helper()
	id := us.speak("coop", "post", handle, "--text", "We have moved to green power.")
	post := trimOrigin(id)
	boost := them.hears("Announce " + post + " by actors/hosting")[0].Activity
	if !slices.Contains(boost.To, everyone) || !slices.Equal(boost.Cc, []string{hosting + "/followers", actorID(handle)}) {
		t.Errorf("the boost is addressed to %v, %v", boost.To, boost.Cc)
	}
	if o := them.lookup(boost.Object.ID); o.Class != "Note" || o.JSONLD["attributedTo"] != actorID(handle) {
		t.Errorf("what is boosted is %+v", o)
	}
	outbox := them.walk(hosting + "/outbox")
	if outbox.Total != 2 || len(outbox.Items) != 2 || outbox.Items[0].Class != "Announce" || outbox.Items[0].ID != boost.ID || outbox.Items[0].Object != id {
		t.Errorf("the topic's outbox is %+v", outbox)
	}
	if _, page := get(t, us.address, "/actors/hosting", ourDomain, nil); !strings.Contains(page, "We have moved to green power.") {
		t.Error("the topic's page does not show the post")
	}
	us.speak("coop", "post", handle, "--edit", id, "--text", "We have moved to wind power.")
	if note := them.hears("Update " + post)[0].Activity.Object; !strings.Contains(note.Content, "wind power") {
		t.Errorf("the edit is %v", note.whole)
	}
	us.speak("coop", "post", handle, "--no-boost", "--text", "Only for those who follow us.")
	us.edit(handle, "website", "https://lanterns.example") // makes an automatic note
	us.speak("coop", "post", handle, "--delete", id)
	them.hears("Delete " + post)
	if outbox := them.walk(hosting + "/outbox"); outbox.Total != 1 || len(outbox.Items) != 1 {
		t.Errorf("after the deletion the topic's outbox is %+v", outbox)
	}
}

// hearOnce follows the co-op, the topic and the directory: each has its word,
// but an edit and a deletion are told once.
func hearOnce(t *testing.T, us *instance, them *fedify, handle string) {
	t.Helper()
	them.joins("anna", actorID(handle))
	them.joins("alice", theDirectory)
	id := us.speak("coop", "post", handle, "--text", "Visit us.")
	post := trimOrigin(id)
	them.hears("Create "+post, "Announce "+post+" by actors/directory", "Announce "+post+" by actors/hosting")
	us.speak("coop", "post", handle, "--edit", id, "--text", "Visit us in June.")
	them.hears("Update " + post)
	us.speak("coop", "post", handle, "--delete", id)
	them.hears("Delete " + post)
}
