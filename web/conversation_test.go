package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"

	"golang.org/x/net/html"
)

// posted is a directory of two co-ops in which Testa has posted something.
func posted(t *testing.T, d *directory.Directory) directory.Post {
	t.Helper()
	storetest.ImportList(t, d, []byte(told), nil)
	return publish(t, d, "testa", directory.Draft{Text: "We are hiring.", Language: "en"})
}

// replyWith is the part of a page that shows the reply with that text.
func replyWith(body, text string) string {
	for _, r := range strings.Split(body, `<li id="reply-`)[1:] {
		r, _, _ = strings.Cut(r, "</article>")
		if strings.Contains(r, text) {
			return r
		}
	}
	return ""
}

func TestPostShowsWhatOthersSaid(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		post := posted(t, d)
		ada, fatima := stranger("ada", "Ada"), stranger("fatima", "فاطمة")
		react(t, d, ada, directory.Like, "testa", post.ID)
		react(t, d, fatima, directory.Like, "testa", post.ID)
		react(t, d, ada, directory.Announce, "testa", post.ID)
		first := answer(t, d, ada, "testa", post.ID, 1, directory.Reply{Content: "<p>Were?</p>", Language: "en"})
		first.Content, first.UpdatedAt = "<p>Where?</p>", spoken(5)
		if err := d.EditReply(context.Background(), said(ada, "Update", "update1", "testa"), first); err != nil {
			t.Fatal(err)
		}
		answer(t, d, fatima, "testa", post.ID, 2, directory.Reply{Content: "<p>هنا</p>", Language: "ar", InReplyTo: first.ID})
		answer(t, d, fatima, "testa", post.ID, 3, directory.Reply{Content: "<p>Pizza</p>", Warning: "Food & <b>drink</b>"})
		answer(t, d, fatima, "testa", post.ID, 4, directory.Reply{})
		h := pagesOf(t, d, config)
		body := get(h, postAt("testa", post.ID)).Body.String()
		for _, want := range []string{
			"<li>2 likes</li>", "<li>1 boost</li>", fmt.Sprintf(`<li><a href="%s#replies">4 replies</a></li>`, postAt("testa", post.ID)),
			">" + noteID("testa", post.ID) + "</code>", "look this address up in your app",
		} {
			if !strings.Contains(body, want) {
				t.Errorf("the page lacks %s", want)
			}
		}
		where, here, pizza, nothing := replyWith(body, "Where?"), replyWith(body, "هنا"), replyWith(body, "Pizza"), replyWith(body, "no words")
		anchor := "#reply-" + where[:strings.Index(where, `"`)]
		for _, c := range []struct{ reply, want string }{
			{where, `<a class="reply-author" href="https://mastodon.example/@ada" rel="nofollow noopener ugc"><bdi>Ada</bdi></a>`},
			{where, `<bdi>@ada@mastodon.example</bdi>`},
			{where, `<a href="https://mastodon.example/@ada/notes/1" rel="nofollow noopener ugc"><time datetime="2025-11-03T09:01:00Z">3 Nov 2025, 09:01 UTC</time></a>, edited</span>`},
			{where, `dir="auto" lang="en"><p>Where?</p></div>`},
			{here, `In answer to <a href="` + anchor + `"><bdi>Ada</bdi></a>`},
			{here, `<bdi>فاطمة</bdi>`},
			{here, `lang="ar"`},
			{pizza, `<details class="warned"><summary><bdi>Food &amp; &lt;b&gt;drink&lt;/b&gt;</bdi></summary>`},
			{pizza, `dir="auto"><p>Pizza</p></div>`},
			{nothing, `<bdi>فاطمة</bdi>`},
		} {
			if !strings.Contains(c.reply, c.want) {
				t.Errorf("no %s in %s", c.want, c.reply)
			}
		}
		if strings.Contains(here, "edited") || strings.Contains(where, "In answer to") || strings.Contains(where, "<details") {
			t.Errorf("the first replies say too much: %s %s", where, here)
		}
		news := between(get(h, "/coops/testa").Body.String(), `class="news plain">`, "</section>")
		if !strings.Contains(news, "2 likes") || !strings.Contains(news, "1 boost") || !strings.Contains(news, postAt("testa", post.ID)+`#replies">4 replies</a>`) {
			t.Errorf("the co-op's page counts otherwise: %s", news)
		}
	})
}

func postAt(handle string, id int64) string {
	return strings.TrimPrefix(noteID(handle, id), config.Origin)
}

func TestSilenceIsNotCounted(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	post := posted(t, d)
	h := pagesOf(t, d, config)
	for _, path := range []string{"/coops/testa", postAt("testa", post.ID)} {
		if body := get(h, path).Body.String(); strings.Contains(body, `class="responses`) || regexp.MustCompile(`\b0 (like|boost|repl)`).MatchString(body) {
			t.Errorf("%s counts what is not there", path)
		}
	}
}

func TestHiddenReplyIsNotShown(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	post := posted(t, d)
	seller, ada := stranger("seller", "Seller"), stranger("ada", "Ada")
	watches := answer(t, d, seller, "testa", post.ID, 1, directory.Reply{Content: "<p>Cheap watches</p>"})
	answer(t, d, ada, "testa", post.ID, 2, directory.Reply{Content: "<p>No thanks</p>", InReplyTo: watches.ID})
	answer(t, d, ada, "testa", post.ID, 3, directory.Reply{Content: "<p>Who was that?</p>", InReplyTo: "https://elsewhere.example/notes/1"})
	h := pagesOf(t, d, config)
	if body := get(h, postAt("testa", post.ID)).Body.String(); !strings.Contains(body, "Cheap watches") || !strings.Contains(replyWith(body, "No thanks"), "Seller") {
		t.Fatal("the reply is not there before it is hidden")
	}
	if err := d.HideReply(context.Background(), directory.Actor{Name: "a test"}, "testa", watches.ID, true); err != nil {
		t.Fatal(err)
	}
	body := get(h, postAt("testa", post.ID)).Body.String()
	if strings.Contains(body, "watches") || strings.Contains(body, "eller") || !strings.Contains(body, "2 replies") {
		t.Error("the hidden reply, or whose it was, is shown or counted")
	}
	for _, text := range []string{"No thanks", "Who was that?"} {
		if r := replyWith(body, text); !strings.Contains(r, "In answer to something that is not shown here") {
			t.Errorf("it does not say that what it answers is not here: %s", r)
		}
	}
}

// What was heard changes pages without a row in the change log.
func TestPagesChangeWithWhatIsHeard(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		ctx, ada := context.Background(), stranger("ada", "Ada")
		storetest.ImportList(t, d, []byte(told), nil)
		post := publish(t, d, "testa", directory.Draft{Text: "We are hiring. #work", Language: "en", Boost: true})
		h := pagesOf(t, d, config)
		var reply, intro directory.Reply
		note, coop, topic, tag, introduction := postAt("testa", post.ID), "/coops/testa", "/actors/hosting", "/tags/work", "/coops/testa/introduction"
		all := []string{note, coop, topic, tag}
		intro = answer(t, d, ada, "testa", 0, 9, directory.Reply{Content: "<p>Welcome</p>"})
		for _, step := range []struct {
			name    string
			happens func() error
			changes []string
		}{
			{"a like", func() error { react(t, d, ada, directory.Like, "testa", post.ID); return nil }, all},
			{"a boost", func() error { react(t, d, ada, directory.Announce, "testa", post.ID); return nil }, all},
			{"a boost taken back", func() error {
				return d.Unreact(ctx, said(ada, "Undo Announce", "undo", "testa"), directory.Announce, "", "testa", post.ID)
			}, all},
			{"a reply", func() error {
				reply = answer(t, d, ada, "testa", post.ID, 1, directory.Reply{Content: "<p>Were?</p>"})
				return nil
			}, all},
			{"an edit of the reply", func() error {
				reply.Content, reply.UpdatedAt = "<p>Where?</p>", spoken(2)
				return d.EditReply(ctx, said(ada, "Update", "update", "testa"), reply)
			}, []string{note}},
			{"another name of its author", func() error { return d.RememberPeer(ctx, stranger("ada", "Ada Lovelace")) }, []string{note, introduction}},
			{"hiding it", func() error { return d.HideReply(ctx, directory.Actor{Name: "a test"}, "testa", reply.ID, true) }, all},
			{"showing it again", func() error { return d.HideReply(ctx, directory.Actor{Name: "a test"}, "testa", reply.ID, false) }, all},
			{"its deletion", func() error { return d.ForgetNote(ctx, said(ada, "Delete", "delete", "testa"), reply.ID) }, all},
			{"a like of the introduction", func() error { react(t, d, ada, directory.Like, "testa", 0); return nil }, []string{coop, introduction}},
			{"hiding what was said to it", func() error { return d.HideReply(ctx, directory.Actor{Name: "a test"}, "testa", intro.ID, true) }, []string{coop}},
		} {
			tags := make(map[string]string)
			for _, path := range append(all, introduction) {
				w := get(h, path)
				tags[path] = w.Header().Get("ETag")
				if again := get(h, path, "If-None-Match", tags[path]); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
					t.Errorf("before %s, %s again: %d", step.name, path, again.Code)
				}
				if w.Header().Get("Cache-Control") != "no-cache" {
					t.Errorf("%s is kept without asking", path)
				}
			}
			if err := step.happens(); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			for _, path := range step.changes {
				if w := get(h, path, "If-None-Match", tags[path]); w.Code != http.StatusOK || w.Header().Get("ETag") == tags[path] {
					t.Errorf("after %s, %s: %d with tag %s", step.name, path, w.Code, w.Header().Get("ETag"))
				}
			}
		}
	})
}

func TestRepliesHavePages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		post := posted(t, d)
		other := publish(t, d, "beta", directory.Draft{Text: "Hello."})
		elsewhere := answer(t, d, stranger("grace", "Grace"), "beta", other.ID, 1, directory.Reply{Content: "<p>Hello</p>"})
		ada := stranger("ada", "Ada")
		introduction := answer(t, d, ada, "testa", 0, 101, directory.Reply{Content: "<p>Welcome</p>"})
		otherIntroduction := answer(t, d, ada, "beta", 0, 102, directory.Reply{Content: "<p>Welcome</p>"})
		var said []directory.Reply
		for n := range 52 {
			r := directory.Reply{Content: fmt.Sprintf("<p>Number %d.</p>", n)}
			if n == 51 {
				r.InReplyTo = said[0].ID
			}
			said = append(said, answer(t, d, ada, "testa", post.ID, n, r))
		}
		h, path := pagesOf(t, d, config), postAt("testa", post.ID)
		first := get(h, path).Body.String()
		if n := strings.Count(first, `<li id="reply-`); n != 50 || !strings.Contains(first, "Number 0.") || !strings.Contains(first, "Number 49.") || !strings.Contains(first, "52 replies") {
			t.Errorf("the first page shows %d replies", n)
		}
		next := html.UnescapeString(regexp.MustCompile(`href="([^"]+)" rel="next"`).FindStringSubmatch(first)[1])
		next, _, _ = strings.Cut(next, "#")
		w := get(h, next)
		second := w.Body.String()
		if n := strings.Count(second, `<li id="reply-`); w.Code != http.StatusOK || n != 2 || !strings.Contains(second, "Number 51.") || strings.Contains(second, `rel="next"`) {
			t.Errorf("the second page, %s: %d, %d replies", next, w.Code, n)
		}
		if !strings.Contains(second, `href="`+path+`#replies"`) || !strings.Contains(second, "noindex") {
			t.Error("the second page does not lead back, or stands in search engines on its own")
		}
		if r := replyWith(second, "Number 51."); !strings.Contains(r, `In answer to <a href="`+said[0].URL+`" rel="nofollow noopener ugc"><bdi>Ada</bdi>`) {
			t.Errorf("what is on another page is answered so: %s", r)
		}
		for _, c := range []struct{ path, after string }{
			{path, "https://mastodon.example/nothing"}, {path, elsewhere.ID}, {path, introduction.ID}, {path, "\x00"}, {path, "\xff"}, {path, strings.Repeat("x", 3000)},
			{postAt("testa", 0), otherIntroduction.ID},
		} {
			w := get(h, c.path+"?after="+url.QueryEscape(c.after))
			if w.Code != http.StatusSeeOther || w.Header().Get("Location") != c.path {
				t.Errorf("%s after %.40q: %d to %q", c.path, c.after, w.Code, w.Header().Get("Location"))
			}
		}
		if w := get(h, path+"?after=%zz"); w.Code != http.StatusBadRequest {
			t.Errorf("after %%zz: %d", w.Code)
		}
	})
}

// Cleaning leaves tags that close what they have not opened, or nothing.
func TestReplyStaysInItsPlace(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	post := posted(t, d)
	ada, grace := stranger("ada", "Ada"), stranger("grace", "Grace")
	answer(t, d, ada, "testa", post.ID, 1, directory.Reply{Content: `</p></li></ol><b><i><a href="https://evil.example/">all of the page`})
	answer(t, d, ada, "testa", post.ID, 2, directory.Reply{Content: `<ul><li><blockquote><pre>`, Warning: "x"})
	answer(t, d, grace, "testa", post.ID, 3, directory.Reply{Content: `<p>Fine.</p>`})
	page, err := html.Parse(get(pagesOf(t, d, config), postAt("testa", post.ID)).Body)
	if err != nil {
		t.Fatal(err)
	}
	replies := 0
	for n := range page.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch id := attribute(n, "id"); {
		case strings.HasPrefix(id, "reply-"):
			replies++
			if way := wayTo(n); !strings.HasSuffix(way, " article section ol") {
				t.Errorf("a reply stands in %s", way)
			}
		case id == "server":
			if way := wayTo(n); way != "html body main div article section div form div" {
				t.Errorf("what follows the replies stands in %s", way)
			}
		}
	}
	if replies != 3 {
		t.Errorf("the page has %d replies", replies)
	}
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// wayTo names the elements around n, the outermost first.
func wayTo(n *html.Node) string {
	var names []string
	for a := range n.Ancestors() {
		if a.Type == html.ElementNode {
			names = append([]string{a.Data}, names...)
		}
	}
	return strings.Join(names, " ")
}

// What others give as their pages is not always an address of the web.
func TestRepliesLeadToWebPages(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	post := posted(t, d)
	mallory := stranger("mallory", "Mallory")
	mallory.URL, mallory.Handle = "javascript:alert(1)", ""
	r := directory.Reply{
		ID: "https://mastodon.example/notes/1", URL: "data:text/html,x", Handle: "testa", PostID: post.ID, InReplyTo: noteID("testa", post.ID), PublishedAt: spoken(1), UpdatedAt: spoken(1),
	}
	if err := d.AddReply(context.Background(), said(mallory, "Create", "create", "testa"), r); err != nil {
		t.Fatal(err)
	}
	shown := replyWith(get(pagesOf(t, d, config), postAt("testa", post.ID)).Body.String(), "Mallory")
	for _, want := range []string{`href="https://mastodon.example/users/mallory"`, `href="https://mastodon.example/notes/1"`} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %s in %s", want, shown)
		}
	}
	if strings.Contains(shown, "@<") {
		t.Errorf("an empty handle is shown: %s", shown)
	}
}

func TestIntroductionIsAnswered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		posted(t, d)
		ada := stranger("ada", "Ada")
		h := pagesOf(t, d, config)
		for handle, page := range map[string]string{"testa": "/coops/testa", "hosting": "/actors/hosting", directory.DirectoryHandle: "/about"} {
			path := postAt(handle, 0)
			react(t, d, ada, directory.Like, handle, 0)
			if w := get(h, path); w.Code != http.StatusSeeOther {
				t.Errorf("%s before anybody has answered: %d", path, w.Code)
			}
			reply := answer(t, d, ada, handle, 0, len(handle), directory.Reply{Content: "<p>Welcome, " + handle + "</p>"})
			if body := get(h, page).Body.String(); !strings.Contains(body, `<a href="`+path+`#replies">1 reply</a>`) || !strings.Contains(body, "1 like") {
				t.Errorf("%s does not lead to the reply to the introduction", page)
			}
			w := get(h, path)
			if !slices.Contains(w.Header().Values("Vary"), "Accept") {
				t.Errorf("%s does not say that others get something else there", path)
			}
			if body := w.Body.String(); w.Code != http.StatusOK || replyWith(body, "Welcome, "+handle) == "" || !strings.Contains(body, config.Origin+path+"</code>") {
				t.Errorf("%s: %d, without the reply or the address", path, w.Code)
			}
			if err := d.HideReply(context.Background(), directory.Actor{Name: "a test"}, handle, reply.ID, true); err != nil {
				t.Fatal(err)
			}
			if w := get(h, path); w.Code != http.StatusSeeOther {
				t.Errorf("%s when the reply is hidden: %d", path, w.Code)
			}
		}
	})
}
