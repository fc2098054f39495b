package web_test

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

const dueForm = "2006-01-02T15:04"

func TestNewsIsScheduledChangedAndPosted(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ctx, h := context.Background(), pagesOf(t, d, config)
		ada := seated(t, d, "agaric", "Ada", directory.Editor)
		due := time.Now().UTC().Add(24 * time.Hour).Truncate(time.Minute)
		w := ada.uploads(t, h, "/coops/agaric/news/new", written("text", "**We move** #soon"), written("language", "en"), part{"file-1", "a.png", painted(t, 40, 30, "").Data},
			written("alt-1", "A house"), written("boost", "yes"), written("when", "later"), written("due", due.Format(dueForm)), written("do", "post"))
		waiting, err := d.ScheduledPosts(ctx, "agaric")
		if w.Code != http.StatusSeeOther || err != nil || len(waiting) != 1 || !waiting[0].DueAt.Equal(due) || !waiting[0].Markdown || !waiting[0].Boost || waiting[0].Who != "Ada" {
			t.Fatalf("%d %s, %+v, %v", w.Code, w.Body, waiting, err)
		}
		at := scheduledAt("agaric", waiting[0].ID)
		desk := ada.asks(h, "/coops/agaric/news").Body.String()
		for _, want := range []string{"Scheduled. It goes out", "<strong>We move</strong>", `alt="A house"`, `href="` + at + `/edit"`, `action="` + at + `/now"`, `href="` + at + `/cancel"`} {
			if !strings.Contains(desk, want) {
				t.Errorf("the desk lacks %s", want)
			}
		}
		form := formOf(t, ada.asks(h, at+"/edit").Body, "/edit")
		if form.Get("text") != "**We move** #soon" || form.Get("when") != "later" || form.Get("due") != due.Format(dueForm) || form.Get("kept-1") != "p0" || form.Get("boost") != "yes" {
			t.Fatalf("the form has %v", form)
		}
		send := func(version, text, when, due string) int {
			return ada.uploads(t, h, at+"/edit", written("version", version), written("text", text), written("language", "en"), written("kept-1", "p0"), written("alt-1", "A house"),
				written("when", when), written("due", due), written("do", "post")).Code
		}
		if code := send(form.Get("version"), "We move.", "later", due.Add(time.Hour).Format(dueForm)); code != http.StatusSeeOther {
			t.Fatalf("the change: %d", code)
		}
		if code := send(form.Get("version"), "Mine.", "later", due.Format(dueForm)); code != http.StatusConflict {
			t.Errorf("a change of what was changed meanwhile: %d", code)
		}
		form = formOf(t, ada.asks(h, at+"/edit").Body, "/edit")
		if code := send(form.Get("version"), "We move!", "now", form.Get("due")); code != http.StatusSeeOther {
			t.Errorf("at once after all: %d", code)
		}
		posts, err := d.Posts(ctx, "agaric", 0, 10)
		if err != nil || len(posts) != 1 || posts[0].Body != "We move!" || len(posts[0].Pictures) != 1 {
			t.Errorf("posted %+v, %v", posts, err)
		}
		if code := ada.sends(h, at+"/now", nil).Code; code != http.StatusNotFound {
			t.Errorf("post now what is out: %d", code)
		}
		w = ada.uploads(t, h, at+"/edit", written("version", "1"), written("text", "Typed while it went out."), written("do", "post"))
		if body := w.Body.Bytes(); w.Code != http.StatusConflict || formOf(t, bytes.NewReader(body), "/news/new").Get("text") != "Typed while it went out." {
			t.Errorf("a change of what is out: %d", w.Code)
		}
	})
}

func TestScheduledNewsIsPostedNow(t *testing.T) {
	eachNeighbours(t, func(t *testing.T, n neighbours) {
		if w := n.ada.sends(n.h, scheduledAt("agaric", n.waits["agaric"].ID)+"/now", nil); w.Code != http.StatusSeeOther {
			t.Errorf("post now: %d", w.Code)
		}
		if posts, err := n.d.Posts(context.Background(), "agaric", 0, 1); err != nil || posts[0].Body != "We stay. Later." {
			t.Errorf("posted %+v, %v", posts, err)
		}
	})
}

func TestScheduledNewsIsCancelled(t *testing.T) {
	eachNeighbours(t, func(t *testing.T, n neighbours) {
		at := scheduledAt("agaric", n.waits["agaric"].ID)
		if body := n.ada.asks(n.h, at+"/cancel").Body.String(); !strings.Contains(body, "Cancel this post?") || !strings.Contains(body, "We stay. Later.") {
			t.Error("it is not asked first")
		}
		if w := n.ada.sends(n.h, at+"/cancel", nil); w.Code != http.StatusSeeOther {
			t.Errorf("cancel: %d", w.Code)
		}
		if left, err := n.d.ScheduledPosts(context.Background(), "agaric"); err != nil || len(left) > 0 {
			t.Errorf("left are %+v, %v", left, err)
		}
	})
}

// A time that cannot be is refused beside its field, and nothing is lost.
func TestTimesThatCannotBe(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	h, ada := pagesOf(t, d, config), seated(t, d, "agaric", "Ada", directory.Editor)
	for typed, says := range map[string]string{
		"later|":                 "Say when.",
		"later|tomorrow":         "This is no day and time",
		"later|2020-01-01T10:00": "this time is past",
		"later|" + strconv.Itoa(time.Now().Year()+3) + "-01-01T10:00": "for a year at most",
		"now|2099-01-01T10:00": "There is a time here",
	} {
		when, due, _ := strings.Cut(typed, "|")
		w := ada.uploads(t, h, "/coops/agaric/news/new", written("text", "We move"), written("when", when), written("due", due), written("do", "post"))
		form := formOf(t, bytes.NewReader(w.Body.Bytes()), "/new")
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(between(w.Body.String(), `id="due-wrong">`, "</p>"), says) || form.Get("due") != due || form.Get("when") != when || form.Get("text") != "We move" {
			t.Errorf("%s: %d %v", typed, w.Code, form)
		}
	}
	if posts, _ := d.Posts(context.Background(), "agaric", 0, 1); len(posts) > 0 {
		t.Errorf("posted %+v", posts)
	}
}

// Of a form whose pictures are too large only the beginning arrives. When the
// post is to go out stands there, so that pressing the button again does not
// post at once.
func TestPicturesThatAreTooLargeLeaveTheTime(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	h, ada := pagesOf(t, d, config), seated(t, d, "agaric", "Ada", directory.Editor)
	page := ada.asks(h, "/coops/agaric/news/new").Body.String()
	due := time.Now().UTC().Add(time.Hour).Format(dueForm)
	sent := []part{{"file-1", "a.png", make([]byte, 80<<20)}, written("do", "post"), written("due", due), written("when", "later"), written("text", "We move")}
	slices.SortFunc(sent, func(a, b part) int { // as a browser does
		return strings.Index(page, `name="`+a.field+`"`) - strings.Index(page, `name="`+b.field+`"`)
	})
	w := ada.uploads(t, h, "/coops/agaric/news/new", sent...)
	form := formOf(t, w.Body, "/new")
	if w.Code != http.StatusUnprocessableEntity || form.Get("when") != "later" || form.Get("due") != due || form.Get("text") != "We move" || form.Get("boost") != "" {
		t.Errorf("%d, and the form has %v", w.Code, form)
	}
}

func TestFormThatIsSentTwiceSchedulesOnce(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	h, ada := pagesOf(t, d, config), seated(t, d, "agaric", "Ada", directory.Editor)
	for range 2 {
		w := ada.uploads(t, h, "/coops/agaric/news/new", written("once", "the same"), written("text", "We move"), written("when", "later"),
			written("due", time.Now().UTC().Add(time.Hour).Format(dueForm)), written("do", "post"))
		if w.Code != http.StatusSeeOther {
			t.Errorf("%d", w.Code)
		}
	}
	if waiting, err := d.ScheduledPosts(context.Background(), "agaric"); err != nil || len(waiting) != 1 {
		t.Errorf("waiting are %+v, %v", waiting, err)
	}
}

func TestPreviewShowsMarkdown(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	h, ada := pagesOf(t, d, config), seated(t, d, "agaric", "Ada", directory.Editor)
	text := "# News\n\n- *a* <script>x</script>\n- [b](javascript:c) [d](https://d.example) #e"
	body := ada.uploads(t, h, "/coops/agaric/news/new", written("text", text), written("do", "preview")).Body.String()
	want := `<p><strong>News</strong></p><ul><li><em>a</em> &lt;script&gt;x&lt;/script&gt;</li><li>b (javascript:c) <a href="https://d.example" rel="nofollow noopener">d</a> <a href="/tags/e">#e</a></li></ul>`
	if !strings.Contains(body, want) {
		t.Errorf("the preview shows %s", between(body, `class="preview"`, "</section>"))
	}
	// As a script sends it while somebody types; it can do nothing else.
	if w := ada.sends(h, "/coops/agaric/news/new", map[string][]string{"text": {text}, "do": {"preview"}}); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
		t.Errorf("without files: %d", w.Code)
	}
	if w := ada.sends(h, "/coops/agaric/news/new", map[string][]string{"text": {text}, "do": {"post"}}); w.Code != http.StatusBadRequest {
		t.Errorf("a post without files: %d", w.Code)
	}
	plain := publish(t, d, "agaric", directory.Draft{Text: "*plain*", Language: "en"})
	edit := newsPath("agaric", plain.ID) + "/edit"
	form := formOf(t, ada.asks(h, edit).Body, "/edit")
	if w := ada.uploads(t, h, edit, written("version", form.Get("version")), written("text", "*plain*, still"), written("language", "en"), written("do", "post")); w.Code != http.StatusSeeOther {
		t.Fatalf("the edit: %d", w.Code)
	}
	if page := get(h, postAt("agaric", plain.ID)).Body.String(); !strings.Contains(page, "<p>*plain*, still</p>") {
		t.Error("a plain post does not stay one")
	}
}

// A co-op answers what was said to it, and nothing else.
func TestCoopAnswersReplies(t *testing.T) {
	eachNeighbours(t, func(t *testing.T, n neighbours) {
		desk := n.ada.asks(n.h, "/coops/agaric/news").Body.String()
		link := between(desk, `/coops/agaric/news/new?answer=`, `"`)
		page := n.ada.asks(n.h, strings.TrimSuffix(link, `"`)).Body.Bytes()
		form := formOf(t, bytes.NewReader(page), "/new")
		if form.Get("answers") != n.reply.ID || !strings.HasPrefix(form.Get("text"), "@ada@") || !strings.Contains(string(page), "Where to?") {
			t.Fatalf("the form has %v", form)
		}
		w := n.ada.uploads(t, n.h, "/coops/agaric/news/new", written("text", form.Get("text")+"To Lille."), written("language", "en"), written("answers", n.reply.ID), written("do", "post"))
		posts, err := n.d.Posts(context.Background(), "agaric", 0, 1)
		if w.Code != http.StatusSeeOther || err != nil || posts[0].InReplyTo != n.reply.ID {
			t.Errorf("%d, posted %+v, %v", w.Code, posts, err)
		}
		for _, id := range []string{n.theirs.ID, "https://elsewhere.example/1"} {
			w := n.ada.uploads(t, n.h, "/coops/agaric/news/new", written("text", "Hm."), written("answers", id), written("do", "post"))
			if w.Code != http.StatusUnprocessableEntity || formOf(t, w.Body, "/new").Get("text") != "Hm." {
				t.Errorf("an answer to %s: %d", id, w.Code)
			}
		}
	})
}
