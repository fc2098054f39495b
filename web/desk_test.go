package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// neighbours are two co-ops, each with a post, a reply to it and an editor.
type neighbours struct {
	d     *directory.Directory
	h     http.Handler
	ada   seat // of agaric
	post  directory.Post
	reply directory.Reply

	hypha  directory.Post
	theirs directory.Reply
	waits  map[string]directory.ScheduledPost // a post of each that waits
}

func eachNeighbours(t *testing.T, test func(t *testing.T, n neighbours)) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		n := neighbours{d: d, h: pagesOf(t, d, config), ada: seated(t, d, "agaric", "Ada", directory.Editor), waits: make(map[string]directory.ScheduledPost)}
		hedy := seated(t, d, "hypha", "Hedy", directory.Owner)
		for handle, by := range map[string]directory.Actor{"agaric": n.ada.by, "hypha": hedy.by} {
			s, err := d.Schedule(context.Background(), by, handle, directory.Draft{Text: "We stay. Later."}, time.Now().Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			n.waits[handle] = s
		}
		ada := stranger("ada", "Ada L.")
		befriend(t, d, "agaric", "mary")
		n.post = publish(t, d, "agaric", directory.Draft{Text: "We moved.", Language: "en", Pictures: []directory.DraftPicture{painted(t, 9, 9, "A house")}})
		n.hypha = publish(t, d, "hypha", directory.Draft{Text: "We stay.", Language: "en", Pictures: []directory.DraftPicture{painted(t, 7, 7, "A tent")}})
		n.reply = answer(t, d, ada, "agaric", n.post.ID, 1, directory.Reply{Content: "<p>Where to?</p>"})
		n.theirs = answer(t, d, ada, "hypha", n.hypha.ID, 2, directory.Reply{Content: "<p>Good!</p>"})
		test(t, n)
	})
}

// deskPaths are the pages of a co-op's desk, and where its forms are sent.
func (n neighbours) deskPaths(handle string, post int64) (pages, forms []string) {
	at, waits := newsPath(handle, post), scheduledAt(handle, n.waits[handle].ID)
	return []string{"/coops/" + handle + "/edit", "/coops/" + handle + "/history", "/coops/" + handle + "/news", "/coops/" + handle + "/news/new", "/coops/" + handle + "/followers", at + "/edit", at + "/delete", waits + "/edit", waits + "/cancel"},
		[]string{"/coops/" + handle + "/edit", "/coops/" + handle + "/history", "/coops/" + handle + "/news/replies", "/coops/" + handle + "/followers/block", "/coops/" + handle + "/followers/unblock", "/coops/" + handle + "/news/new", at + "/edit", at + "/delete", waits + "/edit", waits + "/now", waits + "/cancel"}
}

func scheduledAt(handle string, id int64) string {
	return "/coops/" + handle + "/news/scheduled/" + strconv.FormatInt(id, 10)
}

// everythingSent is a form that would do something at each of those addresses.
func (n neighbours) everythingSent(t testing.TB, who seat, path string, reply directory.Reply) *httptest.ResponseRecorder {
	t.Helper()
	if strings.HasSuffix(path, "/news/new") || strings.Contains(path, "/news/") && strings.HasSuffix(path, "/edit") {
		return who.uploads(t, n.h, path, written("text", "Mine now."), written("do", "post"))
	}
	return who.sends(n.h, path, url.Values{"version": {"1"}, "change": {"1"}, "name": {"Mine now"}, "do": {"hide"}, "reply": {reply.ID}, "block": {reply.PeerID}, "unblock": {reply.PeerID}})
}

// state is what must not change.
func (n neighbours) state(t testing.TB, handle string, post int64) string {
	t.Helper()
	ctx := context.Background()
	c, err := n.d.Coop(ctx, handle)
	if err != nil {
		t.Fatal(err)
	}
	p, err := n.d.Post(ctx, handle, post)
	if err != nil {
		t.Fatal(err)
	}
	replies, err := n.d.Replies(ctx, handle, post, false, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	all, err := n.d.Posts(ctx, handle, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	waiting, err := n.d.ScheduledPosts(ctx, handle)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range waiting {
		p.Body += "|" + s.Body + s.UpdatedAt.Format(time.RFC3339Nano)
	}
	log, err := n.d.AuditLog(ctx, handle, 100)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join([]string{c.Name, p.Body, p.UpdatedAt.Format(time.RFC3339Nano), strings.Repeat("r", len(replies)), strings.Repeat("p", len(all)), strings.Repeat("a", len(log)), strings.Repeat("i", len(p.Pictures))}, "|")
}

func TestNobodyWorksAtTheDeskOfAnotherCoop(t *testing.T) {
	eachNeighbours(t, func(t *testing.T, n neighbours) {
		before, changes := n.state(t, "hypha", n.hypha.ID), lastChange(t, n.d)
		pages, forms := n.deskPaths("hypha", n.hypha.ID)
		for _, path := range pages {
			if w := n.ada.asks(n.h, path); w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "We stay.") {
				t.Errorf("GET %s: %d", path, w.Code)
			}
			if w := (seat{}).asks(n.h, path); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sign-in" {
				t.Errorf("GET %s without a session: %d %s", path, w.Code, w.Header().Get("Location"))
			}
		}
		for _, path := range forms {
			if w := n.everythingSent(t, n.ada, path, n.theirs); w.Code != http.StatusForbidden {
				t.Errorf("POST %s: %d", path, w.Code)
			}
			if w := n.everythingSent(t, seat{}, path, n.theirs); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sign-in" {
				t.Errorf("POST %s without a session: %d %s", path, w.Code, w.Header().Get("Location"))
			}
		}
		// The other co-op's post and reply at one's own desk.
		for _, end := range []string{"/edit", "/delete"} {
			if w := n.ada.asks(n.h, newsPath("agaric", n.hypha.ID)+end); w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "We stay.") {
				t.Errorf("GET the other's post%s: %d", end, w.Code)
			}
			if w := n.everythingSent(t, n.ada, newsPath("agaric", n.hypha.ID)+end, n.theirs); w.Code != http.StatusNotFound {
				t.Errorf("POST the other's post%s: %d", end, w.Code)
			}
		}
		for _, end := range []string{"/edit", "/now", "/cancel"} {
			at := scheduledAt("agaric", n.waits["hypha"].ID) + end
			if w := n.ada.asks(n.h, at); w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed || strings.Contains(w.Body.String(), "We stay.") {
				t.Errorf("GET the other's scheduled post%s: %d", end, w.Code)
			}
			if w := n.everythingSent(t, n.ada, at, n.theirs); w.Code != http.StatusNotFound && w.Code != http.StatusConflict {
				t.Errorf("POST the other's scheduled post%s: %d", end, w.Code)
			}
		}
		for _, id := range []string{n.theirs.ID, "https://mastodon.example/nothing", "", "\x00", "\xff"} {
			if w := n.ada.sends(n.h, "/coops/agaric/news/replies", url.Values{"do": {"hide"}, "reply": {id}}); w.Code != http.StatusNotFound {
				t.Errorf("hide %q: %d", id, w.Code)
			}
		}
		// Its picture cannot be put on a post of one's own by naming it.
		for _, name := range []string{n.hypha.Pictures[0].Hash, "p1", "/media/" + n.hypha.Pictures[0].Hash + ".png"} {
			w := n.ada.uploads(t, n.h, "/coops/agaric/news/new", written("text", "Mine"), written("kept-1", name), written("alt-1", "A tent"), written("do", "post"))
			if w.Code != http.StatusUnprocessableEntity {
				t.Errorf("a post with the picture %s: %d", name, w.Code)
			}
			if w := n.ada.asks(n.h, "/coops/agaric/news/pictures/"+strings.TrimPrefix(name, "/media/")); w.Code != http.StatusNotFound {
				t.Errorf("the picture %s: %d", name, w.Code)
			}
		}
		for _, handle := range []string{"HYPHA", "hypha%00", "directory", "nobody", "web_development", "%ff"} {
			for _, end := range []string{"/edit", "/news", "/news/new"} {
				if w := n.ada.asks(n.h, "/coops/"+handle+end); w.Code != http.StatusForbidden && w.Code != http.StatusNotFound {
					t.Errorf("/coops/%s%s: %d", handle, end, w.Code)
				}
			}
		}
		if now := n.state(t, "hypha", n.hypha.ID); now != before || lastChange(t, n.d) != changes {
			t.Errorf("it was %s and is %s", before, now)
		}
	})
}

func TestFormsOfOtherSitesDoNothingAtADesk(t *testing.T) {
	eachNeighbours(t, func(t *testing.T, n neighbours) {
		before := n.state(t, "agaric", n.post.ID)
		_, forms := n.deskPaths("agaric", n.post.ID)
		for _, path := range forms {
			for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
				r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("do=hide&block="+url.QueryEscape(n.reply.PeerID)+"&version=1&name=x&reply="+url.QueryEscape(n.reply.ID)))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set(name, value)
				if w := n.ada.does(n.h, r); w.Code != http.StatusForbidden || w.Header().Get("Cache-Control") != "no-store" {
					t.Errorf("%s with %s: %d, %s", path, name, w.Code, w.Header().Get("Cache-Control"))
				}
			}
		}
		if now := n.state(t, "agaric", n.post.ID); now != before {
			t.Errorf("it was %s and is %s", before, now)
		}
	})
}

func TestReadingADeskChangesNothing(t *testing.T) {
	eachNeighbours(t, func(t *testing.T, n neighbours) {
		before, changes := n.state(t, "agaric", n.post.ID), lastChange(t, n.d)
		pages, forms := n.deskPaths("agaric", n.post.ID)
		what := "?do=hide&do=post&version=1&name=x&unset=name&text=x&reply=" + url.QueryEscape(n.reply.ID)
		for _, path := range append(pages, forms...) {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				w := n.ada.does(n.h, httptest.NewRequest(method, path+what, nil))
				if want := map[bool]int{true: http.StatusMethodNotAllowed, false: http.StatusOK}[strings.HasSuffix(path, "/replies") || strings.HasSuffix(path, "/now") || strings.Contains(path, "/followers/")]; w.Code != want {
					t.Errorf("%s %s: %d", method, path, w.Code)
				}
				if w.Code == http.StatusOK && (w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("ETag") != "") {
					t.Errorf("%s %s may be kept: %v", method, path, w.Header())
				}
			}
		}
		if now := n.state(t, "agaric", n.post.ID); now != before || lastChange(t, n.d) != changes {
			t.Errorf("it was %s and is %s", before, now)
		}
	})
}

func TestRemovedMemberCanDoNothingMore(t *testing.T) {
	eachNeighbours(t, func(t *testing.T, n neighbours) {
		ctx := context.Background()
		if w := n.ada.asks(n.h, "/coops/agaric/edit"); w.Code != http.StatusOK {
			t.Fatalf("while she is a member: %d", w.Code)
		}
		w := n.ada.uploads(t, n.h, "/coops/agaric/news/new", written("text", "Look"), part{"file-1", "a.png", painted(t, 5, 5, "").Data}, written("alt-1", "A house"), written("do", "preview"))
		draft := "/coops/agaric/news/pictures/" + formOf(t, w.Body, "/new").Get("kept-1")
		if err := n.d.RemoveMember(ctx, directory.Actor{Name: "an owner"}, "agaric", n.ada.by.PersonID); err != nil {
			t.Fatal(err)
		}
		before := n.state(t, "agaric", n.post.ID)
		pages, forms := n.deskPaths("agaric", n.post.ID)
		for _, path := range append(pages, draft) {
			if w := n.ada.asks(n.h, path); w.Code != http.StatusForbidden {
				t.Errorf("GET %s: %d", path, w.Code)
			}
		}
		for _, path := range forms {
			if w := n.everythingSent(t, n.ada, path, n.reply); w.Code != http.StatusForbidden {
				t.Errorf("POST %s: %d", path, w.Code)
			}
		}
		if err := n.d.EndSignIn(ctx, n.ada.by.PersonID, 0); err != nil {
			t.Fatal(err)
		}
		if w := n.ada.asks(n.h, "/coops/agaric/edit"); w.Code != http.StatusSeeOther {
			t.Errorf("signed out: %d", w.Code)
		}
		if now := n.state(t, "agaric", n.post.ID); now != before {
			t.Errorf("it was %s and is %s", before, now)
		}
	})
}

func TestRepliesAreHiddenAndShown(t *testing.T) {
	eachNeighbours(t, func(t *testing.T, n neighbours) {
		react(t, n.d, stranger("grace", "Grace"), directory.Like, "agaric", n.post.ID)
		desk := n.ada.asks(n.h, "/coops/agaric/news").Body.String()
		for _, want := range []string{"Where to?", "1 follower has", "0 servers told.", "1 like", `value="hide"`} {
			if !strings.Contains(desk, want) {
				t.Errorf("the desk lacks %q", want)
			}
		}
		post := func() string { return get(n.h, postAt("agaric", n.post.ID)).Body.String() }
		for _, step := range []struct {
			do, says string
			seen     bool
		}{{"hide", "Hidden: only you see it.", false}, {"show", "The reply is shown again.", true}} {
			w := n.ada.sends(n.h, "/coops/agaric/news/replies", url.Values{"do": {step.do}, "reply": {n.reply.ID}})
			if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/coops/agaric/news#reply-") {
				t.Fatalf("%s: %d %s", step.do, w.Code, w.Header().Get("Location"))
			}
			if !strings.Contains(n.ada.asks(n.h, "/coops/agaric/news").Body.String(), step.says) || strings.Contains(post(), "Where to?") != step.seen {
				t.Errorf("after %s", step.do)
			}
		}
		log, err := n.d.AuditLog(context.Background(), "agaric", 2)
		if err != nil || log[0].Act != "showed a reply" || log[1].Act != "hid a reply" || log[1].Detail != n.reply.ID {
			t.Errorf("the audit log says %+v, %v", log, err)
		}
	})
}

func TestCoopThatHasMovedWritesNothingMore(t *testing.T) {
	eachNeighbours(t, func(t *testing.T, n neighbours) {
		if err := n.d.MoveCoop(context.Background(), "agaric", "https://social.example/agaric", "a test"); err != nil {
			t.Fatal(err)
		}
		desk := n.ada.asks(n.h, "/coops/agaric/news").Body.String()
		if strings.Contains(desk, "/news/new") || !strings.Contains(desk, "speaks for itself now") || !strings.Contains(desk, "/delete") {
			t.Errorf("the desk shows %s", desk)
		}
		if w := n.ada.asks(n.h, "/coops/agaric/news/new"); w.Code != http.StatusSeeOther {
			t.Errorf("the form: %d", w.Code)
		}
		if w := n.ada.uploads(t, n.h, "/coops/agaric/news/new", written("text", "Still here."), written("do", "post")); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a post: %d", w.Code)
		}
		if w := n.ada.sends(n.h, newsPath("agaric", n.post.ID)+"/delete", nil); w.Code != http.StatusSeeOther {
			t.Errorf("delete: %d", w.Code)
		}
	})
}

// Everybody gets the same page of a co-op, with a session or without.
func TestCoopPagesLinkToTheDesk(t *testing.T) {
	eachNeighbours(t, func(t *testing.T, n neighbours) {
		page := get(n.h, "/coops/hypha")
		if body := page.Body.String(); !strings.Contains(body, `href="/coops/hypha/edit"`) || !strings.Contains(body, `href="/coops/hypha/news/new"`) {
			t.Error("no way to the desk")
		}
		if with := n.ada.asks(n.h, "/coops/hypha"); with.Body.String() != page.Body.String() || with.Header().Get("Set-Cookie") != "" {
			t.Error("with a session the page is another one")
		}
		if body := get(n.h, "/coops/igalia").Body.String(); strings.Contains(body, `href="/coops/igalia/edit"`) || strings.Contains(body, `href="/coops/igalia/news/new"`) {
			t.Error("an unclaimed entry leads to a desk")
		}
	})
}
