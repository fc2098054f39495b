package web_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"
	"testing"
	"time"

	"coopverse/directory"
	"coopverse/directory/picture"
)

// stranger is somebody on another server.
func stranger(name, called string) directory.Peer {
	id := "https://mastodon.example/users/" + name
	return directory.Peer{
		ID: id, Inbox: id + "/inbox", SharedInbox: "https://mastodon.example/inbox", Handle: name + "@mastodon.example", Name: called,
		URL: "https://mastodon.example/@" + name, KeyID: id + "#main-key",
	}
}

// said is an activity of somebody, whose id ends in what.
func said(p directory.Peer, kind, what, handle string) directory.Heard {
	return directory.Heard{Peer: p, ActivityID: p.ID + "#" + what, Type: kind, Handles: []string{handle}}
}

// publish posts as one of our actors.
func publish(t testing.TB, d *directory.Directory, handle string, draft directory.Draft) directory.Post {
	t.Helper()
	p, err := d.Publish(context.Background(), directory.Actor{Name: "a test"}, handle, draft, "a test")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// react has somebody like or boost a post.
func react(t testing.TB, d *directory.Directory, p directory.Peer, kind, handle string, post int64) {
	t.Helper()
	h := said(p, kind, kind+handle+strconv.FormatInt(post, 10), handle)
	if err := d.React(context.Background(), h, handle, post); err != nil {
		t.Fatal(err)
	}
}

// spoken is the time at which somebody says the n-th thing.
func spoken(n int) time.Time { return time.Date(2025, 11, 3, 9, n, 0, 0, time.UTC) }

// answer has somebody reply to a post of ours, or to another reply if r says so.
func answer(t testing.TB, d *directory.Directory, p directory.Peer, handle string, post int64, n int, r directory.Reply) directory.Reply {
	t.Helper()
	r.ID = p.ID + "/notes/" + strconv.Itoa(n)
	r.URL = strings.Replace(r.ID, "/users/", "/@", 1)
	r.Handle, r.PostID = handle, post
	if r.InReplyTo == "" {
		r.InReplyTo = noteID(handle, post)
	}
	r.PublishedAt = spoken(n)
	r.UpdatedAt = r.PublishedAt
	if err := d.AddReply(context.Background(), said(p, "Create", "create"+strconv.Itoa(n), handle), r); err != nil {
		t.Fatal(err)
	}
	return r
}

// noteID is a post's id on other servers; 0 is the introduction.
func noteID(handle string, post int64) string {
	folder := "/actors/"
	if directory.IsCoop(handle) {
		folder = "/coops/"
	}
	if post == 0 {
		return config.Origin + folder + handle + "/introduction"
	}
	return config.Origin + folder + handle + "/posts/" + strconv.FormatInt(post, 10)
}

// painted is a picture of some colours.
func painted(t testing.TB, width, height int, alt string) directory.DraftPicture {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.Set(x, y, color.RGBA{uint8(40 + 160*x/width), uint8(90 + 90*y/height), uint8(80 + width%90), 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return directory.DraftPicture{Picture: picture.Picture{MediaType: "image/png", Width: width, Height: height, Data: b.Bytes()}, Alt: alt}
}

// converse has the directory, Agaric, Hypha and Loomio post, and people answer,
// before anything else happens. The first post is the directory's, the second
// one Agaric's, and the third one, of Hypha, is deleted.
func converse(t testing.TB, d *directory.Directory) {
	t.Helper()
	ctx := context.Background()
	publish(t, d, directory.DirectoryHandle, directory.Draft{Text: "Welcome! From today on, co-ops can be followed here. #platformcoop", Language: "en"})
	post := publish(t, d, "agaric", directory.Draft{
		Text: "We moved a school board of forty schools to free software, and wrote down how: https://agaric.example/schools/how-we-did-it\n\n" +
			"Thanks to everybody who helped! #PlatformCoop #Drupal",
		Language: "en", Boost: true, Pictures: []directory.DraftPicture{
			painted(t, 1200, 800, "Four people around a table with laptops and a large plan."), painted(t, 800, 1100, ""), painted(t, 900, 500, "A chart of how the schools moved, month by month."),
		},
	})
	slip := publish(t, d, "hypha", directory.Draft{Text: "A slip."})
	if err := d.DeletePost(ctx, directory.Actor{Name: "a test"}, "hypha", slip.ID, "a test"); err != nil {
		t.Fatal(err)
	}
	for n := range 13 {
		publish(t, d, "loomio", directory.Draft{Text: "What we learnt this week, part " + strconv.Itoa(n+1) + ".", Language: "en", Boost: true})
	}
	discuss(t, d, post)
	if err := d.MoveCoop(ctx, "loomio", "https://social.loomio.example/users/loomio", "a test"); err != nil {
		t.Fatal(err)
	}
}

// discuss has people of all kinds answer Agaric's post, and its introduction.
func discuss(t testing.TB, d *directory.Directory, post directory.Post) {
	t.Helper()
	ada, fatima := stranger("ada", "Ada Lovelace"), stranger("fatima", "فاطمة الفهرية")
	long := stranger("x"+strings.Repeat("long", 15), "Donaudampfschifffahrts"+strings.Repeat("gesellschaft", 8))
	for _, p := range []directory.Peer{ada, fatima, long} {
		react(t, d, p, directory.Like, post.Handle, post.ID)
	}
	react(t, d, ada, directory.Announce, post.Handle, post.ID)
	first := answer(t, d, ada, post.Handle, post.ID, 1, directory.Reply{
		Content: `<p>Lovely work. We did the same with <a href="https://example.org/a/rather/long/address/that/has/no/place/to/break?` + strings.Repeat("x", 80) + `" rel="nofollow noreferrer noopener" target="_blank">our libraries</a>.</p><p>Is the plan public?</p>`, Language: "en",
	})
	answer(t, d, fatima, post.Handle, post.ID, 2, directory.Reply{Content: `<p>عمل رائع! شكرا لكم على مشاركة التجربة.</p>`, Language: "ar", InReplyTo: first.ID})
	answer(t, d, long, post.Handle, post.ID, 3, directory.Reply{
		Content: `<p>` + strings.Repeat("Aaaa", 60) + `!</p><blockquote><p>wrote down how</p><ul><li>first</li><li>then</li></ul></blockquote><pre><code>` + strings.Repeat("0123456789", 20) + `</code></pre>`,
		Warning: "Long words, and a remark about " + strings.Repeat("food", 30),
	})
	hidden := answer(t, d, stranger("seller", "Seller"), post.Handle, post.ID, 4, directory.Reply{Content: `<p>Cheap watches!</p>`})
	if err := d.HideReply(context.Background(), directory.Actor{Name: "a test"}, post.Handle, hidden.ID, true); err != nil {
		t.Fatal(err)
	}
	answer(t, d, ada, post.Handle, post.ID, 5, directory.Reply{Content: `<p>No, thank you.</p>`, InReplyTo: hidden.ID})
	edited := answer(t, d, ada, post.Handle, post.ID, 6, directory.Reply{Content: `<p>Tanks!</p>`})
	edited.Content, edited.UpdatedAt = "<p>Thanks!</p>", spoken(9)
	if err := d.EditReply(context.Background(), said(ada, "Update", "update6", post.Handle), edited); err != nil {
		t.Fatal(err)
	}
	answer(t, d, ada, post.Handle, 0, 7, directory.Reply{Content: `<p>Welcome to the fediverse.</p>`})
	react(t, d, ada, directory.Like, post.Handle, 0)
}
