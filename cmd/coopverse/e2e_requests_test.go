package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestFedifyAsksForLeave asks to quote a post (FEP-044f) and to feature a co-op
// (FEP-7aa9), before and after the co-op says no.
func TestFedifyAsksForLeave(t *testing.T) {
	needFedify(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		us, them, strangers := meetTwo(t, database)
		them.joins("alice", igalia)
		us.speak("coop", "post", "igalia", "--text", "Quote me.")
		them.hears("Create coops/igalia/posts/1")
		ear := &ear{t: t, us: us, handle: "igalia"}
		ear.came("Follow by alice")
		quote(t, us, them, strangers, ear)
		feature(t, us, them, strangers, ear)
		them.hearsNoMore()
		strangers.hears()
		agree(t, us, them, "igalia")
		agree(t, us, strangers, "igalia")
	})
}

func quote(t *testing.T, us *instance, them, strangers *fedify, ear *ear) {
	t.Helper()
	const quoting = "https://carl.test/notes/quote"
	text := note(quoting, carl, "", "<p>Listen to them!</p>")
	text["quote"] = firstPost
	strangers.put(text)
	ask := func() (request string) {
		t.Helper()
		return strangers.act("carl", jsonObject{"type": "QuoteRequest", "object": firstPost, "instrument": text})
	}
	granted := func(request string) (leave string) {
		t.Helper()
		accept := strangers.hears("Accept QuoteRequest by coops/igalia")[0]
		if accept.Inbox != carl+"/inbox" || accept.Activity.Object.ID != request || !slices.Equal(accept.Activity.To, []string{carl}) {
			t.Errorf("the Accept of %s is %s", request, accept.text)
		}
		return accept.Activity.Result
	}
	leave := granted(ask())
	ear.came("QuoteRequest by carl: accepted")
	isLeave(t, strangers, leave, "QuoteAuthorization", quoting, firstPost)
	if o := strangers.lookup(leave); o.Class != "QuoteAuthorization" || o.ID != leave {
		t.Errorf("Fedify reads the authorization as %+v", o)
	}
	if again := granted(ask()); again != leave {
		t.Errorf("asked again, the leave is %s and not %s", again, leave)
	}
	if s := strangers.try("carl", jsonObject{"type": "QuoteRequest", "object": firstPost, "instrument": alicesNote}); s.Status != http.StatusBadRequest {
		t.Errorf("a request to quote in somebody else's note is answered with %d: %s", s.Status, s.Body)
	}
	us.speak("coop", "post", "igalia", "--edit", "1", "--text", "Quote me, please.") // who quotes it hears of it
	them.hears("Update coops/igalia/posts/1")
	strangers.hears("Update coops/igalia/posts/1")
	if !quotable(them) {
		t.Error("the post does not say that it may be quoted")
	}

	us.edit("igalia", "quotable", "false")
	them.hears("Update coops/igalia")
	strangers.hears("Delete " + trimOrigin(leave))
	if status, d := strangers.get(leave); status != http.StatusNotFound && status != http.StatusGone {
		t.Errorf("the leave that was taken back is answered with %d, %v", status, d)
	}
	if quotable(them) {
		t.Error("the post still says that it may be quoted")
	}
	request := ask()
	if reject := strangers.hears("Reject QuoteRequest by coops/igalia")[0]; reject.Activity.Object.ID != request || reject.Activity.Result != "" {
		t.Errorf("the Reject is %s", reject.text)
	}
	us.edit("igalia", "quotable", "true")
	them.hears("Update coops/igalia")
	isLeave(t, strangers, granted(ask()), "QuoteAuthorization", quoting, firstPost)
	ear.came("QuoteRequest by carl: accepted", "QuoteRequest by carl: rejected", "QuoteRequest by carl: accepted")
}

// quotable says whether the post says that everybody may quote it.
func quotable(them *fedify) bool {
	_, post := them.get(firstPost)
	policy, _ := post["interactionPolicy"].(map[string]any)
	can, _ := policy["canQuote"].(map[string]any)
	approved, _ := can["automaticApproval"].([]any)
	return slices.Contains(approved, any(everyone))
}

func feature(t *testing.T, us *instance, them, strangers *fedify, ear *ear) {
	t.Helper()
	const collection = "https://carl.test/collections/co-ops"
	ask := func() {
		t.Helper()
		strangers.act("carl", jsonObject{"type": "FeatureRequest", "object": igalia, "instrument": collection})
	}
	ask() // nobody has asked the co-op yet
	strangers.hears("Reject FeatureRequest by coops/igalia")
	us.edit("igalia", "featurable", "true")
	them.hears("Update coops/igalia")
	ask()
	leave := strangers.hears("Accept FeatureRequest by coops/igalia")[0].Activity.Result
	isLeave(t, strangers, leave, "FeatureAuthorization", collection, igalia)
	if !featured(them, "spain") {
		t.Error("our own collection of Spain has no Igalia")
	}
	us.edit("igalia", "featurable", "false")
	them.hears("Update coops/igalia")
	strangers.hears("Delete " + trimOrigin(leave))
	if status, _ := strangers.get(leave); status != http.StatusNotFound && status != http.StatusGone {
		t.Errorf("the leave that was taken back is answered with %d", status)
	}
	ask()
	strangers.hears("Reject FeatureRequest by coops/igalia")
	if featured(them, "spain") {
		t.Error("our own collection of Spain still has Igalia")
	}
	if status, _ := them.get(igalia + "/authorizations/spain"); status != http.StatusNotFound {
		t.Errorf("the leave for our own collection is answered with %d", status)
	}
	ear.came("FeatureRequest by carl: rejected", "FeatureRequest by carl: accepted", "FeatureRequest by carl: rejected")
}

// featured says whether our own collection of a topic has igalia.
func featured(them *fedify, topic string) bool {
	_, collection := them.get(theDirectory + "/collections/" + topic)
	items, _ := collection["orderedItems"].([]any)
	return slices.ContainsFunc(items, func(item any) bool { return item.(map[string]any)["featuredObject"] == igalia })
}

// isLeave looks leave up, and whether it is the one that was asked for.
func isLeave(t *testing.T, them *fedify, leave, kind, interacting, target string) {
	t.Helper()
	status, d := them.get(leave)
	actor, _, _ := strings.Cut(leave, "/authorizations/")
	want := map[string]any{"id": leave, "type": kind, "attributedTo": actor, "interactingObject": interacting, "interactionTarget": target}
	for name, value := range want {
		if d[name] != value {
			t.Errorf("%s (%d) has the %s %v, not %v", leave, status, name, d[name], value)
		}
	}
	if d["proof"] == nil {
		t.Errorf("%s has no proof", leave)
	}
}

// TestReportsReachTheOperators reports a co-op and its post.
func TestReportsReachTheOperators(t *testing.T) {
	needFedify(t)
	onEachDatabase(t, func(t *testing.T, database []string) {
		us, them := meet(t, database)
		us.speak("coop", "post", "igalia", "--text", "Buy our cheap pills.")
		them.act("alice", jsonObject{"type": "Flag", "object": []string{igalia, firstPost}, "content": "They sell <b>pills</b>."})
		(&ear{t: t, us: us, handle: "igalia"}).came("Flag by alice: reported to the operators")
		var reports []struct {
			ID                int64
			Reporter, Content string
			Objects           []struct{ Handle, Object string }
		}
		us.read(&reports, "reports", "list", "--json")
		if len(reports) != 1 || reports[0].Reporter != alice || reports[0].Content != "They sell pills." || len(reports[0].Objects) != 2 || reports[0].Objects[1].Object != firstPost {
			t.Fatalf("the reports are %+v", reports)
		}
		for _, text := range []string{us.run("reports", "list"), us.run("reports", "show", "1")} {
			if !strings.Contains(text, alice) {
				t.Errorf("the report reads %q", text)
			}
		}
		if text := us.run("reports", "show", "1"); !strings.Contains(text, firstPost) || !strings.Contains(text, "They sell pills.") {
			t.Errorf("the report reads %q", text)
		}
		us.run("reports", "resolve", "1", "--note", "The post was deleted.")
		if text := us.run("reports", "list"); strings.Contains(text, alice) {
			t.Errorf("the closed report is listed: %q", text)
		}
		if text := us.run("reports", "list", "--all"); !strings.Contains(text, "The post was deleted.") {
			t.Errorf("all reports are %q", text)
		}
		if text := us.refuses("reports", "resolve", "1", "--note", "Once more."); !strings.Contains(text, "already") {
			t.Errorf("a second resolution is answered with %q", text)
		}
		for what, object := range map[string]any{"nothing of ours": alice, "a thousand things": slices.Repeat([]string{igalia}, 1000), "nothing": []string{}} {
			if s := them.try("alice", jsonObject{"type": "Flag", "object": object}); s.Status != http.StatusBadRequest {
				t.Errorf("a Flag about %s is answered with %d: %s", what, s.Status, s.Body)
			}
		}
		us.read(&reports, "reports", "list", "--all", "--json")
		if len(reports) != 1 {
			t.Errorf("what was refused is reported: %+v", reports)
		}
	})
}
