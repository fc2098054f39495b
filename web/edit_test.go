package web_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"

	"golang.org/x/net/html"
)

// formOf is what a browser would send of the form on a page whose action ends
// like this.
func formOf(t testing.TB, page io.Reader, action string) url.Values {
	t.Helper()
	doc, err := html.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	values, found := url.Values{}, false
	var walk func(n *html.Node, inside bool)
	walk = func(n *html.Node, inside bool) {
		if n.Type == html.ElementNode {
			inside = inside || n.Data == "form" && strings.HasSuffix(attribute(n, "action"), action)
			found = found || inside
			if name := attribute(n, "name"); inside && name != "" {
				take(values, n, name)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, inside)
		}
	}
	walk(doc, false)
	if !found {
		t.Fatalf("no form that is sent to %s", action)
	}
	return values
}

func take(values url.Values, n *html.Node, name string) {
	switch kind := attribute(n, "type"); {
	case n.Data == "textarea":
		text := ""
		if n.FirstChild != nil {
			text = n.FirstChild.Data
		}
		values.Add(name, text)
	case n.Data == "input" && (kind == "checkbox" || kind == "radio"):
		if slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" }) {
			values.Add(name, attribute(n, "value"))
		}
	case n.Data == "input" && kind != "file":
		values.Add(name, attribute(n, "value"))
	}
}

func facts(t testing.TB, d *directory.Directory, handle string) map[string]directory.Fact {
	t.Helper()
	c, err := d.Coop(context.Background(), handle)
	if err != nil {
		t.Fatal(err)
	}
	all, err := d.Facts(context.Background(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	stands := make(map[string]directory.Fact)
	for _, f := range all {
		if _, ok := stands[f.Field]; !ok {
			stands[f.Field] = f
		}
	}
	return stands
}

func TestCoopEditsOnlyWhatItTouches(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada := seated(t, d, "agaric", "Ada", directory.Editor)
		before := facts(t, d, "agaric")

		form := ada.entryForm(t, h, "agaric")
		if w := ada.sends(h, "/coops/agaric/edit", form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/coops/agaric/edit" {
			t.Fatalf("untouched: %d %s", w.Code, w.Body)
		}
		if !strings.Contains(ada.asks(h, "/coops/agaric/edit").Body.String(), "Nothing was changed") {
			t.Error("nothing says that nothing was changed")
		}
		for field, fact := range facts(t, d, "agaric") {
			if fact != before[field] {
				t.Errorf("%s was %+v and is %+v", field, before[field], fact)
			}
		}

		form.Set("founded", " 2005 ")
		form.Set("languages", "english, Español,pt-br")
		form.Set("places", "Lille, France; Leeds, United Kingdom")
		form["services"] = append([]string{"ai"}, form["services"]...)
		form.Set("quotable", "false")
		if w := ada.sends(h, "/coops/agaric/edit", form); w.Code != http.StatusSeeOther {
			t.Fatalf("edit: %d %s", w.Code, w.Body)
		}
		after := facts(t, d, "agaric")
		want := map[string]string{
			"founded": "2005", "languages": "en,es,pt-BR", "places": "Lille, France; Leeds, United Kingdom", "quotable": "false",
			"services": before["services"].Value + ",ai",
		}
		for field, fact := range after {
			value, touched := want[field]
			if touched != (fact.Source == directory.FromCoop) || touched && fact.Value != value {
				t.Errorf("%s is %q, from the %s", field, fact.Value, fact.Source)
			}
		}
		history, err := d.History(context.Background(), "agaric")
		if err != nil || history[0].Origin != "edit page" || history[0].Source != directory.FromCoop {
			t.Errorf("the history says %+v, %v", history[0], err)
		}
		log, err := d.AuditLog(context.Background(), "agaric", 1)
		if err != nil || log[0].Act != "edited the entry" || log[0].Who != "Ada" {
			t.Errorf("the audit log says %+v, %v", log, err)
		}
		if page := ada.asks(h, "/coops/agaric/edit").Body.String(); !strings.Contains(page, "Saved.") || !strings.Contains(page, `value="English, Spanish, Brazilian Portuguese"`) {
			t.Error("the form does not show what was saved")
		}
	})
}

func TestCoopTakesItsWordBack(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada := seated(t, d, "agaric", "Ada", directory.Editor)
		listed := facts(t, d, "agaric")["website"]
		form := ada.entryForm(t, h, "agaric")
		if strings.Contains(ada.asks(h, "/coops/agaric/edit").Body.String(), `name="unset"`) {
			t.Error("a co-op that has said nothing can take it back")
		}
		form.Set("website", "https://mushrooms.example/")
		form.Set("featurable", "false")
		ada.sends(h, "/coops/agaric/edit", form)

		form = ada.entryForm(t, h, "agaric")
		form.Set("unset", "website")
		form.Set("featurable", "") // which nobody else has said anything about
		if w := ada.sends(h, "/coops/agaric/edit", form); w.Code != http.StatusSeeOther {
			t.Fatalf("take back: %d %s", w.Code, w.Body)
		}
		now := facts(t, d, "agaric")
		if now["website"] != listed {
			t.Errorf("the website is %+v, want %+v", now["website"], listed)
		}
		if f, ok := now["featurable"]; ok {
			t.Errorf("featurable is %+v", f)
		}
		// Without a word beneath it, a field is emptied and not taken back.
		form = ada.entryForm(t, h, "agaric")
		form.Set("members", "9")
		ada.sends(h, "/coops/agaric/edit", form)
		form = ada.entryForm(t, h, "agaric")
		form.Set("unset", "members")
		ada.sends(h, "/coops/agaric/edit", form)
		if now := facts(t, d, "agaric")["members"]; now.Value != "9" {
			t.Errorf("the number of members is %+v", now)
		}
	})
}

func TestWrongFieldsAreAllShownAndNothingIsSaved(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada := seated(t, d, "agaric", "Ada", directory.Editor)
		before := facts(t, d, "agaric")
		form := ada.entryForm(t, h, "agaric")
		typed := map[string]string{
			"name": "  ", "summary": strings.Repeat("long ", 101), "website": "javascript:alert(1)", "places": "Nowhere at all", "founded": "last year",
			"members": "<script>alert(8)</script>", "languages": "Frensh", "status": "rich", "quotable": "perhaps",
		}
		for field, text := range typed {
			form.Set(field, text)
		}
		form["services"] = []string{"witchcraft"}
		form.Set("notes", "A good <b>word</b>")
		for _, do := range []string{"save", "preview"} {
			form.Set("do", do)
			w := ada.sends(h, "/coops/agaric/edit", form)
			page := w.Body.String()
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(page, "10 fields need another look") {
				t.Fatalf("%s: %d %s", do, w.Code, page)
			}
			for field, text := range typed {
				if !strings.Contains(page, `id="f-`+field+`-wrong"`) || !strings.Contains(page, `href="#f-`+field+`"`) {
					t.Errorf("nothing says what is wrong with %s", field)
				}
				if kept := formOf(t, strings.NewReader(page), "/edit").Get(field); kept != text && field != "status" && field != "quotable" {
					t.Errorf("of %s the form keeps %q", field, kept)
				}
			}
			if !strings.Contains(page, `aria-describedby="f-founded-hint f-founded-wrong" aria-invalid="true"`) || strings.Contains(page, "<script>alert") || strings.Contains(page, "<b>word") {
				t.Error("what is wrong is not tied to its field, or markup came through")
			}
		}
		after := facts(t, d, "agaric")
		for field, fact := range after {
			if fact != before[field] {
				t.Errorf("%s was saved: %+v", field, fact)
			}
		}
	})
}

func TestPreviewChangesNothing(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada := seated(t, d, "agaric", "Ada", directory.Editor)
		before := lastChange(t, d)
		form := ada.entryForm(t, h, "agaric")
		form.Set("summary", "We grow <mushrooms> & websites.")
		form.Set("founded", "2006")
		form.Set("do", "preview")
		w := ada.sends(h, "/coops/agaric/edit", form)
		shown := between(w.Body.String(), `id="preview"`, "</section>")
		for _, want := range []string{"@agaric@coops.example", "We grow &lt;mushrooms&gt; &amp; websites.", "Website", "Place", "Services", "2006", "Other servers may show it differently"} {
			if !strings.Contains(shown, want) {
				t.Errorf("the preview lacks %q: %s", want, shown)
			}
		}
		if w.Code != http.StatusOK || strings.Count(shown, "<dt>") != 4 || lastChange(t, d) != before {
			t.Errorf("%d, %d lines, change %d after %d", w.Code, strings.Count(shown, "<dt>"), lastChange(t, d), before)
		}
	})
}

func lastChange(t testing.TB, d *directory.Directory) int64 {
	t.Helper()
	n, err := d.LastChange(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Two editors with the same form open: the second is shown what the first has
// written, and overwrites nothing without knowing it.
func TestTwoEditorsCannotOverwriteEachOther(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada, grace := seated(t, d, "agaric", "Ada", directory.Editor), seated(t, d, "agaric", "Grace", directory.Owner)
		first, second := ada.entryForm(t, h, "agaric"), grace.entryForm(t, h, "agaric")
		first.Set("founded", "2005")
		first.Set("members", "9")
		if w := ada.sends(h, "/coops/agaric/edit", first); w.Code != http.StatusSeeOther {
			t.Fatalf("the first: %d", w.Code)
		}
		second.Set("founded", "2007")
		second.Set("summary", "We make websites.")
		w := grace.sends(h, "/coops/agaric/edit", second)
		page := w.Body.String()
		if w.Code != http.StatusConflict || !strings.Contains(page, "Somebody else changed this entry") {
			t.Fatalf("the second: %d %s", w.Code, page)
		}
		if now := facts(t, d, "agaric"); now["founded"].Value != "2005" || now["summary"].Source == directory.FromCoop {
			t.Errorf("the second was saved: %+v", now)
		}
		if clash := between(page, `id="f-founded-now"`, "</p>"); !strings.Contains(clash, "2005") {
			t.Errorf("beside the year stands %q", clash)
		}
		if !strings.Contains(page, `id="f-members-now"`) || strings.Contains(page, `id="f-summary-now"`) {
			t.Error("it is not said which other fields were changed")
		}
		again := formOf(t, strings.NewReader(page), "/edit")
		if again.Get("founded") != "2007" || again.Get("summary") != "We make websites." || again.Get("members") != "9" || again.Get("version") == second.Get("version") {
			t.Errorf("the form has %v", again)
		}
		if w := grace.sends(h, "/coops/agaric/edit", again); w.Code != http.StatusSeeOther {
			t.Fatalf("again: %d %s", w.Code, w.Body)
		}
		if now := facts(t, d, "agaric"); now["founded"].Value != "2007" || now["members"].Value != "9" || now["summary"].Value != "We make websites." {
			t.Errorf("in the end the entry says %+v", now)
		}
		for _, version := range []string{"", "0", "-1", "x", "99999999999999999999"} {
			again.Set("version", version)
			if w := grace.sends(h, "/coops/agaric/edit", again); w.Code != http.StatusBadRequest {
				t.Errorf("version %q: %d", version, w.Code)
			}
		}
	})
}

func TestMarkupInEveryFieldIsOnlyText(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		ada := seated(t, d, "agaric", "Ada", directory.Editor)
		form := ada.entryForm(t, h, "agaric")
		const script = `"><script>alert(1)</script>`
		for _, field := range []string{"name", "summary", "notes", "networks", "products"} {
			form.Set(field, "A "+field+script)
		}
		form.Set("extra", script+" | "+script)
		form.Set("links", script+" | https://agaric.example/?"+url.QueryEscape(script))
		form.Set("logo-alt", script)
		form.Set("header-alt", script)
		photo := painted(t, 9, 9, "").Data
		if w := ada.uploads(t, h, "/coops/agaric/edit", withFiles(form, part{"logo-file", "a.png", photo}, part{"header-file", "b.png", photo})...); w.Code != http.StatusSeeOther {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		form = ada.entryForm(t, h, "agaric")
		form.Set("do", "preview")
		for _, field := range []string{"website", "places", "founded", "members", "languages", "contact", "hiring", "links", "logo-kept"} {
			form.Set(field, script)
		}
		pages := map[string]string{
			"the entry": get(h, "/coops/agaric").Body.String(), "the form": ada.asks(h, "/coops/agaric/edit").Body.String(),
			"the preview": ada.sends(h, "/coops/agaric/edit", form).Body.String(), "the desk": ada.asks(h, "/coops/agaric/news").Body.String(),
			"the history": ada.asks(h, "/coops/agaric/history").Body.String(), "the claim": ada.asks(h, "/coops/agaric/claim").Body.String(),
			"a new post": ada.asks(h, "/coops/agaric/news/new").Body.String(),
		}
		for name, page := range pages {
			if strings.Contains(page, "<script>alert") || strings.Contains(page, `A summary">`) {
				t.Errorf("%s runs it", name)
			}
		}
	})
}
