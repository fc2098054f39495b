package web_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// withFiles is a form as a browser sends it together with files.
func withFiles(form url.Values, files ...part) []part {
	var all []part
	for field, values := range form {
		for _, value := range values {
			all = append(all, written(field, value))
		}
	}
	return append(all, files...)
}

func standingLogo(t *testing.T, d *directory.Directory, handle string) directory.Shown {
	t.Helper()
	p, _ := directory.ReadShown(facts(t, d, handle)["logo"].Value)
	return p
}

// A logo and a header are chosen once, looked at in the preview, and saved.
func TestPicturesOfAnEntryAreChosenOnce(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada := seated(t, d, "agaric", "Ada", directory.Editor)
		form := ada.entryForm(t, h, "agaric")
		if form.Get("logo-alt") != "Logo of Agaric" {
			t.Errorf("the logo is called %q", form.Get("logo-alt"))
		}
		form.Set("header-alt", "Seven people at a table")
		form.Set("do", "preview")
		before := lastChange(t, d)
		w := ada.uploads(t, h, "/coops/agaric/edit", withFiles(form, part{"logo-file", "logo.png", painted(t, 90, 30, "").Data}, part{"header-file", "head.png", painted(t, 900, 900, "").Data})...)
		shown := between(w.Body.String(), `id="preview"`, "</section>")
		if w.Code != http.StatusOK || strings.Count(shown, `src="/coops/agaric/news/pictures/`) != 2 || !strings.Contains(shown, `alt="Logo of Agaric"`) || lastChange(t, d) != before {
			t.Fatalf("preview: %d %s", w.Code, shown)
		}
		form = formOf(t, w.Body, "/edit")
		if w := ada.sends(h, "/coops/agaric/edit", form); w.Code != http.StatusSeeOther {
			t.Fatalf("save: %d %s", w.Code, w.Body)
		}
		kept, err := d.Picture(context.Background(), standingLogo(t, d, "agaric").Hash)
		if err != nil || kept.Width != 90 || kept.Height != 90 {
			t.Errorf("the logo is %d × %d, %v", kept.Width, kept.Height, err)
		}
		page := get(h, "/coops/agaric").Body.String()
		if !strings.Contains(page, `alt="Seven people at a table"`) || !strings.Contains(page, "/media/"+kept.Hash+".png") {
			t.Error("the page lacks the pictures")
		}
		form = ada.entryForm(t, h, "agaric")
		if ada.sends(h, "/coops/agaric/edit", form); standingLogo(t, d, "agaric").Hash != kept.Hash {
			t.Error("an untouched form took the logo off")
		}
		form.Set("logo-alt", "Three mushrooms")
		form.Set("header-remove", "yes")
		ada.sends(h, "/coops/agaric/edit", form)
		if p := standingLogo(t, d, "agaric"); p.Alt != "Three mushrooms" || p.Hash != kept.Hash || facts(t, d, "agaric")["header"].Value != "" {
			t.Errorf("the logo is %+v, the header %+v", p, facts(t, d, "agaric")["header"])
		}
	})
}

// What is no picture is refused beside its field; the rest of the form stays,
// and a picture that was fine.
func TestWhatIsNoPictureIsRefusedBesideItsField(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada := seated(t, d, "agaric", "Ada", directory.Editor)
		before := lastChange(t, d)
		photo := painted(t, 30, 30, "").Data
		bomb := bytes.Replace(photo, []byte{0, 0, 0, 30, 0, 0, 0, 30}, []byte{0, 0, 0x7f, 0, 0, 0, 0x7f, 0}, 1)
		for name, data := range map[string][]byte{
			"logo.svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "logo.html": []byte("<!doctype html><script>alert(1)</script>"),
			"page.html": photo, "empty.png": {}, "bomb.png": bomb, "large.png": append(photo, make([]byte, 50<<20)...), "gif.png": []byte("GIF89a/*<script>*/"),
		} {
			form := ada.entryForm(t, h, "agaric")
			form.Set("summary", "We grow <mushrooms>.")
			form.Set("header-alt", "Our house")
			w := ada.uploads(t, h, "/coops/agaric/edit", withFiles(form, part{"header-file", "house.png", photo}, part{"logo-file", name, data})...)
			page := w.Body.String()
			again := formOf(t, strings.NewReader(page), "/edit")
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(between(page, `id="f-logo-wrong"`, "</p>"), "This cannot be taken") || strings.Contains(page, "<script>alert") {
				t.Errorf("%s: %d %s", name, w.Code, between(page, `id="f-logo"`, "</fieldset>"))
			}
			if again.Get("summary") != "We grow <mushrooms>." || again.Get("header-kept") == "" || again.Get("logo-kept") != "" {
				t.Errorf("%s: the form keeps %v", name, again)
			}
		}
		form := ada.entryForm(t, h, "agaric")
		form.Set("logo-alt", "")
		w := ada.uploads(t, h, "/coops/agaric/edit", withFiles(form, part{"logo-file", "logo.png", photo})...)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(between(w.Body.String(), `id="f-logo-wrong"`, "</p>"), "no word of what the picture shows") {
			t.Errorf("without a description: %d", w.Code)
		}
		if w := ada.uploads(t, h, "/coops/agaric/edit", part{"summary", "", make([]byte, 300<<10)}, written("version", "1")); w.Code != http.StatusBadRequest {
			t.Errorf("300 kB of text: %d", w.Code)
		}
		if lastChange(t, d) != before {
			t.Error("something was saved")
		}
	})
}

// A form with pictures that another site's page sends is not read.
func TestPicturesOfOtherSitesAreRefused(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada := seated(t, d, "agaric", "Ada", directory.Editor)
		foreign := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			h.ServeHTTP(w, r)
		})
		form, before := ada.entryForm(t, h, "agaric"), lastChange(t, d)
		form.Set("founded", "2001")
		if w := ada.uploads(t, foreign, "/coops/agaric/edit", withFiles(form)...); w.Code != http.StatusForbidden || lastChange(t, d) != before {
			t.Errorf("%d", w.Code)
		}
	})
}

// Nothing of another co-op or person becomes a picture of the entry: not by the
// token of what they have uploaded, nor by the address of what they show.
func TestPicturesOfOthersAreNotOnes(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada, grace := seated(t, d, "agaric", "Ada", directory.Editor), seated(t, d, "agaric", "Grace", directory.Editor)
		hedy := seated(t, d, "hypha", "Hedy", directory.Owner)
		upload := func(who seat, handle, do string) url.Values {
			form := who.entryForm(t, h, handle)
			form.Set("do", do)
			w := who.uploads(t, h, "/coops/"+handle+"/edit", withFiles(form, part{"logo-file", "logo.png", painted(t, 20, 20+len(who.by.Name), "").Data})...)
			if do == "save" {
				return who.entryForm(t, h, handle)
			}
			return formOf(t, w.Body, "/edit")
		}
		drafts := map[string]string{
			"a colleague's draft": upload(grace, "agaric", "preview").Get("logo-kept"), "another co-op's draft": upload(hedy, "hypha", "preview").Get("logo-kept"),
			"another co-op's logo": upload(hedy, "hypha", "save").Get("logo-kept"), "nothing": "XXXX", "a path": "/media/x.png",
		}
		before := lastChange(t, d)
		for what, kept := range drafts {
			if kept == "" {
				t.Fatalf("%s was not kept", what)
			}
			form := ada.entryForm(t, h, "agaric")
			form.Set("logo-kept", kept)
			form.Set("logo-alt", "Ours now")
			w := ada.sends(h, "/coops/agaric/edit", form)
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="f-logo-wrong"`) {
				t.Errorf("%s: %d", what, w.Code)
			}
		}
		if lastChange(t, d) != before || standingLogo(t, d, "agaric").Hash != "" {
			t.Error("one of them was saved")
		}
	})
}
