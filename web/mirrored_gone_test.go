package web_test

import (
	"net/http"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

// Where a mirrored entry was that its home has removed is said so, as of our own:
// on the page, in JSON and to other servers. One that is hidden here stays so.
func TestRemovedMirroredEntryIsGone(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		h := claimable(t, d, sites{})
		other := home(t, nebulaRow, `[Sol](https://sol.example) | Hosting | Paris, France |`)
		m := copyOf(t, d, other, "coops.other.example", "Other Co-ops")
		hide := func(hidden bool) {
			err := d.EditOverlay(t.Context(), directory.Actor{Name: "test"}, m.Host, "sol", func(o *directory.Overlay) { o.Hidden = hidden })
			if err != nil {
				t.Fatal(err)
			}
		}
		hide(true)
		for _, handle := range []string{"nebula", "sol"} {
			if err := other.RemoveCoop(t.Context(), handle, "<b>They</b> asked for it", "test"); err != nil {
				t.Fatal(err)
			}
		}
		copyOf(t, d, other, m.Host, m.Name)
		const at = "/mirrors/coops.other.example/"
		w := get(h, at+"nebula")
		if body := w.Body.String(); w.Code != http.StatusGone || !strings.Contains(body, "This entry was removed") || !strings.Contains(body, "&lt;b&gt;They&lt;/b&gt; asked for it") {
			t.Errorf("%d: %s", w.Code, body)
		}
		for _, accept := range []string{"application/json", "application/activity+json"} {
			w := get(h, at+"nebula", "Accept", accept)
			if w.Code != http.StatusGone {
				t.Errorf("%s: %d", accept, w.Code)
			}
			if kind := w.Header().Get("Content-Type"); accept == "application/json" && kind != "application/problem+json" {
				t.Errorf("in JSON it is %s", kind)
			}
		}
		for path, want := range map[string]int{at + "NEBULA": 410, at + "nebula/follow": 410, at + "sol": 404, at + "nobody": 404} {
			if w := get(h, path); w.Code != want {
				t.Errorf("%s: %d, want %d", path, w.Code, want)
			}
		}
		hide(false)
		if w := get(h, at+"sol"); w.Code != http.StatusGone {
			t.Errorf("once it is shown again: %d", w.Code)
		}
	})
}
