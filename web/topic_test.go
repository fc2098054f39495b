package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestTopicsCanBeFollowed(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		for _, c := range []struct{ handle, label, kind, all, coop string }{
			{"hosting", "Hosting", "What they do", "/?service=hosting", "koumbit"},
			{"web_development", "Web development", "What they do", "/?service=web-development", "agaric"},
			{"new_zealand", "New Zealand", "Country", "/?country=NZ", "loomio"},
			{"oceania", "Oceania", "Region", "/?region=oceania", "loomio"},
			{"north_america", "North America", "Region", "/?region=north-america", "agaric"},
		} {
			w := get(h, "/actors/"+c.handle)
			body := w.Body.String()
			for _, want := range []string{
				"<h1>" + c.label + "</h1>", `<p class="kind">` + c.kind + "</p>", "under “" + c.label + "”", "@" + c.handle + "@coops.example</code>",
				`action="/actors/` + c.handle + `/follow"`, `href="` + c.all + `"`, `href="/coops/` + c.coop + `"`, `type="application/activity+json"`,
			} {
				if w.Code != http.StatusOK || !strings.Contains(body, want) {
					t.Errorf("%s: %d, without %s", c.handle, w.Code, want)
				}
			}
			if !slices.Contains(w.Header().Values("Vary"), "Accept") || strings.Contains(body, "noindex") {
				t.Errorf("%s: Vary is %q, or search engines are kept away", c.handle, w.Header().Values("Vary"))
			}
			var shown, found int
			heading := between(body, `id="results">`, " co-op")
			if _, err := fmt.Sscanf(heading, `id="results">%d`, &found); err != nil {
				t.Errorf("%s counts %q: %v", c.handle, heading, err)
			}
			if shown = strings.Count(body, `<li class="entry">`); shown != min(found, directory.PerPage) || found == 0 {
				t.Errorf("%s shows %d of %d co-ops", c.handle, shown, found)
			}
			if all := strings.Contains(body, fmt.Sprintf("All %d co-ops", found)); all != (found > directory.PerPage) {
				t.Errorf("%s, with %d co-ops, leads to all of them: %t", c.handle, found, all)
			}
		}
		w := send(h, "/actors/hosting/follow", "mastodon.example")
		if want := "https://mastodon.example/authorize_interaction?uri=https%3A%2F%2Fcoops.example%2Factors%2Fhosting"; w.Header().Get("Location") != want {
			t.Errorf("the topic's form leads to %q", w.Header().Get("Location"))
		}
		befriend(t, d, "hosting", "ada")
		if body := get(h, "/actors/hosting").Body.String(); !strings.Contains(body, "1 follower<") {
			t.Error("the topic's follower is not counted")
		}
	})
}

func TestTopicsHaveOneAddress(t *testing.T) {
	h := seeded(t)
	for path, want := range map[string]int{
		"/actors/atlantis": 404, "/actors/agaric": 404, "/coops/hosting": 404, "/coops/hosting/follow": 404, "/actors/agaric/follow": 404, "/actors/%00": 404,
		"/actors/atlantis/follow": 404, "/actors/instance/follow": 404, "/actors/instance/introduction": 404, "/actors/agaric/introduction": 404,
		"/actors/hosting/posts/2": 404, "/actors/agaric/posts/2": 404, "/actors/tuvalu": 200, "/actors/hosting/follow": 200,
	} {
		if w := get(h, path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	for path, want := range map[string]string{
		"/actors/Hosting": "/actors/hosting", "/actors/hosting/": "/actors/hosting", "/actors/Hosting/follow": "/actors/hosting/follow",
		"/actors/Hosting?before=3": "/actors/hosting?before=3", "/coops/Agaric/introduction": "/coops/agaric/introduction",
	} {
		if w := get(h, path); w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != want {
			t.Errorf("%s: %d to %q, want %q", path, w.Code, w.Header().Get("Location"), want)
		}
	}
	empty := get(h, "/actors/tuvalu").Body.String()
	if !strings.Contains(empty, "noindex") || !strings.Contains(empty, "No co-op is listed under this yet") || !strings.Contains(empty, `id="server"`) {
		t.Error("the page of a topic without co-ops does not say so, or cannot be followed")
	}
}

func TestTopicsAreListed(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		body := get(h, "/topics").Body.String()
		for kind, want := range map[string]string{
			"service": `<code class="long" translate="no">@web_development@coops.example</code>`,
			"region":  `<a href="/actors/north_america">North America</a>`,
			"country": `<a href="/actors/united_kingdom">United Kingdom</a>`,
		} {
			if part := between(body, `<h2 id="`+kind+`">`, "</section>"); !strings.Contains(part, want) {
				t.Errorf("%s is not among the topics of its kind", want)
			}
		}
		if strings.Contains(body, "Tuvalu") {
			t.Error("a topic without co-ops is listed")
		}
		row := between(body, `<a href="/actors/oceania">`, "</li>")
		there := get(h, "/actors/oceania").Body.String()
		if n := strings.Count(there, `<li class="entry">`); !strings.Contains(row, fmt.Sprintf(">%d co-ops<", n)) {
			t.Errorf("the list says %s, the topic shows %d", row, n)
		}
	})
}

// A topic tells nothing of a co-op that is not listed.
func TestUnlistedCoopBelongsToNoTopic(t *testing.T) {
	d := directory.New(storetest.SQLite(t))
	storetest.ImportList(t, d, []byte(told), nil)
	h := pagesOf(t, d, config)
	curate(t, d, "testa", directory.Edit{Set: map[string]string{"places": "Lille, France; Lyon, France"}})
	if body := get(h, "/coops/testa").Body.String(); !strings.Contains(body, `href="/actors/hosting"`) || strings.Count(body, `href="/actors/france"`) != 1 {
		t.Fatal("a listed co-op does not lead to each of its topics, once")
	}
	curate(t, d, "testa", directory.Edit{Set: map[string]string{"status": "unlisted"}})
	if body := get(h, "/coops/testa").Body.String(); strings.Contains(body, `href="/actors/`) || !strings.Contains(body, `id="server"`) {
		t.Error("an unlisted co-op leads to topics, or cannot be followed")
	}
}

func TestTopicsAreFoundWhereTheyMatter(t *testing.T) {
	h := seeded(t)
	for path, want := range map[string][]string{
		"/?service=hosting":                         {"/actors/hosting"},
		"/?region=europe&country=FR&q=web":          {"/actors/europe", "/actors/france"},
		"/coops/agaric":                             {"/actors/web_development", "/actors/hosting", "/actors/north_america"},
		"/?region=atlantis&country=XX&service=%22x": nil,
		"/?q=web":        nil,
		"/coops/quilted": nil,
	} {
		line := between(get(h, path).Body.String(), `<p class="follow-topics">`, "</p>")
		for _, topic := range want {
			if strings.Count(line, `href="`+topic+`"`) != 1 {
				t.Errorf("%s does not lead to %s once: %s", path, topic, line)
			}
		}
		if want == nil && line != "" {
			t.Errorf("%s leads to %s", path, line)
		}
	}
	for _, path := range []string{"/", "/about", "/contact"} {
		if !strings.Contains(get(h, path).Body.String(), `href="/topics"`) {
			t.Errorf("%s does not lead to the topics", path)
		}
	}
}
