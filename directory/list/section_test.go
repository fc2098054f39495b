package list

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSeedSections(t *testing.T) {
	type count struct{ Items, Nested int }
	got, order := map[string]count{}, []string{}
	for _, s := range seed(t).Sections() {
		c := count{Items: len(s.Items)}
		for _, i := range s.Items {
			c.Nested += len(i.Items)
			if i.Title == "" || i.URL == "" {
				t.Errorf("%s: %+v", s.ID, i)
			}
		}
		got[s.ID] = c
		order = append(order, s.ID)
	}
	want := map[string]count{
		"other-lists": {1, 0}, "networks": {3, 2}, "meetups": {1, 0}, "handbooks": {6, 2}, "books": {2, 0}, "articles": {8, 0},
		"financing": {5, 1}, "legal": {1, 0}, "conflict": {1, 0}, "other-links": {2, 0}, "talks": {5, 0}, "mailing-lists": {2, 0},
		"chat-rooms": {1, 0}, "tools": {2, 0}, "products": {8, 0}, "jobs": {2, 0}, "references": {2, 0},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if first, last := order[0], order[len(order)-1]; first != "other-lists" || last != "references" {
		t.Errorf("order %v", order)
	}
}

func TestSeedItems(t *testing.T) {
	items := map[string]Item{}
	for _, s := range seed(t).Sections() {
		for _, i := range s.Items {
			items[s.ID+": "+i.Title] = i
		}
	}
	for title, want := range map[string]Item{
		"networks: FACT[TIC]": {URL: "http://facttic.org.ar", Text: "Federation of tech worker-cooperatives in Argentina."},
		"handbooks: A Document To Help You Start A Tech Cooperative": {URL: "https://feeltrain.com/blog/operating-agreement/", Text: "By Feel Train.",
			Items: []Item{{Title: "Discussion on Hacker News", URL: "https://news.ycombinator.com/item?id=14135068"}}},
		"legal: How to incorporate a corporate cooperative in India": {URL: "https://github.com/nilenso/cooperative-agreement", Text: "By [nilenso](https://nilenso.com)."},
		"references: Discussion on Hacker News":                      {URL: "https://news.ycombinator.com/item?id=31456918", Text: "posted on 2022-05-21"},
		"references: D’Ignazio, C., & Klein, L. (2020). Conclusion: Now Let’s Multiply. In Data Feminism.": {
			URL: "https://data-feminism.mitpress.mit.edu/pub/a1ao95xs"},
		"articles: The Argument For Worker-Owned Tech Collectives": {URL: "https://www.fastcompany.com/3021964/the-argument-for-worker-owned-tech-collectives", Text: "(Fastcompany)"},
	} {
		got := items[title]
		_, want.Title, _ = strings.Cut(title, ": ")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s\n%s", title, diff)
		}
	}
}

func TestLaterSections(t *testing.T) {
	want := []Section{
		{ID: "networks", Title: "Networks", Items: []Item{
			{Title: "Wood Wide Web", URL: "https://wood.example", Text: "roots that go on in the next line",
				Items: []Item{{Title: "Mycelium", URL: "https://www.mycelium.example", Text: "fungi"}}},
			{Title: "Undergrowth", URL: "https://undergrowth.example", Text: "low"},
			{Title: "Leaf Mould", Text: "without a link"},
		}},
		{ID: "chat-rooms", Title: "Chat rooms", Items: []Item{
			{Title: "Meet in", URL: "irc://irc.example/coops", Text: "or [on the web](https://chat.example)."},
			{Title: "Broken", URL: "https://broken.example"},
			{Title: "Danger", Text: "never linked"},
		}},
	}
	if diff := cmp.Diff(want, mustParse(t, read(t, "testdata/later.md")).Sections()); diff != "" {
		t.Error(diff)
	}
}

func TestSectionIDs(t *testing.T) {
	text := string(tableOfRows("[X](https://x.example)|||"))
	for _, title := range []string{"Talks / Videos", "Mailing lists", "More books", "Books", "Podcasts & Radio {#radio} ##", "🎉", "Other Links"} {
		text += "\n## " + title + "\n\n* [a](https://a.example)\n"
	}
	var got []string
	for _, s := range mustParse(t, []byte(text)).Sections() {
		got = append(got, s.ID)
		if strings.ContainsAny(s.Title, "{#") {
			t.Errorf("title %q", s.Title)
		}
	}
	want := []string{"talks", "mailing-lists", "books", "books-2", "podcasts-radio", "section", "other-links"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
