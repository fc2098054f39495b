package web_test

import (
	"net/http"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// A co-op's page says to everybody how many servers have heard of its last change, and
// nothing while nobody is to hear of it.
func TestPageSaysWhoWasTold(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := pagesOf(t, d, config)
		if w := get(h, "/coops/agaric"); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "told.") {
			t.Errorf("without followers: %d", w.Code)
		}
		befriend(t, d, "agaric", "ann")
		if _, err := d.Publish(t.Context(), directory.Actor{Name: "Ada"}, "agaric", directory.Draft{Text: "Hello"}, "test"); err != nil {
			t.Fatal(err)
		}
		if w := get(h, "/coops/agaric"); !strings.Contains(w.Body.String(), "0 of 1 server told. 1 to come") {
			t.Errorf("the page shows %s", between(w.Body.String(), `aria-labelledby="follow"`, "</section>"))
		}
	})
}
