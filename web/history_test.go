package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

var olderLink = regexp.MustCompile(`href="([^"]+)" rel="next"`)

var backButton = regexp.MustCompile(`name="change" value="([0-9]+)"`)

// The desk says who changed what, and puts it back; the public page names nobody.
func TestHistoryNamesPeopleAndPutsBack(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada, grace := seated(t, d, "agaric", "Ada Unseen", directory.Editor), seated(t, d, "agaric", "Grace", directory.Owner)
		listed := facts(t, d, "agaric")["summary"]
		for _, summary := range []string{"We grow mushrooms and <b>websites</b> slowly.", "We grow mushrooms and gardens slowly."} {
			form := ada.entryForm(t, h, "agaric")
			form.Set("summary", summary)
			ada.sends(h, "/coops/agaric/edit", form)
		}
		page := grace.asks(h, "/coops/agaric/history").Body.String()
		for _, want := range []string{"by Ada Unseen", "<del>&lt;b&gt;websites&lt;/b&gt;</del> <ins>gardens</ins> slowly.", "edit page", "Version 2"} {
			if !strings.Contains(page, want) {
				t.Errorf("the history lacks %q", want)
			}
		}
		if strings.Contains(get(h, "/coops/agaric").Body.String(), "Ada Unseen") {
			t.Error("the public page names her")
		}
		buttons := backButton.FindAllStringSubmatch(page, -1)
		if len(buttons) != 2 {
			t.Fatalf("%d changes can be put back", len(buttons))
		}
		form := formOf(t, strings.NewReader(page), "/history")
		back := url.Values{"version": {form.Get("version")}, "change": {buttons[0][1]}}
		if w := grace.sends(h, "/coops/agaric/history", back); w.Code != http.StatusSeeOther || facts(t, d, "agaric")["summary"].Value != "We grow mushrooms and <b>websites</b> slowly." {
			t.Fatalf("%d, %+v", w.Code, facts(t, d, "agaric")["summary"])
		}
		if page := grace.asks(h, "/coops/agaric/history").Body.String(); !strings.Contains(page, "Put back.") || !strings.Contains(page, "by Grace") || !strings.Contains(page, "history page") {
			t.Error("it is not said what was put back, and by whom")
		}

		// Somebody who has not seen that puts nothing back.
		before := lastChange(t, d)
		back.Set("change", buttons[1][1])
		if w := ada.sends(h, "/coops/agaric/history", back); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "Somebody else changed this entry meanwhile") || lastChange(t, d) != before {
			t.Errorf("a lost update: %d", w.Code)
		}
		back.Set("version", formOf(t, ada.asks(h, "/coops/agaric/history").Body, "/history").Get("version"))
		if w := ada.sends(h, "/coops/agaric/history", back); w.Code != http.StatusSeeOther || facts(t, d, "agaric")["summary"] != listed {
			t.Errorf("to the list's word: %d %+v", w.Code, facts(t, d, "agaric")["summary"])
		}
	})
}

// An editor of one co-op can put nothing back in another one.
func TestHistoryOfOthersIsLeftAlone(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada, hedy := seated(t, d, "agaric", "Ada", directory.Editor), seated(t, d, "hypha", "Hedy", directory.Owner)
		form := hedy.entryForm(t, h, "hypha")
		form.Set("founded", "2011")
		hedy.sends(h, "/coops/hypha/edit", form)
		page := hedy.asks(h, "/coops/hypha/history").Body.String()
		back := url.Values{"version": {formOf(t, strings.NewReader(page), "/history").Get("version")}, "change": {backButton.FindStringSubmatch(page)[1]}}
		before := lastChange(t, d)
		if w := ada.sends(h, "/coops/hypha/history", back); w.Code != http.StatusForbidden {
			t.Errorf("by the other's handle: %d", w.Code)
		}
		back.Set("version", ada.entryForm(t, h, "agaric").Get("version"))
		if w := ada.sends(h, "/coops/agaric/history", back); w.Code != http.StatusNotFound {
			t.Errorf("by the number of the other's change: %d", w.Code)
		}
		for _, wrong := range []url.Values{{}, {"version": {"0"}, "change": {"1"}}, {"version": {"x"}, "change": {"1"}}, {"version": {"1"}, "change": {"-"}}} {
			if w := ada.sends(h, "/coops/agaric/history", wrong); w.Code != http.StatusBadRequest {
				t.Errorf("%v: %d", wrong, w.Code)
			}
		}
		if lastChange(t, d) != before {
			t.Error("something was put back")
		}
	})
}

// What was erased is shown as that, to all, and is not put back.
func TestErasedHistoryIsShownAsErased(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada := seated(t, d, "agaric", "Ada", directory.Editor)
		form := ada.entryForm(t, h, "agaric")
		form.Set("summary", "A secret")
		ada.sends(h, "/coops/agaric/edit", form)
		form = ada.entryForm(t, h, "agaric")
		form.Set("summary", "We grow mushrooms.")
		ada.sends(h, "/coops/agaric/edit", form)
		if err := d.EraseHistory(t.Context(), directory.Actor{Name: "test"}, "agaric", "test"); err != nil {
			t.Fatal(err)
		}
		public, desk := get(h, "/coops/agaric").Body.String(), ada.asks(h, "/coops/agaric/history").Body.String()
		for _, page := range []string{public, desk} {
			if strings.Contains(page, "A secret") || !strings.Contains(page, "Took back what it said before") || !strings.Contains(page, ">erased<") {
				t.Errorf("the page is %s", page)
			}
		}
		if backButton.MatchString(desk) {
			t.Error("what was erased can be put back")
		}
	})
}

// A long history comes in pages, which hold every edit once and whole.
func TestLongHistoryComesInPages(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada := seated(t, d, "agaric", "Ada", directory.Editor)
		for n := range 70 {
			edit := directory.Edit{Source: directory.FromCoop, By: ada.by, Act: "edited", Set: map[string]string{"founded": strconv.Itoa(1900 + n), "members": strconv.Itoa(100 + n), "summary": "We are " + strconv.Itoa(n)}}
			if _, _, err := d.EditCoop(t.Context(), "agaric", edit); err != nil {
				t.Fatal(err)
			}
		}
		all, err := d.History(t.Context(), "agaric")
		if err != nil {
			t.Fatal(err)
		}
		for _, first := range []struct {
			path string
			who  seat
		}{{"/coops/agaric/history", ada}, {"/coops/agaric", seat{}}} {
			turnPages(t, h, first.who, first.path, all)
		}
	})
}

// turnPages reads a history from its first page to its last.
func turnPages(t *testing.T, h http.Handler, who seat, first string, all []directory.Change) {
	t.Helper()
	edits, differences := 0, 0
	for path, pages := first, 0; path != ""; pages++ {
		page := who.asks(h, path).Body.String()
		if begin := strings.Index(page, `<ol class="history`); begin >= 0 {
			page = page[begin:]
		}
		n := strings.Count(page, `<li class="edit">`)
		edits, differences = edits+n, differences+strings.Count(page, `<li><b>`)
		if n == 0 || n > 60 || pages > 6 {
			t.Fatalf("%d edits on page %d", n, pages)
		}
		if pages == 0 && strings.Contains(page, "Newest changes") {
			t.Error("the first page leads to itself")
		}
		next := olderLink.FindStringSubmatch(page)
		if path = ""; next != nil {
			path = next[1]
		}
	}
	versions := make(map[int64]bool)
	fields := 0
	for _, c := range all {
		versions[c.Version] = true
		if c.Field != "" {
			fields++
		}
	}
	if edits != len(versions) || differences != fields {
		t.Errorf("%s: %d edits of %d, %d differences of %d", first, edits, len(versions), differences, fields)
	}
}
