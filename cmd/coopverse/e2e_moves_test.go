package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestFedifyMoves has a follower move to another server, and then the co-op to
// one of its own.
func TestFedifyMoves(t *testing.T) {
	needFedify(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		us, them, strangers := meetTwo(t, database)
		them.joins("alice", igalia)
		them.joins("anna", igalia)
		moveFollower(t, us, them, strangers)
		moveCoop(t, us, them, strangers)
		them.hearsNoMore()
		strangers.hears()
		agree(t, us, them, "igalia")
		agree(t, us, strangers, "igalia")
	})
}

func moveFollower(t *testing.T, us *instance, them, strangers *fedify) {
	t.Helper()
	move := func(target string) jsonObject { return jsonObject{"type": "Move", "object": alice, "target": target} }
	stays := func(why string, target string) {
		t.Helper()
		s := them.try("alice", move(target))
		got := us.followers("igalia")
		slices.Sort(got)
		if s.Status != http.StatusBadRequest || !slices.Equal(got, []string{alice, anna}) {
			t.Errorf("a Move %s is answered with %d, %s; now %v follow", why, s.Status, s.Body, got)
		}
	}
	stays("that neither of the two names", carl)
	them.profile("alice", nil, carl)
	stays("that the target does not name", carl)
	strangers.profile("carl", []string{alice}, "")
	them.profile("alice", nil, "")
	stays("that the source does not name", carl)
	stays("to ourselves", agaric)
	stays("to itself", alice)
	us.edit("igalia", "founded", "2001")
	them.hears("Update coops/igalia")

	them.profile("alice", nil, carl)
	them.act("alice", move(carl))
	got := us.followers("igalia")
	slices.Sort(got)
	if !slices.Equal(got, []string{anna, carl}) {
		t.Fatalf("after the Move %v follow", got)
	}
	(&ear{t: t, us: us, handle: "igalia", n: 2}).came("Move by alice: follows as carl@carl.test")
	us.edit("igalia", "founded", "2002")
	them.hears("Update coops/igalia") // anna's server
	strangers.hears("Update coops/igalia")
}

func moveCoop(t *testing.T, us *instance, them, strangers *fedify) {
	t.Helper()
	for target, why := range map[string]string{
		"@carl@carl.test":                     "does not name",
		carl:                                  "does not name",
		"@igalia@" + ourDomain:                "is on this server",
		igalia:                                "is on this server",
		"@agaric@" + ourDomain:                "is on this server",
		"@nobody@carl.test":                   "not found",
		"https://carl.test/users/carl/outbox": "not",
		"carl":                                "not",
	} {
		if text := us.refusesToSpeak("coop", "move", "igalia", target); !strings.Contains(text, why) {
			t.Errorf("a move to %s is answered with %q, not with %q", target, text, why)
		}
	}
	strangers.profile("carl", []string{alice, igalia}, "")
	if text := us.speak("coop", "move", "igalia", "@carl@carl.test"); !strings.Contains(text, carl) {
		t.Errorf("the move is answered with %q", text)
	}
	for _, server := range []*fedify{them, strangers} {
		told := server.hears("Update coops/igalia", "Move coops/igalia")
		if told[0].Activity.Object.MovedTo != carl || told[1].Activity.Target != carl {
			t.Errorf("the move is told as %s and %s", told[0].text, told[1].text)
		}
	}
	if o := them.lookup(igalia); o.JSONLD["movedTo"] != carl {
		t.Errorf("Fedify reads the actor as %v", o.JSONLD)
	}
	if _, page := get(t, us.address, "/coops/igalia", ourDomain, http.Header{"Accept": {"text/html"}}); !strings.Contains(page, "carl@carl.test") && !strings.Contains(page, carl) {
		t.Error("the co-op's page does not say where it speaks now")
	}
	if _, page := get(t, us.address, "/?q=igalia", ourDomain, http.Header{"Accept": {"text/html"}}); !strings.Contains(page, `href="/coops/igalia"`) {
		t.Error("the co-op is not listed any more")
	}
	if text := us.refusesToSpeak("coop", "post", "igalia", "--text", "Hello?"); !strings.Contains(text, "moved to "+carl) {
		t.Errorf("a post is answered with %q", text)
	}
	if text := us.refusesToSpeak("coop", "move", "igalia", carl); !strings.Contains(text, "already") {
		t.Errorf("the same move again is answered with %q", text)
	}
	us.edit("igalia", "services", "games") // the entry is kept on, without a note
	them.hears("Update coops/igalia")
	strangers.hears("Update coops/igalia")
	us.speak("coop", "move", "igalia", "--back")
	for _, server := range []*fedify{them, strangers} {
		if actor := server.hears("Update coops/igalia")[0].Activity.Object; actor.MovedTo != "" {
			t.Errorf("after the move back the actor is %v", actor.whole)
		}
	}
	if _, actor := them.get(igalia); actor["movedTo"] != nil {
		t.Errorf("after the move back the actor is %v", actor)
	}
}
