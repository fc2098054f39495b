package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"coopverse/directory"
)

// Whom a co-op blocks vanishes from its pages, follows no more, and comes back
// when it is unblocked, but for the following.
func TestCoopBlocksAndUnblocksASender(t *testing.T) {
	eachNeighbours(t, func(t *testing.T, n neighbours) {
		ada := stranger("ada", "Ada L.")
		if err := n.d.AddFollower(t.Context(), said(ada, "Follow", "follows", "agaric"), "agaric", `{"type":"Follow"}`); err != nil {
			t.Fatal(err)
		}
		if desk := n.ada.asks(n.h, "/coops/agaric/news").Body.String(); !strings.Contains(desk, `name="block" value="`+ada.ID+`"`) {
			t.Error("no way to block from the reply")
		}
		says := func(step, path string, there bool, what string) {
			t.Helper()
			if body := n.ada.asks(n.h, path).Body.String(); strings.Contains(body, what) != there {
				t.Errorf("%s: %s shows %q: %v", step, path, what, !there)
			}
		}
		post, followers := postAt("agaric", n.post.ID), "/coops/agaric/followers"
		says("at first", followers, true, "2 people have")
		if w := n.ada.sends(n.h, followers+"/block", url.Values{"block": {ada.ID}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != followers {
			t.Fatalf("block: %d %s", w.Code, w.Header().Get("Location"))
		}
		says("blocked", followers, true, "they do not hear from you")
		says("blocked", followers, true, "1 follower has")
		says("blocked", followers, true, `name="unblock" value="`+ada.ID+`"`)
		says("blocked", post, false, "Where to?")
		says("blocked", "/coops/agaric/news", false, "Where to?")
		says("blocked", postAt("hypha", n.hypha.ID), true, "Good!")
		if w := n.ada.sends(n.h, followers+"/block", url.Values{"block": {ada.ID}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("blocked twice: %d", w.Code)
		}
		if w := n.ada.sends(n.h, followers+"/unblock", url.Values{"unblock": {ada.ID}}); w.Code != http.StatusSeeOther {
			t.Fatalf("unblock: %d", w.Code)
		}
		says("unblocked", post, true, "Where to?")
		says("unblocked", followers, true, "1 follower has")
		for _, id := range []string{"", "\x00", "\xff", "https://mastodon.example/users/nobody"} {
			for _, do := range []string{"block", "unblock"} {
				if w := n.ada.sends(n.h, followers+"/"+do, url.Values{do: {id}}); w.Code != http.StatusNotFound {
					t.Errorf("%s %q: %d", do, id, w.Code)
				}
			}
		}
		log, err := n.d.AuditLog(t.Context(), "agaric", 2)
		if err != nil || log[0].Act != "unblocked a sender" || log[1].Act != "blocked a sender" || log[1].Who != "Ada" {
			t.Errorf("the audit log says %+v, %v", log, err)
		}
	})
}

// Each follower is on one of the pages.
func TestFollowersHavePages(t *testing.T) {
	eachNeighbours(t, func(t *testing.T, n neighbours) {
		for i := range 120 {
			befriend(t, n.d, "agaric", fmt.Sprintf("fan%03d", i))
		}
		path, seen := "/coops/agaric/followers", map[string]bool{}
		for pages := 0; path != ""; pages++ {
			if pages > 3 {
				t.Fatal("the pages have no end")
			}
			body := n.ada.asks(n.h, path).Body.String()
			for i := range 120 {
				if name := fmt.Sprintf("fan%03d", i); strings.Contains(body, "<bdi>"+name+"<") {
					if seen[name] {
						t.Errorf("%s is shown twice", name)
					}
					seen[name] = true
				}
			}
			path = strings.ReplaceAll(inside(body, `<a class="button button-quiet" href="/coops/agaric/followers?`, `" rel="next"`), "&amp;", "&")
			if path != "" {
				path = "/coops/agaric/followers?" + path[strings.LastIndex(path, "after="):]
			}
		}
		if len(seen) != 120 {
			t.Errorf("%d of 120 are shown", len(seen))
		}
		if w := n.ada.asks(n.h, "/coops/agaric/followers?after=https://gone.example/"); w.Code != http.StatusOK {
			t.Errorf("after somebody who follows no more: %d", w.Code)
		}
	})
}

// Only operators see and change which domains are blocked; what was typed is kept.
func TestOperatorsBlockDomains(t *testing.T) {
	eachNeighbours(t, func(t *testing.T, n neighbours) {
		const path = "/operators/domains"
		form := url.Values{"domain": {"Spam.example"}, "reason": {"Spam"}, "note": {"from <b>Mary</b>"}}
		for _, who := range []seat{n.ada, {}} {
			for _, w := range []int{who.asks(n.h, path).Code, who.sends(n.h, path, form).Code, who.sends(n.h, path+"/unblock", form).Code} {
				if want := map[bool]int{true: http.StatusForbidden, false: http.StatusSeeOther}[who.cookie != nil]; w != want {
					t.Errorf("somebody else: %d, want %d", w, want)
				}
			}
		}
		if domains, err := n.d.BlockedDomains(t.Context()); err != nil || len(domains) != 0 {
			t.Fatalf("blocked by somebody else: %v, %v", domains, err)
		}
		grace := seated(t, n.d, directory.DirectoryHandle, "Grace", directory.Editor)
		for domain, why := range map[string]string{"co.uk": "Anybody may have a name under co.uk", "127.0.0.1": "only names are blocked", "<script>": "is not a domain name", "": "is not a domain name"} {
			wrong := url.Values{"domain": {domain}, "reason": {"Kept"}, "note": {"Kept too"}}
			w := grace.sends(n.h, path, wrong)
			if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, why) || !strings.Contains(body, `value="Kept"`) || !strings.Contains(body, ">Kept too</textarea>") || strings.Contains(body, "<script>") {
				t.Errorf("%q: %d %s", domain, w.Code, between(body, "<main", "</main>"))
			}
		}
		if w := grace.sends(n.h, path, url.Values{"domain": {"spam.example"}, "reason": {strings.Repeat("x", 301)}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="reason-wrong"`) {
			t.Errorf("a long reason: %d", w.Code)
		}
		if w := grace.sends(n.h, path, form); w.Code != http.StatusSeeOther {
			t.Fatalf("block: %d %s", w.Code, w.Body)
		}
		if body := grace.asks(n.h, path).Body.String(); !strings.Contains(body, "spam.example") || !strings.Contains(body, "from &lt;b&gt;Mary") || !strings.Contains(body, "Blocked, with all below it.") {
			t.Errorf("the list: %s", between(body, "<main", "</main>"))
		}
		if about := get(n.h, "/about").Body.String(); !strings.Contains(about, "spam.example") || !strings.Contains(about, "Spam") || strings.Contains(about, "Mary") {
			t.Error("the about page does not list it, or tells the note")
		}
		if w := grace.sends(n.h, path+"/unblock", url.Values{"domain": {"spam.example"}}); w.Code != http.StatusSeeOther || strings.Contains(get(n.h, "/about").Body.String(), "spam.example") {
			t.Errorf("unblock: %d", w.Code)
		}
	})
}
