package web_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/publiclog"
	"coopverse/directory/storetest"
)

// listOf is a list with these rows, all in Europe.
func listOf(rows ...string) []byte {
	return []byte("### Europe\n\nCoop | Business Areas | Region/Country | Notes\n---|---|---|---\n" + strings.Join(rows, "\n") + "\n")
}

// home is another directory, with these co-ops.
func home(t testing.TB, rows ...string) *directory.Directory {
	t.Helper()
	d := directory.New(storetest.SQLite(t))
	storetest.ImportList(t, d, listOf(rows...), nil)
	return d
}

// copyOf has d copy all that another directory has published so far, and says that
// it was verified just now.
func copyOf(t testing.TB, d, other *directory.Directory, host, name string) directory.Mirror {
	t.Helper()
	ctx := t.Context()
	m, err := d.Mirror(ctx, host)
	if err != nil {
		m, err = d.AddMirror(ctx, directory.Actor{Name: "test"}, directory.Mirror{Host: host, Origin: "https://" + host, Source: "https://" + host, Name: name, Key: host + "/log+71f2b8a3+AQpXg9Jt0rE2s4nmUy5o3D8cV7wHbZ1fLkQxI6uTeYRv"})
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.ExtendLog(ctx); err != nil {
		t.Fatal(err)
	}
	from, err := d.MirrorLog(m).Size(ctx)
	if err != nil {
		t.Fatal(err)
	}
	size, _ := other.OwnLog().Size(ctx)
	head, err := other.OwnLog().Tree(ctx, size)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := other.OwnLog().Lines(ctx, from, size)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := publiclog.SignHead(m.LogOrigin(), head)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func() error{
		func() error {
			return d.TakePage(ctx, m, directory.LogPage{From: from, Head: head, Signed: signed, Lines: lines})
		},
		func() error { return d.ApplyMirror(ctx, m) },
		func() error { return d.MirrorAsked(ctx, m, "", 0) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

const nebulaRow = `[Nebula](https://nebula.example) | Hosting, Web development | Lille, France; Remote | Founded 2011; 7 members`

// nasty is what a home may say of a co-op, and no page may fall for.
var nasty = map[string]string{
	"summary": `<script>alert(1)</script> "quoted" ` + strings.Repeat("long", 40), "products": `<img src=x onerror=alert(1)>`,
	"extra": "Motto | \u202eright to left", "links": "Code | https://git.nebula.example", "contact": "hello@nebula.example", "hiring": "yes", "languages": "fr,en",
}

// mirroring is the directory with copies of three others: one that is well and
// knows Agaric, too, one that does not answer and one that was frozen.
func mirroring(t testing.TB, d *directory.Directory) {
	t.Helper()
	ctx := t.Context()
	other := home(t, nebulaRow, `[Agaric](http://agaric.coop/) | Web development | Boston, MA |`, `[Sol](https://sol.example) | Hosting | Paris, France |`, `[Sange](http://www.sange.fi/) | Hosting | Helsinki, Finland |`, `[Luna](https://luna.example) | Design | |`)
	for handle, set := range map[string]map[string]string{"nebula": nasty, "luna": {"status": "defunct"}} {
		if _, _, err := other.EditCoop(ctx, handle, directory.Edit{Source: directory.FromCoop, Origin: "test", Set: set}); err != nil {
			t.Fatal(err)
		}
	}
	if err := other.MoveCoop(ctx, "sol", "https://social.sol.example/users/sol", "test"); err != nil {
		t.Fatal(err)
	}
	copyOf(t, d, other, "coops.other.example", "Other Co-ops & friends")
	silent := copyOf(t, d, home(t, `[Mercury](https://mercury.example) | Hosting | Berlin, Germany |`), "silent.example", "Silent directory")
	if err := d.MirrorAsked(ctx, silent, "dial tcp: connection refused", time.Hour); err != nil {
		t.Fatal(err)
	}
	frozen := copyOf(t, d, home(t, `[Venus](https://venus.example) | Hosting | Rome, Italy |`), "frozen-with-a-very-long-name-that-goes-on.example", "Frozen directory")
	if err := d.FreezeMirror(ctx, frozen, "https://frozen.example signs a log whose first 3 records are not those that it published before"); err != nil {
		t.Fatal(err)
	}
	err := d.EditOverlay(ctx, directory.Actor{Name: "test"}, "coops.other.example", "nebula", func(o *directory.Overlay) {
		o.Tags, o.Note = []string{"met in Lille", "<b>speaks</b> French"}, "We have worked with them <twice>."
	})
	if err != nil {
		t.Fatal(err)
	}
}

// mirrorTypes are the types of pages that are about mirrors.
var mirrorTypes = []struct{ name, path string }{
	{"mirrors", "/mirrors"},
	{"mirrored", "/mirrors/coops.other.example/nebula"},
	{"mirrored-moved", "/mirrors/coops.other.example/sol"},
	{"mirrored-defunct", "/mirrors/coops.other.example/luna"},
	{"mirrored-silent", "/mirrors/silent.example/mercury"},
	{"mirrored-frozen", "/mirrors/frozen-with-a-very-long-name-that-goes-on.example/venus"},
	{"mirrored-follow", "/mirrors/coops.other.example/nebula/follow"},
	{"mirrored-search", "/?q=hosting&region=europe"},
	{"mirrored-home", "/?home=coops.other.example"},
	{"mirrored-here", "/coops/sange"},
}

var inTags = regexp.MustCompile(`<[^>]*>`)

// textOn is what people read on a page.
func textOn(body string) string {
	return strings.Join(strings.Fields(inTags.ReplaceAllString(body, " ")), " ")
}
