package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
)

const everyone = "https://www.w3.org/ns/activitystreams#Public"

// TestFedifyAnswersPosts likes, boosts and answers a post, from a server that
// follows and from one that does not, and takes all of it back. What both sides
// show is compared after each step.
func TestFedifyAnswersPosts(t *testing.T) {
	needFedify(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		us, them, strangers := meetTwo(t, database)
		them.joins("alice", igalia)
		if id := us.speak("coop", "post", "igalia", "--text", "Who comes to the fair?"); id != firstPost {
			t.Fatalf("the post's id is %q", id)
		}
		them.hears("Create coops/igalia/posts/1")
		ear := &ear{t: t, us: us, handle: "igalia"}
		ear.came("Follow by alice")
		react(us, them, strangers, ear)
		answer(t, us, them, strangers, ear)
		say(t, us, them, strangers, ear)
		takeBack(us, them, strangers, ear)
		block(us, them, ear)
		them.hearsNoMore()
		strangers.hears()
		agree(t, us, them, "igalia")
		agree(t, us, strangers, "igalia")
	})
}

// ear follows what our program says that a co-op has heard.
type ear struct {
	t      *testing.T
	us     *instance
	handle string
	n      int // events that were looked at
}

// came looks at the events that were added, each as "Like by alice: counted".
// The effect may be left out.
func (h *ear) came(texts ...string) []directory.Event {
	h.t.Helper()
	var all []directory.Event
	h.us.read(&all, "coop", "events", h.handle, "--json")
	slices.Reverse(all)
	added, said := all[h.n:], []string{}
	for i, e := range added {
		text := e.Type + " by " + e.PeerID[strings.LastIndex(e.PeerID, "/")+1:]
		if i >= len(texts) || strings.Contains(texts[i], ": ") {
			text += ": " + e.Effect
		}
		said = append(said, text)
	}
	if !slices.Equal(said, texts) {
		h.t.Fatalf("%s has heard %q, not %q", h.handle, said, texts)
	}
	h.n = len(all)
	return added
}

// counts compares how often a post was liked, boosted and answered with what
// its collections and its page say.
func counts(us *instance, them *fedify, post string, likes, shares int, replies ...string) {
	us.t.Helper()
	slices.Sort(replies)
	for name, want := range map[string]int{"likes": likes, "shares": shares, "replies": len(replies)} {
		walked := them.walk(post + "/" + name)
		if walked.Class != "OrderedCollection" || walked.Total != want {
			us.t.Errorf("%s/%s has %+v, not %d", post, name, walked, want)
		}
		named := walked.ids()
		slices.Sort(named)
		if name == "replies" && !slices.Equal(named, replies) || name != "replies" && len(named) > 0 {
			us.t.Errorf("%s/%s names %v", post, name, named)
		}
	}
	path, _ := strings.CutSuffix(strings.TrimPrefix(post, ourOrigin), "/introduction") // which is shown on the co-op's page
	_, page := get(us.t, us.address, path, ourDomain, http.Header{"Accept": {"text/html"}})
	for word, number := range map[string]int{"like": likes, "boost": shares} {
		if number > 0 && !strings.Contains(oneLine(page), fmt.Sprintf("%d %s", number, word)) {
			us.t.Errorf("%s does not say %d %ss", path, number, word)
		}
	}
}

func react(us *instance, them, strangers *fedify, ear *ear) {
	us.t.Helper()
	them.act("alice", jsonObject{"type": "Like", "object": firstPost, "to": igalia})
	strangers.act("carl", jsonObject{"type": "Like", "object": jsonObject{"type": "Note", "id": firstPost}})
	strangers.act("carl", jsonObject{"type": "Announce", "object": firstPost, "to": everyone, "cc": igalia})
	ear.came("Like by alice: counted", "Like by carl: counted", "Announce by carl: counted")
	counts(us, them, firstPost, 2, 1)
	strangers.act("carl", jsonObject{"type": "Like", "object": firstPost}) // once for each actor
	strangers.act("carl", jsonObject{"type": "EmojiReact", "object": firstPost, "content": "🌻"})
	ear.came("Like by carl: counted already", "EmojiReact by carl: counted already")
	strangers.act("carl", jsonObject{"type": "Like", "object": igalia + "/introduction"})
	strangers.act("carl", jsonObject{"type": "Announce", "object": igalia + "/introduction", "to": everyone})
	ear.came("Like by carl: counted", "Announce by carl: counted")
	counts(us, strangers, igalia+"/introduction", 1, 1)
	counts(us, strangers, firstPost, 2, 1)
	if s := strangers.try("carl", jsonObject{"type": "Like", "object": igalia + "/posts/7"}); s.Status != http.StatusBadRequest {
		us.t.Errorf("a Like of a post that never was is answered with %d: %s", s.Status, s.Body)
	}
	ear.came()
}

// Notes of other servers.
const (
	carlsNote  = "https://carl.test/notes/1"
	alicesNote = "https://alice.test/notes/1"
	annasNote  = "https://alice.test/notes/2"
)

// note is a public one.
func note(id, author, inReplyTo, content string) jsonObject {
	return jsonObject{
		"type": "Note", "id": id, "attributedTo": author, "inReplyTo": inReplyTo, "content": content, "published": "2026-01-02T03:04:05Z",
		"to": []string{everyone}, "cc": []string{igalia}, "tag": []jsonObject{{"type": "Mention", "href": igalia, "name": "@igalia@" + ourDomain}},
	}
}

// write has an actor write a note, or write it anew: it is served and told.
func (f *fedify) write(from, activity string, n jsonObject) {
	f.t.Helper()
	f.put(n)
	f.act(from, jsonObject{"type": activity, "object": n, "to": n["to"], "cc": n["cc"]})
}

// shownReply is an answer as the co-op sees it.
type shownReply struct {
	ID, Author, InReplyTo, Content string
	Hidden                         *string
}

func repliesTo(us *instance, handle string) map[string]shownReply {
	us.t.Helper()
	var all []shownReply
	us.read(&all, "coop", "replies", handle, "--json")
	replies := make(map[string]shownReply)
	for _, r := range all {
		replies[r.ID] = r
	}
	return replies
}

// shows says whether the page of the post shows a text.
func shows(us *instance, text string) bool {
	us.t.Helper()
	_, page := get(us.t, us.address, "/coops/igalia/posts/1", ourDomain, http.Header{"Accept": {"text/html"}})
	return strings.Contains(page, text)
}

// answer answers the post, answers the answer, and edits that.
func answer(t *testing.T, us *instance, them, strangers *fedify, ear *ear) {
	t.Helper()
	strangers.write("carl", "Create", note(carlsNote, carl, firstPost, `<p>We <b>do</b>!<script>alert("no")</script></p>`))
	them.write("alice", "Create", note(alicesNote, alice, carlsNote, "<p>So do we.</p>"))
	ear.came("Create by carl: shown", "Create by alice: shown")
	replies := repliesTo(us, "igalia")
	if r := replies[carlsNote]; r.Author != carl || r.InReplyTo != firstPost || strings.Contains(r.Content, "script") || !strings.Contains(r.Content, "We <b>do</b>!") {
		t.Errorf("carl's answer is %+v", r)
	}
	if r := replies[alicesNote]; r.Author != alice || r.InReplyTo != carlsNote || r.Hidden != nil || len(replies) != 2 {
		t.Errorf("the answers are %+v", replies)
	}
	counts(us, them, firstPost, 2, 1, carlsNote, alicesNote)
	if !shows(us, "So do we.") || shows(us, "alert(") {
		t.Error("the page does not show the answers as it should")
	}

	forged := note(alicesNote, alice, carlsNote, "<p>Never mind us.</p>")
	forged["updated"] = "2026-01-02T04:04:05Z"
	if s := them.try("anna", jsonObject{"type": "Update", "object": forged}); s.Status != http.StatusUnauthorized {
		t.Errorf("anna's edit of what alice wrote is answered with %d: %s", s.Status, s.Body)
	}
	ear.came()
	if shows(us, "Never mind us.") {
		t.Error("anna has edited what alice wrote")
	}
	edited := note(carlsNote, carl, firstPost, "<p>We come on Friday.</p>")
	edited["updated"] = "2026-01-02T04:04:05Z"
	strangers.write("carl", "Update", edited)
	ear.came("Update by carl: shown as edited")
	if !shows(us, "We come on Friday.") || shows(us, "We <b>do</b>!") {
		t.Error("the page does not show the edited answer")
	}

	us.run("coop", "replies", "igalia", "--hide", carlsNote)
	counts(us, them, firstPost, 2, 1, alicesNote)
	if shows(us, "We come on Friday.") || repliesTo(us, "igalia")[carlsNote].Hidden == nil {
		t.Error("the hidden answer is shown")
	}
	us.run("coop", "replies", "igalia", "--show", carlsNote)
	counts(us, them, firstPost, 2, 1, carlsNote, alicesNote)
	if !shows(us, "We come on Friday.") {
		t.Error("the answer is not shown again")
	}
}

// say has the co-op answer an answer, and edit the post: those who answered
// hear of both, though nobody follows at carl's.
func say(t *testing.T, us *instance, them, strangers *fedify, ear *ear) {
	t.Helper()
	id := us.speak("coop", "post", "igalia", "--text", "See you there!", "--reply-to", carlsNote)
	for _, server := range []*fedify{them, strangers} {
		create := server.hears("Create coops/igalia/posts/2")[0].Activity
		if create.Object.ID != id || create.Object.whole["inReplyTo"] != carlsNote || !slices.Contains(create.Cc, carl) {
			t.Errorf("the co-op's answer is %v", create.Object.whole)
		}
	}
	us.speak("coop", "post", "igalia", "--edit", firstPost, "--text", "Who comes to the fair on Friday?")
	them.hears("Update coops/igalia/posts/1")
	strangers.hears("Update coops/igalia/posts/1")

	strangers.write("carl", "Create", note("https://carl.test/notes/9", carl, "", "<p>Have you seen @igalia?</p>"))
	private := note("https://carl.test/notes/8", carl, firstPost, "<p>A secret.</p>")
	private["to"], private["cc"] = []string{igalia}, []string{}
	strangers.act("carl", jsonObject{"type": "Create", "object": private, "to": igalia})
	strangers.act("carl", jsonObject{"type": "Add", "object": igalia, "target": carl + "/featured"})
	strangers.act("carl", jsonObject{"type": "Remove", "object": igalia, "target": carl + "/featured"})
	strangers.act("carl", jsonObject{"type": "Listen", "object": igalia})
	events := ear.came("Create by carl: named", "Create by carl: not public, not kept", "Add by carl: no effect", "Remove by carl: no effect", "Listen by carl: no effect")
	if events[0].Object != "https://carl.test/notes/9" {
		t.Errorf("the co-op was named in %+v", events[0])
	}
	if shows(us, "A secret.") || len(repliesTo(us, "igalia")) != 2 {
		t.Error("what was not public is kept")
	}
}

func takeBack(us *instance, them, strangers *fedify, ear *ear) {
	us.t.Helper()
	like := strangers.act("carl", jsonObject{"type": "Like", "object": igalia + "/posts/2"})
	strangers.act("carl", jsonObject{"type": "Undo", "object": like}) // by its id alone
	them.act("alice", jsonObject{"type": "Undo", "object": jsonObject{"type": "Like", "id": alice + "#like/x", "actor": alice, "object": firstPost}})
	strangers.act("carl", jsonObject{"type": "Undo", "object": jsonObject{"type": "Announce", "id": carl + "#announce/x", "actor": carl, "object": firstPost}})
	ear.came("Like by carl: counted", "Undo Like by carl: not counted any more", "Undo Like by alice: not counted any more", "Undo Announce by carl: not counted any more")
	counts(us, them, firstPost, 1, 0, carlsNote, alicesNote)
	counts(us, them, igalia+"/posts/2", 0, 0)

	them.act("anna", jsonObject{"type": "Delete", "object": jsonObject{"type": "Tombstone", "id": alicesNote}}) // a neighbour
	ear.came()
	counts(us, them, firstPost, 1, 0, carlsNote, alicesNote)
	them.put(jsonObject{"id": alicesNote, "type": "Tombstone"})
	them.act("alice", jsonObject{"type": "Delete", "object": jsonObject{"type": "Tombstone", "id": alicesNote}, "to": everyone})
	ear.came("Delete by alice: forgotten")
	counts(us, strangers, firstPost, 1, 0, carlsNote)
	if shows(us, "So do we.") {
		us.t.Error("the page shows the deleted answer")
	}
}

// block has the one follower block the co-op.
func block(us *instance, them *fedify, ear *ear) {
	us.t.Helper()
	them.act("alice", jsonObject{"type": "Block", "object": igalia, "to": igalia})
	ear.came("Block by alice")
	if left := us.followers("igalia"); len(left) > 0 || them.walk(igalia+"/followers").Total != 0 {
		us.t.Errorf("after the Block %v follow", left)
	}
	us.edit("igalia", "founded", "2001")
}
