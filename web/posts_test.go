package web_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestPicturesSayWhatTheyShow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		storetest.ImportList(t, d, []byte(told), nil)
		jpeg := painted(t, 33, 44, "")
		jpeg.MediaType = "image/jpeg"
		post := publish(t, d, "testa", directory.Draft{Text: "Look.", Pictures: []directory.DraftPicture{painted(t, 30, 20, `A "red" square & more`), jpeg}})
		h := pagesOf(t, d, config)
		for _, path := range []string{"/coops/testa", postAt("testa", post.ID)} {
			w := get(h, path)
			for i, want := range []string{
				`width="30" height="20" loading="lazy" decoding="async" alt="A &#34;red&#34; square &amp; more">`,
				`width="33" height="44" loading="lazy" decoding="async" alt="Picture 2, without a description">`,
			} {
				file := "/media/" + post.Pictures[i].Hash + []string{".png", ".jpg"}[i]
				if !strings.Contains(w.Body.String(), `<a href="`+file+`"><img src="`+file+`" `+want) {
					t.Errorf("%s does not show picture %d with %s", path, i+1, want)
				}
			}
			if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "img-src 'self';") {
				t.Errorf("%s has the policy %q", path, policy)
			}
		}
	})
}

func TestPostSaysItsLanguageAndWhatItAnswers(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportList(t, d, []byte(told), nil)
	post := publish(t, d, "testa", directory.Draft{Text: "Oui, nous venons.", Language: "fr", InReplyTo: "https://social.example/notes/1"})
	odd := publish(t, d, "beta", directory.Draft{Text: "Yes.", InReplyTo: "javascript:alert(1)"})
	h := pagesOf(t, d, config)
	for _, path := range []string{"/coops/testa", postAt("testa", post.ID)} {
		body := get(h, path).Body.String()
		if !strings.Contains(body, `lang="fr" dir="auto">`) || !strings.Contains(body, `In answer to <a class="long" href="https://social.example/notes/1" rel="nofollow noopener">social.example/notes/1</a>`) {
			t.Errorf("%s does not say the language, or what is answered", path)
		}
	}
	if body := get(h, postAt("beta", odd.ID)).Body.String(); !strings.Contains(body, "In answer to javascript:alert(1)</p>") {
		t.Error("what is answered is a link to anything")
	}
	if strings.Contains(get(h, "/coops/testa").Body.String(), ">edited<") {
		t.Error("a new post is said to be edited")
	}
	if _, err := d.EditPost(context.Background(), directory.Actor{Name: "a test"}, "testa", post.ID, directory.Draft{Text: "Oui, nous venons tous.", Language: "fr"}, "a test"); err != nil {
		t.Fatal(err)
	}
	if body := get(h, "/coops/testa").Body.String(); !strings.Contains(body, ">edited<") || !strings.Contains(body, "venons tous") {
		t.Error("an edited post is not said to be edited")
	}
}

func TestOlderPostsAreOnFurtherPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		storetest.ImportList(t, d, []byte(told), nil)
		var ids []int64
		for n := range 23 {
			ids = append(ids, publish(t, d, "testa", directory.Draft{Text: fmt.Sprintf("This is post <%d>. #counted", n), Boost: true}).ID)
		}
		h := pagesOf(t, d, config)
		for _, path := range []string{"/coops/testa", "/actors/hosting", "/tags/counted"} {
			address, shown := path, 22
			for _, want := range []int{10, 10, 3} {
				w := get(h, address)
				body := w.Body.String()
				posts := regexp.MustCompile(`This is post &lt;([0-9]+)&gt;`).FindAllStringSubmatch(between(body, `class="news plain">`, "<footer"), -1)
				if len(posts) != want {
					t.Fatalf("%s shows %d posts, want %d", address, len(posts), want)
				}
				for _, p := range posts {
					if p[1] != fmt.Sprint(shown) {
						t.Errorf("%s shows post %s instead of %d", address, p[1], shown)
					}
					shown--
				}
				first := address == path
				if strings.Contains(body, ">Newest posts</a>") == first || strings.Contains(body, "noindex") == first {
					t.Errorf("%s: of the first page only there is no way back, and only that one is for search engines", address)
				}
				older := regexp.MustCompile(`href="([^"]+)" rel="next">Older posts`).FindStringSubmatch(body)
				if (older == nil) != (want == 3) {
					t.Fatalf("%s leads on to %q", address, older)
				}
				if older != nil {
					address = older[1]
				}
			}
			for _, odd := range []string{"x", "-1", "0", "", "99999999999999999999"} {
				if w := get(h, path+"?before="+odd); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "&lt;22&gt;") {
					t.Errorf("%s before %q: %d, want the newest", path, odd, w.Code)
				}
			}
			if w := get(h, path+"?before=%zz"); w.Code != http.StatusBadRequest {
				t.Errorf("%s before %%zz: %d", path, w.Code)
			}
		}
		for _, path := range []string{"/coops/testa", "/actors/hosting"} {
			if w := get(h, path+fmt.Sprintf("?before=%d", ids[0])); w.Code != http.StatusSeeOther || w.Header().Get("Location") != path {
				t.Errorf("%s before the first post: %d to %q", path, w.Code, w.Header().Get("Location"))
			}
		}
	})
}

// A co-op's page shows what it says itself, a topic's what it passes on, too.
func TestBoostsStandWithTopics(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		storetest.ImportList(t, d, []byte(told), nil)
		own := publish(t, d, "testa", directory.Draft{Text: "From Testa.", Boost: true})
		publish(t, d, "testa", directory.Draft{Text: "Not for all."})
		publish(t, d, "hosting", directory.Draft{Text: "From the topic."})
		h := pagesOf(t, d, config)
		if body := get(h, "/coops/testa").Body.String(); strings.Contains(body, "From the topic.") || strings.Contains(body, `class="news-author"`) {
			t.Error("the co-op's page shows what others say, or says whose each post is")
		}
		body := get(h, "/actors/hosting").Body.String()
		for _, want := range []string{
			`<a class="news-author" href="/coops/testa">Testa</a> <a class="from" href="` + postAt("testa", own.ID) + `">`, "From Testa.",
			`<a class="news-author" href="/actors/hosting">Hosting</a>`, "From the topic.",
		} {
			if !strings.Contains(body, want) {
				t.Errorf("the topic's page lacks %s", want)
			}
		}
		if strings.Contains(body, "Not for all.") {
			t.Error("the topic's page shows what it has not passed on")
		}
	})
}

func TestMovedCoopLeadsToItsAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		post := posted(t, d)
		h := pagesOf(t, d, config)
		move := func(to string) {
			t.Helper()
			if err := d.MoveCoop(context.Background(), "testa", to, "a test"); err != nil {
				t.Fatal(err)
			}
		}
		move("https://social.testa.example/users/testa")
		const there = `<a class="long" href="https://social.testa.example/users/testa" rel="nofollow noopener">social.testa.example/users/testa</a>`
		for _, path := range []string{"/coops/testa", postAt("testa", post.ID)} {
			w := get(h, path)
			body := w.Body.String()
			if !strings.Contains(body, "Follow it there: "+there) || strings.Contains(body, `id="server"`) || strings.Contains(w.Header().Get("Content-Security-Policy"), "https:") {
				t.Errorf("%s does not lead to the new account, or has a form still", path)
			}
		}
		body := get(h, "/coops/testa").Body.String()
		if notice := between(body, `id="moved"`, "</section>"); !strings.Contains(notice, "Moved to its own server") || !strings.Contains(notice, there) {
			t.Errorf("the note says %s", notice)
		}
		if history := between(body, `class="history"`, "</ol>"); !strings.Contains(history, "<b>Account of its own:</b> <ins>"+there) {
			t.Errorf("the history says %s", history)
		}
		if w := get(h, "/coops/testa/follow"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/coops/testa" {
			t.Errorf("the follow page: %d to %q", w.Code, w.Header().Get("Location"))
		}
		if w := send(h, "/coops/testa/follow", "mastodon.example"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/coops/testa" {
			t.Errorf("the follow form: %d to %q", w.Code, w.Header().Get("Location"))
		}
		move("")
		if body := get(h, "/coops/testa").Body.String(); strings.Contains(body, `id="moved"`) || !strings.Contains(body, `id="server"`) {
			t.Error("after the move is taken back, the page is not as before")
		}
		move("javascript:alert(1)")
		if !strings.Contains(get(h, "/coops/testa").Body.String(), "Follow it there: javascript:alert(1)</p>") {
			t.Error("the page leads anywhere")
		}
	})
}

// New keys, and what a co-op lets others do, stand on its page.
func TestEveryKindOfChangeHasAName(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportList(t, d, []byte(told), nil)
	ctx, keys := context.Background(), func() (string, string, error) { return "rsa", "ed25519", nil }
	if _, err := d.Keys(ctx, "testa", keys); err != nil {
		t.Fatal(err)
	}
	if err := d.RotateKeys(ctx, "testa", "a test", keys); err != nil {
		t.Fatal(err)
	}
	curate(t, d, "testa", directory.Edit{Set: map[string]string{"featurable": "false", "quotable": "true"}})
	w := get(pagesOf(t, d, config), "/coops/testa")
	for _, want := range []string{"Signs with new keys", "<dt>May be in collections</dt>", "<dt>May be quoted</dt>"} {
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%d, without %q", w.Code, want)
		}
	}
	if may := between(w.Body.String(), "<dt>May be in collections</dt>", "</dd>"); !strings.Contains(may, "<span>No</span>") {
		t.Errorf("the page says %s", may)
	}
}
