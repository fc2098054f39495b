package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestHashtagGathersPosts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d *directory.Directory) {
		storetest.ImportList(t, d, []byte(told), nil)
		one := publish(t, d, "testa", directory.Draft{Text: "One #PlatformCoop"})
		publish(t, d, directory.DirectoryHandle, directory.Draft{Text: "Two #platformcoop #Coopération"})
		publish(t, d, "beta", directory.Draft{Text: "Three #platform"})
		react(t, d, stranger("ada", "Ada"), directory.Like, "testa", one.ID)
		h := pagesOf(t, d, config)
		w := get(h, "/tags/platformcoop")
		body := w.Body.String()
		for _, want := range []string{
			"<h1 class=\"long\"><bdi>#platformcoop</bdi></h1>", `<a class="news-author" href="/coops/testa">Testa</a>`, `<a class="news-author" href="/">Coopverse</a>`,
			"One ", "Two ", "1 like",
		} {
			if w.Code != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%d, without %s", w.Code, want)
			}
		}
		if strings.Contains(body, "Three") || strings.Contains(body, "noindex") {
			t.Error("the page shows another hashtag's post, or search engines are kept away")
		}
		for asked, want := range map[string]string{"PlatformCoop": "/tags/platformcoop", "Coopération": "/tags/cooperation"} {
			if w := get(h, "/tags/"+url.PathEscape(asked)); w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != want {
				t.Errorf("#%s: %d to %q, want %q", asked, w.Code, w.Header().Get("Location"), want)
			}
		}
		if body := get(h, "/tags/cooperation").Body.String(); !strings.Contains(body, "Two ") {
			t.Error("the accent is lost on the way")
		}
		for _, nothing := range []string{"nothing", "日本語", "تعاونية"} {
			w := get(h, "/tags/"+url.PathEscape(nothing))
			if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, "noindex") || !strings.Contains(body, "Nobody here has posted") {
				t.Errorf("#%s: %d, to %q, or it does not say that there is nothing", nothing, w.Code, w.Header().Get("Location"))
			}
		}
		for _, impossible := range []string{"1", "a b", "a-b", "%00", "%ff", "a%2fb", "a%23b", "%3Cb%3E", "…", "_", "#a"} {
			if w := get(h, "/tags/"+strings.NewReplacer(" ", "%20", "#", "%23", "…", "%E2%80%A6").Replace(impossible)); w.Code != http.StatusNotFound {
				t.Errorf("#%s: %d to %q, want 404", impossible, w.Code, w.Header().Get("Location"))
			}
		}
	})
}
