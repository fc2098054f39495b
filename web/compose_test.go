package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestNewsIsWrittenEditedAndDeleted(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ctx := context.Background()
		h := pagesOf(t, d, config)
		ada := seated(t, d, "agaric", "Ada", directory.Editor)
		photo := painted(t, 40, 30, "")
		w := ada.uploads(t, h, "/coops/agaric/news/new", written("text", "We moved.\r\n\r\nCome and see! #moving"), written("language", "en"),
			part{"file-2", "house.png", photo.Data}, written("alt-2", " A house \n in the woods. "), written("boost", "yes"), written("do", "post"))
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/coops/agaric/news" || w.Header().Get("Cache-Control") != "no-store" {
			t.Fatalf("post: %d %v %s", w.Code, w.Header(), w.Body)
		}
		posts, err := d.Posts(ctx, "agaric", 0, 10)
		if err != nil || len(posts) != 1 || posts[0].Body != "We moved.\n\nCome and see! #moving" || posts[0].Language != "en" || len(posts[0].Pictures) != 1 || posts[0].Pictures[0].Alt != "A house in the woods." {
			t.Fatalf("posted %+v, %v", posts, err)
		}
		if outbox, _ := d.Outbox(ctx, directory.DirectoryHandle, 0, 10); len(outbox) != 1 {
			t.Error("the directory does not pass it on")
		}
		page := ada.asks(h, "/coops/agaric/news").Body.String()
		edit := newsPath("agaric", posts[0].ID) + "/edit"
		if !strings.Contains(page, "Posted. It is on its way") || !strings.Contains(page, `href="`+edit+`"`) || !strings.Contains(page, "servers told") {
			t.Errorf("the desk shows %s", page)
		}
		if strings.Contains(ada.asks(h, "/coops/agaric/news").Body.String(), "Posted. It is on its way") {
			t.Error("that it was posted is said twice")
		}

		form := formOf(t, ada.asks(h, edit).Body, "/edit")
		if form.Get("text") != posts[0].Body || form.Get("alt-1") != "A house in the woods." || form.Get("kept-1") != "p0" {
			t.Fatalf("the form has %v", form)
		}
		another := painted(t, 50, 20, "")
		w = ada.uploads(t, h, edit, written("version", form.Get("version")), written("text", "We have moved."), written("language", "en"), written("kept-1", "p0"),
			written("alt-1", "A white house in the woods."), part{"file-2", "view", another.Data}, written("alt-2", "The view."), written("do", "post"))
		if w.Code != http.StatusSeeOther {
			t.Fatalf("edit: %d %s", w.Code, w.Body)
		}
		edited, err := d.Post(ctx, "agaric", posts[0].ID)
		if err != nil || edited.Body != "We have moved." || len(edited.Pictures) != 2 || edited.Pictures[0].Hash != posts[0].Pictures[0].Hash || edited.Pictures[0].Alt != "A white house in the woods." {
			t.Fatalf("edited to %+v, %v", edited, err)
		}
		form = formOf(t, ada.asks(h, edit).Body, "/edit")
		w = ada.uploads(t, h, edit, written("version", form.Get("version")), written("text", "We have moved!"), written("language", "en"),
			written("kept-1", "p0"), written("remove-1", "yes"), written("alt-1", form.Get("alt-1")), written("kept-2", "p1"), written("alt-2", "The view."), written("do", "post"))
		if edited, err = d.Post(ctx, "agaric", posts[0].ID); w.Code != http.StatusSeeOther || err != nil || len(edited.Pictures) != 1 || edited.Pictures[0].Alt != "The view." {
			t.Fatalf("without the first picture: %d, %+v, %v", w.Code, edited, err)
		}

		gone := newsPath("agaric", posts[0].ID) + "/delete"
		if page := ada.asks(h, gone); page.Code != http.StatusOK || !strings.Contains(page.Body.String(), "We have moved!") {
			t.Errorf("before it is deleted: %d %s", page.Code, page.Body)
		}
		if w := ada.sends(h, gone, nil); w.Code != http.StatusSeeOther {
			t.Fatalf("delete: %d %s", w.Code, w.Body)
		}
		if posts, _ := d.Posts(ctx, "agaric", 0, 10); len(posts) != 0 {
			t.Errorf("there is still %+v", posts)
		}
		for _, path := range []string{edit, gone} {
			if w := ada.asks(h, path); w.Code != http.StatusGone {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
		log, err := d.AuditLog(ctx, "agaric", 4)
		if err != nil || log[0].Act != "deleted a post" || log[1].Act != "edited a post" || log[3].Act != "posted" || log[3].Who != "Ada" {
			t.Errorf("the audit log says %+v, %v", log, err)
		}
	})
}

func newsPath(handle string, id int64) string { return fmt.Sprintf("/coops/%s/news/%d", handle, id) }

// What was written is on the form again, and so are the pictures that were
// usable, whatever else was wrong.
func TestWrongPostsComeBackAsWritten(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	h := pagesOf(t, d, config)
	ada, ben := seated(t, d, "agaric", "Ada", directory.Editor), seated(t, d, "agaric", "Ben", directory.Editor)
	photo := painted(t, 40, 30, "").Data
	svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)
	page := []byte(`<!doctype html><script>alert(1)</script>`)
	for name, c := range map[string]struct {
		parts []part
		says  string
	}{
		"no text":              {[]part{written("text", " \n ")}, "a post needs a text"},
		"too long":             {[]part{written("text", strings.Repeat("ä", directory.MaxPost+1))}, "It is too long"},
		"no text at all":       {[]part{written("text", "a\x00b")}, "not text"},
		"not UTF-8":            {[]part{written("text", "caf\xe9"), written("alt-1", "x")}, "no picture"},
		"a language of no one": {[]part{written("text", "Hello"), written("language", "gibberish!")}, "is not a language tag"},
		"SVG":                  {[]part{written("text", "Look"), {"file-1", "logo.svg", svg}, written("alt-1", "Our logo")}, "logo.svg is not a JPEG, PNG, GIF or WebP"},
		"SVG as PNG":           {[]part{written("text", "Look"), {"file-1", "logo.png", svg}, written("alt-1", "Our logo")}, "logo.png is not a JPEG, PNG, GIF or WebP"},
		"HTML":                 {[]part{written("text", "Look"), {"file-1", "x.html", page}, written("alt-1", "Our page")}, "x.html is not a JPEG, PNG, GIF or WebP"},
		"an odd name":          {[]part{written("text", "Look"), {"file-1", `<img src=x onerror=alert(1)>.gif`, page}, written("alt-1", "A")}, "is not a JPEG"},
		"nothing in it":        {[]part{written("text", "Look"), {"file-1", "empty.png", nil}, written("alt-1", "A")}, "empty.png is not a JPEG"},
		"no description":       {[]part{written("text", "Look"), {"file-1", "a.png", photo}}, "Say what the picture shows"},
		"a long description":   {[]part{written("text", "Look"), {"file-1", "a.png", photo}, written("alt-1", strings.Repeat("x", directory.MaxAlt+1))}, "1500 characters are the most"},
		"a lost picture":       {[]part{written("text", "Look"), written("kept-1", "p0"), written("alt-1", "A")}, "no longer have this picture"},
		"50 MB":                {[]part{written("text", "Look"), {"file-1", "a.png", append(bytes.Clone(photo), make([]byte, 50<<20)...)}, written("alt-1", "A house")}, "more than 16 MB"},
		"80 MB":                {[]part{written("text", "Look"), {"file-1", "a.png", append(bytes.Clone(photo), make([]byte, 80<<20)...)}, written("alt-1", "A house")}, "too large together"},
	} {
		for _, do := range []string{"preview", "post"} {
			w := ada.uploads(t, h, "/coops/agaric/news/new", append(append([]part{}, c.parts...), written("do", do))...)
			shown := w.Body.String()
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(shown, c.says) {
				t.Errorf("%s: %d, and does not say %q: %s", name, w.Code, c.says, between(shown, "<main", "</main>"))
				continue
			}
			form := formOf(t, strings.NewReader(shown), "/new")
			if want := strings.ToValidUTF8(string(c.parts[0].data), "\uFFFD"); form.Get("text") != want && !strings.Contains(want, "\x00") {
				t.Errorf("%s: the form keeps %q", name, form.Get("text"))
			}
			if strings.Contains(shown, "<script>alert") || strings.Contains(shown, "<img src=x") {
				t.Errorf("%s: markup came through", name)
			}
		}
	}
	if posts, _ := d.Posts(context.Background(), "agaric", 0, 10); len(posts) > 0 {
		t.Errorf("posted %+v", posts)
	}

	w := ada.uploads(t, h, "/coops/agaric/news/new", written("text", "Look"), part{"file-1", "a.png", photo}, part{"file-2", "b.html", page}, written("alt-1", "A house"), written("alt-2", "A page"), written("do", "post"))
	form := formOf(t, w.Body, "/new")
	kept := form.Get("kept-1")
	if kept == "" || form.Get("kept-2") != "" || form.Get("alt-2") != "A page" {
		t.Fatalf("the form has %v", form)
	}
	if w := ada.asks(h, "/coops/agaric/news/pictures/"+kept); w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/png" || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the picture: %d %v", w.Code, w.Header())
	}
	if w := ben.asks(h, "/coops/agaric/news/pictures/"+kept); w.Code != http.StatusNotFound {
		t.Errorf("somebody else's picture: %d", w.Code)
	}
	if w := ben.uploads(t, h, "/coops/agaric/news/new", written("text", "Mine"), written("kept-1", kept), written("alt-1", "A house"), written("do", "post")); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a post with somebody else's picture: %d", w.Code)
	}
	w = ada.uploads(t, h, "/coops/agaric/news/new", written("text", "Look"), written("kept-1", kept), written("alt-1", "A house"), written("do", "preview"))
	shown := between(w.Body.String(), `class="preview"`, "</section>")
	if w.Code != http.StatusOK || !strings.Contains(shown, `<img src="/coops/agaric/news/pictures/`+kept+`" alt="A house">`) {
		t.Errorf("the preview: %d %s", w.Code, shown)
	}
	if w := ada.uploads(t, h, "/coops/agaric/news/new", written("text", "Look"), written("kept-1", kept), written("alt-1", "A house"), written("do", "post")); w.Code != http.StatusSeeOther {
		t.Errorf("the post: %d %s", w.Code, w.Body)
	}
	posts, err := d.Posts(context.Background(), "agaric", 0, 10)
	if err != nil || len(posts) != 1 || len(posts[0].Pictures) != 1 {
		t.Fatalf("posted %+v, %v", posts, err)
	}
	if w := ada.asks(h, "/coops/agaric/news/pictures/"+kept); w.Code != http.StatusNotFound {
		t.Errorf("the picture of the draft is still there: %d", w.Code)
	}
}

// Whoever presses the button twice waits for what came of the first time.
func TestFormThatIsSentTwicePostsOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada, ben := seated(t, d, "agaric", "Ada", directory.Editor), seated(t, d, "agaric", "Ben", directory.Editor)
		once := formOf(t, ada.asks(h, "/coops/agaric/news/new").Body, "/new").Get("once")
		send := func(who seat, text string) int {
			return who.uploads(t, h, "/coops/agaric/news/new", written("once", once), written("text", text), written("language", "en"), written("do", "post")).Code
		}
		if code := send(ada, strings.Repeat("x", directory.MaxPost+1)); code != http.StatusUnprocessableEntity {
			t.Errorf("what cannot be posted: %d", code)
		}
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				if code := send(ada, "Hello."); code != http.StatusSeeOther {
					t.Errorf("one of them: %d", code)
				}
			})
		}
		group.Wait()
		if posts, err := d.Posts(context.Background(), "agaric", 0, 10); len(posts) != 1 || err != nil {
			t.Errorf("posted %+v, %v", posts, err)
		}
		if send(ben, "Hello, too."); once == "" {
			t.Error("the form has no name")
		}
		if posts, err := d.Posts(context.Background(), "agaric", 0, 10); len(posts) != 2 || err != nil {
			t.Errorf("after somebody else's: %+v, %v", posts, err)
		}
	})
}

func TestPicturesThatAreTooManyOrOfAnotherFormAreLeftOut(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	h := pagesOf(t, d, config)
	ada := seated(t, d, "agaric", "Ada", directory.Editor)
	photo := painted(t, 8, 8, "").Data
	parts := []part{written("text", "Look")}
	for i := range 7 {
		parts = append(parts, part{fmt.Sprintf("file-%d", i), "a.png", photo}, written(fmt.Sprintf("alt-%d", i), "A square"))
	}
	w := ada.uploads(t, h, "/coops/agaric/news/new", append(parts, part{"text", "x.txt", []byte("Look")}, written("do", "post"))...)
	posts, err := d.Posts(context.Background(), "agaric", 0, 10)
	if w.Code != http.StatusSeeOther || err != nil || len(posts) != 1 || len(posts[0].Pictures) != directory.MaxPostPictures {
		t.Errorf("%d, %+v, %v", w.Code, posts, err)
	}
}

// The pages do not know how to look people up: whoever does is given to them.
func TestPostsAreLookedUpByWhoeverCan(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	c := config
	var asked []string
	c.Publish = func(_ context.Context, _ directory.Actor, handle string, draft directory.Draft, origin string) (directory.Post, error) {
		asked = append(asked, handle+" "+draft.Text+" "+origin)
		switch draft.Text {
		case "@nobody@mastodon.example":
			return directory.Post{}, fmt.Errorf("%w: not found: @nobody@mastodon.example", directory.ErrInvalid)
		case "@nobody@coops.example":
			return directory.Post{}, d.Exists(context.Background(), "nobody")
		case "break":
			return directory.Post{}, errors.New("broken")
		}
		return directory.Post{ID: 7, Handle: handle}, nil
	}
	h := pagesOf(t, d, c)
	ada := seated(t, d, "agaric", "Ada", directory.Editor)
	for text, code := range map[string]int{
		"@nobody@mastodon.example": http.StatusUnprocessableEntity, "@nobody@coops.example": http.StatusUnprocessableEntity,
		"break": http.StatusInternalServerError, "Hello": http.StatusSeeOther,
	} {
		w := ada.uploads(t, h, "/coops/agaric/news/new", written("text", text), written("do", "post"))
		if w.Code != code {
			t.Errorf("%s: %d", text, w.Code)
		}
		if code == http.StatusUnprocessableEntity && (formOf(t, bytes.NewReader(w.Body.Bytes()), "/new").Get("text") != text || !strings.Contains(w.Body.String(), `id="text-wrong"`)) {
			t.Errorf("%s: %s", text, w.Body)
		}
	}
	if len(asked) != 4 {
		t.Errorf("asked for %q", asked)
	}
}

func TestPostEditedMeanwhileIsShown(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada := seated(t, d, "agaric", "Ada", directory.Editor)
		post := publish(t, d, "agaric", directory.Draft{Text: "We moved.", Language: "en"})
		path := newsPath("agaric", post.ID) + "/edit"
		version := formOf(t, ada.asks(h, path).Body, "/edit").Get("version")
		if w := ada.uploads(t, h, path, written("version", version), written("text", "We moved to Lille."), written("language", "en"), written("do", "post")); w.Code != http.StatusSeeOther {
			t.Fatalf("the first: %d", w.Code)
		}
		w := ada.uploads(t, h, path, written("version", version), written("text", "We moved to Leeds."), written("language", "en"), written("do", "post"))
		if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "We moved to Lille.") {
			t.Fatalf("the second: %d %s", w.Code, w.Body)
		}
		form := formOf(t, w.Body, "/edit")
		if form.Get("text") != "We moved to Leeds." || form.Get("version") == version {
			t.Errorf("the form has %v", form)
		}
		if w := ada.uploads(t, h, path, written("version", form.Get("version")), written("text", form.Get("text")), written("language", "en"), written("do", "post")); w.Code != http.StatusSeeOther {
			t.Errorf("again: %d", w.Code)
		}
	})
}

func TestUploadsThatBreakOffSaveNothing(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	h := pagesOf(t, d, config)
	ada := seated(t, d, "agaric", "Ada", directory.Editor)
	for name, body := range map[string]string{
		"half a form": "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nHalf of it", "no form": "nothing", "nothing": "",
	} {
		r := httptest.NewRequest(http.MethodPost, "/coops/agaric/news/new", strings.NewReader(body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		if w := ada.does(h, r); w.Code != http.StatusBadRequest && w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if w := ada.sends(h, "/coops/agaric/news/new", nil); w.Code != http.StatusBadRequest {
		t.Errorf("a form without files: %d", w.Code)
	}
	if posts, _ := d.Posts(context.Background(), "agaric", 0, 1); len(posts) > 0 {
		t.Errorf("posted %+v", posts)
	}
}

// Looking up whom a post names takes a while, in which somebody else may edit it.
func TestEditDuringALookUpIsNotLost(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ctx, c, by := context.Background(), config, directory.Actor{Name: "a test"}
		c.EditPost = func(ctx context.Context, who directory.Actor, handle string, id int64, draft directory.Draft, origin string) (directory.Post, error) {
			if _, err := d.EditPost(ctx, by, handle, id, directory.Draft{Text: "Theirs"}, "a test"); err != nil {
				return directory.Post{}, err
			}
			return d.EditPost(ctx, who, handle, id, draft, origin)
		}
		h := pagesOf(t, d, c)
		ada := seated(t, d, "agaric", "Ada", directory.Editor)
		post, err := d.Publish(ctx, by, "agaric", directory.Draft{Text: "Before"}, "a test")
		if err != nil {
			t.Fatal(err)
		}
		w := ada.uploads(t, h, newsPath("agaric", post.ID)+"/edit", written("text", "Mine"), written("version", fmt.Sprint(post.UpdatedAt.UnixMilli())), written("do", "post"))
		if now, err := d.PostByID(ctx, post.ID); err != nil || now.Body != "Theirs" || w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Mine") {
			t.Errorf("%d, and the post says %q, %v", w.Code, now.Body, err)
		}
	})
}

// The preview follows a long text to its end, and however much was typed, the
// button still posts.
func TestPreviewFollowsWhatIsTyped(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportSeed(t, d)
	h, ada := pagesOf(t, d, config), seated(t, d, "agaric", "Ada", directory.Editor)
	typed := url.Values{"text": {"**Hello**"}, "do": {"preview"}}
	for i := range 100 {
		if w := ada.sends(h, "/coops/agaric/news/new", typed); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<strong>Hello</strong>") {
			t.Fatalf("preview %d: %d", i, w.Code)
		}
	}
	described := url.Values{"text": {"**Hello**"}, "alt-1": {"A house, in a file that the script does not send"}, "do": {"preview"}}
	if w := ada.sends(h, "/coops/agaric/news/new", described); !strings.Contains(w.Body.String(), "<strong>Hello</strong>") {
		t.Errorf("the preview is gone while a picture is described: %d", w.Code)
	}
	for range 60 {
		ada.sends(h, "/coops/agaric/news/new", typed)
	}
	if w := ada.sends(h, "/coops/agaric/news/new", typed); w.Code != http.StatusTooManyRequests {
		t.Errorf("the 162nd preview: %d", w.Code)
	}
	if w := ada.uploads(t, h, "/coops/agaric/news/new", written("text", "Hello"), written("do", "post")); w.Code != http.StatusSeeOther {
		t.Errorf("posting after them: %d", w.Code)
	}
}
