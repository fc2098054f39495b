package directory_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestLinesAreBroughtIntoTheirForm(t *testing.T) {
	for _, tt := range []struct{ field, written, want string }{
		{"links", "Code|https://git.example/us\r\n\r\n https://www.blog.example/ \n", "Code | https://git.example/us\nblog.example | https://www.blog.example/"},
		{"networks", "CoTech |  https://coops.tech\nEsperanza\nEsperanza", "CoTech | https://coops.tech\nEsperanza"},
		{"products", " ", ""},
		{"extra", "Wage  ratio | 1:1 | or so", "Wage ratio | 1:1 | or so"},
		{"contact", "hello@acme.example", "hello@acme.example"},
		{"contact", "https://acme.example/contact", "https://acme.example/contact"},
		{"hiring", "Yes", "yes"},
		{"hiring", "https://acme.example/jobs", "https://acme.example/jobs"},
	} {
		got, err := directory.Normalize(map[string]string{tt.field: tt.written})
		if err != nil || got[tt.field] != tt.want {
			t.Errorf("%s %q: %q, %v", tt.field, tt.written, got[tt.field], err)
		}
		if again, err := directory.Normalize(got); err != nil || again[tt.field] != tt.want {
			t.Errorf("%s %q again: %q, %v", tt.field, tt.want, again[tt.field], err)
		}
	}
}

// Whoever wrote a line that cannot be taken is told which one and why.
func TestWrongLinesAreNamed(t *testing.T) {
	for _, tt := range []struct{ field, written, want string }{
		{"links", "Code | https://git.example\n\nBlog", `line 3: "Blog" has no address`},
		{"links", "Code | javascript:alert(1)", "line 1: "},
		{"links", "Code | https://user:secret@git.example/", "is not the address of a website"},
		{"links", strings.Repeat("A | https://a.example/x\n", 8) + "B | https://b.example/" + strings.Repeat("x", 500), "line 9: "},
		{"links", "a|https://1.example\nb|https://1.example\nc|https://1.example\nd|https://1.example\ne|https://1.example\nf|https://1.example\ng|https://1.example\nh|https://1.example\ni|https://1.example", "9 lines are too many"},
		{"networks", "CoTech\n| https://coops.tech", "line 2: it begins with no name"},
		{"products", strings.Repeat("x", 61), "is longer than 60 characters"},
		{"extra", "Wage ratio", "line 1: it needs a name and a text"},
		{"extra", "Wage ratio | " + strings.Repeat("x", 256), "longer than 255 characters"},
		{"contact", "Ada <ada@acme.example>", "is neither a mail address nor a web address"},
		{"contact", "javascript://acme.example/%0aalert(1)", "does not begin with https://"},
		{"hiring", "perhaps", "is neither yes nor no nor an address"},
		{"logo", "https://elsewhere.example/logo.png | Logo", "does not begin with a picture"},
		{"logo", strings.Repeat("5e1f", 16) + ".png", "no word of what the picture shows"},
		{"header", strings.Repeat("5e1f", 16) + ".svg | A picture", "does not begin with a picture"},
	} {
		_, err := directory.Normalize(map[string]string{tt.field: tt.written})
		if !errors.Is(err, directory.ErrInvalid) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %.40q: %v, want %q", tt.field, tt.written, err, tt.want)
		}
	}
}

// What a co-op adds beyond the list changes no byte of the list, and no later
// list changes it.
func TestTheListKnowsNothingOfTheRestOfAProfile(t *testing.T) {
	storetest.EachSeeded(t, func(t *testing.T, d *directory.Directory) {
		ctx := context.Background()
		before, err := d.ExportList(ctx)
		if err != nil {
			t.Fatal(err)
		}
		posts, err := d.Posts(ctx, "agaric", 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		said := map[string]string{
			"contact": "hello@agaric.example", "hiring": "yes", "links": "Code | https://git.example", "networks": "CoTech", "products": "Mycelium",
			"extra": "Wage ratio | 1:1", "discoverable": "false", "indexable": "true",
		}
		c, changes, err := d.EditCoop(ctx, "agaric", directory.Edit{Source: directory.FromCoop, Set: said})
		if err != nil || len(changes) != len(said) {
			t.Fatalf("%v, %v", changes, err)
		}
		if c.Contact != said["contact"] || c.Links != said["links"] || c.MayBeDiscovered() || !c.MayBeIndexed() {
			t.Errorf("the entry is %+v", c)
		}
		after, err := d.ExportList(ctx)
		if err != nil || string(after.List) != string(before.List) || string(after.Defunct) != string(before.Defunct) {
			t.Errorf("the list has changed, or %v", err)
		}
		storetest.ImportSeed(t, d)
		if again, err := d.Coop(ctx, "agaric"); err != nil || again.Version != c.Version || again.Extra != said["extra"] {
			t.Errorf("after another import: %+v, %v", again, err)
		}
		if now, err := d.Posts(ctx, "agaric", 0, 10); err != nil || len(now) != len(posts) {
			t.Errorf("followers were written %d posts, %v", len(now)-len(posts), err)
		}
		if found, err := d.Search(ctx, directory.Query{Text: "mycelium"}); err != nil || found.Total != 1 {
			t.Errorf("a product is found in %d entries, %v", found.Total, err)
		}
	})
}
